//! Provenance files of real Helm are verified by us, and ours by it.

use pgp::composed::{
    EncryptionCaps, KeyType, SecretKeyParamsBuilder, SignedPublicKey, SignedSecretKey,
};
use pgp::ser::Serialize as _;
use pull::provenance;

use crate::oci::helm::Helm;

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

/// Helm, and its key and keyring as files.
fn helm() -> (Helm, SignedSecretKey, Vec<u8>) {
    let (helm, key) = (Helm::new(), key());
    let public = SignedPublicKey::from(key.clone()).to_bytes().unwrap();
    std::fs::write(helm.path().join("secret.gpg"), key.to_bytes().unwrap()).unwrap();
    std::fs::write(helm.path().join("public.gpg"), &public).unwrap();
    (helm, key, public)
}

#[test]
fn we_verify_what_helm_signed() {
    let (helm, _, public) = helm();
    let archive = helm.package("api", "1.2.3", "description: |-\n  - a dash \n");
    let folder = helm.path().join("sources/api");
    let sign = ["--sign", "--key", "charts@example.com", "--keyring", "secret.gpg"];
    helm.run(&[&["package", folder.to_str().unwrap()][..], &sign].concat());
    let signed = std::fs::read(helm.path().join("api-1.2.3.tgz.prov")).unwrap();
    let archive = std::fs::read(archive).unwrap();
    let signer = provenance::verify("api-1.2.3.tgz", &archive, &signed, &public).unwrap();
    assert_eq!(signer.user, "Charts <charts@example.com>");
}

#[test]
fn helm_verifies_what_we_signed() {
    let (helm, key, _) = helm();
    let archive = helm.package("api", "1.2.3", "");
    let chart = "apiVersion: v2\nname: api\nversion: 1.2.3\n";
    let bytes = std::fs::read(&archive).unwrap();
    let secret = key.to_bytes().unwrap();
    let signed = provenance::sign("api-1.2.3.tgz", chart, &bytes, &secret, None).unwrap();
    std::fs::write(helm.path().join("api-1.2.3.tgz.prov"), &signed).unwrap();
    let verify = ["verify", archive.to_str().unwrap(), "--keyring", "public.gpg"];
    assert!(helm.run(&verify).contains("Charts <charts@example.com>"));
    let changed = signed.replace("version: 1.2.3", "version: 1.2.4");
    std::fs::write(helm.path().join("api-1.2.3.tgz.prov"), changed).unwrap();
    assert!(!helm.output(&verify).status.success());
}
