//! Rendering against real Helm: every chart of the fixtures and examples, and the one that `helm create` writes.

use std::path::{Path, PathBuf};
use std::process::Command;

use chart::Dialect;
use tests::parity::{Case, Programs, Verdict, cases, judge, report};

/// A cluster's version that both are told, so that neither's default counts.
const KUBE_VERSION: &str = "1.36.0";

#[test]
fn our_charts_render_as_helm_4_renders_them() {
    our_charts_agree(Dialect::Helm4);
}

#[test]
fn our_charts_render_as_helm_3_renders_them() {
    our_charts_agree(Dialect::Helm3);
}

fn our_charts_agree(dialect: Dialect) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut tried = cases(&repository.join("fixtures/charts")).unwrap();
    tried.extend(cases(&repository.join("fixtures/helm3-charts")).unwrap());
    for example in std::fs::read_dir(repository.join("examples")).unwrap() {
        tried.extend(cases(&example.unwrap().path().join("charts")).unwrap());
    }
    assert!(tried.len() > 30, "only {} charts were found", tried.len());
    agree(dialect, &tried);
}

#[test]
fn a_created_chart_renders_as_helm_renders_it() {
    let room = tempfile::tempdir().unwrap();
    let created = Command::new(tests::helm::binary(Dialect::Helm4))
        .args(["create", "created"])
        .current_dir(room.path())
        .output()
        .unwrap();
    assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
    agree(Dialect::Helm4, &cases(room.path()).unwrap());
}

/// Each case has the same objects, and the same bytes where Helm's own do not change from run to run.
fn agree(dialect: Dialect, tried: &[Case]) {
    let regatta = PathBuf::from(env!("CARGO_BIN_EXE_regatta"));
    let verdicts = judge(&Programs::new(regatta, dialect, KUBE_VERSION.to_owned()), tried);
    let equal = |verdict: &Verdict| match verdict {
        Verdict::Same { bytes, masked, .. } => *bytes || *masked > 0,
        Verdict::BothRefuse => true,
        Verdict::Differs(_)
        | Verdict::OnlyHelmRefuses(_)
        | Verdict::OnlyWeRefuse(_)
        | Verdict::NotTried => false,
    };
    assert!(verdicts.iter().all(equal), "{}", report(tried, &verdicts, false).0);
}
