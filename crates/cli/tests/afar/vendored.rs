//! `deps vendor`: a clone with `vendor/` needs neither the network nor a cache, and notices what is not what was vendored.

use super::{RELEASES, rendered, said};
use crate::shelf::Shelf;

#[test]
fn what_is_vendored_needs_no_network_and_no_cache() {
    let shelf = Shelf::with(&[("api", "1.0.0"), ("api", "1.1.0"), ("web", "3.0.0")]);
    let sandbox = shelf.workspace(RELEASES, &[]);
    let wrote = sandbox.run("deps vendor").succeeds();
    assert!(wrote.stderr.contains("vendor/ holds 2 files"), "{wrote}");
    let vendored = sandbox.tree("vendor");
    assert_eq!(vendored.len(), 3, "{vendored:?}");
    let asked = shelf.asked();
    std::fs::remove_dir_all(sandbox.path(".cache")).unwrap();
    assert_eq!(rendered(&sandbox), ["a-api 1.1.0", "b-api 1.1.0", "c-web 3.0.0"]);
    sandbox.run("diff --offline --locked").succeeds();
    assert_eq!(shelf.asked(), asked);

    // What nobody asks for any more goes.
    shelf.put("api", "1.2.0");
    sandbox.run("deps update").succeeds();
    sandbox.run("deps vendor").succeeds();
    assert_eq!(sandbox.tree("vendor").len(), 3);
    assert_eq!(rendered(&sandbox)[0], "a-api 1.2.0");
}

#[test]
fn whoever_asks_hears_where_charts_come_from() {
    let shelf = Shelf::with(&[("api", "1.0.0"), ("web", "3.0.0")]);
    let sandbox = shelf.workspace(RELEASES, &[]);
    let says = |command: &str, expect: &str| {
        let answer = sandbox.run(command).succeeds();
        let api: Vec<&str> =
            answer.stderr.lines().filter(|line| line.starts_with("chart api ")).collect();
        assert_eq!(said(&shelf, &answer).matches(expect).count(), 1, "{answer}");
        assert_eq!(api.len(), 1, "{answer}");
    };
    says("deps lock -v", "chart api 1.0.0 fetched from SHELF/api");
    says("template -v", "chart api 1.0.0 from the cache");
    sandbox.run("deps vendor").succeeds();
    says("diff -v", "chart api 1.0.0 from vendor/");
    assert!(!sandbox.run("diff").succeeds().stderr.contains("chart api"));
}

#[test]
fn a_file_that_is_not_what_was_vendored_is_refused_and_written_anew() {
    let shelf = Shelf::with(&[("api", "1.0.0"), ("web", "3.0.0")]);
    let sandbox = shelf.workspace(RELEASES, &[]);
    sandbox.run("deps vendor").succeeds();
    let archive = sandbox.tree("vendor").into_iter().find(|path| path.contains("api-1.0.0"));
    let archive = archive.expect("the chart is vendored");
    let archive =
        if archive.starts_with("vendor/") { archive } else { format!("vendor/{archive}") };
    sandbox.write(&archive, "something else");
    let refused = said(&shelf, &sandbox.run("template").exits(1));
    assert!(refused.contains("it is not sha256:"), "{refused}");
    assert!(refused.contains("`regatta deps vendor` writes it anew"), "{refused}");
    sandbox.run("deps vendor").succeeds();
    sandbox.run("template --offline").succeeds();
}
