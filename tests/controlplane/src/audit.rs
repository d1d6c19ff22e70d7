//! Which requests the API server has seen: its audit log, without those of the control plane and of these helpers.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::ControlPlane;

/// A place in the audit log.
#[derive(Clone, Copy, Debug)]
pub struct Mark(u64);

/// A request that arrived after a mark.
#[derive(Clone, Debug)]
pub struct Request {
    /// As RBAC calls it: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`.
    pub verb: String,
    /// With its query.
    pub uri: String,
    pub user: String,
    pub user_agent: String,
    /// `None` for a watch that goes on.
    pub status: Option<u16>,
}

impl Request {
    /// Whether the request wanted to change what is stored. Reviews of access and dry runs do not.
    pub fn is_write(&self) -> bool {
        let reads = ["get", "list", "watch"].contains(&self.verb.as_str());
        let reviews = ["authorization.k8s.io", "authentication.k8s.io"];
        let is_review = reviews.iter().any(|group| self.uri.contains(&format!("/apis/{group}/")));
        !reads && !is_review && !self.uri.contains("dryRun=All")
    }
}

/// Requests of these helpers say so.
pub(crate) const OWN_AGENT: &str = "controlplane";

impl ControlPlane {
    /// Now, for [`ControlPlane::requests_since`].
    ///
    /// # Panics
    /// Where there is no audit log.
    pub fn mark(&self) -> Mark {
        let log = self.directory.join("audit.log");
        Mark(log.metadata().expect("the API server writes an audit log").len())
    }

    /// Every request after the mark, in the order of arrival, of all clients: parallel tests tell theirs by the user
    /// of their certificate or by the namespace in the address.
    ///
    /// # Panics
    /// Where the audit log cannot be read.
    pub fn requests_since(&self, mark: Mark) -> Vec<Request> {
        // The log tells of an answer after the client has it, so one may have to wait a little.
        let start = Instant::now();
        loop {
            let requests = requests(&self.log_since(mark));
            let is_answered = |one: &Request| one.status.is_some() || one.verb == "watch";
            if requests.iter().all(is_answered) || start.elapsed() > Duration::from_secs(2) {
                return requests;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn log_since(&self, mark: Mark) -> String {
        let mut text = Vec::new();
        let mut file =
            File::open(self.directory.join("audit.log")).expect("the audit log can be read");
        file.seek(SeekFrom::Start(mark.0)).expect("a file can be sought in");
        file.read_to_end(&mut text).expect("the audit log can be read");
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// Each request has an event when it arrives and one when it is answered, with the same id.
fn requests(log: &str) -> Vec<Request> {
    let mut ids = Vec::new();
    let mut requests: Vec<Request> = Vec::new();
    for line in log.lines() {
        // The last line may be half written.
        let Ok(event) = serde_json::from_str::<Value>(line) else { continue };
        let text = |pointer: &str| {
            event.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        if text("/userAgent") == OWN_AGENT {
            continue;
        }
        let id = text("/auditID");
        if text("/stage") == "RequestReceived" {
            ids.push(id);
            requests.push(Request {
                verb: text("/verb"),
                uri: text("/requestURI"),
                user: text("/user/username"),
                user_agent: text("/userAgent"),
                status: None,
            });
        } else if let Some(index) = ids.iter().rposition(|known| *known == id) {
            let code = event.pointer("/responseStatus/code").and_then(Value::as_u64);
            requests[index].status = code.and_then(|code| u16::try_from(code).ok());
        }
    }
    requests
}

#[cfg(test)]
mod tests {
    use super::{Request, requests};

    #[test]
    fn arrivals_and_answers_are_joined() {
        let log = r#"
{"auditID":"1","stage":"RequestReceived","verb":"create","requestURI":"/api/v1/namespaces?dryRun=All","userAgent":"x"}
{"auditID":"2","stage":"RequestReceived","verb":"watch","requestURI":"/api/v1/pods","userAgent":"x"}
{"auditID":"3","stage":"RequestReceived","verb":"list","requestURI":"/api/v1/pods","userAgent":"controlplane"}
{"auditID":"1","stage":"ResponseComplete","responseStatus":{"code":201}}
{"auditID":"2","stage":"Respo"#;
        let seen: Vec<(String, Option<u16>)> =
            requests(log).into_iter().map(|one| (one.verb, one.status)).collect();
        assert_eq!(seen, [("create".to_owned(), Some(201)), ("watch".to_owned(), None)]);
    }

    #[test]
    fn writes_are_told_from_reads() {
        let check = |verb: &str, uri: &str, expect| {
            let request = Request {
                verb: verb.to_owned(),
                uri: uri.to_owned(),
                user: String::new(),
                user_agent: String::new(),
                status: None,
            };
            assert_eq!(request.is_write(), expect, "{verb} {uri}");
        };
        check("get", "/api/v1/pods", false);
        check("create", "/api/v1/pods", true);
        check("patch", "/api/v1/namespaces/a/pods/b?dryRun=All&force=true", false);
        check("create", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", false);
        check("deletecollection", "/api/v1/pods", true);
    }
}
