//! A server made by hand: each request goes to a function of the test, which may also say what no good server says.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The path alone.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// So many bytes of the body are sent before the connection is cut.
    pub cut: Option<usize>,
    /// What `Content-Length` says, if not the truth.
    pub length: Option<usize>,
    /// A rest in the middle of the body.
    pub rest: Duration,
}

impl Answer {
    pub fn new(status: u16, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref().to_vec();
        Self { status, headers: Vec::new(), body, cut: None, length: None, rest: Duration::ZERO }
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    #[must_use]
    pub fn rest(mut self, rest: Duration) -> Self {
        self.rest = rest;
        self
    }

    #[must_use]
    pub fn cut(mut self, after: usize) -> Self {
        self.cut = Some(after);
        self
    }
}

/// A running server; dropping it ends it.
pub struct Server {
    /// `127.0.0.1:PORT`.
    pub address: String,
    ended: Arc<AtomicBool>,
}

impl Server {
    /// Answers one request per connection, without TLS.
    ///
    /// # Panics
    /// Where the machine has no port left.
    pub fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_with(None, answer)
    }

    /// The same over TLS.
    ///
    /// # Panics
    /// Where the machine has no port left.
    pub fn start_with(
        tls: Option<Arc<ServerConfig>>,
        answer: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        let ended = Arc::new(AtomicBool::new(false));
        let (answer, seen) = (Arc::new(answer), Arc::clone(&ended));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if seen.load(Ordering::Relaxed) {
                    return;
                }
                let (answer, tls) = (Arc::clone(&answer), tls.clone());
                thread::spawn(move || connection(&stream, tls, &*answer));
            }
        });
        Self { address, ended }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for a connection.
        drop(TcpStream::connect(&self.address));
    }
}

/// A client that goes away meanwhile is not the server's concern.
fn connection(
    mut stream: &TcpStream,
    tls: Option<Arc<ServerConfig>>,
    answer: &dyn Fn(&Request) -> Answer,
) {
    drop(stream.set_read_timeout(Some(Duration::from_secs(30))));
    // An answer goes out in several writes, and none waits until the one before has been acknowledged.
    drop(stream.set_nodelay(true));
    match tls {
        None => drop(serve(&mut stream, answer)),
        Some(tls) => {
            let connection = ServerConnection::new(tls).expect("the configuration is whole");
            let mut stream = StreamOwned::new(connection, stream);
            if serve(&mut stream, answer).is_ok() {
                stream.conn.send_close_notify();
                drop(stream.flush());
            }
        }
    }
    drop(stream.shutdown(Shutdown::Both));
}

fn serve(stream: &mut (impl Read + Write), answer: &dyn Fn(&Request) -> Answer) -> io::Result<()> {
    match read(stream) {
        Some(request) => write(stream, &request, &answer(&request)),
        None => Ok(()),
    }
}

fn read(stream: &mut impl Read) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let mut request = Request { method, target, headers, body: Vec::new() };
    let length = request.header("content-length").and_then(|length| length.parse().ok());
    request.body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

fn write(stream: &mut impl Write, request: &Request, answer: &Answer) -> io::Result<()> {
    let length = answer.length.unwrap_or(answer.body.len());
    let mut head = format!(
        "HTTP/1.1 {} Answer\r\nContent-Length: {length}\r\nConnection: close\r\n",
        answer.status
    );
    for (name, value) in &answer.headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    stream.write_all(head.as_bytes())?;
    stream.write_all(b"\r\n")?;
    if request.method == "HEAD" {
        return Ok(());
    }
    let sent = answer.cut.unwrap_or(answer.body.len()).min(answer.body.len());
    let (first, second) = answer.body[..sent].split_at(sent / 2);
    stream.write_all(first)?;
    if !answer.rest.is_zero() {
        stream.flush()?;
        thread::sleep(answer.rest);
    }
    stream.write_all(second)?;
    stream.flush()?;
    // A connection that is cut must not end as TLS ends.
    if answer.cut.is_some() { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
}
