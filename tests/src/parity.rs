//! Parity: a folder of charts rendered by real Helm and by us, object by object.

mod compare;
mod documents;
mod report;

pub use compare::Verdict;
pub use report::{Summary, report};

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use chart::Dialect;

use crate::helm;

/// A chart with one of its values files, or none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    pub chart: PathBuf,
    pub values: Option<PathBuf>,
}

/// The two programs, and what both are told.
pub struct Programs {
    pub helm: PathBuf,
    pub regatta: PathBuf,
    pub dialect: Dialect,
    pub kube_version: String,
}

impl Programs {
    /// The Helm that judges a dialect, and ours at a path.
    pub fn new(regatta: PathBuf, dialect: Dialect, kube_version: String) -> Self {
        Self { helm: helm::binary(dialect), regatta, dialect, kube_version }
    }
}

impl Case {
    /// `chart` or `chart ci/values.yaml`, the folder's name for the chart.
    pub fn name(&self) -> String {
        let last =
            |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match &self.values {
            Some(values) => format!("{} ci/{}", last(&self.chart), last(values)),
            None => last(&self.chart),
        }
    }
}

/// Every chart right below a folder, or the folder's own: with its defaults, and with each of `ci/*.yaml`.
///
/// # Errors
/// A folder that cannot be listed.
pub fn cases(folder: &Path) -> Result<Vec<Case>, std::io::Error> {
    let mut cases = Vec::new();
    let mut charts = listed(folder)?;
    charts.push(folder.to_owned());
    for chart in charts {
        let archive = chart.extension().is_some_and(|extension| extension == "tgz");
        if !archive && !chart.join("Chart.yaml").is_file() {
            continue;
        }
        cases.push(Case { chart: chart.clone(), values: None });
        let given = listed(&chart.join("ci")).unwrap_or_default();
        let given = given.into_iter().filter(|path| path.extension().is_some_and(|e| e == "yaml"));
        cases.extend(given.map(|values| Case { chart: chart.clone(), values: Some(values) }));
    }
    cases.sort();
    Ok(cases)
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

/// Judges every case, several at a time, in the order of the cases.
pub fn judge(programs: &Programs, cases: &[Case]) -> Vec<Verdict> {
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(2, usize::from);
    let work = || {
        let mut judged = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(index) else { return judged };
            judged.push((index, judge_one(programs, case)));
        }
    };
    let mut judged: Vec<(usize, Verdict)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a worker ends")).collect()
    });
    judged.sort_by_key(|(index, _)| *index);
    judged.into_iter().map(|(_, verdict)| verdict).collect()
}

fn judge_one(programs: &Programs, case: &Case) -> Verdict {
    let helm = || run(Command::new(&programs.helm).arg("template"), programs, case);
    let compat = match programs.dialect {
        Dialect::Helm4 => "helm4",
        Dialect::Helm3 => "helm3",
    };
    let ours = ["chart", "template", "--compat", compat];
    let ours = run(Command::new(&programs.regatta).args(ours), programs, case);
    // Twice, to know what Helm itself makes differently each time.
    let first = helm();
    let verdict = compare::compare(&first, &helm(), &ours);
    if !matches!(verdict, Verdict::Differs(_)) {
        return verdict;
    }
    // Times that are printed in seconds differ only when some have passed.
    thread::sleep(Duration::from_millis(1_100));
    compare::compare(&first, &helm(), &ours)
}

/// What a program printed, or how it refused.
fn run(command: &mut Command, programs: &Programs, case: &Case) -> Result<String, String> {
    command.arg("parity").arg(&case.chart).arg("--include-crds");
    command.args(["--kube-version", &programs.kube_version, "--namespace", "parity-space"]);
    if let Some(values) = &case.values {
        command.arg("--values").arg(values);
    }
    // Neither sees a cluster or the user's settings.
    command.env("KUBECONFIG", "/dev/null").env("TZ", "UTC").env("NO_COLOR", "1");
    match command.output() {
        Ok(output) if output.status.success() => {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Err(format!("cannot run {}: {error}", command.get_program().display())),
    }
}
