//! `chart show`: what a chart says of itself, byte for byte as `helm show` prints it (pkg/action/show.go).

use std::fmt::Write as _;

use ::chart::{Chart, File, definition};
use clap::{Args as ClapArgs, ValueEnum};

use crate::args::{Charts, Choice, Offline};
use crate::charts::{Remote, single};
use crate::report::{Failure, Reason};
use crate::shell::Shell;

/// Print a chart's definition, default values, README or CRDs
#[derive(ClapArgs, Debug)]
#[command(
    visible_alias = "inspect",
    mut_arg("file", |it| it.short('f')),
    after_help = "Examples:\n  regatta chart show values ./charts/api\n  regatta chart show chart oci://registry.example.com/charts/postgresql --version ~16.4\n  regatta chart show readme postgresql --repo https://charts.example.com"
)]
pub struct Args {
    /// `chart` (Chart.yaml), `values`, `readme`, `crds` or `all`
    #[arg(value_name = "WHAT", hide_possible_values = true)]
    pub what: What,
    /// Folder, archive, address, name in a repository
    #[arg(value_name = "CHART")]
    pub chart: String,
    #[command(flatten)]
    pub choice: Choice,
    #[command(flatten)]
    pub offline: Offline,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum What {
    Chart,
    Values,
    Readme,
    Crds,
    All,
}

pub fn run(args: &Args, shell: &Shell) -> Result<Reason, Failure> {
    let remote = Remote::new(&Charts::from(&args.offline), shell)?;
    let chart = single::load(&args.chart, &args.choice, &remote, shell)?;
    let text = text(&chart, args.what);
    chart.readable()?;
    shell.printer.show(&text)?;
    Ok(Reason::Done)
}

fn text(chart: &Chart, what: What) -> String {
    let is_all = what == What::All;
    let mut text = String::new();
    let mut put = |separated: bool, part: &str| {
        let line = if separated { "---\n" } else { "" };
        writeln!(text, "{line}{part}").expect("memory takes it");
    };
    if is_all || what == What::Chart {
        put(false, &definition(&chart.metadata));
    }
    if (is_all || what == What::Values)
        && let Some(file) = chart.raw.iter().find(|file| file.path == "values.yaml")
    {
        put(is_all, file.text());
    }
    if (is_all || what == What::Readme)
        && let Some(file) = chart.files.iter().find(|file| is_readme(file))
    {
        put(is_all, file.text());
    }
    if is_all || what == What::Crds {
        definitions(chart, &mut |file| {
            let text = file.text();
            put(!text.starts_with("---"), text);
        });
    }
    text
}

fn is_readme(file: &File) -> bool {
    ["readme.md", "readme.txt", "readme"].iter().any(|name| file.path.eq_ignore_ascii_case(name))
}

/// A chart's own definitions, then those of its subcharts.
fn definitions(chart: &Chart, put: &mut impl FnMut(&File)) {
    chart.crds.iter().for_each(&mut *put);
    for subchart in &chart.dependencies {
        definitions(subchart, put);
    }
}
