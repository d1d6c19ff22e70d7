//! One file per command: what may be typed, its help, and what it does.

pub mod apply;
pub mod cache;
pub mod chart;
pub mod completion;
pub mod deps;
pub mod destroy;
pub mod diff;
pub mod gc;
pub mod graph;
pub mod history;
pub mod init;
pub mod lint;
pub mod list;
pub mod rbac;
pub mod rollback;
pub mod schema;
pub mod status;
pub mod template;
pub mod test;
pub mod unlock;
pub mod validate;
pub mod values;
pub mod version;

use crate::args::Command;
use crate::report::{Failure, Reason};
use crate::shell::Shell;

pub fn run(command: Command, shell: &Shell) -> Result<Reason, Failure> {
    match command {
        Command::Init(args) => init::run(args, shell),
        Command::List(args) => list::run(args, shell),
        Command::Graph(args) => graph::run(args, shell),
        Command::Template(args) => template::run(args, shell),
        Command::Lint(args) => lint::run(args, shell),
        Command::Validate(args) => validate::run(args, shell),
        Command::Values(args) => values::run(args, shell),
        Command::Diff(args) => diff::run(args, shell),
        Command::Apply(args) => apply::run(args, shell),
        Command::Deps(args) => deps::run(args, shell),
        Command::Destroy(args) => destroy::run(args, shell),
        Command::Status(args) => status::run(args, shell),
        Command::History(args) => history::run(args, shell),
        Command::Test(args) => test::run(args, shell),
        Command::Rollback(args) => rollback::run(args, shell),
        Command::Unlock(args) => unlock::run(args, shell),
        Command::Gc(args) => gc::run(args, shell),
        Command::Rbac(args) => rbac::run(args, shell),
        Command::Chart(args) => chart::run(args, shell),
        Command::Cache(args) => cache::run(args, shell),
        Command::Schema(args) => schema::run(args, shell),
        Command::Completion(args) => completion::run(args, shell),
        Command::Version(args) => version::run(args, shell),
    }
}
