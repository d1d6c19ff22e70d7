//! Charts of a repository: what is asked of it and when, what the lock file and the cache answer, and what is refused.

mod dependencies;
mod moved;
mod signed;
mod vendored;

use std::fmt::Write as _;

use crate::sandbox::{Answer, Sandbox};
use crate::shelf::{Shelf, packed};

/// Two releases with one chart, and one with another.
const RELEASES: &str = "
  a: { chart: shelf/api, version: ^1 }
  b: { chart: shelf/api, version: ^1 }
  c: { chart: shelf/web }
";

/// stderr without the ends of lines that only the width has made, and with `SHELF` for the address.
fn said(shelf: &Shelf, answer: &Answer) -> String {
    answer.stderr.replace("\n  │ ", " ").replace(&shelf.repository.url(), "SHELF")
}

/// The `version` of every rendered ConfigMap, by name.
fn rendered(sandbox: &Sandbox) -> Vec<String> {
    let manifests = sandbox.run("template").succeeds().stdout;
    let documents = manifests.split("---\n").filter(|text| text.contains("ConfigMap"));
    let word = |text: &str, key: &str| {
        let rest = text.split_once(key).unwrap().1;
        rest.split(['"', ' ', '}']).find(|word| !word.is_empty()).unwrap().to_owned()
    };
    let mut all: Vec<String> = documents
        .map(|text| format!("{} {}", word(text, "{ name: "), word(text, "version: ")))
        .collect();
    all.sort();
    all
}

#[test]
fn a_chart_is_fetched_once_and_then_not_again() {
    let shelf =
        Shelf::with(&[("api", "1.0.0"), ("api", "1.1.0"), ("api", "2.0.0"), ("web", "3.0.0")]);
    let sandbox = shelf.workspace(RELEASES, &[]);
    assert_eq!(rendered(&sandbox), ["a-api 1.1.0", "b-api 1.1.0", "c-web 3.0.0"]);
    let asked = ["/api-1.1.0.tgz", "/index.yaml", "/web-3.0.0.tgz"];
    assert_eq!(shelf.asked(), asked);
    shelf.put("api", "1.2.0");
    for arguments in
        ["apply --yes", "diff", "apply --yes", "values a", "lint", "deps lock", "validate"]
    {
        sandbox.run(arguments).succeeds();
    }
    assert_eq!(shelf.asked(), asked);
    assert_eq!(rendered(&sandbox)[0], "a-api 1.1.0");
    sandbox.run("deps update api").succeeds();
    assert_eq!(rendered(&sandbox)[0], "a-api 1.2.0");
    // Another machine has the lock file and no cache: the archives are fetched, and no index.
    let before = shelf.asked().len();
    let other = shelf.workspace(RELEASES, &[("regatta.lock", &sandbox.read("regatta.lock"))]);
    assert_eq!(rendered(&other), rendered(&sandbox));
    assert_eq!(shelf.asked().len(), before + 2);
    assert_eq!(shelf.repository.requests_for("/index.yaml").len(), 2);
}

#[test]
fn ranges_that_come_to_one_version_fetch_it_once() {
    let shelf = Shelf::with(&[("api", "1.0.0"), ("api", "1.1.0")]);
    let releases = "
  a: { chart: shelf/api, version: ^1 }
  b: { chart: shelf/api, version: 1.1.0 }
  c: { chart: shelf/api, pinned: false }
  d: { chart: shelf/api, version: ~1.0 }
";
    let sandbox = shelf.workspace(releases, &[]);
    let expect = ["a-api 1.1.0", "b-api 1.1.0", "c-api 1.1.0", "d-api 1.0.0"];
    assert_eq!(rendered(&sandbox), expect);
    assert_eq!(shelf.asked(), ["/api-1.0.0.tgz", "/api-1.1.0.tgz", "/index.yaml"]);
}

#[test]
fn the_lock_file_and_what_moves_it() {
    let shelf = Shelf::with(&[("api", "1.0.0"), ("web", "3.0.0")]);
    let sandbox = shelf.workspace(RELEASES, &[]);
    let mut session = String::new();
    let mut run = |arguments: &str| writeln!(session, "{}", sandbox.run(arguments)).unwrap();
    run("deps list --offline");
    run("deps list");
    run("deps lock --locked");
    run("deps lock");
    run("deps lock --locked");
    shelf.put("api", "1.4.0");
    shelf.put("web", "4.0.0-rc.1");
    run("deps list");
    run("deps update --locked");
    run("deps update wbe");
    run("deps update");
    run("deps update");
    run("deps list --offline");
    sandbox.edit(
        "regatta.yaml",
        "c: { chart: shelf/web }",
        "c: { chart: shelf/web, version: ^4-0 }",
    );
    run("diff --locked");
    run("deps lock");
    session.push_str(&sandbox.read("regatta.lock"));
    // As long as the address, so that columns stay columns.
    let session = session.replace(&shelf.repository.url(), "http://shelf.test:8080");
    let lines = session.lines().map(|line| match line.split_once("sha256: ") {
        Some((before, _)) => format!("{before}sha256: DIGEST\n"),
        None => format!("{line}\n"),
    });
    insta::assert_snapshot!(lines.collect::<String>());
}

#[test]
fn a_server_that_runs_us_does_not_move_the_lock_file_in_passing() {
    let shelf = Shelf::with(&[("api", "1.0.0"), ("web", "3.0.0")]);
    let sandbox = shelf.workspace(RELEASES, &[]).with("CI", "true");
    // Without a lock file there is nothing that could be old.
    sandbox.run("diff").succeeds();
    sandbox.edit("regatta.yaml", "version: ^1", "version: ~1.0");
    let refused = sandbox.run("diff").exits(1);
    assert!(said(&shelf, &refused).contains("the lock file does not have it"), "{refused}");
    sandbox.run("deps lock").succeeds();
    sandbox.run("diff").succeeds();
}

#[test]
fn what_is_not_pinned_follows_the_newest() {
    let shelf = Shelf::with(&[("api", "1.0.0")]);
    let sandbox = shelf.workspace("  a: { chart: shelf/api, version: ^1, pinned: false }\n", &[]);
    assert_eq!(rendered(&sandbox), ["a-api 1.0.0"]);
    shelf.put("api", "1.1.0");
    assert_eq!(rendered(&sandbox), ["a-api 1.1.0"]);
    assert!(!sandbox.path("regatta.lock").exists());
    let offline = sandbox.run("template --offline").succeeds();
    assert!(offline.stdout.contains("\"1.1.0\""), "{offline}");
}

#[test]
fn a_lock_file_that_names_other_bytes_is_refused_and_the_cache_stays_sound() {
    let shelf = Shelf::with(&[("api", "1.0.0"), ("web", "3.0.0")]);
    let sandbox = shelf.workspace(RELEASES, &[]);
    sandbox.run("deps lock").succeeds();
    let good = sandbox.read("regatta.lock");
    let digest = good.lines().find_map(|line| line.trim().strip_prefix("sha256: ")).unwrap();
    let bad = good.replace(digest, &"a".repeat(64));
    sandbox.write("regatta.lock", &bad);
    let refused = sandbox.run("diff").exits(1);
    insta::assert_snapshot!(said(&shelf, &refused).replace(digest, "DIGEST"));
    let offline = sandbox.run("diff --offline").exits(1);
    assert!(said(&shelf, &offline).contains("for release `a`, release `b`"), "{offline}");
    // The digest of the other chart's archive: these bytes are in the cache.
    let other = good.lines().rev().find_map(|line| line.trim().strip_prefix("sha256: ")).unwrap();
    sandbox.write("regatta.lock", &good.replace(digest, other));
    let refused = sandbox.run("diff").exits(1);
    assert!(said(&shelf, &refused).contains("its archive is `web` 3.0.0"), "{refused}");
    sandbox.write("regatta.lock", &good);
    let asked = shelf.asked().len();
    sandbox.run("diff").succeeds();
    assert_eq!(shelf.asked().len(), asked);
}

/// Whichever command it is, and whether the archive comes from the cache, the network or `vendor/`: one entry has the digest of
/// another chart, or of another version of its own.
#[test]
fn a_lock_file_that_was_merged_by_hand_is_refused_everywhere() {
    let shelf = Shelf::with(&[("api", "1.0.0"), ("api", "1.1.0"), ("web", "3.0.0")]);
    let depends = "apiVersion: v2\nname: front\nversion: 1.0.0\ndependencies: [{ name: api, version: ~1.0, repository: '@shelf' }]\n";
    let releases = "  a: { chart: shelf/api, version: ~1.1 }\n  b: { chart: shelf/web }\n  c: { chart: ./front }\n";
    // Of a release, and of a dependency.
    for (from, never) in [("1.1.0", "1.1.5"), ("1.0.0", "1.0.5")] {
        let sandbox = shelf.workspace(releases, &[("front/Chart.yaml", depends)]);
        sandbox.run("deps vendor").succeeds();
        let good = sandbox.read("regatta.lock");
        let digest = |version: &str| {
            let entry = good.split("- source:").find(|entry| entry.contains(version));
            let lines = entry.and_then(|entry| entry.split_once("sha256: "));
            lines.map(|(_, digest)| digest.trim().to_owned())
        };
        let (own, web) = (digest(from).unwrap(), digest("3.0.0").unwrap());
        let merged = [
            (good.replace(&own, &web), "its archive is `web` 3.0.0"),
            (
                good.replace(&format!("version: {from}"), &format!("version: {never}")),
                "its archive is `api`",
            ),
        ];
        for (merged, expect) in merged {
            sandbox.write("regatta.lock", &merged);
            for place in ["vendor", "cache", "network"] {
                for command in
                    ["template", "diff --locked", "deps lock", "deps list", "deps vendor"]
                {
                    if place != "vendor" {
                        drop(std::fs::remove_dir_all(sandbox.path("vendor")));
                    }
                    if place == "network" {
                        drop(std::fs::remove_dir_all(sandbox.path(".cache")));
                    }
                    let refused = sandbox.run(command).exits(1);
                    let said = said(&shelf, &refused);
                    // Other bytes than the digest's do not come in at all.
                    let kept_out = place == "network" && said.contains("has the SHA-256");
                    assert!(said.contains(expect) || kept_out, "{place}, {command}: {refused}");
                    assert_eq!(sandbox.read("regatta.lock"), merged, "{place}, {command}");
                }
            }
            sandbox.write("regatta.lock", &good);
            sandbox.run("deps vendor").succeeds();
        }
    }
}

#[test]
fn a_damaged_cache_is_noticed_and_mended() {
    let shelf = Shelf::with(&[("api", "1.0.0"), ("web", "3.0.0")]);
    let sandbox = shelf.workspace(RELEASES, &[]);
    sandbox.run("deps lock").succeeds();
    for file in sandbox.tree(".cache") {
        let path = sandbox.path(&file);
        let is_archive = std::fs::read(&path).unwrap().starts_with(&[0x1f, 0x8b]);
        if is_archive {
            std::fs::write(&path, b"\x1f\x8bnothing").unwrap();
        }
    }
    sandbox.run("diff --offline").exits(1);
    assert_eq!(rendered(&sandbox), ["a-api 1.0.0", "b-api 1.0.0", "c-web 3.0.0"]);
}

#[test]
fn another_chart_than_the_one_asked_for_is_refused() {
    let shelf = Shelf::with(&[]);
    shelf.offer("api", "1.0.0", &packed("evil", "1.0.0", ""));
    shelf.offer("web", "3.0.0", &packed("web", "2.0.0", ""));
    let refused = shelf.workspace(RELEASES, &[]).run("diff").exits(1);
    insta::assert_snapshot!(said(&shelf, &refused));
}

#[test]
fn a_repository_that_is_down() {
    let shelf = Shelf::with(&[("api", "1.0.0"), ("web", "3.0.0")]);
    let sandbox = shelf.workspace(RELEASES, &[]);
    sandbox.run("apply --yes").succeeds();
    let address = shelf.repository.url();
    drop(shelf);
    sandbox.run("diff").succeeds();
    sandbox.run("apply --yes --locked").succeeds();
    let sandbox = sandbox.with("REGATTA_LOCKED", "1").with("REGATTA_OFFLINE", "");
    sandbox.run("diff").succeeds();
    let listed = sandbox.run("deps list").exits(1);
    assert!(listed.stderr.contains("cannot reach"), "{listed}");
    std::fs::remove_file(sandbox.path("regatta.lock")).unwrap();
    let sandbox = sandbox.with("REGATTA_LOCKED", "0");
    let refused = sandbox.run("diff").exits(1);
    let message = refused.stderr.replace("\n  │ ", " ").replace(&address, "SHELF");
    insta::assert_snapshot!(message);
    assert!(!sandbox.path("regatta.lock").exists());
    // Offline what the cache knows of the index counts.
    sandbox.run("diff --offline").succeeds();
}
