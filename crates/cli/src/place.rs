//! Where a stack is: a directory, or a cluster that is open.

use std::fmt;
use std::path::PathBuf;

use stack::{Stack, Target};

use crate::args::{Contest, Reach};
use crate::cluster::Opened;
use crate::disk;
use crate::report::Failure;
use crate::shell::Shell;
use crate::workspace::Workspace;

pub enum Place {
    /// Relative to where the user stands, so that every message names it as they would.
    Directory(PathBuf),
    Cluster(Box<Opened>),
}

impl Place {
    pub fn open(
        workspace: &Workspace,
        stack: &Stack,
        reach: &Reach,
        contest: &Contest,
        shell: &Shell,
    ) -> Result<Self, Failure> {
        match &stack.target {
            Target::Directory { path } => {
                let place = disk::shown(&workspace.disk.root.join(path), &workspace.standing);
                Ok(Self::Directory(PathBuf::from(if place.is_empty() { "." } else { &place })))
            }
            Target::Cluster(name) => {
                Opened::open(stack, name, reach, contest, shell).map(Box::new).map(Self::Cluster)
            }
        }
    }

    /// With `--verbose`: what this cost the other side.
    pub fn tell_costs(&self, shell: &Shell) {
        if let Self::Cluster(opened) = self {
            opened.tell_counts(shell);
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(path) => write!(formatter, "{}", path.display()),
            Self::Cluster(opened) => formatter.write_str(&opened.shown()),
        }
    }
}

/// What a directory answered, with the reason that scripts see.
pub fn world(error: directory::Error) -> Failure {
    Failure::said(error.reason(), error.full())
}
