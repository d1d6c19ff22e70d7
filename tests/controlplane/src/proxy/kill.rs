//! Ends a client in the middle of its work, at exactly one of its requests.

use std::process::{Command, ExitStatus};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::{Fault, Proxy};

impl Proxy {
    /// Runs a client and ends it with `kill -9` when it makes its `number`th request from now on, counted from 1, which
    /// the API server does not hear of. Gives the status of a client that ended by itself before. Replaces the rule,
    /// and leaves one that passes everything on.
    ///
    /// # Panics
    /// Where the client cannot be run.
    pub fn run_and_kill(&self, command: &mut Command, number: usize) -> Option<ExitStatus> {
        let fatal = self.requests().len() + number;
        // Each request is answered by its receiver: it goes on when that is gone.
        let (arrived, arrivals) = channel();
        self.on_request(move |seen| {
            if seen.number < fatal {
                return Fault::None;
            }
            let (done, is_done) = channel::<()>();
            if arrived.send(done).is_ok() {
                // No message comes: the sender is dropped once the client is dead.
                let _ = is_done.recv();
            }
            Fault::CutBefore
        });
        let mut client = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let status = loop {
            match arrivals.recv_timeout(Duration::from_millis(5)) {
                Ok(_done) => {
                    client.kill().expect("a child that was not waited for can be killed");
                    client.wait().expect("a child can be waited for");
                    break None;
                }
                Err(RecvTimeoutError::Timeout) => {
                    let status = client.try_wait().expect("a child can be asked");
                    if status.is_some() {
                        break status;
                    }
                }
                Err(RecvTimeoutError::Disconnected) => panic!("another rule took the place"),
            }
        };
        self.on_request(|_| Fault::None);
        status
    }
}
