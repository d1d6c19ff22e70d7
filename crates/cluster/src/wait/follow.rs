//! Keeps a collection's store up to date: list and watch; list every two seconds where watching is forbidden; ask for each object
//! where listing is forbidden too.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::collection::Shared;
use super::hub::{How, Source};
use crate::Error;
use crate::client::{Client, Pick};

/// Between two questions where nothing can be watched.
const PAUSE: Duration = Duration::from_secs(2);
/// The first pauses are shorter: what is asked for one by one is often ready at once.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A connection that is cut again after such a pause is worth telling of.
const LASTS: Duration = Duration::from_secs(1);
/// A watch that holds so long is a good one.
const HOLDS: Duration = Duration::from_secs(1);

/// Runs until it is aborted.
pub(super) async fn follow(client: Client, source: Source, shared: Arc<Shared>) {
    let follower = Follower { client, source, shared };
    match follower.source.how {
        How::Single => follower.ask().await,
        How::Watched | How::Metadata => follower.watch().await,
    }
}

struct Follower {
    client: Client,
    source: Source,
    shared: Arc<Shared>,
}

/// How a watch came to its end.
enum End {
    /// The server ended it, or the connection did: it goes on from where it was.
    Cut(Option<Box<Error>>),
    /// Too old: list again.
    Expired,
    Forbidden,
}

impl Follower {
    async fn watch(&self) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.list().await {
                Ok(()) => {}
                Err(error) if is_refused(&error) => return self.ask_instead().await,
                Err(error) => {
                    self.trouble(Some(&error));
                    sleep(pause).await;
                    pause = longer(pause);
                    continue;
                }
            }
            loop {
                let start = Instant::now();
                let end = self.watch_once().await;
                if start.elapsed() >= HOLDS {
                    pause = FIRST_PAUSE;
                }
                match end {
                    End::Forbidden => return self.list_again_and_again().await,
                    End::Cut(Some(error)) if pause >= LASTS => self.trouble(Some(&error)),
                    End::Cut(_) => {}
                    End::Expired => break,
                }
                sleep(pause).await;
                pause = longer(pause);
            }
            sleep(pause).await;
            pause = longer(pause);
        }
    }

    async fn list(&self) -> Result<(), Error> {
        let list = self.client.list(&self.source.path, self.pick()).await?;
        self.shared.change(|store| store.replace(list));
        Ok(())
    }

    async fn watch_once(&self) -> End {
        let from = self.shared.version();
        if from.is_empty() {
            // The kind is not served yet.
            return End::Expired;
        }
        let mut watch = match self.client.watch(&self.source.path, self.pick(), &from).await {
            Ok(watch) => watch,
            Err(error) => return End::of(error),
        };
        self.trouble(None);
        loop {
            match watch.next().await {
                Some(Ok(event)) => self.shared.change(|store| store.take(event)),
                Some(Err(error)) => return End::of(error),
                None => return End::Cut(None),
            }
        }
    }

    async fn list_again_and_again(&self) {
        loop {
            sleep(PAUSE).await;
            match self.list().await {
                Ok(()) => {}
                Err(error) if is_refused(&error) => return self.ask_instead().await,
                Err(error) => self.trouble(Some(&error)),
            }
        }
    }

    async fn ask_instead(&self) {
        self.shared.change(|store| store.is_unlisted = true);
        self.ask().await;
    }

    async fn ask(&self) {
        let mut pause = FIRST_PAUSE;
        loop {
            for name in self.shared.names() {
                let path = format!("{}/{name}", self.source.path);
                match self.client.get(&path).await {
                    Ok(object) => self.shared.change(|store| store.answer(&name, object)),
                    Err(error) => {
                        let is_blind = is_refused(&error);
                        self.trouble(Some(&error));
                        self.shared.change(|store| store.is_blind = is_blind);
                    }
                }
            }
            tokio::select! {
                () = sleep(pause) => pause = (pause * 2).min(PAUSE),
                () = self.shared.added.notified() => pause = FIRST_PAUSE,
            }
        }
    }

    fn pick(&self) -> Pick<'_> {
        let metadata_only = self.source.how == How::Metadata;
        Pick { labels: &self.source.labels, metadata_only, ..Pick::default() }
    }

    fn trouble(&self, error: Option<&Error>) {
        self.shared.change(|store| store.trouble = error.map(ToString::to_string));
    }
}

impl End {
    fn of(error: Error) -> Self {
        if error.is_gone() {
            Self::Expired
        } else if is_refused(&error) {
            Self::Forbidden
        } else {
            Self::Cut(Some(Box::new(error)))
        }
    }
}

/// Not allowed (403), or not offered (405): another way has to be found.
fn is_refused(error: &Error) -> bool {
    error.is_forbidden() || error.status().is_some_and(|status| status.code == 405)
}

fn longer(pause: Duration) -> Duration {
    (pause * 2).min(LONGEST_PAUSE)
}
