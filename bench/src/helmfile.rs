//! Beside Helmfile, which hands each release to Helm: many releases rendered, charts of a repository fetched; and what a
//! lock file and a warm cache cost over charts that lie here.

mod fetching;
mod rendering;
mod shelf;
mod warm;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::Bench;
use crate::cases::write;
use crate::measure::Program;
use shelf::Shelf;

pub(crate) fn all(bench: &Bench, helmfile: &Path) -> Result<String, String> {
    let room = tempfile::tempdir().map_err(|error| format!("make a directory: {error}"))?;
    let scene = Scene { bench, helmfile, room: room.path().to_owned() };
    let programs = scene.room.join("bin/helm");
    write(&programs.with_file_name(".keep"), "")?;
    std::os::unix::fs::symlink(&bench.helm, &programs)
        .map_err(|error| format!("link {}: {error}", programs.display()))?;

    let mut report = rendering::table(&scene)?;
    let shelf = Shelf::fill(&scene)?;
    report.push_str(&fetching::table(&scene, &shelf)?);
    report.push_str(&warm::line(&scene, &shelf)?);
    Ok(report)
}

type Environment = Vec<(&'static str, OsString)>;

struct Scene<'a> {
    bench: &'a Bench,
    helmfile: &'a Path,
    room: PathBuf,
}

impl Scene<'_> {
    /// Real Helm is the first `helm`, and everything that any of the programs keeps lies below `home`.
    fn environment(&self, home: &Path) -> Result<Environment, String> {
        let mut path = self.room.join("bin").into_os_string();
        if let Some(others) = std::env::var_os("PATH") {
            path.push(":");
            path.push(others);
        }
        let mut environment =
            vec![("PATH", path), ("HELMFILE_UPGRADE_NOTICE_DISABLED", OsString::from("1"))];
        let folders = [
            ("HOME", "home"),
            ("TMPDIR", "temporary"),
            ("HELM_CACHE_HOME", "helm-cache"),
            ("HELM_CONFIG_HOME", "helm-config"),
            ("HELM_DATA_HOME", "helm-data"),
            ("HELMFILE_CACHE_HOME", "helmfile-cache"),
            ("REGATTA_CACHE", "regatta-cache"),
        ];
        for (variable, folder) in folders {
            let folder = home.join(folder);
            write(&folder.join(".keep"), "")?;
            environment.push((variable, folder.into_os_string()));
        }
        Ok(environment)
    }

    fn ours<'a>(
        &'a self,
        words: &'a [&'a str],
        directory: &'a Path,
        environment: &'a Environment,
    ) -> Program<'a> {
        program(&self.bench.regatta, words, directory, environment)
    }

    fn theirs<'a>(
        &'a self,
        words: &'a [&'a str],
        directory: &'a Path,
        environment: &'a Environment,
    ) -> Program<'a> {
        program(self.helmfile, words, directory, environment)
    }
}

fn program<'a>(
    file: &'a Path,
    words: &'a [&'a str],
    directory: &'a Path,
    environment: &'a Environment,
) -> Program<'a> {
    let arguments = words.iter().map(OsStr::new).collect();
    Program { file, arguments, directory, environment, repeat: 1 }
}
