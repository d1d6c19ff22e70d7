//! Failures as a person reads them at the end of a run.

use insta::assert_snapshot;
use plan::readiness::Code;

use super::*;
use crate::views::testing;

fn result(id: &str, outcome: Outcome) -> ReleaseResult {
    ReleaseResult::new(id.parse().unwrap(), ReleaseAction::Install, outcome)
}

fn show(needs: &[(&str, &[&str])], reason: Reason, releases: Vec<ReleaseResult>) -> String {
    let planned = needs.iter().map(|(id, needs)| {
        let mut release = testing::release(id, ReleaseAction::Install, Vec::new());
        let record = release.record.as_mut().unwrap();
        record.needs = needs.iter().map(|need| need.parse().unwrap()).collect();
        release
    });
    let plan = testing::plan(planned.collect());
    let message = Some("`api` failed".to_owned());
    text(&plan, &RunResult { reason, message, releases }, Paint::default(), 72)
}

#[test]
fn every_failure_with_what_was_seen() {
    let failure = ObjectFailure {
        object: testing::id("Deployment", "api"),
        code: Code::CrashLoop,
        cause: "container `app` of pod `api-6d9-x7k` ends soon after each start: exit code 1, 3 restarts"
            .to_owned(),
        pod: Some("api-6d9-x7k".to_owned()),
        container: Some("app".to_owned()),
        logs: vec!["connecting to db:5432".to_owned(), "fatal: no route to host".to_owned()],
        events: vec!["Pod/api-6d9-x7k: BackOff: back-off restarting failed container (4 times)".to_owned()],
    };
    let told = format!("`{}`: {} ({})", failure.object, failure.cause, failure.code);
    let written = vec![testing::id("ConfigMap", "api"), testing::id("Deployment", "api")];
    let api = ReleaseResult {
        written,
        error: Some(format!("{told}; its record could not be written: the server is gone")),
        failures: vec![failure.clone()],
        rollback_failed: Some(RollbackFailure {
            error: "`Deployment/api`: no node has room for it (E-UNSCHEDULABLE)".to_owned(),
            failures: vec![ObjectFailure {
                code: Code::Unschedulable,
                cause: "no node has room for it".to_owned(),
                logs: Vec::new(),
                events: Vec::new(),
                ..failure
            }],
        }),
        ..result("api", Outcome::Failed)
    };
    let jobs = ReleaseResult {
        rolled_back: Some(5),
        back_to: Some(3),
        because: Some("api".parse().unwrap()),
        ..result("jobs", Outcome::Failed)
    };
    let mail = ReleaseResult {
        error: Some(
            "`Service/mail`: cannot apply service `mail`: spec.ports is required".to_owned(),
        ),
        rolled_back: Some(1),
        ..result("mail", Outcome::Failed)
    };
    let releases = vec![
        result("db", Outcome::Done),
        api,
        mail,
        jobs,
        result("web", Outcome::Skipped),
        result("edge", Outcome::Skipped),
        result("docs", Outcome::Skipped),
    ];
    let needs: [(&str, &[&str]); 7] = [
        ("db", &[]),
        ("api", &["db"]),
        ("mail", &[]),
        ("jobs", &[]),
        ("web", &["api", "mail"]),
        ("edge", &["web"]),
        ("docs", &[]),
    ];
    assert_snapshot!(show(&needs, Reason::FailedPartly, releases), @r"
    error: `api` failed (2 written, 0 deleted)
      ✘ api (shop)
          E-CRASH-LOOP  Deployment/api
            container `app` of pod `api-6d9-x7k` ends soon after each start:
            exit code 1, 3 restarts
            last lines of pod api-6d9-x7k, container app:
            │ connecting to db:5432
            │ fatal: no route to host
            events:
              Pod/api-6d9-x7k: BackOff: back-off restarting failed container
              (4 times)
            help: read the last log lines; exit code 137 with OOMKilled asks
            for more memory; if it waits for another release, declare that
            in `needs`
          its record could not be written: the server is gone
          and rolling back failed:
          E-UNSCHEDULABLE  Deployment/api
            no node has room for it
            seen in pod api-6d9-x7k, container app
            help: compare its requests, node selector and tolerations with
            the nodes, or add a node
      ✘ mail: `Service/mail`: cannot apply service `mail`: spec.ports is required
          rolled back: what this run made is gone again, except volumes
      ! jobs: taken back because `api` failed (to revision 3, which is revision 5 now)
      - web: skipped, it needs `api`, `mail`, which failed
      - edge: skipped, it needs `web`, which was skipped
      - docs: skipped, the run stopped before it
    help: correct the cause, then run the same command again: it goes on from here
    ");
}

#[test]
fn a_hook_is_called_one() {
    let failure = ObjectFailure {
        object: testing::id("Job", "migrate"),
        code: Code::JobFailed,
        cause: "its attempts are used up".to_owned(),
        pod: None,
        container: None,
        logs: vec!["\u{1b}[2Jgone".to_owned()],
        events: Vec::new(),
    };
    let mut release = testing::release("api", ReleaseAction::Install, Vec::new());
    let event = HookEvent::PreInstall;
    release.hooks = vec![plan::HookRun { event, object: failure.object.clone() }];
    assert_eq!(hook(&failure, Some(&release)), Some(event));
    assert_eq!(hook(&failure, None), None);
    assert_snapshot!(object(&failure, Some(event), Paint::default(), 72), @r"
    E-JOB-FAILED  Job/migrate  pre-install hook
      its attempts are used up
      last lines of its log:
      │ [2Jgone
      help: read the logs of its last pod; `backoffLimit` and
      `activeDeadlineSeconds` say how long it may try
    ");
}
