//! Charts in a real registry: what Helm pushes we pull, and the other way round; and registries that lie.

mod attacks;
pub(crate) mod helm;
mod logins;
mod pulling;
mod pushing;
mod signed;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pull::oci::{self, At, Package, Pushed};
use pull::{Access, Cache, Digest, Login, Secret, Session, Watch};
use registry::oci::{PASSWORD, Registry, USER};

use helm::Helm;

/// Remembers what the user would have been told.
#[derive(Default)]
struct Told(Mutex<Vec<String>>);

impl Told {
    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Watch for Told {
    fn began(&self, what: &str) {
        self.0.lock().unwrap().push(format!("began {what}"));
    }
    fn came(&self, _what: &str, _bytes: u64, _of: Option<u64>) {}
    fn ended(&self, what: &str) {
        self.0.lock().unwrap().push(format!("ended {what}"));
    }
    fn warn(&self, message: &str) {
        self.0.lock().unwrap().push(message.to_owned());
    }
}

/// A session with a cache of its own.
struct Place {
    folder: tempfile::TempDir,
    told: Arc<Told>,
    session: Session,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let told = Arc::new(Told::default());
        let mut session = Session::new(Cache::at(&folder.path().join("cache")));
        session.watch = Arc::clone(&told) as Arc<dyn Watch>;
        session.patience.first_pause = Duration::from_millis(10);
        Self { folder, told, session }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn archive(&self, digest: Digest) -> Vec<u8> {
        self.session.cache.blob(digest).unwrap().unwrap()
    }
}

fn plain() -> Access {
    Access { plain_http: true, ..Access::default() }
}

/// How a registry wants to be talked to.
fn access(registry: &Registry, login: Option<(&str, &str)>) -> Access {
    let login = login.map(|(username, password)| Login::Basic {
        username: username.to_owned(),
        password: Secret::new(password),
    });
    let ca = registry.authority.as_ref().map(|pem| pem.clone().into_bytes());
    Access { login, plain_http: ca.is_none(), ca, ..Access::default() }
}

fn ours() -> Option<(&'static str, &'static str)> {
    Some((USER, PASSWORD))
}

fn version(version: &str) -> At {
    At::Version(version.to_owned())
}

const CREATED: &str = "2026-01-02T03:04:05Z";

async fn push(place: &Place, registry: &Registry, archive: &[u8], access: &Access) -> Pushed {
    let package = Package { archive, provenance: None, created: CREATED };
    let folder = format!("{}/charts", registry.address);
    oci::push(&place.session, &folder, package, access).await.unwrap()
}

fn api(registry: &Registry) -> String {
    format!("{}/charts/api", registry.address)
}

/// A chart `api` of a version, packed by Helm once, since that writes the time into it.
fn packed(helm: &Helm, version: &str) -> Vec<u8> {
    let path = helm.path().join(format!("api-{version}.tgz"));
    let path = if path.exists() { path } else { helm.package("api", version, "") };
    std::fs::read(path).unwrap()
}
