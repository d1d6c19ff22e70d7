//! How the end of a release is told in one line.

use insta::assert_snapshot;
use plan::readiness::Code;
use plan::{ObjectId, ObjectNote, RollbackFailure};

use super::*;

fn object(kind: &str, name: &str) -> ObjectId {
    let namespace = Some("shop".to_owned());
    ObjectId { group: String::new(), kind: kind.to_owned(), namespace, name: name.to_owned() }
}

fn failure(code: Code) -> ObjectFailure {
    ObjectFailure {
        object: object("Deployment", "web"),
        code,
        cause: "it does not work".to_owned(),
        pod: None,
        container: None,
        logs: Vec::new(),
        events: Vec::new(),
    }
}

#[test]
fn ends_of_releases() {
    let blank =
        |outcome| ReleaseResult::new("web".parse().unwrap(), ReleaseAction::Upgrade, outcome);
    let because = Some("db".parse().unwrap());
    let written = vec![object("ConfigMap", "web"), object("Deployment", "web")];
    let paused = ObjectNote { object: object("Deployment", "web"), note: "paused".to_owned() };
    let crashed = ReleaseResult {
        written: written.clone(),
        error: Some("it does not work".to_owned()),
        failures: vec![failure(Code::CrashLoop)],
        ..blank(Outcome::Failed)
    };
    let not_back = |failures: &[ObjectFailure]| ReleaseResult {
        rollback_failed: Some(RollbackFailure {
            error: "the server is gone\nfor good".to_owned(),
            failures: failures.to_vec(),
        }),
        ..crashed.clone()
    };
    let results = [
        ReleaseResult { written: written.clone(), ..blank(Outcome::Done) },
        ReleaseResult { notes: vec![paused], written: written.clone(), ..blank(Outcome::Done) },
        ReleaseResult { back_to: Some(3), written: written.clone(), ..blank(Outcome::Done) },
        ReleaseResult { because: because.clone(), ..blank(Outcome::Skipped) },
        blank(Outcome::Skipped),
        ReleaseResult { rolled_back: Some(5), back_to: Some(3), ..crashed.clone() },
        ReleaseResult { rolled_back: Some(1), ..crashed.clone() },
        not_back(&[failure(Code::ImagePull)]),
        not_back(&[]),
        ReleaseResult {
            written,
            error: Some("taken back because `db` failed".to_owned()),
            rolled_back: Some(5),
            back_to: Some(3),
            because,
            ..blank(Outcome::Failed)
        },
    ];
    let lines = results.iter().map(|result| done("web", result, 3, None, Paint::default(), 100));
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r"
    ✔ web  upgraded   2 written
    ✔ web  upgraded   2 written, Deployment/web: paused
    ✔ web  rolled back to revision 3  2 written
    - web  skipped    because `db` failed
    - web  skipped
    ✘ web  failed     2 written, E-CRASH-LOOP Deployment/web, rolled back to revision 3
    ✘ web  failed     2 written, E-CRASH-LOOP Deployment/web, taken back
    ✘ web  failed     2 written, E-CRASH-LOOP Deployment/web, could not be rolled back: E-IMAGE-PULL Deployment/web
    ✘ web  failed     2 written, E-CRASH-LOOP Deployment/web, could not be rolled back: the server is gone
    ! web  taken back  because `db` failed, 2 written, rolled back to revision 3
    ");
}
