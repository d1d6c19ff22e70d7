//! Content into an open registry as it is, whatever it says.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::Registry;

impl Registry {
    /// Uploads bytes under their digest, `sha256:…`.
    ///
    /// # Panics
    /// Where the registry does not take them.
    pub fn put_blob(&self, repository: &str, digest: &str, bytes: &[u8]) {
        let (status, head) =
            self.send("POST", &format!("/v2/{repository}/blobs/uploads/"), "text/plain", &[]);
        assert_eq!(status, 202, "{head}");
        let place = head.lines().find_map(|line| line.strip_prefix("Location: "));
        let place = place.expect("the registry says where to upload to");
        let place = place.split_once(&self.address).map_or(place, |(_, path)| path);
        let target = format!("{place}&digest={digest}");
        let (status, head) = self.send("PUT", &target, "application/octet-stream", bytes);
        assert_eq!(status, 201, "{head}");
    }

    /// Uploads a manifest under a tag or its digest.
    ///
    /// # Panics
    /// Where the registry does not take it.
    pub fn put_manifest(&self, repository: &str, reference: &str, kind: &str, manifest: &str) {
        let target = format!("/v2/{repository}/manifests/{reference}");
        let (status, head) = self.send("PUT", &target, kind, manifest.as_bytes());
        assert_eq!(status, 201, "{head}");
    }

    /// Status, and the whole answer as text.
    fn send(&self, method: &str, target: &str, kind: &str, body: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("the registry listens");
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: {kind}\r\n\
             Content-Length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("the registry reads");
        stream.write_all(body).expect("the registry reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("the registry answers");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.expect("answers begin with a status"), answer)
    }
}
