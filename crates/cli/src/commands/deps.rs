//! `deps`: which charts the workspace uses from afar, what is pinned of them, and moving that.

use std::collections::BTreeSet;

use clap::{Args as ClapArgs, Subcommand};
use manifest::Purpose;
use pull::Wanted as Chart;
use pull::resolve::{Newest, Update};
use source::arrange;
use stack::Stack;

use crate::args::{Charts, Environments, Inputs, Output, TextOrJson, Workspace};
use crate::charts::{self, LockFile, Remote};
use crate::report::{self, Failure, Reason};
use crate::shell::Shell;
use crate::views::deps::{self as views, Row};
use crate::workspace::{self, Wanted};

/// Pin, update and list charts from repositories, registries and git
#[derive(ClapArgs, Debug)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Lock(Lock),
    Update(Move),
    #[command(visible_alias = "ls")]
    List(List),
    Vendor(Vendor),
}

/// What all of them read.
#[derive(ClapArgs, Debug)]
pub struct From {
    #[command(flatten)]
    pub workspace: Workspace,
    #[command(flatten)]
    pub environments: Environments,
    #[command(flatten)]
    pub inputs: Inputs,
    #[command(flatten)]
    pub charts: Charts,
}

/// Pin what regatta.lock does not have, and drop what nobody asks for
///
/// Without -e all environments are read; with -e nothing is dropped.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta deps lock\n  regatta deps lock --locked   fail if it would change"
)]
pub struct Lock {
    #[command(flatten)]
    pub from: From,
}

/// Move to the newest versions in their ranges, and show old and new
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:\n  regatta deps update\n  regatta deps update postgresql")]
pub struct Move {
    /// Charts to move; all if none is named
    #[arg(value_name = "CHART")]
    pub names: Vec<String>,
    #[command(flatten)]
    pub from: From,
}

/// List charts from afar: asked for, pinned, newest, outdated
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta deps list\n  regatta deps list -o json | jq -r '.[] | select(.outdated).chart'"
)]
pub struct List {
    #[command(flatten)]
    pub output: Output,
    #[command(flatten)]
    pub from: From,
}

/// Write what is pinned into vendor/, beside the manifest, so that a clone needs no network
#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:\n  regatta deps vendor && git add vendor regatta.lock")]
pub struct Vendor {
    #[command(flatten)]
    pub from: From,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    match args.command {
        Command::Lock(args) => lock(&args.from, shell),
        Command::Update(args) => update(&args, shell),
        Command::List(args) => list(&args, shell),
        Command::Vendor(args) => vendor(&args.from, shell),
    }
}

fn lock(from: &From, shell: &Shell) -> Result<Reason, Failure> {
    // A server that runs us has asked for this by name, so only the flag holds it back.
    let remote = Remote::new(&from.charts, shell)?.asked_to_lock();
    let lock = gather(from, &remote, shell)?;
    written(&lock, &remote, shell)
}

fn update(args: &Move, shell: &Shell) -> Result<Reason, Failure> {
    if args.from.charts.locked || args.from.charts.offline {
        return Err(Failure::usage(
            "`deps update` looks for newer versions and writes regatta.lock",
        )
        .help("leave `--locked` and `--offline` out"));
    }
    let mut remote = Remote::new(&args.from.charts, shell)?.asked_to_lock();
    remote.update = match args.names.is_empty() {
        true => Update::Everything,
        false => Update::Charts(args.names.iter().cloned().collect()),
    };
    let lock = gather(&args.from, &remote, shell)?;
    let wanted = lock.wanted();
    let known: BTreeSet<&str> = wanted.iter().map(|one| one.source.chart()).collect();
    if let Some(name) = args.names.iter().find(|name| !known.contains(name.as_str())) {
        let failure = Failure::usage(format!("no chart from afar is called `{name}`"));
        return Err(match source::suggest(name, known.iter().copied()) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("`regatta deps list` shows them"),
        });
    }
    let before = lock.before.clone().unwrap_or_default();
    let now = lock.lock();
    let pinned = wanted.iter().filter(|one| one.pinned);
    let moves = pinned.filter_map(|one| {
        let version = |lock: &pull::Lock| lock.find(&one.source, &one.narrowed).map(views::version);
        let (old, new) = (version(&before), version(&now)?);
        (old.as_ref() != Some(&new)).then(|| (one.clone(), old, new))
    });
    shell.printer.show(&views::moves(&moves.collect::<Vec<_>>(), &shell.printer))?;
    written(&lock, &remote, shell)
}

fn list(args: &List, shell: &Shell) -> Result<Reason, Failure> {
    let remote = Remote::new(&args.from.charts, shell)?;
    let lock = gather(&args.from, &remote, shell)?;
    let wanted = lock.wanted();
    let newest = match args.from.charts.offline {
        true => vec![Newest::default(); wanted.len()],
        false => remote.newest(&wanted)?,
    };
    let before = lock.before.clone().unwrap_or_default();
    let row = |(wanted, newest): (Chart, Newest)| {
        let entry = before.find(&wanted.source, &wanted.narrowed).filter(|_| wanted.pinned);
        Row { pinned: entry.map(views::version), wanted, newest }
    };
    let rows: Vec<Row> = wanted.into_iter().zip(newest).map(row).collect();
    let text = match args.output.format {
        TextOrJson::Text => views::text(&rows, &shell.printer),
        TextOrJson::Json => format!("{:#}\n", views::json(&rows)),
    };
    shell.printer.show(&text)?;
    Ok(Reason::Done)
}

fn vendor(from: &From, shell: &Shell) -> Result<Reason, Failure> {
    if !from.environments.environment.is_empty() {
        return Err(Failure::usage("`deps vendor` is about all environments")
            .help("leave `-e` out: what another environment pins would be removed from vendor/"));
    }
    let remote = Remote::new(&from.charts, shell)?.asked_to_lock().past_vendor();
    let lock = gather(from, &remote, shell)?;
    written(&lock, &remote, shell)?;
    let changes = remote.vendor(&lock)?;
    for (sign, files) in [("+", &changes.written), ("-", &changes.removed)] {
        files.iter().for_each(|file| shell.printer.say(&format!("  {sign} vendor/{file}")));
    }
    let files = changes.written.len() + changes.kept.len();
    let files = crate::views::table::count(files, "file");
    shell.printer.say(&format!("vendor/ holds {files}: what regatta.lock pins"));
    Ok(Reason::Done)
}

/// Reads the charts of the environments, all of them or those that are named, and says which are asked for.
fn gather(from: &From, remote: &Remote, shell: &Shell) -> Result<LockFile, Failure> {
    let workspace = workspace::find(&from.workspace, shell)?;
    let wanted = Wanted::located(&from.environments, &from.inputs);
    let stacks: Vec<Stack> = if from.environments.environment.is_empty() {
        let (stacks, warnings) = workspace.validate(&wanted, shell)?;
        report::problems(&shell.printer, &warnings);
        stacks
    } else {
        let reads = workspace.stacks(&from.environments, &wanted, Purpose::Inspect, shell)?;
        reads.into_iter().map(|read| read.stack).collect()
    };
    let lock = LockFile::open(&workspace)?;
    let mut problems = source::Problems::new();
    for stack in &stacks {
        let releases = stack.selected().filter(|(release, _)| release.installed);
        let releases = releases.map(|(release, _)| release);
        problems.extend(charts::gather(&workspace, stack, releases, remote, &lock, None).problems);
    }
    remote.told().iter().for_each(|line| shell.printer.tell(line));
    remote.origins().into_iter().for_each(|line| shell.printer.detail(|| line));
    if !problems.is_empty() {
        return Err(arrange(problems).into());
    }
    if from.environments.environment.is_empty() {
        lock.prune();
    }
    Ok(lock)
}

/// Writes what changed and says so; under `--locked` what would change is a failure.
fn written(lock: &LockFile, remote: &Remote, shell: &Shell) -> Result<Reason, Failure> {
    if !lock.is_changed() {
        shell.printer.say(&format!("{} is up to date", lock.shown));
        return Ok(Reason::Done);
    }
    lock.save(remote.is_locked(lock)).map_err(|problem| Failure::from(vec![problem]))?;
    let count = lock.lock().entries().len();
    let charts = crate::views::table::count(count, "chart");
    shell.printer.say(&format!("wrote {}: {charts} pinned", lock.shown));
    Ok(Reason::Done)
}
