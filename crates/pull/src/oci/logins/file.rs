//! A file of logins as Docker writes it: `auths`, `credHelpers`, `credsStore`, and much that is not ours.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process;

use serde_json::{Map, Value, json};
use source::base64;

use super::super::Error;
use crate::{Login, Secret, shown};

/// The user name that says that the secret is an identity token, as credential helpers write it.
const IDENTITY: &str = "<token>";

/// A program that keeps logins.
pub(super) struct Helper {
    pub(super) name: String,
    /// The server's own one, and not the one for all.
    pub(super) is_own: bool,
}

/// What stands in a file; absent is empty.
pub(super) struct File {
    path: PathBuf,
    content: Map<String, Value>,
}

pub(super) fn read(path: &Path) -> Result<File, Error> {
    let because = |reason: String| failed("read", path, reason);
    let text = match fs::File::open(path).and_then(io::read_to_string) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(because(error.to_string())),
    };
    let content = if text.trim().is_empty() {
        Map::new()
    } else {
        // serde's words name a place, never the content.
        serde_json::from_str(&text).map_err(|error| because(shown::plain(&error.to_string())))?
    };
    Ok(File { path: path.to_owned(), content })
}

impl File {
    /// The credential helper that is asked for a server, if any.
    pub(super) fn helper(&self, server: &str) -> Option<Helper> {
        let own = self.content.get("credHelpers").and_then(|helpers| helpers.get(server));
        let name = own.or_else(|| self.content.get("credsStore"))?.as_str()?;
        (!name.is_empty()).then(|| Helper { name: name.to_owned(), is_own: own.is_some() })
    }

    /// The login that stands in the file itself, under the server or a URL of it.
    pub(super) fn login(&self, server: &str) -> Result<Option<Login>, Error> {
        let Some(auths) = self.content.get("auths").and_then(Value::as_object) else {
            return Ok(None);
        };
        let by_host = || auths.iter().find(|(key, _)| is_of(key, server)).map(|(_, value)| value);
        let Some(entry) = auths.get(server).or_else(by_host) else { return Ok(None) };
        let text =
            |key: &str| entry.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let basic = |username: &str, password: &str| Login::Basic {
            username: username.to_owned(),
            password: Secret::new(password),
        };
        if let Some(token) = text("identitytoken") {
            return Ok(Some(basic(IDENTITY, token)));
        }
        if let Some(token) = text("registrytoken") {
            return Ok(Some(Login::Bearer { token: Secret::new(token) }));
        }
        if let Some(both) = text("auth") {
            let decoded = base64::decode(both).and_then(|bytes| String::from_utf8(bytes).ok());
            let pair = decoded.as_deref().and_then(|both| both.split_once(':'));
            let (username, password) = pair.ok_or_else(|| {
                failed("read", &self.path, format!("`auth` of `{server}` is no user and password"))
            })?;
            return Ok(Some(basic(username, password)));
        }
        Ok(text("username").map(|username| basic(username, text("password").unwrap_or_default())))
    }

    pub(super) fn put(&mut self, server: &str, username: &str, password: &Secret) {
        let both = base64::encode(format!("{username}:{}", password.reveal()).as_bytes());
        let auths = self.content.entry("auths").or_insert_with(|| json!({}));
        if !auths.is_object() {
            *auths = json!({});
        }
        auths[server] = json!({ "auth": both });
    }

    /// All of the server, in whatever form; false where there was none.
    pub(super) fn remove(&mut self, server: &str) -> bool {
        let auths = self.content.get_mut("auths").and_then(Value::as_object_mut);
        auths.is_some_and(|auths| {
            let before = auths.len();
            auths.retain(|key, _| !is_of(key, server));
            auths.len() < before
        })
    }

    /// Over the old file, at once; nobody else may read it.
    pub(super) fn write(&self) -> Result<(), Error> {
        let because = |error: io::Error| failed("write", &self.path, error.to_string());
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(because)?;
        // A file of someone who manages them by links stays where it is.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let aside = path.with_extension(format!("{}.new", process::id()));
        let mut text = serde_json::to_string_pretty(&self.content).expect("it was JSON before");
        text.push('\n');
        let written = private(&aside)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .and_then(|()| fs::rename(&aside, &path));
        written.map_err(|error| {
            // The first error counts.
            drop(fs::remove_file(&aside));
            because(error)
        })
    }
}

/// A new file that only its owner may read.
fn private(path: &Path) -> io::Result<fs::File> {
    // What a killed run left.
    drop(fs::remove_file(path));
    let mut options = fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Whether a login is kept for a server: under its name, or as old files have it, under a URL of it.
fn is_of(key: &str, server: &str) -> bool {
    let rest = key.strip_prefix("http://").or_else(|| key.strip_prefix("https://")).unwrap_or(key);
    key == server || rest.split('/').next() == Some(server)
}

fn failed(verb: &'static str, path: &Path, reason: String) -> Error {
    Error::Logins { verb, path: path.display().to_string(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> File {
        File { path: "config.json".into(), content: serde_json::from_str(text).unwrap() }
    }

    /// User and secret of the login for `r.example.com`.
    #[track_caller]
    fn check(text: &str, expect: Result<Option<(&str, &str)>, &str>) {
        let found = file(text).login("r.example.com").map_err(|error| error.to_string());
        let found = found.map(|login| {
            login.map(|login| match login {
                Login::Basic { username, password } => (username, password.reveal().to_owned()),
                Login::Bearer { token } => ("bearer".to_owned(), token.reveal().to_owned()),
            })
        });
        let expect =
            expect.map(|login| login.map(|(user, secret)| (user.to_owned(), secret.to_owned())));
        assert_eq!(found, expect.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn logins_of_every_form() {
        check("{}", Ok(None));
        check(r#"{"auths":{"other":{"auth":"Y2k6cHc="}}}"#, Ok(None));
        check(r#"{"auths":{"r.example.com":{"auth":"Y2k6cHc="}}}"#, Ok(Some(("ci", "pw"))));
        check(
            r#"{"auths":{"https://r.example.com/v1/":{"auth":"Y2k6cHc="}}}"#,
            Ok(Some(("ci", "pw"))),
        );
        check(
            r#"{"auths":{"r.example.com":{"username":"ci","password":"pw"}}}"#,
            Ok(Some(("ci", "pw"))),
        );
        check(
            r#"{"auths":{"r.example.com":{"auth":"Y2k6cHc=","identitytoken":"t"}}}"#,
            Ok(Some(("<token>", "t"))),
        );
        check(r#"{"auths":{"r.example.com":{"registrytoken":"t"}}}"#, Ok(Some(("bearer", "t"))));
        check(r#"{"auths":{"r.example.com":{}}}"#, Ok(None));
        check(
            r#"{"auths":{"r.example.com":{"auth":"c2VjcmV0"}}}"#,
            Err(
                "cannot read the logins in `config.json`: `auth` of `r.example.com` is no user and password",
            ),
        );
    }

    #[test]
    fn helpers_by_server_then_for_all() {
        let file = file(r#"{"credHelpers":{"a":"gcr","b":""},"credsStore":"pass"}"#);
        let helper = |server| file.helper(server).map(|helper| (helper.name, helper.is_own));
        assert_eq!(helper("a"), Some(("gcr".to_owned(), true)));
        assert_eq!(helper("b"), None);
        assert_eq!(helper("c"), Some(("pass".to_owned(), false)));
    }

    #[test]
    fn a_login_is_removed_in_whatever_form() {
        let mut kept = file(
            r#"{"auths":{"https://r.example.com/v1/":{"auth":"Y2k6cHc="},"r.example.com":{},"r.example.com:5000":{}}}"#,
        );
        assert!(kept.remove("r.example.com"));
        assert_eq!(kept.login("r.example.com").unwrap(), None);
        assert!(!kept.remove("r.example.com"));
        assert_eq!(kept.content["auths"], json!({"r.example.com:5000": {}}));
    }

    #[test]
    fn what_is_not_ours_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry/config.json");
        let mut file = read(&path).unwrap();
        file.content.insert("HttpHeaders".to_owned(), json!({"x": 1}));
        file.put("r.example.com", "ci", &Secret::new("pw"));
        file.write().unwrap();
        let mut file = read(&path).unwrap();
        assert_eq!(file.content["HttpHeaders"]["x"], 1);
        assert!(file.login("r.example.com").unwrap().is_some());
        assert!(file.remove("r.example.com"));
        assert!(!file.remove("r.example.com"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
