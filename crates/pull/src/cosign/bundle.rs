//! Signatures as bundles: a statement that names the signed digest, in an envelope
//! (<https://docs.sigstore.dev/about/bundle/>, <https://github.com/secure-systems-lab/dsse>).

use serde::Deserialize;
use source::base64;
use sprig::PublicKey;

use crate::Digest;

/// What the statement of a signature says; those of other things (a scan's result, a list of parts) sign nothing.
const SIGNED: &str = "https://sigstore.dev/cosign/sign/v1";
const STATEMENT: &str = "application/vnd.in-toto+json";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    dsse_envelope: Envelope,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<Signature>,
}

#[derive(Deserialize)]
struct Signature {
    sig: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    subject: Vec<Subject>,
    predicate_type: String,
}

#[derive(Deserialize)]
struct Subject {
    digest: Names,
}

#[derive(Deserialize)]
struct Names {
    sha256: Option<String>,
}

/// Whether a media type is that of bundles, of whatever version.
pub(super) fn is_type(media_type: &str) -> bool {
    media_type.starts_with("application/vnd.dev.sigstore.bundle") && media_type.ends_with("+json")
}

/// Whether what refers to a chart may hold bundles. Where the registry does not list referrers itself, cosign writes the type of
/// the empty configuration into its index, not that of the bundles.
pub(super) fn may_be(artifact_type: &str) -> bool {
    is_type(artifact_type) || matches!(artifact_type, "" | "application/vnd.oci.empty.v1+json")
}

/// Whether a bundle holds a statement that is signed by the key and names the digest.
pub(super) fn is_good(key: &PublicKey, digest: Digest, bundle: &[u8]) -> bool {
    let Ok(Bundle { dsse_envelope: envelope }) = serde_json::from_slice(bundle) else {
        return false;
    };
    let Some(statement) = base64::decode(&envelope.payload) else { return false };
    let message = signed(&envelope.payload_type, &statement);
    let verifies = |one: &Signature| {
        base64::decode(&one.sig).is_some_and(|signature| key.verifies(&message, &signature))
    };
    // What nobody signed is not read.
    envelope.payload_type == STATEMENT
        && envelope.signatures.iter().take(super::MOST).any(verifies)
        && serde_json::from_slice(&statement).is_ok_and(|Statement { subject, predicate_type }| {
            let digest = digest.to_string();
            let names = |one: &Subject| one.digest.sha256.as_ref() == Some(&digest);
            predicate_type == SIGNED && subject.iter().any(names)
        })
}

/// What is signed instead of the statement alone: its type goes along (DSSE's pre-authentication encoding).
fn signed(kind: &str, statement: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {kind} {} ", kind.len(), statement.len());
    [head.as_bytes(), statement].concat()
}
