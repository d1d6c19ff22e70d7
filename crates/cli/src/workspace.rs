//! From arguments to stacks: which manifest, which environments, and all that the manifest may ask of the world.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use manifest::{Ask, Environment, Flag, Manifest, Override, Purpose, Read};
use source::{Problems, arrange};
use stack::select::{Selector, glob_matches};
use stack::set::Kind;
use stack::{Selection, Stack};

use crate::args;
use crate::disk::{self, Disk};
use crate::git::Git;
use crate::report::{self, Failure, Reason};
use crate::shell::Shell;

/// A manifest on the disk.
pub struct Workspace {
    pub disk: Disk,
    /// The manifest, relative to the repository's root.
    pub file: String,
    pub standing: PathBuf,
    /// Opened when somebody first asks something of it.
    opened: OnceLock<Result<Manifest, Problems>>,
}

/// What a command asks of a manifest beside the environment.
#[derive(Clone, Default)]
pub struct Wanted<'a> {
    pub inputs: Option<&'a args::Inputs>,
    pub selection: Selection,
    pub overrides: Vec<Override>,
    pub instance: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    pub fn new(
        environments: &'a args::Environments,
        selection: &args::Selection,
        inputs: &'a args::Inputs,
        overrides: Option<&args::Overrides>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            inputs: Some(inputs),
            selection: self::selection(selection)?,
            overrides: overrides.map(self::overrides).unwrap_or_default(),
            instance: environments.instance.as_deref(),
        })
    }

    /// For commands that look for a stack alone: nothing is selected or overridden.
    pub fn located(environments: &'a args::Environments, inputs: &'a args::Inputs) -> Self {
        Self { inputs: Some(inputs), instance: environments.instance.as_deref(), ..Self::default() }
    }
}

/// Finds the manifest: the one named, or regatta.yaml here or in the nearest folder above.
pub fn find(args: &args::Workspace, shell: &Shell) -> Result<Workspace, Failure> {
    let standing = shell.standing()?;
    let path = match &args.file {
        Some(file) => {
            let path = standing.join(file);
            if path.is_dir() { path.join("regatta.yaml") } else { path }
        }
        None => standing
            .ancestors()
            .map(|folder| folder.join("regatta.yaml"))
            .find(|path| path.is_file())
            .ok_or_else(|| {
                Failure::usage("there is no regatta.yaml here or in a folder above")
                    .help("`regatta init` writes one; `-f FILE` names another")
            })?,
    };
    let missing = |error: std::io::Error| {
        Failure::usage(format!("cannot read `{}`: {error}", disk::shown(&path, &standing)))
            .help("`-f` names the manifest or its folder")
    };
    let path = path.canonicalize().map_err(missing)?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let disk = Disk::around(folder).map_err(missing)?;
    let file = disk.inside(&path).expect("the root is a folder above the manifest");
    shell.printer.places(&disk.root, &standing);
    shell.printer.detail(|| format!("manifest {} in {}", file, disk.root.display()));
    Ok(Workspace::new(disk, file, standing))
}

impl Workspace {
    pub fn new(disk: Disk, file: String, standing: PathBuf) -> Self {
        Self { disk, file, standing, opened: OnceLock::new() }
    }

    fn manifest(&self) -> Result<&Manifest, Problems> {
        let opened = self.opened.get_or_init(|| Manifest::open(&self.disk, &self.file));
        opened.as_ref().map_err(Problems::clone)
    }

    pub fn environments(&self) -> Result<Vec<Environment>, Failure> {
        Ok(self.manifest()?.environments()?)
    }

    /// The environments that `-e` names, in the manifest's order for a glob; without `-e` the only one.
    pub fn choose(&self, args: &args::Environments) -> Result<Vec<Environment>, Failure> {
        choose(self.environments()?, &args.environment)
    }

    /// As `choose`, for commands that write: each environment by its whole name.
    pub fn choose_by_name(&self, args: &args::Environments) -> Result<Vec<Environment>, Failure> {
        if let Some(glob) = args.environment.iter().find(|name| name.contains(['*', '?'])) {
            return Err(Failure::usage(format!("`-e {glob}` would write to whatever it matches"))
                .help("name each environment: `-e dev -e staging`"));
        }
        self.choose(args)
    }

    /// The stacks of the chosen environments. Problems that they have in common are told once, and so are warnings.
    pub fn stacks(
        &self,
        args: &args::Environments,
        wanted: &Wanted<'_>,
        purpose: Purpose,
        shell: &Shell,
    ) -> Result<Vec<Read>, Failure> {
        let mut problems = Problems::new();
        let mut reads = Vec::new();
        for environment in self.choose(args)? {
            match self.read(&environment, wanted, purpose, shell) {
                Ok(read) => reads.push(read),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() {
            known_releases(&wanted.selection, reads.iter().map(|read| &read.stack))?;
        }
        let warnings = reads.iter().flat_map(|read| read.warnings.iter().cloned());
        report::problems(&shell.printer, &arrange(warnings.collect()));
        if problems.is_empty() { Ok(reads) } else { Err(arrange(problems).into()) }
    }

    /// The stack of one environment; the printer knows its secrets from here on.
    pub fn read(
        &self,
        environment: &Environment,
        wanted: &Wanted<'_>,
        purpose: Purpose,
        shell: &Shell,
    ) -> Result<Read, Problems> {
        let name = Some(environment.name.as_str());
        let read =
            self.asking(name, wanted, purpose, shell, |ask| self.manifest()?.read(&self.disk, ask));
        let read = read.inspect_err(|_| self.mask_what_is_written(shell))?;
        shell.printer.learn(read.redactor.clone());
        Ok(read)
    }

    /// The stacks of all environments, or everything that is wrong with any of them; and the warnings.
    pub fn validate(
        &self,
        wanted: &Wanted<'_>,
        shell: &Shell,
    ) -> Result<(Vec<Stack>, Problems), Problems> {
        let reads = self.asking(None, wanted, Purpose::Inspect, shell, |ask| {
            self.manifest()?.validate(&self.disk, ask)
        });
        let reads = reads.inspect_err(|_| self.mask_what_is_written(shell))?;
        let warnings = reads.iter().flat_map(|read| read.warnings.iter().cloned()).collect();
        Ok((reads.into_iter().map(|read| read.stack).collect(), arrange(warnings)))
    }

    /// Problems show lines of the manifest, which may hold passwords.
    fn mask_what_is_written(&self, shell: &Shell) {
        shell.printer.learn(manifest::written_secrets(&self.disk, &self.file));
    }

    /// Puts a question to the manifest with all that it may ask of the world.
    fn asking<T>(
        &self,
        environment: Option<&str>,
        wanted: &Wanted<'_>,
        purpose: Purpose,
        shell: &Shell,
        question: impl FnOnce(&Ask<'_>) -> T,
    ) -> T {
        let git = Git::new(&self.disk.root, &shell.environment);
        let vars_files: Vec<String> = wanted
            .inputs
            .into_iter()
            .flat_map(|inputs| &inputs.vars_file)
            .map(|path| path.to_string_lossy().into_owned())
            .collect();
        let flag_file = |path: &str| {
            disk::read_regular(&self.standing.join(path)).map_err(|error| error.to_string())
        };
        question(&Ask {
            file: &self.file,
            environment,
            instance: wanted.instance,
            inputs: wanted.inputs.map_or(&[], |inputs| &inputs.input),
            env: &shell.environment,
            vars: wanted.inputs.map_or(&[], |inputs| &inputs.var),
            vars_files: &vars_files,
            overrides: &wanted.overrides,
            selection: wanted.selection.clone(),
            purpose,
            git: &|fact| git.fact(fact),
            flag_file: &flag_file,
        })
    }
}

/// Every `--release` must name a release of some stack; otherwise a typo would look like "no changes".
pub fn known_releases<'a>(
    selection: &Selection,
    stacks: impl Iterator<Item = &'a Stack> + Clone,
) -> Result<(), Failure> {
    let releases = || stacks.clone().flat_map(|stack| stack.releases.values());
    for glob in &selection.releases {
        let one = Selection { releases: vec![glob.clone()], ..Selection::default() };
        if releases().any(|release| one.matches(release)) {
            continue;
        }
        let near = source::suggest(glob, releases().map(|release| release.id.as_str()));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`regatta list` shows what there is".to_owned(),
        };
        return Err(Failure::usage(format!("no release is called `{glob}`")).help(help));
    }
    Ok(())
}

fn choose(all: Vec<Environment>, wanted: &[String]) -> Result<Vec<Environment>, Failure> {
    let concrete: Vec<&Environment> = all.iter().filter(|one| !one.is_abstract).collect();
    let names = || {
        let names: Vec<_> = concrete.iter().map(|one| format!("`{}`", one.name)).collect();
        names.join(", ")
    };
    if wanted.is_empty() {
        return match concrete.as_slice() {
            [only] => Ok(vec![(*only).clone()]),
            _ => Err(Failure::usage("several environments are declared, and none was chosen")
                .help(format!("choose with `-e`: {}", names()))),
        };
    }
    let mut chosen: Vec<Environment> = Vec::new();
    for name in wanted {
        let named = all.iter().filter(|one| glob_matches(name, one.name.as_str()));
        let found: Vec<&Environment> = named.collect();
        if let [only] = found.as_slice()
            && only.is_abstract
        {
            return Err(Failure::usage(format!("the environment `{name}` is abstract"))
                .help(format!("it is only there to be extended; choose one of {}", names())));
        }
        let before = chosen.len();
        for one in found.into_iter().filter(|one| !one.is_abstract) {
            if !chosen.contains(one) {
                chosen.push(one.clone());
            }
        }
        if chosen.len() == before && !chosen.iter().any(|one| glob_matches(name, one.name.as_str()))
        {
            let near = source::suggest(name, concrete.iter().map(|one| one.name.as_str()));
            let hint = match near {
                Some(near) => format!("did you mean `{near}`? There are {}", names()),
                None => format!("there are {}", names()),
            };
            return Err(Failure::usage(format!("no environment is called `{name}`")).help(hint));
        }
    }
    Ok(chosen)
}

/// Reads the selection flags.
fn selection(args: &args::Selection) -> Result<Selection, Failure> {
    let parse = |text: &String| {
        Selector::parse(text)
            .map_err(|why| Failure::said(Reason::Usage, format!("cannot read `-l {text}`: {why}")))
    };
    Ok(Selection {
        selectors: args.selector.iter().map(parse).collect::<Result<_, _>>()?,
        releases: args.release.clone(),
        with_needs: args.with_needs,
        skip_needs: args.skip_needs,
    })
}

/// Values flags in the order in which Helm lays them over each other: files, then JSON, plain, text, file contents.
pub fn overrides(args: &args::Overrides) -> Vec<Override> {
    let kinds: [(&[String], Flag); 5] = [
        (&args.values, Flag::Values),
        (&args.set_json, Flag::Set(Kind::Json)),
        (&args.set, Flag::Set(Kind::Typed)),
        (&args.set_string, Flag::Set(Kind::Text)),
        (&args.set_file, Flag::Set(Kind::File)),
    ];
    let each = |(texts, flag): (&[String], Flag)| {
        texts.iter().map(|text| Override { flag, text: text.clone() }).collect::<Vec<_>>()
    };
    kinds.into_iter().flat_map(each).collect()
}
