//! `init`: a small workspace to start from, which works at once.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use crate::disk;
use crate::report::{Failure, Reason};
use crate::shell::Shell;
use crate::views::table::count;

/// Write a small workspace that works at once
#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:\n  regatta init shop && cd shop && regatta apply -e dev")]
pub struct Args {
    /// Folder to write into; made if absent
    #[arg(value_name = "DIRECTORY", default_value = ".")]
    pub directory: PathBuf,
    /// Name of the workspace; default: the folder's
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

/// The starter, file by file; `WORKSPACE` in the manifest becomes the name.
const FILES: &[(&str, &str)] = &[
    ("regatta.yaml", include_str!("../../starter/regatta.yaml")),
    ("values/web.yaml", include_str!("../../starter/values/web.yaml")),
    (".gitignore", "/out/\n"),
    ("charts/service/Chart.yaml", include_str!("../../starter/charts/service/Chart.yaml")),
    ("charts/service/values.yaml", include_str!("../../starter/charts/service/values.yaml")),
    (
        "charts/service/templates/_helpers.tpl",
        include_str!("../../starter/charts/service/templates/_helpers.tpl"),
    ),
    (
        "charts/service/templates/deployment.yaml",
        include_str!("../../starter/charts/service/templates/deployment.yaml"),
    ),
    (
        "charts/service/templates/service.yaml",
        include_str!("../../starter/charts/service/templates/service.yaml"),
    ),
];

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let standing = shell.standing()?;
    let folder = standing.join(&args.directory);
    let name = match args.name {
        Some(name) => checked(name)?,
        None => name_of(&folder),
    };
    let mut taken =
        FILES.iter().filter(|(path, _)| *path != ".gitignore" && folder.join(path).exists());
    if let Some((first, _)) = taken.next() {
        let more = match taken.count() {
            0 => String::new(),
            more => format!(" (and {})", count(more, "other file")),
        };
        return Err(Failure::said(Reason::Failed, format!("`{first}` is there already{more}"))
            .help("nothing was written; choose another folder: `regatta init DIRECTORY`"));
    }
    for (path, text) in FILES {
        if *path == ".gitignore" && folder.join(path).exists() {
            shell.printer.tell("kept `.gitignore`; add `/out/` to it");
            continue;
        }
        write(&folder.join(path), &text.replace("WORKSPACE", &name))?;
    }
    shell.printer.tell(&welcome(&name, &args.directory, shell));
    Ok(Reason::Done)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    disk::create(path, text).map_err(|error| {
        Failure::said(Reason::FailedPartly, format!("write {}: {error}", path.display()))
    })
}

fn welcome(name: &str, directory: &Path, shell: &Shell) -> String {
    let paint = shell.printer.talk_paint();
    let enter = match directory.to_str() {
        Some(".") | None => String::new(),
        Some(directory) => format!("  cd {directory}\n"),
    };
    format!(
        "Workspace {} is ready: two releases, two environments, one chart.\n\nNext:\n{enter}  regatta diff -e dev      {}\n  regatta apply -e dev     {}\n\nThen read regatta.yaml; it explains itself.",
        paint.bold(name),
        paint.dim("show what would be written"),
        paint.dim("write it, wave by wave, into out/dev"),
    )
}

/// The folder's name as a workspace may be called.
fn name_of(folder: &Path) -> String {
    let name = folder.canonicalize().ok();
    let name = name.as_deref().unwrap_or(folder).file_name().unwrap_or_default();
    let name: String = name
        .to_string_lossy()
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(40)
        .collect();
    match name.trim_matches('-') {
        "" => "workspace".to_owned(),
        name => name.to_owned(),
    }
}

fn checked(name: String) -> Result<String, Failure> {
    let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty()
        || name.len() > 53
        || !name.chars().all(valid)
        || name.trim_matches('-') != name
    {
        return Err(Failure::usage(format!("`{name}` cannot be a workspace's name"))
            .help("lower-case letters, digits and `-` between them, at most 53"));
    }
    Ok(name)
}
