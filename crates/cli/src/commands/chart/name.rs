//! The name of the release that `chart template` renders, by Helm's flags (pkg/action/install.go, NameAndChart).

use ::chart::File;
use clap::Args;
use source::{Map, Tree};
use stack::ReleaseName;

use super::rendering::Rendering;
use crate::render::Run;
use crate::report::Failure;

/// What `helm template` calls a release without a name, whatever `--generate-name` says.
const USUAL: &str = "release-name";

#[derive(Args, Debug)]
pub struct Named {
    /// Name of the release (may be left out), then the chart: folder, archive, address or name
    #[arg(value_name = "[NAME] CHART", required = true, num_args = 1..=2)]
    pub name_and_chart: Vec<String>,
    /// Leave NAME out
    #[arg(short, long)]
    pub generate_name: bool,
    /// Name of the release as a template: `'{{ lower "API" }}-x'`
    #[arg(long, value_name = "TEMPLATE", conflicts_with = "generate_name")]
    pub name_template: Option<String>,
}

impl Named {
    /// The release's name and the reference of its chart.
    pub fn read(&self, rendering: &Rendering, run: &Run) -> Result<(String, &str), Failure> {
        let (name, chart) = match (self.name_and_chart.as_slice(), &self.name_template) {
            ([_, _], Some(_)) => return Err(twice("--name-template")),
            ([_, _], None) if self.generate_name => return Err(twice("--generate-name")),
            ([name, chart], None) => (name.clone(), chart),
            ([chart], Some(template)) => (rendered(template, rendering, run)?, chart),
            ([chart], None) => (USUAL.to_owned(), chart),
            _ => return Err(Failure::usage("name a release and a chart")),
        };
        ReleaseName::new(&name).map_err(|why| Failure::usage(why.to_string()))?;
        Ok((name, chart))
    }
}

fn twice(flag: &str) -> Failure {
    Failure::usage(format!("`{flag}` says the name of the release, and NAME too"))
        .help("leave one of them out")
}

/// As the notes of a chart that has nothing else.
fn rendered(template: &str, rendering: &Rendering, run: &Run) -> Result<String, Failure> {
    let definition = "apiVersion: v2\nname: name\nversion: 1.0.0\n";
    let files =
        vec![File::new("Chart.yaml", definition), File::new("templates/NOTES.txt", template)];
    let chart = ::chart::load("--name-template", files)?;
    let nothing = Tree::from(Map::new());
    Ok(::chart::render(&chart, &rendering.input(run, USUAL, &nothing)?)?.notes)
}
