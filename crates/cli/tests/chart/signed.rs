//! Provenance files: Helm verifies ours, and nothing unsigned comes through `--verify`.

use registry::repository::Repository;
use registry::signer::Signer;

use super::{fed, helm, sandbox_with_chart};
use crate::sandbox::Sandbox;

const SIGN: &str = "chart package charts/api -d served --sign --key charts@ --keyring secret.gpg --passphrase-file";

/// A chart, and the keyrings of who signs it.
fn sandbox() -> Sandbox {
    let sandbox = sandbox_with_chart();
    let signer = Signer::new("Charts <charts@example.com>", Some("open it"));
    std::fs::write(sandbox.path("secret.gpg"), signer.secret).unwrap();
    std::fs::write(sandbox.path("public.gpg"), signer.public).unwrap();
    let other = Signer::new("Other <other@example.com>", None);
    std::fs::write(sandbox.path("other.gpg"), other.public).unwrap();
    sandbox.write("passphrase", "open it\nand more\n");
    sandbox
}

#[test]
fn what_we_sign_helm_verifies() {
    let sandbox = sandbox();
    let words: Vec<&str> = SIGN.split(' ').chain(["-"]).collect();
    let (exit, said) = fed(&sandbox, &words, "wrong\n");
    assert_eq!(exit, Some(1), "{said}");
    assert!(sandbox.tree("served").is_empty(), "what cannot be signed is not written");

    // A pipe, as the shell's `<(command)` makes one.
    let words = words.iter().map(|&word| if word == "-" { "/dev/stdin" } else { word });
    let (exit, said) = fed(&sandbox, &words.collect::<Vec<_>>(), "open it\n");
    assert_eq!(exit, Some(0), "{said}");
    let verified = helm(&sandbox, &["verify", "served/api-1.2.3.tgz", "--keyring", "public.gpg"]);
    assert!(verified.contains("Signed by: Charts <charts@example.com>"), "{verified}");

    let refused = sandbox.run(&SIGN.replace("charts@", "nobody").replace(" --passphrase-file", ""));
    let refused = refused.exits(1).stderr;
    assert!(refused.contains("the keyring has no secret key of `nobody`"), "{refused}");
}

#[test]
fn nothing_unsigned_comes_through() {
    let sandbox = sandbox();
    sandbox.run(&format!("{SIGN} passphrase")).succeeds();
    helm(&sandbox, &["repo", "index", "served"]);
    let repository = Repository::open(&sandbox.path("served"));
    let url = repository.url();
    let pull = format!("chart pull api --repo {url} --verify --prov --keyring");
    let pulled = sandbox.run(&format!("{pull} public.gpg")).succeeds().stdout;
    assert!(
        pulled.contains("\nSigned by: Charts <charts@example.com>\nUsing Key With"),
        "{pulled}"
    );
    assert_eq!(sandbox.read("api-1.2.3.tgz.prov"), sandbox.read("served/api-1.2.3.tgz.prov"));

    let show = "chart show values api-1.2.3.tgz --verify --keyring";
    sandbox.run(&format!("{show} public.gpg")).succeeds();
    for line in [format!("{pull} other.gpg"), format!("{show} other.gpg")] {
        let refused = sandbox.run(&line).exits(1).stderr;
        assert!(refused.contains("no key of the keyring made the signature"), "{refused}");
    }
    let here = sandbox.run("chart show values api-1.2.3.tgz --cosign-key public.gpg").exits(64);
    assert!(here.stderr.contains("cosign signs charts in registries"), "{here}");
    let unsigned = sandbox.run("chart show values charts/api --verify --keyring public.gpg");
    assert!(unsigned.exits(64).stderr.contains("only archives are signed"));
    std::fs::remove_file(sandbox.path("api-1.2.3.tgz.prov")).unwrap();
    let unsigned = sandbox.run(&format!("{show} public.gpg")).exits(64).stderr;
    assert!(unsigned.contains("a signed archive has a provenance file beside it"), "{unsigned}");
}
