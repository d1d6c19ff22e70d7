//! Who said yes: a person at the terminal, or a flag. Nobody is no yes.

use plan::{Operation, Plan, Purpose, ReleasePlan};
use stack::{Prune, Stack};

use crate::args::Sure;
use crate::printer::Printer;
use crate::report::{Failure, Reason};
use crate::terminal;
use crate::views::table::count;

/// Whether anybody can be asked, and what was said beforehand.
#[derive(Clone, Copy)]
pub struct Consent<'a> {
    pub sure: &'a Sure,
    pub stack: &'a Stack,
    /// Deletions of releases that the manifest no longer has were asked for.
    pub prune: bool,
    /// `apply`, `destroy`
    pub verb: &'a str,
}

impl Consent<'_> {
    /// Ends without failure only where somebody agreed.
    pub fn ask(self, plan: &Plan) -> Result<(), Failure> {
        let environment = self.stack.id.environment.as_str();
        let named = self.sure.yes.iter().any(|name| name == environment);
        let verb = self.verb;
        if named || (self.said_yes() && !self.stack.protected) {
            return Ok(());
        }
        if self.said_yes() {
            return Err(Failure::said(
                Reason::Protected,
                format!("the environment `{environment}` is protected, and a plain `--yes` is not enough"),
            )
            .help(format!("name it: --yes={environment}")));
        }
        if !terminal::somebody_is_there() {
            let flag =
                if self.stack.protected { format!("--yes={environment}") } else { "--yes".into() };
            return Err(Failure::said(
                Reason::NotConfirmed,
                format!("nobody is there to confirm this {verb}, so nothing was written"),
            )
            .help(format!("read the plan above, then run again with {flag}")));
        }
        // Deletions alone get the question that is about them.
        let agreed = if self.asks_prune() && only_prunes(plan) && !self.stack.protected {
            true
        } else if self.stack.protected {
            let question = format!("\n`{environment}` is protected. Type its name to {verb}:");
            terminal::ask(&question).is_some_and(|answer| answer == environment)
        } else {
            let question = match plan.operation {
                Operation::Apply => format!("\nApply this to {}? [y/N]", self.stack.id),
                Operation::Destroy => format!("\nDestroy this in {}? [y/N]", self.stack.id),
                Operation::Rollback => format!("\nRoll {} back like this? [y/N]", self.stack.id),
            };
            yes(&question)
        };
        if agreed {
            return Ok(());
        }
        Err(Failure::said(Reason::NotConfirmed, "not confirmed, so nothing was written"))
    }

    /// Takes the deletions of releases that the manifest no longer has out of the plan, unless they were asked for.
    /// At a terminal that is a question of its own.
    pub fn ask_prune(self, plan: Plan, printer: &Printer) -> Plan {
        let deletions = pruned(&plan);
        if deletions.is_empty() || !self.asks_prune() {
            return plan;
        }
        let names = deletions.join(", ");
        if !self.said_yes() && terminal::somebody_is_there() {
            let what = count(deletions.len(), "release");
            let delete = if only_prunes(&plan) { "\nDelete" } else { "Also delete" };
            if yes(&format!("{delete} {what} that the manifest no longer has ({names})? [y/N]")) {
                return plan;
            }
        }
        printer.tell(&format!("left alone: {names} (not in the manifest; --prune deletes)"));
        plan.without_prune()
    }

    /// Whether the deletions are out of the question already, so that the plan is better shown without them.
    pub fn never_prunes(self) -> bool {
        self.asks_prune() && self.said_yes()
    }

    fn asks_prune(self) -> bool {
        !self.prune && self.stack.prune == Prune::Ask
    }

    fn said_yes(self) -> bool {
        let environment = self.stack.id.environment.as_str();
        self.sure.yes.iter().any(|name| name.is_empty() || name == environment)
    }
}

/// Everything that would change is the deletion of releases that the manifest no longer has.
fn only_prunes(plan: &Plan) -> bool {
    let unchanged = |release: &ReleasePlan| !release.has_work();
    let waves = &plan.waves;
    !plan.unfinished
        && waves
            .iter()
            .all(|wave| wave.purpose == Purpose::Prune || wave.releases.iter().all(unchanged))
}

fn pruned(plan: &Plan) -> Vec<String> {
    let waves = plan.waves.iter().filter(|wave| wave.purpose == Purpose::Prune);
    waves.flat_map(|wave| wave.releases.iter().map(|release| release.id.to_string())).collect()
}

fn yes(question: &str) -> bool {
    terminal::ask(question)
        .is_some_and(|answer| matches!(answer.to_lowercase().as_str(), "y" | "yes"))
}
