//! A stack as its cluster has it recorded: what commands work with that need no chart.

use manifest::{Environment, Purpose};
use plan::ReleaseRecord;
use plan::live::Cluster;
use stack::{Stack, Target};

use crate::args::{Contest, Reach};
use crate::cluster::Opened;
use crate::report::Failure;
use crate::shell::Shell;
use crate::workspace::{Wanted, Workspace};

/// A stack on a cluster, and where that is.
pub struct Located {
    pub stack: Stack,
    pub opened: Opened,
}

/// Finds the cluster that an environment is on.
///
/// # Errors
/// Where it is a directory, which has no revisions.
pub fn locate(
    workspace: &Workspace,
    environment: &Environment,
    wanted: &Wanted<'_>,
    reach: &Reach,
    contest: &Contest,
    shell: &Shell,
) -> Result<Located, Failure> {
    let stack = workspace.read(environment, wanted, Purpose::Locate, shell)?.stack;
    let Target::Cluster(name) = &stack.target else {
        let message = format!("`{}` is a directory, and this is about clusters", environment.name);
        return Err(Failure::usage(message)
            .help("revisions of a directory are those of the repository that it lies in"));
    };
    let opened = Opened::open(&stack, name, reach, contest, shell)?;
    Ok(Located { stack, opened })
}

/// The recorded releases that words name by id or by Helm's name; all of them where there are none.
pub fn releases<'a>(
    cluster: &'a Cluster,
    words: &[String],
) -> Result<Vec<&'a ReleaseRecord>, Failure> {
    let all: &[ReleaseRecord] =
        cluster.inventory.as_ref().map_or(&[], |inventory| &inventory.releases);
    if words.is_empty() {
        return Ok(all.iter().collect());
    }
    words.iter().map(|word| one(all, word)).collect()
}

fn one<'a>(all: &'a [ReleaseRecord], word: &str) -> Result<&'a ReleaseRecord, Failure> {
    let by_id = all.iter().find(|record| record.id.as_str() == word);
    let found = by_id.or_else(|| all.iter().find(|record| record.key.name.as_str() == word));
    found.ok_or_else(|| {
        let names: Vec<String> = all.iter().map(|record| format!("`{}`", record.id)).collect();
        let near = source::suggest(word, all.iter().map(|record| record.id.as_str()));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "nothing of this stack was applied yet".to_owned(),
            None => format!("there are {}", names.join(", ")),
        };
        Failure::usage(format!("no release `{word}` was applied")).help(help)
    })
}
