//! `provenance` of a repository and of a release: what it asks for must be there, whatever lock file and cache know.

use registry::signer::Signer;

use super::{rendered, said};
use crate::sandbox::Sandbox;
use crate::shelf::{Shelf, packed};

fn signer() -> Signer {
    Signer::new("Charts <charts@example.com>", None)
}

/// A workspace that trusts a key, and a shelf with one chart that it has signed.
fn signed_by(signer: &Signer, trusted: &Signer) -> (Shelf, Sandbox) {
    let shelf = Shelf::with(&[]);
    let archive = packed("api", "1.0.0", "");
    shelf.offer("api", "1.0.0", &archive);
    let chart = "apiVersion: v2\nname: api\nversion: 1.0.0\n";
    let secret = &signer.secret;
    let signed = pull::provenance::sign("api-1.0.0.tgz", chart, &archive, secret, None).unwrap();
    shelf.beside("api-1.0.0.tgz.prov", &signed);
    let sandbox = shelf.workspace("  a: { chart: shelf/api }\n", &[("keys/ours.gpg", "")]);
    std::fs::write(sandbox.path("keys/ours.gpg"), &trusted.public).unwrap();
    let url = format!("\"{}\"", shelf.repository.url());
    let with_key = format!("{{ url: {url}, provenance: {{ keyring: keys/ours.gpg }} }}");
    sandbox.edit("regatta.yaml", &url, &with_key);
    (shelf, sandbox)
}

#[test]
fn by_the_key_that_is_trusted() {
    let ours = signer();
    let (shelf, sandbox) = signed_by(&ours, &ours);
    assert_eq!(rendered(&sandbox), ["a-api 1.0.0"]);
    // The cache has both.
    drop(shelf);
    sandbox.run("diff").succeeds();
    sandbox.run("diff --offline --locked").succeeds();
    // Whoever trusts another key from now on, trusts this chart no more.
    std::fs::write(sandbox.path("keys/others.gpg"), signer().public).unwrap();
    let chart = "{ chart: shelf/api, provenance: { keyring: keys/others.gpg } }";
    sandbox.edit("regatta.yaml", "{ chart: shelf/api }", chart);
    let refused = sandbox.run("diff --offline --locked").exits(1);
    assert!(refused.stderr.contains("for release `a`"), "{refused}");
}

#[test]
fn by_another_key_or_by_nobody() {
    let stranger = signer();
    let (shelf, sandbox) = signed_by(&stranger, &signer());
    let by_another =
        said(&shelf, &sandbox.run("diff").exits(1)).replace(&stranger.fingerprint, "STRANGER");
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

/// A dependency names the address alone, and what the manifest asks of it cannot be known.
#[test]
fn by_a_repository_that_cannot_be_evaluated() {
    let shelf = Shelf::with(&[("api", "1.0.0")]);
    let url = shelf.repository.url();
    let chart = format!(
        "apiVersion: v2\nname: front\nversion: 1.0.0\ndependencies: [{{ name: api, version: ^1, repository: '{url}/' }}]\n"
    );
    let sandbox =
        shelf.workspace("  a: { chart: ./front }\n", &[("front/Chart.yaml", chart.as_str())]);
    sandbox.run("diff").succeeds();
    std::fs::remove_file(sandbox.path("regatta.lock")).unwrap();
    let repository = |url: &str| {
        format!(
            "{{ url: '{url}', username: ci, password: '${{{{ inputs.password }}}}', provenance: {{ keyring: k }} }}"
        )
    };
    sandbox.edit("regatta.yaml", "releases:", "inputs: { password: { secret: true } }\nreleases:");
    let manifest = sandbox.read("regatta.yaml");
    let quoted = format!("\"{url}\"");
    sandbox.edit("regatta.yaml", &quoted, &repository(&url));
    let refused = said(&shelf, &sandbox.run("diff").exits(1));
    assert!(refused.contains("the repository `shelf` cannot be used: "), "{refused}");
    assert!(refused.contains("`password`"), "{refused}");
    // Nor may it be somebody else's without anybody knowing.
    let elsewhere = repository("https://${{ inputs.password }}.example.com");
    sandbox.write("regatta.yaml", &manifest.replace(&quoted, &elsewhere));
    let refused = said(&shelf, &sandbox.run("diff").exits(1));
    assert!(refused.contains("without its address nobody knows which they are"), "{refused}");
    sandbox.write("regatta.yaml", &manifest.replace(&quoted, &repository("https://h.example.com")));
    sandbox.run("diff").succeeds();
    let manifest = manifest.replace(&quoted, &repository("oci://r.example.com/shop"));
    let manifest = manifest.replace("./front", "oci://r.example.com/shop/api");
    sandbox.write("regatta.yaml", &manifest);
    let refused = said(&shelf, &sandbox.run("diff").exits(1));
    assert!(refused.contains("all that comes from its address"), "{refused}");
}
