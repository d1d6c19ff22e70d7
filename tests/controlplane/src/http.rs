//! HTTP/1.1 as far as the tests need it: heads, bodies, and TLS towards the API server.

use std::io::{self, BufRead, Read as _, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

/// The first line of a message and its headers.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) first: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Head {
    /// Reads up to the empty line; `None` where the other side has closed the connection.
    pub(crate) fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let Some(first) = line(reader)? else { return Ok(None) };
        let mut headers = Vec::new();
        while let Some(line) = line(reader)?
            && !line.is_empty()
        {
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            headers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
        Ok(Some(Self { first, headers }))
    }

    pub(crate) fn write(&self, writer: &mut impl Write) -> io::Result<()> {
        let mut text = format!("{}\r\n", self.first);
        for (name, value) in &self.headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        text.push_str("\r\n");
        writer.write_all(text.as_bytes())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let named = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        self.headers.iter().find(named).map(|(_, value)| value.as_str())
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    /// Of a response.
    pub(crate) fn status(&self) -> u16 {
        self.first.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
    }

    pub(crate) fn is_chunked(&self) -> bool {
        self.get("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"))
    }

    fn length(&self) -> Option<u64> {
        self.get("content-length")?.parse().ok()
    }
}

/// Passes a body on, piece by piece as it arrives, decoded. Without a length, `open_ended` bodies reach to the end.
pub(crate) fn body(
    head: &Head,
    reader: &mut impl BufRead,
    open_ended: bool,
    mut piece: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    if !head.is_chunked() {
        let length = head.length().or(if open_ended { None } else { Some(0) });
        return pieces(reader, length, &mut piece);
    }
    loop {
        let size = line(reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(io::Error::other)?;
        if size == 0 {
            while line(reader)?.is_some_and(|line| !line.is_empty()) {}
            return Ok(());
        }
        pieces(reader, Some(size), &mut piece)?;
        line(reader)?;
    }
}

/// Answers with JSON.
pub(crate) fn answer(
    client: &mut impl Write,
    status: u16,
    headers: &[(String, String)],
    body: &Value,
) -> io::Result<()> {
    let body = body.to_string();
    let word = if status < 400 { "OK" } else { "Refused" };
    let mut head = Head { first: format!("HTTP/1.1 {status} {word}"), headers: headers.to_vec() };
    head.set("Content-Type", "application/json");
    head.set("Content-Length", &body.len().to_string());
    head.write(client)?;
    client.write_all(body.as_bytes())
}

/// So many bytes, or all that come.
fn pieces(
    reader: &mut impl BufRead,
    mut length: Option<u64>,
    piece: &mut impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    while length != Some(0) {
        let there = reader.fill_buf()?;
        if there.is_empty() {
            return length.map_or(Ok(()), |_| Err(io::ErrorKind::UnexpectedEof.into()));
        }
        let wanted = length.and_then(|length| usize::try_from(length).ok()).unwrap_or(usize::MAX);
        let taken = there.len().min(wanted);
        piece(&there[..taken])?;
        reader.consume(taken);
        length = length.map(|length| length - taken as u64);
    }
    Ok(())
}

/// One line without its end; `None` at the end of the stream.
fn line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    reader.take(1 << 20).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    let line = String::from_utf8_lossy(&line);
    Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Connections to a server on this machine that show a certificate of one authority.
#[derive(Clone)]
pub(crate) struct Tls {
    port: u16,
    config: Arc<ClientConfig>,
}

pub(crate) type Connection = StreamOwned<ClientConnection, TcpStream>;

impl Tls {
    pub(crate) fn new(port: u16, authority: &str) -> Self {
        let mut roots = RootCertStore::empty();
        let certificate =
            CertificateDer::from_pem_slice(authority.as_bytes()).expect("the authority is PEM");
        roots.add(certificate).expect("the authority is a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has the default versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { port, config: Arc::new(config) }
    }

    pub(crate) fn connect(&self) -> io::Result<Connection> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from("localhost").expect("the name is valid");
        let mut connection =
            ClientConnection::new(Arc::clone(&self.config), name).map_err(io::Error::other)?;
        // The handshake now, so that a limit for reads that is set later concerns answers alone.
        while connection.is_handshaking() {
            connection.complete_io(&mut stream)?;
        }
        Ok(StreamOwned::new(connection, stream))
    }
}

#[cfg(test)]
mod tests {
    use super::{Head, body};

    fn check(message: &str, expect: &str) {
        let mut reader = message.as_bytes();
        let head = Head::read(&mut reader).unwrap().unwrap();
        let mut text = String::new();
        body(&head, &mut reader, true, |piece| {
            text.push_str(std::str::from_utf8(piece).unwrap());
            Ok(())
        })
        .unwrap();
        assert_eq!(text, expect);
    }

    #[test]
    fn bodies_end_where_their_head_says() {
        check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", "abc");
        check(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x\r\nc\r\n0\r\n\r\n",
            "abc",
        );
        check("HTTP/1.1 200 OK\r\n\r\nabc", "abc");
    }
}
