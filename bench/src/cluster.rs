//! What is measured on a control plane: a first apply, one without changes, a diff and a destroy of 20 small releases, each
//! against Helm one release after another. Those without changes take turns, with the bare requests that both need in between.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use controlplane::ControlPlane;

use crate::Bench;
use crate::bare;
use crate::cases::{mebibytes, milliseconds, ratio, write};
use crate::measure::{Program, Sample, median, sample};

const RELEASES: usize = 20;
/// In each round, of what changes nothing.
const TURNS: usize = 4;

const CHART: [(&str, &str); 5] = [
    ("Chart.yaml", "{ apiVersion: v2, name: small, version: 1.0.0 }\n"),
    (
        "templates/settings.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: '{{ .Release.Name }}' }\ndata: { key: value }\n",
    ),
    (
        "templates/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: { name: '{{ .Release.Name }}' }\nstringData: { key: value }\n",
    ),
    (
        "templates/service.yaml",
        "apiVersion: v1\nkind: Service\nmetadata: { name: '{{ .Release.Name }}' }\n\
         spec: { selector: { app: '{{ .Release.Name }}' }, ports: [{ port: 80 }] }\n",
    ),
    (
        "templates/deployment.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: '{{ .Release.Name }}' }\n\
         spec:\n  selector: { matchLabels: { app: '{{ .Release.Name }}' } }\n  template:\n    \
         metadata: { labels: { app: '{{ .Release.Name }}' } }\n    \
         spec: { containers: [{ name: main, image: 'small:1' }] }\n",
    ),
];

/// Both programs with the same chart, each in a namespace of its own.
struct Scene<'a> {
    bench: &'a Bench,
    plane: &'static ControlPlane,
    room: PathBuf,
    kubeconfig: PathBuf,
}

/// One kind of work, in all rounds.
#[derive(Default)]
struct Work {
    ours: Vec<Sample>,
    theirs: Vec<Sample>,
    /// Requests of the last round: all, and those that write.
    our_requests: (usize, usize),
    their_requests: (usize, usize),
}

pub(crate) fn all(bench: &Bench) -> Result<String, String> {
    let room = tempfile::tempdir().map_err(|error| format!("make a directory: {error}"))?;
    let plane = ControlPlane::shared();
    let kubeconfig = plane.kubeconfig();
    let scene = Scene { bench, plane, room: room.path().to_owned(), kubeconfig };
    scene.lay_out()?;

    let [mut first, mut again, mut diff, mut destroy] = [(); 4].map(|()| Work::default());
    let mut bare = Vec::new();
    for round in 0..=bench.runs {
        // The first round warms up.
        let counts = round > 0;
        scene.ours(&mut first, &["apply", "--yes"], counts)?;
        scene.theirs(&mut first, install, counts)?;
        for turn in 0..TURNS {
            let mut works = [(&mut again, &["apply", "--yes"][..]), (&mut diff, &["diff"])];
            if turn % 2 == 1 {
                works.reverse();
            }
            for (work, words) in works {
                let taken = bare::requests(&scene.kubeconfig, "ours")?;
                bare.extend(Some(taken).filter(|_| counts));
                scene.ours(work, words, counts)?;
            }
        }
        scene.theirs(&mut again, install, counts)?;
        scene.ours(&mut destroy, &["destroy", "--yes"], counts)?;
        scene.theirs(&mut destroy, uninstall, counts)?;
    }
    diff.theirs.clone_from(&again.theirs);
    diff.their_requests = again.their_requests;
    bare.sort();
    let bare = bare[bare.len() / 2].as_secs_f64();
    let times = |work: &Work| median(work.ours.clone()).wall.as_secs_f64() / bare;
    let (again_times, diff_times) = (times(&again), times(&diff));

    let mut report = String::from(
        "| work | regatta | helm | faster | regatta peak | helm peak | regatta requests (writes) | helm requests (writes) |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for (name, work) in [
        ("first `apply`", first),
        ("`apply` without changes", again),
        ("`diff` without changes", diff),
        ("`destroy`", destroy),
    ] {
        report.push_str(&row(name, work));
    }
    let _ = writeln!(
        report,
        "\nThe bare requests of a plan without changes (records, {} lists, {} dry runs): {:.1} ms. \
         `apply` takes {again_times:.1} times as long, `diff` {diff_times:.1} times.",
        CHART.len() - 1,
        RELEASES * (CHART.len() - 1),
        bare * 1000.0
    );
    Ok(report)
}

fn install(release: &str) -> Vec<&str> {
    let fixed = ["upgrade", "--install", release, "chart", "--create-namespace", "--wait"];
    fixed.to_vec()
}

fn uninstall(release: &str) -> Vec<&str> {
    vec!["uninstall", release, "--wait"]
}

impl Scene<'_> {
    fn lay_out(&self) -> Result<(), String> {
        for (path, text) in CHART {
            write(&self.room.join("chart").join(path), text)?;
        }
        let mut manifest = String::from(
            "name: bench\nclusters: { test: { context: test } }\ntarget: { cluster: test }\nnamespace: ours\nreleases:\n",
        );
        for number in 0..RELEASES {
            let _ = writeln!(manifest, "  r{number}: {{ chart: ./chart, wait: true }}");
        }
        write(&self.room.join("regatta.yaml"), &manifest)
    }

    fn ours(&self, work: &mut Work, words: &[&str], counts: bool) -> Result<(), String> {
        let mark = self.plane.mark();
        let taken = self.run(&self.bench.regatta, words)?;
        work.ours.extend(Some(taken).filter(|_| counts));
        work.our_requests = self.requests_since(mark);
        Ok(())
    }

    /// A run of Helm for each release.
    fn theirs(
        &self,
        work: &mut Work,
        words: fn(&str) -> Vec<&str>,
        counts: bool,
    ) -> Result<(), String> {
        let mark = self.plane.mark();
        let mut total = Sample::default();
        for number in 0..RELEASES {
            let release = format!("r{number}");
            let mut arguments = words(&release);
            arguments.extend(["--namespace", "helms"]);
            let taken = self.run(&self.bench.helm, &arguments)?;
            total.wall += taken.wall;
            total.peak = total.peak.max(taken.peak);
        }
        work.theirs.extend(Some(total).filter(|_| counts));
        work.their_requests = self.requests_since(mark);
        Ok(())
    }

    fn run(&self, file: &Path, words: &[&str]) -> Result<Sample, String> {
        let kubeconfig: OsString = self.kubeconfig.clone().into();
        let flags = ["--kubeconfig".into(), kubeconfig];
        let words = words.iter().map(OsString::from);
        let arguments: Vec<OsString> = words.chain(flags).collect();
        let arguments = arguments.iter().map(OsString::as_os_str).collect();
        sample(&Program { file, arguments, directory: &self.room, environment: &[], repeat: 1 })
    }

    fn requests_since(&self, mark: controlplane::Mark) -> (usize, usize) {
        let requests = self.plane.requests_since(mark);
        (requests.len(), requests.iter().filter(|request| request.is_write()).count())
    }
}

fn row(name: &str, work: Work) -> String {
    let (ours, theirs) = (median(work.ours), median(work.theirs));
    format!(
        "| {name} | {} | {} | {:.1}× | {} | {} | {} ({}) | {} ({}) |\n",
        milliseconds(ours),
        milliseconds(theirs),
        ratio(theirs, ours),
        mebibytes(ours),
        mebibytes(theirs),
        work.our_requests.0,
        work.our_requests.1,
        work.their_requests.0,
        work.their_requests.1,
    )
}
