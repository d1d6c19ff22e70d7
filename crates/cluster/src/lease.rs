//! The lock of a stack: a Lease that its holder renews, so that a holder that dies does not block for longer than it lasts.

mod holder;
mod object;
mod process;
mod renew;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use plan::Address;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

pub use holder::Holder;
pub use process::{here, is_dead};

use crate::client::{Client, Creation, Delete, Deletion, Propagation, Write};
use crate::error::Error;
use object::{Lease, taken};
use renew::{Beat, State};

const LOOKED_AT_EVERY: Duration = Duration::from_secs(1);
const WRITE: Write<'static> = Write { dry_run: false, manager: "regatta" };

/// Which lock, for whom.
#[derive(Clone, Debug)]
pub struct Lock {
    /// Of the Lease. Its namespace has to be there.
    pub address: Address,
    pub labels: BTreeMap<String, String>,
    pub holder: Holder,
    /// How long to wait for another holder; zero for not at all.
    pub patience: Duration,
    pub pace: Pace,
}

/// How long a Lease lasts without a sign from its holder, and how often there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Whole seconds.
    pub lasts: Duration,
    pub renewed_every: Duration,
}

/// What somebody who waits is told once a second.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// For people: `process 4711 on build-7`.
    pub holder: String,
    pub waited: Duration,
    /// When the Lease ends if its holder gives no sign.
    pub ends_in: Duration,
}

/// A lock that is held, and renewed until it is dropped.
#[derive(Debug)]
pub struct Held {
    client: Client,
    address: Address,
    identity: String,
    beat: Beat,
    state: watch::Receiver<State>,
    task: JoinHandle<()>,
}

/// Takes the lock, or waits until it can. A Lease counts as ended when it did not change for as long as it lasts by our own
/// clock, when its holder is empty, or when `is_dead` (`lease::is_dead`) knows that its holder's process has ended.
///
/// # Errors
/// `Error::Locked` with the holder when that takes longer than the lock's patience.
pub async fn acquire(
    client: &Client,
    lock: &Lock,
    is_dead: impl Fn(&Holder) -> bool,
    mut on_wait: impl FnMut(&Waiting),
) -> Result<Held, Error> {
    let client = client.unqueued();
    let began = Instant::now();
    let mut seen: Option<(String, Instant)> = None;
    loop {
        let beat = Beat::now(lock.pace);
        let Some(lease) = look(&client, &lock.address).await? else {
            match client.create(&lock.address, &taken(lock, None), WRITE).await {
                Ok(Creation::Done(tree)) => return Ok(Held::start(client, lock, beat, &tree)),
                Ok(Creation::Uncertain) => continue,
                Err(error) if error.is_already_exists() => continue,
                Err(error) => return Err(error),
            }
        };
        let since = match &seen {
            Some((version, since)) if *version == lease.resource_version => *since,
            _ => Instant::now(),
        };
        seen = Some((lease.resource_version.clone(), since));
        let ends_in = lease.duration.saturating_sub(since.elapsed());
        let holder = Holder::read(&lease.holder);
        let is_free = lease.holder.is_empty()
            || ends_in.is_zero()
            // An answer to our own request may have been lost.
            || lease.holder == lock.holder.to_string()
            || holder.as_ref().is_some_and(&is_dead);
        if is_free {
            match client.replace(&lock.address, &taken(lock, Some(&lease)), WRITE).await {
                Ok(tree) => return Ok(Held::start(client, lock, beat, &tree)),
                // Somebody was faster, or an earlier attempt of ours came through.
                Err(error) if error.is_conflict() || error.is_not_found() => continue,
                Err(error) => return Err(error),
            }
        }
        let waited = began.elapsed();
        let holder = lease.words();
        if waited >= lock.patience {
            return Err(Error::Locked { lock: name(&lock.address), holder, waited });
        }
        on_wait(&Waiting { holder, waited, ends_in });
        sleep(LOOKED_AT_EVERY.min(lock.patience.saturating_sub(waited))).await;
    }
}

/// Who holds a lock, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub holder: String,
    /// RFC 3339, by the holder's clock.
    pub acquired: String,
    pub renewed: String,
    uid: String,
    resource_version: String,
}

/// Looks at a lock; none where nobody holds it.
pub async fn show(client: &Client, address: &Address) -> Result<Option<Shown>, Error> {
    let lease = look(client, address).await?.filter(|lease| !lease.holder.is_empty());
    Ok(lease.map(|lease| Shown {
        holder: lease.words(),
        acquired: lease.acquired,
        renewed: lease.renewed,
        uid: lease.uid,
        resource_version: lease.resource_version,
    }))
}

/// Takes a lock away from its holder, who stops before its next write. False where the lock changed after it was shown: its
/// holder lives.
pub async fn unlock(client: &Client, address: &Address, shown: &Shown) -> Result<bool, Error> {
    match delete(client, address, &shown.uid, &shown.resource_version).await {
        Ok(_) => Ok(true),
        Err(error) if error.is_conflict() => Ok(false),
        Err(error) => Err(error),
    }
}

impl Held {
    fn start(client: Client, lock: &Lock, beat: Beat, tree: &source::Tree) -> Self {
        let lease = Lease::read(tree);
        let (sender, state) = watch::channel(State::Held);
        let task = tokio::spawn(renew::renew(
            client.clone(),
            lock.address.clone(),
            lease,
            beat.clone(),
            sender,
        ));
        let identity = lock.holder.to_string();
        Self { client, address: lock.address.clone(), identity, beat, state, task }
    }

    /// To be asked before each write: nobody else can have taken the lock so far.
    ///
    /// # Errors
    /// `Error::LockLost`, with the reason.
    pub fn check(&self) -> Result<(), Error> {
        let lost = |message: String| Error::LockLost { lock: name(&self.address), message };
        if let State::Lost(message) = &*self.state.borrow() {
            return Err(lost(message.clone()));
        }
        match self.beat.is_fresh() {
            true => Ok(()),
            false => Err(lost("it could not be renewed in time".to_owned())),
        }
    }

    /// Returns when the lock is lost, with the reason; never while it is held.
    pub async fn lost(&self) -> Error {
        let mut state = self.state.clone();
        let message = match state.wait_for(|state| matches!(state, State::Lost(_))).await {
            Ok(state) => match &*state {
                State::Lost(message) => message.clone(),
                State::Held => String::new(),
            },
            // The task ends only with a reason, or with the lock itself.
            Err(_) => "its renewal ended".to_owned(),
        };
        Error::LockLost { lock: name(&self.address), message }
    }

    /// Gives the lock back. One that was lost already is left to whoever has it.
    pub async fn release(mut self) -> Result<(), Error> {
        self.task.abort();
        // A renewal that was under way may still arrive: look, and delete what is ours.
        let _ended = (&mut self.task).await;
        loop {
            let Some(lease) = look(&self.client, &self.address).await? else { return Ok(()) };
            if lease.holder != self.identity {
                return Ok(());
            }
            match delete(&self.client, &self.address, &lease.uid, &lease.resource_version).await {
                Ok(_) => return Ok(()),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self { lasts: Duration::from_secs(30), renewed_every: Duration::from_secs(10) }
    }
}

impl Drop for Held {
    /// Without its renewal the Lease ends by itself.
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn look(client: &Client, address: &Address) -> Result<Option<Lease>, Error> {
    Ok(client.get(&address.path()).await?.map(|tree| Lease::read(&tree)))
}

async fn delete(
    client: &Client,
    address: &Address,
    uid: &str,
    resource_version: &str,
) -> Result<Deletion, Error> {
    let how = Delete {
        uid: Some(uid),
        resource_version: Some(resource_version),
        propagation: Propagation::Background,
        dry_run: false,
    };
    client.delete(address, how).await
}

fn name(address: &Address) -> String {
    let namespace = address.namespace.as_deref().unwrap_or_default();
    format!("the lock `{}` in `{namespace}`", address.name)
}

impl fmt::Display for Waiting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "waiting for {} ({} s)", self.holder, self.waited.as_secs())
    }
}
