//! What is measured of fetching: 20 charts of one repository against Helm one after another, and one chart of an index of
//! 30 MB, cold and again.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use registry::repository::Repository;

use crate::Bench;
use crate::cases::{mebibytes, milliseconds, ratio, write};
use crate::measure::{Program, Sample, median, sample};

const CHARTS: usize = 20;
/// Of the large index: charts, and versions of each.
const MANY: (usize, usize) = (200, 112);

pub(crate) fn all(bench: &Bench) -> Result<String, String> {
    let room = tempfile::tempdir().map_err(|error| format!("make a directory: {error}"))?;
    let scene = Scene { bench, room: room.path().to_owned() };
    let served = scene.room.join("served");
    let names: Vec<String> = (0..CHARTS).map(|chart| format!("chart-{chart:04}")).collect();
    for name in &names {
        scene.package(name, &served)?;
    }
    scene.helm(&["repo", "index", text(&served)?])?;
    let large = scene.room.join("large");
    write(&large.join("index.yaml"), &index())?;
    scene.package(&names[0], &large)?;

    let (few, many) = (Repository::open(&served), Repository::open(&large));
    let mut twenty = <[Vec<Sample>; 2]>::default();
    let mut one = <[Vec<Sample>; 3]>::default();
    for round in 0..=bench.runs {
        // The first round warms up.
        let keep = |samples: &mut Vec<Sample>, sample| {
            if round > 0 {
                samples.push(sample);
            }
        };
        let cache = scene.room.join(format!("cache-{round}"));
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        keep(&mut twenty[0], scene.ours(&few.url(), &cache.join("few"), &all)?);
        keep(&mut twenty[1], scene.theirs(&few.url(), &cache.join("helm"), &all)?);
        let single = &all[..1];
        keep(&mut one[0], scene.ours(&many.url(), &cache.join("many"), single)?);
        keep(&mut one[1], scene.ours(&many.url(), &cache.join("many"), single)?);
        keep(&mut one[2], scene.theirs_at_once(&many.url(), &cache.join("large"), single[0])?);
    }
    let [ours, theirs] = twenty.map(median);
    let [cold, warm, helm] = one.map(median);
    let mut report = String::from(
        "| work | regatta | helm | faster | regatta peak | helm peak |\n|---|---|---|---|---|---|\n",
    );
    report.push_str(&row("20 charts of one repository", ours, theirs));
    report.push_str(&row("a chart of an index of 30 MB", cold, helm));
    report.push_str(&row("the same again", warm, helm));
    let _ = writeln!(report, "\nAgain against cold: {:.1}×.", ratio(cold, warm));
    Ok(report)
}

struct Scene<'a> {
    bench: &'a Bench,
    room: PathBuf,
}

impl Scene<'_> {
    /// The newest version of each chart, all at once.
    fn ours(&self, url: &str, cache: &Path, charts: &[&str]) -> Result<Sample, String> {
        let words = [&["fetch", url, text(cache)?], charts].concat();
        self.program(&self.bench.myself, &words)
    }

    /// The repository is added first, as everyone does.
    fn theirs(&self, url: &str, cache: &Path, charts: &[&str]) -> Result<Sample, String> {
        let cache = Cache::of(cache)?;
        let add = ["repo", "add", "bench", url];
        let mut total = self.program(&self.bench.helm, &[&add[..], &cache.words()].concat())?;
        for chart in charts {
            let named = format!("bench/{chart}");
            let pull = ["pull", &named, "--destination", &cache.charts];
            let once = self.program(&self.bench.helm, &[&pull[..], &cache.words()].concat())?;
            total.wall += once.wall;
            total.peak = total.peak.max(once.peak);
        }
        Ok(total)
    }

    fn theirs_at_once(&self, url: &str, cache: &Path, chart: &str) -> Result<Sample, String> {
        let cache = Cache::of(cache)?;
        let pull = ["pull", chart, "--repo", url, "--destination", &cache.charts];
        self.program(&self.bench.helm, &[&pull[..], &cache.words()].concat())
    }

    fn program(&self, file: &Path, words: &[&str]) -> Result<Sample, String> {
        let arguments = words.iter().map(OsStr::new).collect();
        sample(&Program { file, arguments, directory: &self.room, environment: &[], repeat: 1 })
    }

    fn helm(&self, words: &[&str]) -> Result<Sample, String> {
        self.program(&self.bench.helm, words)
    }

    /// A chart with some templates, packed into a folder.
    fn package(&self, name: &str, folder: &Path) -> Result<(), String> {
        let source = self.room.join("sources").join(name);
        let chart = format!("apiVersion: v2\nname: {name}\nversion: 1.112.0\n");
        write(&source.join("Chart.yaml"), &chart)?;
        for number in 0..10 {
            let template = "# a line of a template\n".repeat(200);
            write(&source.join(format!("templates/{number}.yaml")), &template)?;
        }
        self.helm(&["package", text(&source)?, "--destination", text(folder)?]).map(drop)
    }
}

/// Where Helm keeps things, told by flags.
struct Cache {
    charts: String,
    flags: [String; 3],
}

impl Cache {
    fn of(folder: &Path) -> Result<Self, String> {
        write(&folder.join("charts/.keep"), "")?;
        let folder = text(folder)?;
        let flags = [
            format!("--repository-config={folder}/repositories.yaml"),
            format!("--repository-cache={folder}/repository"),
            format!("--content-cache={folder}/content"),
        ];
        Ok(Self { charts: format!("{folder}/charts"), flags })
    }

    fn words(&self) -> [&str; 3] {
        self.flags.each_ref().map(String::as_str)
    }
}

/// An index as large public repositories have it.
fn index() -> String {
    let (charts, versions) = MANY;
    let mut index = String::from("apiVersion: v1\nentries:\n");
    for chart in 0..charts {
        let _ = writeln!(index, "  chart-{chart:04}:");
        for version in (1..=versions).rev() {
            let _ = writeln!(index, "{}", entry(chart, version));
        }
    }
    index.push_str("generated: 2026-01-02T03:04:05.678Z\n");
    index
}

fn entry(chart: usize, version: usize) -> String {
    let name = format!("chart-{chart:04}");
    format!(
        r#"  - annotations:
      category: Infrastructure
      images: |
        - name: {name}
          image: docker.io/example/{name}:{version}.0.0-debian-12-r{version}
        - name: os-shell
          image: docker.io/example/os-shell:12-debian-12-r{version}
      licenses: Apache-2.0
    apiVersion: v2
    appVersion: {version}.1.0
    created: "2026-01-02T03:04:05.678Z"
    dependencies:
    - condition: postgresql.enabled
      name: postgresql
      repository: https://charts.example.com/stable
      version: 15.x.x
    - name: common
      repository: https://charts.example.com/stable
      tags:
      - example-common
      version: 2.x.x
    description: Chart {name} is an open source platform that makes it easier to create,
      deploy, manage and observe service number {chart}.
    home: https://example.com
    icon: https://example.com/assets/stacks/{name}/img/{name}-stack-220x234.png
    keywords:
    - {name}
    - database
    - "sql: cluster"
    maintainers:
    - name: Example, Inc.
      url: https://github.com/example/charts
    name: {name}
    sources:
    - https://github.com/example/charts/tree/main/example/{name}
    - https://github.com/example/containers/tree/main/example/{name}
    urls:
    - {name}-1.{version}.0.tgz
    version: 1.{version}.0"#
    )
}

pub(crate) fn row(work: &str, ours: Sample, theirs: Sample) -> String {
    format!(
        "| {work} | {} | {} | {:.1}× | {} | {} |\n",
        milliseconds(ours),
        milliseconds(theirs),
        ratio(theirs, ours),
        mebibytes(ours),
        mebibytes(theirs)
    )
}

fn text(path: &Path) -> Result<&str, String> {
    path.to_str().ok_or_else(|| format!("{} is no text", path.display()))
}
