//! A render as it leaves the program: on stdout, or as one file per template.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chart::{PrintOptions, Rendered};
use source::Problems;

use crate::disk;
use crate::report::{Failure, Reason};
use crate::shell::Shell;

pub enum Printed {
    Text(String),
    /// By what made them, below a folder.
    Files {
        folder: PathBuf,
        files: BTreeMap<String, String>,
    },
}

impl Printed {
    pub fn new(
        rendered: &Rendered,
        options: &PrintOptions,
        folder: Option<PathBuf>,
    ) -> Result<Self, Problems> {
        Ok(match folder {
            None => Self::Text(chart::print_template(rendered, options)?),
            Some(folder) => Self::Files { folder, files: chart::print_files(rendered, options)? },
        })
    }

    /// Shows it, or writes the files, laid out as `helm template --output-dir` does.
    pub fn deliver(self, shell: &Shell) -> Result<(), Failure> {
        let (folder, files) = match self {
            Self::Text(text) => return Ok(shell.printer.manifests(&text)?),
            Self::Files { folder, files } => (folder, files),
        };
        for (source, text) in files {
            // A source is `chart/templates/x.yaml`; nothing in it may climb.
            let parts = source.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
            let path = folder.join(parts.collect::<PathBuf>());
            disk::write(&path, &text).map_err(|error| {
                Failure::said(Reason::FailedPartly, format!("write {}: {error}", path.display()))
            })?;
            shell.printer.tell(&format!("wrote {}", path.display()));
        }
        Ok(())
    }
}
