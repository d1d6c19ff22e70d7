//! Provenance files of real Helm are verified by us, and ours by it.

use pull::provenance;
use registry::signer::Signer;

use crate::oci::helm::Helm;

/// Helm, and its key and keyring as files.
fn helm() -> (Helm, Signer) {
    let (helm, signer) = (Helm::new(), Signer::new("Charts <charts@example.com>", None));
    std::fs::write(helm.path().join("secret.gpg"), &signer.secret).unwrap();
    std::fs::write(helm.path().join("public.gpg"), &signer.public).unwrap();
    (helm, signer)
}

#[test]
fn we_verify_what_helm_signed() {
    let (helm, ours) = helm();
    let archive = helm.package("api", "1.2.3", "description: |-\n  - a dash \n");
    let folder = helm.path().join("sources/api");
    let sign = ["--sign", "--key", "charts@example.com", "--keyring", "secret.gpg"];
    helm.run(&[&["package", folder.to_str().unwrap()][..], &sign].concat());
    let signed = std::fs::read(helm.path().join("api-1.2.3.tgz.prov")).unwrap();
    let archive = std::fs::read(archive).unwrap();
    let signer = provenance::verify("api-1.2.3.tgz", &archive, &signed, &ours.public).unwrap();
    assert_eq!(signer.user, "Charts <charts@example.com>");
}

#[test]
fn helm_verifies_what_we_signed() {
    let (helm, ours) = helm();
    let archive = helm.package("api", "1.2.3", "");
    let chart = "apiVersion: v2\nname: api\nversion: 1.2.3\n";
    let bytes = std::fs::read(&archive).unwrap();
    let signed = provenance::sign("api-1.2.3.tgz", chart, &bytes, &ours.secret, None).unwrap();
    std::fs::write(helm.path().join("api-1.2.3.tgz.prov"), &signed).unwrap();
    let verify = ["verify", archive.to_str().unwrap(), "--keyring", "public.gpg"];
    assert!(helm.run(&verify).contains("Charts <charts@example.com>"));
    let changed = signed.replace("version: 1.2.3", "version: 1.2.4");
    std::fs::write(helm.path().join("api-1.2.3.tgz.prov"), changed).unwrap();
    assert!(!helm.output(&verify).status.success());
}
