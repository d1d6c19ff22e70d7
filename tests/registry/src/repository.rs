//! A chart repository served from a folder, with what the ones in the world have: logins, TLS, validators, ranges,
//! compression; and with faults on demand.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;

use crate::hand::{Answer, Request, Server};

/// How a repository behaves; the default is open, plain, and can do everything.
#[derive(Clone, Default)]
pub struct Options {
    pub tls: Option<Arc<ServerConfig>>,
    /// What `Authorization` must say.
    pub authorization: Option<String>,
    /// Names no states of files and serves no parts of them, like the simplest servers.
    pub simple: bool,
}

/// A running repository; dropping it ends it.
pub struct Repository {
    server: Server,
    folder: PathBuf,
    scheme: &'static str,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    requests: Mutex<Vec<Request>>,
    faults: Mutex<BTreeMap<String, VecDeque<Answer>>>,
}

impl Repository {
    pub fn open(folder: &Path) -> Self {
        Self::start(folder, Options::default())
    }

    pub fn start(folder: &Path, options: Options) -> Self {
        let scheme = if options.tls.is_some() { "https" } else { "http" };
        let state = Arc::new(State::default());
        let (served, kept) = (folder.to_owned(), Arc::clone(&state));
        let server = Server::start_with(options.tls.clone(), move |request| {
            kept.requests.lock().expect("no test panics here").push(request.clone());
            kept.fault(request).unwrap_or_else(|| answer(&served, &options, request))
        });
        Self { server, folder: folder.to_owned(), scheme, state }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.server.address)
    }

    /// The same server under another name: to a client it is another host.
    pub fn other_url(&self) -> String {
        self.url().replace("127.0.0.1", "localhost")
    }

    /// Answers the next requests for a path with these, one after the other.
    pub fn fault(&self, path: &str, answers: impl IntoIterator<Item = Answer>) {
        let mut faults = self.state.faults.lock().expect("no test panics here");
        faults.entry(path.to_owned()).or_default().extend(answers);
    }

    /// By what it knows the present state of a file.
    ///
    /// # Panics
    /// Where there is no such file.
    pub fn etag(&self, path: &str) -> String {
        etag(&self.folder.join(path))
    }

    /// What was asked for so far.
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().expect("no test panics here").clone()
    }

    /// The requests for a path.
    pub fn requests_for(&self, path: &str) -> Vec<Request> {
        let mut requests = self.requests();
        requests.retain(|request| request.path() == path);
        requests
    }
}

impl State {
    fn fault(&self, request: &Request) -> Option<Answer> {
        self.faults.lock().expect("no test panics here").get_mut(request.path())?.pop_front()
    }
}

fn answer(folder: &Path, options: &Options, request: &Request) -> Answer {
    if let Some(expect) = &options.authorization
        && request.header("authorization") != Some(expect)
    {
        return Answer::new(401, "who are you?\n").header("Content-Type", "text/plain");
    }
    // A proxy is asked with the whole address.
    let path = match request.path().split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => request.path().trim_start_matches('/'),
    };
    let file = folder.join(path);
    if path.contains("..") || !file.is_file() {
        return Answer::new(404, "no such file\n").header("Content-Type", "text/plain");
    }
    if options.simple { Answer::new(200, read(&file)) } else { dressed(&file, request) }
}

/// With the file's state, and only the part that is asked for.
fn dressed(file: &Path, request: &Request) -> Answer {
    let etag = etag(file);
    let dress = |answer: Answer| answer.header("ETag", &etag).header("Accept-Ranges", "bytes");
    if request.header("if-none-match") == Some(&etag) {
        return dress(Answer::new(304, ""));
    }
    let takes_gzip = request.header("accept-encoding").is_some_and(|it| it.contains("gzip"));
    let packed = file.with_extension("yaml.gz");
    if takes_gzip && packed.is_file() {
        return dress(Answer::new(200, read(&packed))).header("Content-Encoding", "gzip");
    }
    let bytes = read(file);
    let from = request
        .header("range")
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    let is_same = request.header("if-range").is_none_or(|state| state == etag);
    match from {
        Some(from) if is_same && from < bytes.len() => {
            let range = format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len());
            dress(Answer::new(206, &bytes[from..])).header("Content-Range", range)
        }
        _ => dress(Answer::new(200, bytes)),
    }
}

fn read(file: &Path) -> Vec<u8> {
    fs::read(file).expect("nobody takes the file away")
}

/// Of its length and when it was written, which is enough between two requests of a test.
fn etag(file: &Path) -> String {
    let state = file.metadata().and_then(|state| Ok((state.len(), state.modified()?)));
    let (length, written) = state.expect("the repository has the file");
    let mut hasher = DefaultHasher::new();
    (length, written).hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}
