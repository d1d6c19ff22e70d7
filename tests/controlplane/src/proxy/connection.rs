//! One client's connection to the proxy: its requests one after another, answers passed on as they arrive.

use std::io::{self, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Fault, Shared, failure};
use crate::http::{self, Connection, Head};
use crate::identities;

/// How often a stream without events looks whether its client is still there.
const LOOK: Duration = Duration::from_millis(300);

/// The client has closed its connection, or the proxy ends.
const GONE: io::ErrorKind = io::ErrorKind::ConnectionAborted;

/// Serves requests until either side closes.
pub(super) fn serve(shared: &Shared, client: TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut reader = BufReader::new(client.try_clone()?);
    let mut client = client;
    let mut upstream = None;
    while let Some(mut request) = Head::read(&mut reader)? {
        let mut content = Vec::new();
        http::body(&request, &mut reader, false, |piece| {
            content.extend_from_slice(piece);
            Ok(())
        })?;
        let is_last =
            request.get("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        request.remove("connection");
        // The body is passed on in one piece.
        request.remove("transfer-encoding");
        if !content.is_empty() {
            request.set("Content-Length", &content.len().to_string());
        }

        // Go's client keeps its token to itself on plain HTTP.
        if request.get("authorization").is_none() {
            request.set("Authorization", &identities::ADMIN.bearer());
        }

        let mut words = request.first.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let agent = request.get("user-agent").unwrap_or_default();
        let fault = shared.decide(method, path, agent);
        match &fault {
            Fault::Answer { status, headers, body } => {
                http::answer(&mut client, *status, headers, body)?;
                if is_last {
                    return client.shutdown(Shutdown::Both);
                }
                continue;
            }
            Fault::CutBefore => return client.shutdown(Shutdown::Both),
            Fault::Delay(time) => thread::sleep(*time),
            _ => {}
        }
        let exchange = Exchange { request: &request, content: &content, fault: &fault };
        match exchange.run(shared, &mut client, &mut upstream)? {
            End::Complete if !is_last => {}
            End::Complete | End::Cut => return client.shutdown(Shutdown::Both),
        }
    }
    Ok(())
}

struct Exchange<'a> {
    request: &'a Head,
    content: &'a [u8],
    fault: &'a Fault,
}

/// How an answer ended: all of it was passed on, or the connection is of no use any more.
enum End {
    Complete,
    Cut,
}

impl Exchange<'_> {
    fn run(
        &self,
        shared: &Shared,
        client: &mut TcpStream,
        upstream: &mut Option<BufReader<Patient>>,
    ) -> io::Result<End> {
        let (mut reader, head) = self.ask(shared, client, upstream.take())?;
        if matches!(self.fault, Fault::CutAfter) {
            return Ok(End::Cut);
        }
        let limit = match self.fault {
            Fault::CutAnswer(time) | Fault::ExpireWatch(time) => Some(*time),
            _ => None,
        };
        reader.get_mut().until = limit.map(|time| Instant::now() + time);

        head.write(client)?;
        if self.request.first.starts_with("HEAD ") || matches!(head.status(), 204 | 304) {
            *upstream = Some(reader);
            return Ok(End::Complete);
        }
        let is_chunked = head.is_chunked();
        let passed = http::body(&head, &mut reader, true, |piece| {
            if is_chunked { chunk(client, piece) } else { client.write_all(piece) }
        });
        match (passed, self.fault) {
            (Ok(()), _) if is_chunked => client.write_all(b"0\r\n\r\n")?,
            (Ok(()), _) if head.get("content-length").is_some() => {}
            (Ok(()), _) => return Ok(End::Cut),
            (Err(error), Fault::ExpireWatch(_)) if error.kind() == io::ErrorKind::TimedOut => {
                let status = failure(410, "Expired", "too old resource version");
                let event = json!({"type": "ERROR", "object": status});
                chunk(client, format!("{event}\n").as_bytes())?;
                client.write_all(b"0\r\n\r\n")?;
                return Ok(End::Complete);
            }
            (Err(_), _) => return Ok(End::Cut),
        }
        *upstream = Some(reader);
        Ok(End::Complete)
    }

    /// Sends the request over the connection that is there, or over a new one where the server has closed it.
    fn ask(
        &self,
        shared: &Shared,
        client: &TcpStream,
        open: Option<BufReader<Patient>>,
    ) -> io::Result<(BufReader<Patient>, Head)> {
        if let Some(mut reader) = open {
            match self.try_ask(&mut reader) {
                Ok(Some(head)) => return Ok((reader, head)),
                // The request of a client that is gone is not repeated: it may have been carried out.
                Err(error) if error.kind() == GONE => return Err(error),
                Ok(None) | Err(_) => {}
            }
        }
        let mut reader = BufReader::new(Patient::connect(shared, client)?);
        let head = self.try_ask(&mut reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok((reader, head))
    }

    fn try_ask(&self, reader: &mut BufReader<Patient>) -> io::Result<Option<Head>> {
        reader.get_mut().until = None;
        let stream = &mut reader.get_mut().stream;
        self.request.write(stream)?;
        stream.write_all(self.content)?;
        stream.flush()?;
        Head::read(reader)
    }
}

/// A connection to the API server whose reads wait as long as the client does.
struct Patient {
    stream: Connection,
    client: TcpStream,
    proxy_has_ended: Arc<AtomicBool>,
    /// Reads fail as timed out from then on.
    until: Option<Instant>,
}

impl Patient {
    fn connect(shared: &Shared, client: &TcpStream) -> io::Result<Self> {
        let stream = shared.upstream.connect()?;
        stream.sock.set_read_timeout(Some(LOOK))?;
        let proxy_has_ended = Arc::clone(&shared.has_ended);
        Ok(Self { stream, client: client.try_clone()?, proxy_has_ended, until: None })
    }

    /// Whether the client has closed its side. What it sends meanwhile stays for later.
    fn client_is_gone(&self) -> io::Result<bool> {
        self.client.set_nonblocking(true)?;
        let peeked = self.client.peek(&mut [0]);
        self.client.set_nonblocking(false)?;
        Ok(match peeked {
            Ok(length) => length == 0,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        })
    }
}

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(until) = self.until {
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                self.stream.sock.set_read_timeout(Some(left.min(LOOK)))?;
            }
            match self.stream.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if self.client_is_gone()? || self.proxy_has_ended.load(Ordering::Relaxed) {
                        return Err(GONE.into());
                    }
                }
                other => return other,
            }
        }
    }
}

/// In one write, so that it travels in one piece.
fn chunk(client: &mut impl Write, piece: &[u8]) -> io::Result<()> {
    let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
    chunk.extend_from_slice(piece);
    chunk.extend_from_slice(b"\r\n");
    client.write_all(&chunk)
}
