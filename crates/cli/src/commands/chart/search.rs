//! `chart search`: the charts that an HTTP repository offers.

use clap::Args as ClapArgs;
use pull::{Access, Source, index};
use serde_json::json;
use source::Problem;

use crate::args::{Charts, Manifest, Offline, Output, Server, TextOrJson};
use crate::charts::Remote;
use crate::charts::repository::Place;
use crate::printer::Printer;
use crate::report::{Failure, Reason};
use crate::shell::Shell;
use crate::views::table::{cut, table};

/// List the charts of a repository whose name, keywords or description hold a word
#[derive(ClapArgs, Debug)]
#[command(
    mut_arg("file", |it| it.short('f')),
    after_help = "Examples:\n  regatta chart search https://charts.example.com postgres\n  regatta chart search bitnami -o json        a repository of regatta.yaml"
)]
pub struct Args {
    /// Address of a repository, or its name in regatta.yaml
    #[arg(value_name = "REPOSITORY")]
    pub repository: String,
    /// Word to look for [default: list all]
    #[arg(value_name = "TERM", default_value = "", hide_default_value = true)]
    pub term: String,
    /// Each version on a line of its own, newest first
    #[arg(short = 'l', long)]
    pub versions: bool,
    /// Exit 1 where nothing is found
    #[arg(long)]
    pub fail_on_no_result: bool,
    #[command(flatten)]
    pub output: Output,
    #[command(flatten)]
    pub manifest: Manifest,
    #[command(flatten)]
    pub server: Server,
    #[command(flatten)]
    pub offline: Offline,
}

/// A line of the result.
struct Row {
    /// As a manifest would name it.
    name: String,
    version: String,
    app_version: String,
    description: String,
}

pub fn run(args: &Args, shell: &Shell) -> Result<Reason, Failure> {
    let remote = Remote::new(&Charts::from(&args.offline), shell)?;
    let (url, access) = place(args, &remote, shell)?;
    let rows = rows(args, &url, &access, &remote);
    remote.told().iter().for_each(|line| shell.printer.tell(line));
    let rows = rows?;
    let text = match args.output.format {
        TextOrJson::Json => json(&rows),
        TextOrJson::Text if rows.is_empty() => String::new(),
        TextOrJson::Text => text(&rows, &shell.printer),
    };
    shell.printer.show(&text)?;
    if rows.is_empty() {
        shell.printer.tell(&match args.term.as_str() {
            "" => format!("{} offers no chart", args.repository),
            term => format!("{} has no chart with `{term}`", args.repository),
        });
        if args.fail_on_no_result {
            return Ok(Reason::Failed);
        }
    }
    Ok(Reason::Done)
}

/// The repository's address, and who we are there.
fn place(args: &Args, remote: &Remote, shell: &Shell) -> Result<(String, Access), Failure> {
    let place = Place::find(&args.repository, &args.manifest, shell)?.ok_or_else(|| {
        Failure::usage(format!("`{}` is no repository", args.repository))
            .help("name one by `https://…`, or one among `repositories` of regatta.yaml")
    })?;
    let (url, shown) = (place.url.as_str(), place.shown());
    let source = match Source::in_repository(url, "chart").map(|named| named.source) {
        Ok(source @ Source::Repository { .. }) => source,
        _ if url.starts_with("oci://") || url.starts_with("git+") => {
            return Err(Failure::usage(format!("`{shown}` has no list of its charts")).help(
                "only HTTP repositories have one; `regatta chart show chart` shows one chart",
            ));
        }
        Ok(_) | Err(_) => {
            return Err(Failure::usage(format!("`{shown}` is no address of a repository"))
                .help("below the address lies `index.yaml`: `https://charts.example.com`"));
        }
    };
    let access = place.access(&source, &args.server, remote, shell)?;
    Ok((place.url, access))
}

fn rows(args: &Args, url: &str, access: &Access, remote: &Remote) -> Result<Vec<Row>, Failure> {
    let failed =
        |error: index::Error| Problem::error(error.id(), error.to_string()).help_if(error.help());
    let (session, runtime) = (remote.session()?, remote.runtime()?);
    let found =
        runtime.block_on(index::search(session, url, &args.term, access)).map_err(failed)?;
    let name = |chart: &str| match args.repository.contains("://") {
        true => chart.to_owned(),
        false => format!("{}/{chart}", args.repository),
    };
    let mut rows = Vec::new();
    for chart in found {
        if args.versions {
            let offers = index::offers(session, url, &chart.name, access);
            rows.extend(runtime.block_on(offers).map_err(failed)?.into_iter().map(|offer| Row {
                name: name(&chart.name),
                version: offer.version,
                app_version: offer.app_version,
                description: described(offer.deprecated, offer.description),
            }));
        } else {
            rows.push(Row {
                name: name(&chart.name),
                version: chart.version,
                app_version: chart.app_version,
                description: described(chart.deprecated, chart.description),
            });
        }
    }
    Ok(rows)
}

/// Most charts that are given up say so themselves, by the habit of their repositories.
fn described(deprecated: bool, description: String) -> String {
    match deprecated && !description.to_lowercase().contains("deprecated") {
        true => format!("DEPRECATED {description}").trim_end().to_owned(),
        false => description,
    }
}

fn text(rows: &[Row], printer: &Printer) -> String {
    let row = |row: &Row| {
        let Row { name, version, app_version, description } = row;
        [name.clone(), version.clone(), app_version.clone(), cut(description, 60)]
    };
    let rows: Vec<_> = rows.iter().map(row).collect();
    table(["NAME", "CHART VERSION", "APP VERSION", "DESCRIPTION"], &rows, printer.data_paint())
}

/// With the keys of `helm search repo -o json`.
fn json(rows: &[Row]) -> String {
    let row = |row: &Row| {
        let Row { name, version, app_version, description } = row;
        json!({ "name": name, "version": version, "app_version": app_version, "description": description })
    };
    format!("{:#}\n", rows.iter().map(row).collect::<serde_json::Value>())
}
