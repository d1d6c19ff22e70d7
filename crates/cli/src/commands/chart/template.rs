//! `chart template`: one chart rendered without a workspace, as `helm template` does it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chart::{Input, Limits, NoLookup, PrintOptions, ReleaseInfo};
use clap::Args as ClapArgs;
use source::{Problem, Source, Tree};
use stack::set::{self, Kind};
use stack::{Compat, Content, Layer, Origin, ReleaseName};

use crate::args::{Charts, Choice, Helm, Kube, Offline};
use crate::charts::single;
use crate::report::{self, Failure, Reason};
use crate::shell::Shell;
use crate::{disk, render};

/// Render a chart as `helm template` does
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta chart template api ./charts/api -f values.yaml --set image.tag=1.2\n  regatta chart template db oci://registry.example.com/charts/postgresql --version ~16.4"
)]
pub struct Args {
    /// Name of the release (may be left out), then the chart: folder, archive, address or name
    #[arg(value_name = "[NAME] CHART", required = true, num_args = 1..=2)]
    pub name_and_chart: Vec<String>,
    /// Values file; repeat for several, later wins
    #[arg(short = 'f', long, value_name = "FILE")]
    pub values: Vec<PathBuf>,
    /// Value: `image.tag=1.2`
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Value, always text
    #[arg(long, value_name = "KEY=VALUE")]
    pub set_string: Vec<String>,
    /// Value, a file's content
    #[arg(long, value_name = "KEY=FILE")]
    pub set_file: Vec<String>,
    /// Value, JSON
    #[arg(long, value_name = "KEY=JSON")]
    pub set_json: Vec<String>,
    /// Value, all behind the first `=` as it stands
    #[arg(long, value_name = "KEY=VALUE")]
    pub set_literal: Vec<String>,
    /// Namespace of the release
    #[arg(short, long, value_name = "NAME", default_value = "default")]
    pub namespace: String,
    /// Also the files of `crds/`
    #[arg(long)]
    pub include_crds: bool,
    /// Only what these templates made (glob below the chart); repeat for several
    #[arg(short, long, value_name = "TEMPLATE")]
    pub show_only: Vec<String>,
    /// Without test hooks
    #[arg(long)]
    pub skip_tests: bool,
    /// Without any hook
    #[arg(long)]
    pub no_hooks: bool,
    /// Render as an upgrade: `.Release.IsUpgrade`
    #[arg(long)]
    pub is_upgrade: bool,
    /// Do not check values against values.schema.json
    #[arg(long)]
    pub skip_schema_validation: bool,
    /// Whose rules hold
    #[arg(
        long,
        value_name = "HELM",
        default_value = "helm4",
        env = "REGATTA_COMPAT",
        hide_env = true
    )]
    pub compat: Helm,
    #[command(flatten)]
    pub choice: Choice,
    #[command(flatten)]
    pub kube: Kube,
    #[command(flatten)]
    pub offline: Offline,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let (name, path) = match args.name_and_chart.as_slice() {
        [name, path] => (name.as_str(), path.as_str()),
        [path] => ("release-name", path.as_str()),
        _ => return Err(Failure::usage("name a release and a chart")),
    };
    ReleaseName::new(name).map_err(|why| Failure::usage(why.to_string()))?;
    let run = render::Run::new(&args.kube, &Charts::from(&args.offline), shell)?;
    let capabilities = Arc::new(run.capabilities(None)?);
    let compat = Compat::from(args.compat);
    let dialect = render::dialect(compat);
    let values = values(&args, compat)?;
    let options = PrintOptions {
        include_crds: args.include_crds,
        skip_tests: args.skip_tests,
        no_hooks: args.no_hooks,
        show_only: args.show_only.clone(),
        dialect,
    };
    let chart = single::load(path, &args.choice, &run.remote, shell)?;
    let rendered = chart::render(
        &chart,
        &Input {
            values: &values,
            release: ReleaseInfo {
                name: name.to_owned(),
                namespace: args.namespace.clone(),
                revision: 1,
                is_upgrade: args.is_upgrade,
            },
            capabilities,
            lookup: Arc::new(NoLookup),
            seed: run.seed_of(name),
            now: Arc::clone(&run.now),
            dialect,
            skip_schema_validation: args.skip_schema_validation,
            subchart_notes: false,
            limits: Limits::default(),
        },
    )?;
    let text = chart::print_template(&rendered, &options)?;
    report::problems(&shell.printer, &rendered.warnings);
    shell.printer.manifests(&text)?;
    // Never freed: the process ends right after.
    std::mem::forget((chart, rendered));
    Ok(Reason::Done)
}

/// Values in Helm's order: files, then JSON, plain, text, file contents, literals.
fn values(args: &Args, compat: Compat) -> Result<Tree, Failure> {
    let mut layers = Vec::new();
    let mut problems = Vec::new();
    for path in &args.values {
        let name = path.to_string_lossy();
        let bytes = disk::read(path)
            .map_err(|error| Failure::usage(format!("cannot read `-f {name}`: {error}")))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let source = Source::new(name.as_ref(), text);
        match stack::layers::documents(&source, compat) {
            Ok(read) => {
                let layer = |tree| Layer {
                    origin: Origin::File { path: name.to_string() },
                    content: Content::Values(tree),
                };
                layers.extend(read.value.into_iter().filter(|tree| !tree.is_null()).map(layer));
            }
            Err(found) => problems.extend(found),
        }
    }
    let kinds: [(&str, &[String], Kind); 5] = [
        ("--set-json", &args.set_json, Kind::Json),
        ("--set", &args.set, Kind::Typed),
        ("--set-string", &args.set_string, Kind::Text),
        ("--set-file", &args.set_file, Kind::File),
        ("--set-literal", &args.set_literal, Kind::Literal),
    ];
    let read_file = |path: &str| disk::read(Path::new(path)).map_err(|error| error.to_string());
    for (flag, texts, kind) in kinds {
        for text in texts {
            let name = format!("{flag} {text}");
            let source = Source::new(name.clone(), text.clone());
            match set::parse(kind.in_dialect(compat), &source, 0, &read_file) {
                Ok(edits) => layers.push(Layer {
                    origin: Origin::Flag { text: name },
                    content: Content::Edits(edits),
                }),
                Err(problem) => problems.push(problem),
            }
        }
    }
    let not_a_map = |layer: &Layer| match &layer.content {
        Content::Values(tree) if tree.as_map().is_none() => Some(
            Problem::error("values-not-a-map", "a values file must hold a map")
                .at(tree.span.as_ref(), format!("this is {}", tree.kind())),
        ),
        Content::Values(_) | Content::Edits(_) => None,
    };
    problems.extend(layers.iter().filter_map(not_a_map));
    if !problems.is_empty() {
        return Err(problems.into());
    }
    Ok(stack::merge(&layers)?)
}
