//! Carrying something out on a cluster: policy, stop, lock, clock.

use std::convert::Infallible;
use std::time::Duration;

use cluster::{Again, Clock, OnFailure, Order, ReleaseTests, Schedule, lease};
use jiff::Timestamp;
use plan::{Event, Plan, RunResult};
use stack::{ReleaseId, Stack, StackId};

use super::{Opened, failure};
use crate::report::Failure;
use crate::shell::Shell;
use crate::signals::Interrupted;

/// What the command line says about a run as a whole.
#[derive(Clone, Copy, Debug)]
pub struct RunPolicy {
    pub schedule: Schedule,
    pub on_failure: OnFailure,
    pub rollback_all: bool,
    pub timeout: Option<Duration>,
    /// It goes on with what the last run left.
    pub resumes: bool,
    /// Releases side by side.
    pub jobs: u16,
}

impl Default for RunPolicy {
    fn default() -> Self {
        Self {
            schedule: Schedule::Waves,
            on_failure: OnFailure::Stop,
            rollback_all: false,
            timeout: None,
            resumes: false,
            jobs: 16,
        }
    }
}

/// Is told what happens.
type Tell<'a> = &'a (dyn Fn(&Event<'_>) + Sync);

/// Plans a deferred release again.
pub type Ask<'a> = &'a (dyn Fn(&ReleaseId) -> Again + Sync);

/// Who answers where no release is deferred.
pub fn nobody() -> Again {
    tokio::sync::oneshot::channel().1
}

impl Opened {
    /// Carries a plan out. What happens is told while it happens, from any thread.
    pub fn execute(
        &self,
        what: (&Stack, &Plan),
        interrupted: &Interrupted,
        with: (Tell<'_>, Ask<'_>),
        policy: &RunPolicy,
        shell: &Shell,
    ) -> Result<RunResult, Failure> {
        let execute = async |order: &Order<'_>| cluster::execute(order).await;
        self.carry_out(what, interrupted, with, policy, shell, execute)
    }

    /// Runs the test hooks of the plan's releases.
    pub fn test(
        &self,
        stack: &Stack,
        plan: &Plan,
        interrupted: &Interrupted,
        tell: Tell<'_>,
        shell: &Shell,
    ) -> Result<Vec<ReleaseTests>, Failure> {
        let test = async |order: &Order<'_>| cluster::test(order).await;
        let with: (Tell<'_>, Ask<'_>) = (tell, &|_| nobody());
        self.carry_out((stack, plan), interrupted, with, &RunPolicy::default(), shell, test)
    }

    /// Does some work on a plan that ends when the user interrupts it.
    fn carry_out<T>(
        &self,
        (stack, plan): (&Stack, &Plan),
        interrupted: &Interrupted,
        (tell, again): (Tell<'_>, Ask<'_>),
        policy: &RunPolicy,
        shell: &Shell,
        work: impl AsyncFnOnce(&Order<'_>) -> Result<T, cluster::Error>,
    ) -> Result<T, Failure> {
        let (sender, stop) = tokio::sync::watch::channel(false);
        let watch = async {
            while !interrupted.came() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            tell(&Event::Stopping);
            // Nobody listens any more when the run is over.
            sender.send(true).ok();
            std::future::pending::<Infallible>().await
        };
        let order = Order {
            connection: &self.connection,
            plan,
            state_namespace: &self.state_namespace,
            state_is_apart: self.state_namespace != self.namespace,
            expires: stack.ephemeral.map(|ephemeral| later(ephemeral.ttl)),
            ephemeral: stack.ephemeral.is_some(),
            jobs: usize::from(policy.jobs),
            schedule: policy.schedule,
            on_failure: policy.on_failure,
            rollback_all: policy.rollback_all,
            resumes: policy.resumes,
            deadline: policy.timeout.map(|timeout| tokio::time::Instant::now() + timeout),
            clock: Clock(now),
            stop,
            tell,
            again,
            holder: lease::here(job(shell)),
            is_dead: lease::is_dead,
            patience: policy.timeout.map_or(self.patience, |total| total.min(self.patience)),
            on_wait: &|waiting| {
                if waiting.waited.as_secs() % 10 == 0 {
                    shell
                        .printer
                        .tell(&format!("waiting for {}, which holds the lock", waiting.holder));
                }
            },
        };
        let result = self.block_on(async {
            tokio::select! {
                result = work(&order) => result,
                never = watch => match never {},
            }
        });
        result.map_err(failure)
    }
}

impl Opened {
    /// Whether some run holds the stack's lock, or left it. Who may not look need not know.
    pub fn is_locked(&self, stack: &StackId) -> Result<bool, Failure> {
        let address = cluster::lock_address(stack, &self.state_namespace);
        match self.block_on(lease::show(&self.connection.client, &address)) {
            Ok(shown) => Ok(shown.is_some()),
            Err(error) if error.is_forbidden() => Ok(false),
            Err(error) => Err(failure(error)),
        }
    }

    /// An ephemeral stack without changes lives on from now.
    pub fn renew(&self, stack: &Stack, plan: &Plan) -> Result<(), Failure> {
        let (Some(ephemeral), Some(inventory)) = (stack.ephemeral, &plan.inventory) else {
            return Ok(());
        };
        let client = &self.connection.client;
        let renew = cluster::renew(client, inventory, &self.state_namespace, later(ephemeral.ttl));
        self.block_on(renew).map_err(failure)
    }
}

/// As records have it, and in seconds since 1970.
fn now() -> (String, u64) {
    let now = Timestamp::now();
    (now.to_string(), u64::try_from(now.as_second()).unwrap_or(0))
}

fn later(span: Duration) -> String {
    let now = Timestamp::now();
    now.checked_add(span).unwrap_or(Timestamp::MAX).to_string()
}

/// The page of the CI job, as the common servers tell it.
fn job(shell: &Shell) -> Option<String> {
    if let Some(page) = shell.variable("CI_JOB_URL").or_else(|| shell.variable("BUILD_URL")) {
        return Some(page.to_owned());
    }
    let (server, repository, run) = (
        shell.variable("GITHUB_SERVER_URL")?,
        shell.variable("GITHUB_REPOSITORY")?,
        shell.variable("GITHUB_RUN_ID")?,
    );
    Some(format!("{server}/{repository}/actions/runs/{run}"))
}
