//! What containers wrote.

use super::Client;
use super::request::{Request, Verb};
use super::send::Reply;
use crate::Error;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Logs<'a> {
    /// Required for pods with several.
    pub container: Option<&'a str>,
    /// Of the run before the last restart.
    pub previous: bool,
    pub tail_lines: Option<u32>,
    pub limit_bytes: Option<u32>,
}

impl Client {
    /// What a container wrote; none, or nothing, where it has not started or is gone.
    pub async fn logs(
        &self,
        namespace: &str,
        pod: &str,
        how: Logs<'_>,
    ) -> Result<Option<String>, Error> {
        let path = format!("/api/v1/namespaces/{namespace}/pods/{pod}/log");
        let mut request = Request::new(Verb::Get, path);
        request.accept = "*/*";
        if let Some(container) = how.container {
            request = request.query("container", container);
        }
        if how.previous {
            request = request.query("previous", true);
        }
        if let Some(lines) = how.tail_lines {
            request = request.query("tailLines", lines);
        }
        if let Some(bytes) = how.limit_bytes {
            request = request.query("limitBytes", bytes);
        }
        match self.shared.ask(&request, self.writes, self.queues).await {
            Ok(Reply { text, .. }) => Ok(Some(text)),
            Err(error) if error.is_not_found() || error.is_invalid() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
