//! Live state as the API server tells it, without any of the code that is under test.

use std::fmt::Display;
use std::io::{self, BufReader, Write as _};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::ControlPlane;
use crate::http::{self, Head};

/// How long [`ControlPlane::until`] waits.
const PATIENCE: Duration = Duration::from_secs(60);

impl ControlPlane {
    /// Asks for a path such as `/api/v1/namespaces`, as the administrator: status and body.
    ///
    /// # Panics
    /// Where the API server does not answer.
    pub fn get(&self, path: &str) -> (u16, Value) {
        self.request("GET", path, "", "")
    }

    /// Any request as the administrator. A body that is no JSON comes back as a string.
    ///
    /// # Panics
    /// Where the API server does not answer.
    pub fn request(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: impl Display,
    ) -> (u16, Value) {
        self.try_request(method, path, content_type, &body.to_string())
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Creates an object at the path of its collection.
    ///
    /// # Panics
    /// Where that fails.
    pub fn create(&self, path: &str, object: &Value) -> Value {
        ok("POST", path, self.request("POST", path, "application/json", object))
    }

    /// Changes an object by a merge patch; its status under a path that ends in `/status`.
    ///
    /// # Panics
    /// Where that fails.
    pub fn patch(&self, path: &str, patch: &Value) -> Value {
        ok("PATCH", path, self.request("PATCH", path, "application/merge-patch+json", patch))
    }

    /// Gives a Service of type LoadBalancer its address, as a cloud would.
    ///
    /// # Panics
    /// Where that fails.
    pub fn set_address(&self, namespace: &str, service: &str, address: &str) {
        let status = json!({"loadBalancer": {"ingress": [{"ip": address}]}});
        let path = format!("/api/v1/namespaces/{namespace}/services/{service}/status");
        self.patch(&path, &json!({"status": status}));
    }

    /// Announces an API group, `v1`, that nobody serves: discovery is incomplete from now on, and namespaces do not go.
    /// Use a control plane of your own.
    ///
    /// # Panics
    /// Where that fails.
    pub fn announce_absent_api(&self, group: &str) {
        let service = json!({"type": "ExternalName", "externalName": "localhost"});
        let services = "/api/v1/namespaces/default/services";
        self.create(services, &json!({"metadata": {"name": "absent"}, "spec": service}));
        let spec = json!({
            "group": group,
            "version": "v1",
            "groupPriorityMinimum": 1000,
            "versionPriority": 10,
            "insecureSkipTLSVerify": true,
            "service": {"namespace": "default", "name": "absent", "port": 1},
        });
        let path = "/apis/apiregistration.k8s.io/v1/apiservices";
        let name = format!("v1.{group}");
        self.create(path, &json!({"metadata": {"name": name}, "spec": spec}));
        self.until(&format!("{path}/{name}"), |api| {
            let conditions = api["status"]["conditions"].as_array();
            let absent = |one: &Value| one["type"] == "Available" && one["status"] == "False";
            conditions.is_some_and(|all| all.iter().any(absent))
        });
    }

    /// Asks for the deletion of an object.
    ///
    /// # Panics
    /// Where that fails.
    pub fn delete(&self, path: &str) -> Value {
        ok("DELETE", path, self.request("DELETE", path, "", ""))
    }

    /// Asks for a path until its answer is as wanted, and gives that answer. A missing object is `null`.
    ///
    /// # Panics
    /// After a minute, with the last answer.
    pub fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let (status, mut value) = self.get(path);
            if status == 404 {
                value = Value::Null;
            }
            if wanted(&value) {
                return value;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "{path} is not as wanted after {PATIENCE:?}: {value:#}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn try_request(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: &str,
    ) -> io::Result<(u16, Value)> {
        let mut stream = self.tls.connect()?;
        let headers = [
            ("Host", "localhost"),
            ("Authorization", &crate::identities::ADMIN.bearer()),
            ("Accept", "application/json, */*"),
            ("User-Agent", crate::audit::OWN_AGENT),
            ("Content-Type", content_type),
            ("Content-Length", &body.len().to_string()),
            ("Connection", "close"),
        ];
        let headers = headers.iter().filter(|(_, value)| !value.is_empty());
        let headers = headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let head = Head { first: format!("{method} {path} HTTP/1.1"), headers: headers.collect() };
        head.write(&mut stream)?;
        stream.write_all(body.as_bytes())?;
        stream.flush()?;

        let mut reader = BufReader::new(stream);
        let head = Head::read(&mut reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let mut text = Vec::new();
        http::body(&head, &mut reader, true, |piece| {
            text.extend_from_slice(piece);
            Ok(())
        })?;
        let value = serde_json::from_slice(&text)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&text).into_owned()));
        Ok((head.status(), value))
    }
}

fn ok(method: &str, path: &str, (status, value): (u16, Value)) -> Value {
    assert!((200..300).contains(&status), "{method} {path}: {status} {value:#}");
    value
}
