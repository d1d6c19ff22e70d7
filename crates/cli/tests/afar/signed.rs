//! `provenance` of a repository and of a release: what it asks for must be there, whatever lock file and cache know.

use pgp::composed::{
    EncryptionCaps, KeyType, SecretKeyParamsBuilder, SignedPublicKey, SignedSecretKey,
};
use pgp::ser::Serialize as _;
use pgp::types::KeyDetails as _;

use super::{rendered, said};
use crate::sandbox::Sandbox;
use crate::shelf::{Shelf, packed};

fn key() -> SignedSecretKey {
    let mut parameters = SecretKeyParamsBuilder::default();
    parameters
        .key_type(KeyType::Ed25519Legacy)
        .can_certify(true)
        .can_sign(true)
        .can_encrypt(EncryptionCaps::None)
        .primary_user_id("Charts <charts@example.com>".into());
    parameters.build().unwrap().generate(rand::thread_rng()).unwrap()
}

/// A workspace that trusts a key, and a shelf with one chart that it has signed.
fn signed_by(key: &SignedSecretKey, trusted: &SignedSecretKey) -> (Shelf, Sandbox) {
    let shelf = Shelf::with(&[]);
    let archive = packed("api", "1.0.0", "");
    shelf.offer("api", "1.0.0", &archive);
    let chart = "apiVersion: v2\nname: api\nversion: 1.0.0\n";
    let secret = key.to_bytes().unwrap();
    let signed = pull::provenance::sign("api-1.0.0.tgz", chart, &archive, &secret, None).unwrap();
    shelf.beside("api-1.0.0.tgz.prov", &signed);
    let sandbox = shelf.workspace("  a: { chart: shelf/api }\n", &[("keys/ours.gpg", "")]);
    let public = SignedPublicKey::from(trusted.clone()).to_bytes().unwrap();
    std::fs::write(sandbox.path("keys/ours.gpg"), public).unwrap();
    let url = format!("\"{}\"", shelf.repository.url());
    let with_key = format!("{{ url: {url}, provenance: {{ keyring: keys/ours.gpg }} }}");
    sandbox.edit("regatta.yaml", &url, &with_key);
    (shelf, sandbox)
}

#[test]
fn by_the_key_that_is_trusted() {
    let ours = key();
    let (shelf, sandbox) = signed_by(&ours, &ours);
    assert_eq!(rendered(&sandbox), ["a-api 1.0.0"]);
    // The cache has both.
    drop(shelf);
    sandbox.run("diff").succeeds();
    sandbox.run("diff --offline --locked").succeeds();
    // Whoever trusts another key from now on, trusts this chart no more.
    let others = SignedPublicKey::from(key()).to_bytes().unwrap();
    std::fs::write(sandbox.path("keys/others.gpg"), others).unwrap();
    let chart = "{ chart: shelf/api, provenance: { keyring: keys/others.gpg } }";
    sandbox.edit("regatta.yaml", "{ chart: shelf/api }", chart);
    let refused = sandbox.run("diff --offline --locked").exits(1);
    assert!(refused.stderr.contains("for release `a`"), "{refused}");
}

#[test]
fn by_another_key_or_by_nobody() {
    let stranger = key();
    let (shelf, sandbox) = signed_by(&stranger, &key());
    let fingerprint = SignedPublicKey::from(stranger).fingerprint().to_string().to_uppercase();
    let by_another = said(&shelf, &sandbox.run("diff").exits(1)).replace(&fingerprint, "STRANGER");
    shelf.put("api", "1.1.0");
    let by_nobody = said(&shelf, &sandbox.run("diff").exits(1));
    let trust = sandbox.read("regatta.yaml");
    sandbox.edit("regatta.yaml", "keys/ours.gpg", "keys/absent.gpg");
    let without_keys = said(&shelf, &sandbox.run("diff").exits(1));
    sandbox.write(
        "regatta.yaml",
        &trust.replace("keyring: keys/ours.gpg", "cosignKey: keys/ours.gpg"),
    );
    let of_no_registry = said(&shelf, &sandbox.run("diff").exits(1));
    insta::assert_snapshot!([by_another, by_nobody, without_keys, of_no_registry].join("\n"));
    assert!(!sandbox.path("regatta.lock").exists());
}
