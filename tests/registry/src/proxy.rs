//! A proxy that opens tunnels (`CONNECT`, RFC 9110, 9.3.6) and remembers what it was asked.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A running proxy; dropping it ends it.
pub struct Proxy {
    /// `127.0.0.1:PORT`.
    pub address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    ended: Arc<AtomicBool>,
}

/// One request for a tunnel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// `HOST:PORT`.
    pub target: String,
    /// What `Proxy-Authorization` said.
    pub authorization: Option<String>,
}

impl Proxy {
    /// All tunnels lead to one server, whatever host they are asked for. With an authorization, only who says so gets one.
    ///
    /// # Panics
    /// Where the machine has no port left.
    pub fn start(server: &str, authorization: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        let (asked, ended) =
            (Arc::<Mutex<Vec<Asked>>>::default(), Arc::new(AtomicBool::new(false)));
        let (kept, seen) = (Arc::clone(&asked), Arc::clone(&ended));
        let (server, expect) = (server.to_owned(), authorization.map(str::to_owned));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if seen.load(Ordering::Relaxed) {
                    return;
                }
                let (kept, server, expect) = (Arc::clone(&kept), server.clone(), expect.clone());
                // A client that goes away meanwhile is not the proxy's concern.
                thread::spawn(move || drop(tunnel(&client, &server, expect.as_deref(), &kept)));
            }
        });
        Self { address, asked, ended }
    }

    /// What it was asked so far.
    ///
    /// # Panics
    /// Never: no tunnel panics.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no tunnel panics").clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for a connection.
        drop(TcpStream::connect(&self.address));
    }
}

fn tunnel(
    mut client: &TcpStream,
    server: &str,
    expect: Option<&str>,
    kept: &Mutex<Vec<Asked>>,
) -> io::Result<()> {
    client.set_read_timeout(Some(Duration::from_secs(30)))?;
    let Some(asked) = read(client)? else {
        return client.write_all(b"HTTP/1.1 405 Only tunnels\r\nContent-Length: 0\r\n\r\n");
    };
    let is_known = expect.is_none() || asked.authorization.as_deref() == expect;
    kept.lock().expect("no tunnel panics").push(asked);
    if !is_known {
        return client.write_all(
            b"HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
        );
    }
    let server = TcpStream::connect(server)?;
    client.write_all(b"HTTP/1.1 200 Go on\r\n\r\n")?;
    thread::scope(|scope| {
        let there = scope.spawn(|| copy(client, &server));
        copy(&server, client)?;
        there.join().expect("copying does not panic")
    })
}

/// The head of a request; None where it is for no tunnel. Nothing follows it before it is answered.
fn read(client: &TcpStream) -> io::Result<Option<Asked>> {
    let mut lines = BufReader::new(client).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let mut words = first.split(' ');
    let (method, target) = (words.next(), words.next().unwrap_or_default().to_owned());
    let mut authorization = None;
    for line in lines {
        let line = line?;
        match line.split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("proxy-authorization") => {
                authorization = Some(value.to_owned());
            }
            Some(_) => {}
            None => break,
        }
    }
    Ok((method == Some("CONNECT")).then_some(Asked { target, authorization }))
}

fn copy(mut from: &TcpStream, mut to: &TcpStream) -> io::Result<()> {
    let copied = io::copy(&mut from, &mut to).map(drop);
    // The other side may have gone already.
    drop(to.shutdown(Shutdown::Write));
    copied
}
