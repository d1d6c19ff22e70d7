//! A real OCI registry (CNCF Distribution) on a free port with an empty directory, open or behind a login, with TLS or
//! without.

mod put;
mod tokens;

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use controlplane::{Authority, Pair, Program, Supervised, built};
use tempfile::TempDir;

/// Who may come in, unless the registry is open.
pub const USER: &str = "ci";
pub const PASSWORD: &str = "correct horse";
/// What Docker keeps instead of a password where a login gave it one.
pub const IDENTITY_TOKEN: &str = "identity-of-ci";

/// The password above, hashed by bcrypt at its lowest cost.
const HTPASSWD: &str = "ci:$2a$04$bLt3RELGXzImRw6nF6s5OOtQJ3GKWXZYArbjYy5AY8GTxdrjt1HxO\n";

/// How long a start may take; it takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    Open,
    Basic,
    /// Tokens of a token server that also runs here; they are for one repository and allow what the user may.
    Token,
    /// A certificate that the registry's own authority signed: [`Registry::client`]. Needs TLS.
    Certificate,
}

/// A running registry. Dropping it ends it, and so does the end of this process.
pub struct Registry {
    /// `127.0.0.1:PORT`.
    pub address: String,
    /// The certificate authority's PEM, where there is TLS.
    pub authority: Option<String>,
    /// What lets a client in that is asked for a certificate.
    pub client: Option<Pair>,
    program: Supervised,
    _tokens: Option<tokens::Server>,
    _directory: TempDir,
}

impl Registry {
    /// Without TLS and open to everybody.
    ///
    /// # Panics
    /// Where it can be neither found nor built, or does not come up: the end of its log is in the message.
    pub fn open() -> Self {
        Self::start(Auth::Open, false)
    }

    /// # Panics
    /// As [`Registry::open`].
    pub fn start(auth: Auth, tls: bool) -> Self {
        let directory = tempfile::tempdir().expect("the system has room for a directory");
        let write = |name: &str, text: &str| {
            let path = directory.path().join(name);
            fs::write(&path, text).expect("the new directory can be written");
            path.display().to_string()
        };
        let authority = tls.then(Authority::new);
        let tls = authority.as_ref().map_or(String::new(), |authority| {
            let pair = authority.server("registry");
            let (certificate, key) =
                (write("tls.crt", &pair.certificate), write("tls.key", &pair.key));
            let clients = match auth {
                Auth::Certificate => {
                    format!(", clientcas: [{}]", write("authority.crt", &authority.certificate))
                }
                _ => String::new(),
            };
            format!(", tls: {{certificate: {certificate}, key: {key}{clients}}}")
        });
        let tokens = (auth == Auth::Token).then(tokens::Server::start);
        let auth = match &tokens {
            None if auth != Auth::Basic => String::new(),
            None => {
                format!("auth: {{htpasswd: {{realm: tests, path: {}}}}}", write("users", HTPASSWD))
            }
            Some(server) => {
                let keys = write("keys.json", &server.keys);
                let realm = &server.realm;
                format!(
                    "auth: {{token: {{realm: \"{realm}\", service: tests, issuer: tests, jwks: {keys}, \
                     signingalgorithms: [EdDSA]}}}}"
                )
            }
        };
        let data = directory.path().join("data");
        let configuration = format!(
            "version: 0.1\nlog: {{level: info}}\n\
             storage: {{filesystem: {{rootdirectory: {}}}, delete: {{enabled: true}}}}\n\
             http: {{addr: \"127.0.0.1:0\", secret: tests{tls}}}\n{auth}\n",
            data.display()
        );
        let configuration = write("registry.yaml", &configuration);
        let program = built(&Program {
            name: "registry",
            script: "tests/registry/build",
            versions: include_str!("../distribution/go.mod"),
            module: "github.com/distribution/distribution/v3",
        });
        let arguments = ["serve".to_owned(), configuration];
        let mut program = Supervised::start("registry", &program, &arguments, directory.path())
            .unwrap_or_else(|error| panic!("cannot start the registry: {error}"));
        let address = address(&mut program);
        Self {
            address,
            client: authority.as_ref().map(|authority| authority.client(USER, "", false)),
            authority: authority.map(|authority| authority.certificate),
            program,
            _tokens: tokens,
            _directory: directory,
        }
    }

    /// What it was asked so far: `GET /v2/… 200`.
    ///
    /// # Panics
    /// Where its log is gone.
    pub fn requests(&self) -> Vec<String> {
        let log = fs::read(&self.program.log).expect("the registry writes a log");
        let log = String::from_utf8_lossy(&log);
        let request = |line: &str| {
            let (_, rest) = line.split_once(" \"")?;
            let (request, rest) = rest.split_once(" HTTP/1.1\" ")?;
            Some(format!("{request} {}", rest.split(' ').next()?))
        };
        log.lines().filter_map(request).collect()
    }
}

/// The address that the registry says it listens at.
fn address(program: &mut Supervised) -> String {
    let start = Instant::now();
    loop {
        let log = fs::read_to_string(&program.log).unwrap_or_default();
        if let Some((_, rest)) = log.split_once("listening on ") {
            let end = rest.find(|letter| !"0123456789.:".contains(letter));
            if let Some(end) = end {
                return rest[..end].to_owned();
            }
        }
        let ended = program.has_ended();
        assert!(
            !ended && start.elapsed() < PATIENCE,
            "the registry does not start. The end of its log:\n{}",
            program.tail()
        );
        thread::sleep(Duration::from_millis(5));
    }
}
