//! Signatures in the form "simple signing": a text that names the signed digest, and its signature as an annotation
//! (<https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md>).

use serde::Deserialize;
use source::base64;
use sprig::PublicKey;

use crate::Digest;

/// The media type of a text, and the annotation that signs it.
pub(super) const TYPE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
pub(super) const SIGNATURE: &str = "dev.cosignproject.cosign/signature";

#[derive(Deserialize)]
struct Text {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    image: Image,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Image {
    #[serde(rename = "docker-manifest-digest")]
    digest: String,
}

/// Whether the text is signed by the key and names the digest.
pub(super) fn is_good(key: &PublicKey, digest: Digest, text: &[u8], signature: &str) -> bool {
    let Some(signature) = base64::decode(signature) else { return false };
    // What nobody signed is not read.
    key.verifies(text, &signature)
        && serde_json::from_slice(text).is_ok_and(|Text { critical }| {
            critical.kind == "cosign container image signature"
                && critical.image.digest == format!("sha256:{digest}")
        })
}
