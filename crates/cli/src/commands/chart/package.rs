//! `chart package`: a chart's folder into an archive.

use std::path::PathBuf;

use ::chart::{Chart, File, definition};
use clap::Args as ClapArgs;
use pull::dependencies;
use source::{Problem, Problems};

use super::save;
use crate::charts::single;
use crate::report::{self, Failure, Reason};
use crate::shell::Shell;

/// Pack a chart's folder into NAME-VERSION.tgz
///
/// The same files give the same bytes.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta chart package ./charts/api\n  regatta chart package ./charts/api --version 1.2.3 --app-version 9 -d dist"
)]
pub struct Args {
    /// Folder with a Chart.yaml; repeat for several
    #[arg(value_name = "FOLDER", required = true)]
    pub charts: Vec<String>,
    /// Folder to write to
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    pub destination: PathBuf,
    /// Version to write into Chart.yaml
    #[arg(long, value_name = "VERSION")]
    pub version: Option<String>,
    /// Version of the application to write into Chart.yaml
    #[arg(long, value_name = "VERSION")]
    pub app_version: Option<String>,
}

pub fn run(args: &Args, shell: &Shell) -> Result<Reason, Failure> {
    for path in &args.charts {
        let chart = complete(path, args)?;
        report::problems(&shell.printer, &chart.warnings);
        let archive = ::chart::package(&chart)?;
        let name = save::file_name(&chart)?;
        let saved = save::file(&args.destination, &name, &archive)?;
        let digest = pull::Digest::of(&archive);
        let saved = saved.strip_prefix(".").unwrap_or(&saved).display();
        shell.printer.show(&format!("Saved: {saved}\nDigest: sha256:{digest}\n"))?;
    }
    Ok(Reason::Done)
}

/// The chart at a path with everything that it needs, under the versions that flags say.
fn complete(path: &str, args: &Args) -> Result<Chart, Failure> {
    let chart = versioned(single::on_disk(path)?, args)?;
    if !chart.raw.iter().any(|file| file.path == "Chart.yaml") {
        return Err(Failure::usage(format!("`{path}` has no Chart.yaml"))
            .help("a chart has one that says its `apiVersion`, `name` and `version`"));
    }
    let missing = dependencies::missing(&chart, &mut Problems::new())?;
    if missing.is_empty() {
        return Ok(chart);
    }
    let problem = |one: &dependencies::Missing| {
        let message = format!("`{path}` depends on `{}`, which is not in its `charts/`", one.name);
        Problem::error("missing-dependency", message)
            .at(one.place.as_ref(), "listed here")
            .help("lay it there first: `regatta chart pull … -d CHART/charts`")
    };
    Err(missing.iter().map(problem).collect::<Problems>().into())
}

/// Versions go into Chart.yaml, which then is written anew, as by Helm.
fn versioned(chart: Chart, args: &Args) -> Result<Chart, Failure> {
    if args.version.is_none() && args.app_version.is_none() {
        return Ok(chart);
    }
    let mut metadata = chart.metadata.clone();
    if let Some(version) = &args.version {
        metadata.version.clone_from(version);
    }
    if let Some(version) = &args.app_version {
        metadata.app_version.clone_from(version);
    }
    let mut files = chart.raw;
    for file in files.iter_mut().filter(|file| file.path == "Chart.yaml") {
        *file = File::new("Chart.yaml", definition(&metadata));
    }
    Ok(::chart::load(&chart.origin, files)?)
}
