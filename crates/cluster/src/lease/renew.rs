//! A holder's signs of life, and how it notices that the lock is no longer its own.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use plan::Address;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::object::{Lease, renewed};
use super::{Pace, WRITE, look};
use crate::client::Client;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    Held,
    Lost(String),
}

/// When the last sign of life was sent. Both clocks count: one stands still while a computer sleeps, the other can be set.
#[derive(Clone, Debug)]
pub(super) struct Beat {
    pace: Pace,
    last: Arc<Mutex<Moment>>,
}

#[derive(Clone, Copy, Debug)]
struct Moment {
    steady: Instant,
    wall: SystemTime,
}

impl Beat {
    pub(super) fn now(pace: Pace) -> Self {
        Self { pace, last: Arc::new(Mutex::new(Moment::now())) }
    }

    /// False some time before the Lease ends: writes that are under way have to arrive before anybody else's.
    pub(super) fn is_fresh(&self) -> bool {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Moment::now();
        let wall = now.wall.duration_since(last.wall).unwrap_or_default();
        now.steady.duration_since(last.steady).max(wall) < self.pace.lasts / 6 * 5
    }

    fn set(&self, moment: Moment) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = moment;
    }
}

impl Moment {
    #[expect(clippy::disallowed_methods, reason = "a holder that slept has to notice")]
    fn now() -> Self {
        Self { steady: Instant::now(), wall: SystemTime::now() }
    }
}

/// Renews until the lock is lost, and says why.
pub(super) async fn renew(
    client: Client,
    address: Address,
    mut lease: Lease,
    beat: Beat,
    state: watch::Sender<State>,
) {
    let Pace { lasts, renewed_every } = beat.pace;
    let mut pause = renewed_every;
    loop {
        sleep(pause).await;
        let sent = Moment::now();
        let outcome = timeout(lasts / 6, once(&client, &address, &lease)).await;
        let message = match outcome {
            Ok(Ok(next)) => {
                lease = next;
                beat.set(sent);
                pause = renewed_every;
                continue;
            }
            Ok(Err(Failed::Lost(message))) => {
                state.send_replace(State::Lost(message));
                return;
            }
            Ok(Err(Failed::Again(message))) => message,
            Err(_) => "no answer in time".to_owned(),
        };
        if !beat.is_fresh() {
            state.send_replace(State::Lost(format!("it could not be renewed: {message}")));
            return;
        }
        pause = renewed_every / 5;
    }
}

enum Failed {
    Lost(String),
    Again(String),
}

/// One renewal. A version that is not the expected one may be that of an earlier renewal whose answer was lost.
async fn once(client: &Client, address: &Address, lease: &Lease) -> Result<Lease, Failed> {
    let removed = || Failed::Lost("somebody removed it".to_owned());
    let mut lease = lease.clone();
    loop {
        match client.replace(address, &renewed(&lease), WRITE).await {
            Ok(tree) => return Ok(Lease::read(&tree)),
            Err(error) if error.is_not_found() => return Err(removed()),
            Err(error) if !error.is_conflict() => return Err(Failed::Again(error.to_string())),
            Err(_) => {}
        }
        match look(client, address).await {
            Ok(Some(there)) if there.uid == lease.uid && there.holder == lease.holder => {
                lease = there;
            }
            Ok(Some(there)) => return Err(Failed::Lost(format!("{} took it", there.words()))),
            Ok(None) => return Err(removed()),
            Err(error) => return Err(Failed::Again(error.to_string())),
        }
    }
}
