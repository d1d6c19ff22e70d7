//! Watches: what happens to the objects of a collection from a version on.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

use http_body::Body as _;
use kube::client::Body;
use source::{Node, Tree};
use tokio::time::{Instant, timeout_at};

use super::Client;
use super::items::{Pick, picked};
use super::request::{Request, Verb};
use super::send::Shared;
use crate::Error;
use crate::status::Status;

#[derive(Clone, Debug, PartialEq)]
pub enum WatchEvent {
    Added(Tree),
    Modified(Tree),
    Deleted(Tree),
    /// Nothing happened; a later watch may go on from this version.
    Bookmark {
        resource_version: String,
    },
}

/// An open watch. Dropping it closes it.
pub struct Watch {
    shared: Arc<Shared>,
    request: Request,
    body: Body,
    received: Vec<u8>,
    /// How far `received` was searched for the end of a line.
    searched: usize,
    /// When something last arrived.
    heard: Instant,
}

const METADATA: &str =
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
/// Servers end watches by themselves; this is when at the latest, in seconds.
const LONGEST: u32 = 290;
/// An object is at most 1.5 MiB in etcd, and some more as JSON.
const LONGEST_LINE: usize = 64 << 20;

impl Client {
    /// From `resource_version` on, which a list or another watch has told.
    pub async fn watch(
        &self,
        collection: &str,
        pick: Pick<'_>,
        resource_version: &str,
    ) -> Result<Watch, Error> {
        let request = picked(Request::new(Verb::Watch, collection), pick, METADATA)
            .query("watch", 1)
            .query("allowWatchBookmarks", true)
            .query("timeoutSeconds", LONGEST)
            .query("resourceVersion", resource_version);
        let response = self.shared.open_stream(&request, self.writes).await?;
        Ok(Watch {
            shared: Arc::clone(&self.shared),
            request,
            body: response.into_body(),
            received: Vec::new(),
            searched: 0,
            heard: Instant::now(),
        })
    }
}

impl Watch {
    /// The next event; none when the watch ended, which it does every few minutes: watch again from the last version.
    ///
    /// Giving up on the answer loses nothing: the next call goes on.
    ///
    /// # Errors
    /// `is_gone()` when the version is too old: list again, and watch from there. Anything else is the connection's.
    pub async fn next(&mut self) -> Option<Result<WatchEvent, Error>> {
        loop {
            if let Some(line) = self.line() {
                if line.trim_ascii().is_empty() {
                    continue;
                }
                return Some(self.event(&line));
            }
            if self.received.len() > LONGEST_LINE {
                return Some(Err(self.cut("an event is too long")));
            }
            let frame = poll_fn(|context| Pin::new(&mut self.body).poll_frame(context));
            match timeout_at(self.heard + self.shared.limits.idle, frame).await {
                Ok(Some(Ok(frame))) => {
                    self.heard = Instant::now();
                    if let Some(data) = frame.data_ref() {
                        self.received.extend_from_slice(data);
                    }
                }
                // What is left is half an event: the next watch sends it again.
                Ok(None) => return None,
                Ok(Some(Err(error))) => return Some(Err(self.cut(&error.to_string()))),
                Err(_) => return Some(Err(self.cut("it was silent for too long"))),
            }
        }
    }

    fn line(&mut self) -> Option<Vec<u8>> {
        let found = self.received[self.searched..].iter().position(|byte| *byte == b'\n');
        let Some(found) = found else {
            self.searched = self.received.len();
            return None;
        };
        let rest = self.received.split_off(self.searched + found + 1);
        self.searched = 0;
        Some(std::mem::replace(&mut self.received, rest))
    }

    fn event(&self, line: &[u8]) -> Result<WatchEvent, Error> {
        let tree = self.shared.read(&self.request, &String::from_utf8_lossy(line))?;
        match read(tree) {
            Ok(Some(event)) => Ok(event),
            Ok(None) => Err(self.cut("an event of an unknown form")),
            Err(status) => Err(self.shared.refused(&self.request, status, false)),
        }
    }

    fn cut(&self, message: &str) -> Error {
        Error::Cut {
            place: self.shared.place.clone(),
            verb: self.request.verb,
            subject: self.request.subject(),
            message: message.to_owned(),
            uncertain: false,
        }
    }
}

/// `{"type":"ADDED","object":{…}}`. Fails with the status of an `ERROR`.
fn read(tree: Tree) -> Result<Option<WatchEvent>, Status> {
    let Node::Map(mut map) = tree.node else { return Ok(None) };
    let object = map.swap_remove("object").unwrap_or_default();
    Ok(match map.get("type").and_then(Tree::as_str) {
        Some("ADDED") => Some(WatchEvent::Added(object)),
        Some("MODIFIED") => Some(WatchEvent::Modified(object)),
        Some("DELETED") => Some(WatchEvent::Deleted(object)),
        Some("BOOKMARK") => {
            let metadata = object.get("metadata");
            let version = metadata.and_then(|metadata| metadata.get("resourceVersion"));
            let resource_version = version.and_then(Tree::as_str).unwrap_or_default().to_owned();
            Some(WatchEvent::Bookmark { resource_version })
        }
        Some("ERROR") => return Err(Status::of(&object, 500)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use source::json::read_bare;

    use super::*;

    #[test]
    fn events() {
        let check = |line: &str, expect: &str| {
            assert_eq!(format!("{:?}", read(read_bare(line).unwrap())), expect);
        };
        check(
            r#"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}}"#,
            r#"Ok(Some(Bookmark { resource_version: "7" }))"#,
        );
        check(r#"{"type":"NEW","object":{}}"#, "Ok(None)");
        check("7", "Ok(None)");
        let gone = r#"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}"#;
        assert_eq!(read(read_bare(gone).unwrap()).unwrap_err().code, 410);
        let added = read(read_bare(r#"{"type":"ADDED","object":{"a":1}}"#).unwrap()).unwrap();
        assert!(matches!(added, Some(WatchEvent::Added(object)) if object.get("a").is_some()));
    }
}
