//! What flags say of a server, laid over what the manifest or a kept login says.

use std::io::{self, Read as _};
use std::path::Path;

use pull::{Access, ClientCertificate, Login, Secret};
use source::Redactor;

use crate::args::{Server, Tls};
use crate::disk;
use crate::report::{Failure, Reason};
use crate::shell::Shell;

/// No password that came in here is ever shown.
pub fn access(server: &Server, below: Access, shell: &Shell) -> Result<Access, Failure> {
    if server.token_stdin {
        let token = password(None, true, shell)?;
        let login = token.map(|token| Login::Bearer { token });
        let pass_credentials = server.pass_credentials || below.pass_credentials;
        return Ok(Access { login, pass_credentials, ..secured(&server.tls, below)? });
    }
    let password = password(server.password.as_deref(), server.password_stdin, shell)?;
    let login = match (&server.username, password) {
        (Some(username), Some(password)) => {
            Some(Login::Basic { username: username.clone(), password })
        }
        (None, None) => below.login.clone(),
        (Some(_), None) => {
            return Err(Failure::usage("`--username` needs a password")
                .help("give it by `--password-stdin`: `… --password-stdin < FILE`"));
        }
        (None, Some(_)) => {
            return Err(Failure::usage("`--password` needs a name").help("give it by `--username`"));
        }
    };
    let pass_credentials = server.pass_credentials || below.pass_credentials;
    Ok(Access { login, pass_credentials, ..secured(&server.tls, below)? })
}

/// The flags of the connection alone.
pub fn secured(tls: &Tls, below: Access) -> Result<Access, Failure> {
    let certificate = match (&tls.cert_file, &tls.key_file) {
        (Some(certificate), Some(key)) => {
            let key = file("--key-file", key)?;
            let key = Secret::new(String::from_utf8_lossy(&key));
            Some(ClientCertificate { certificate: file("--cert-file", certificate)?, key })
        }
        _ => below.certificate,
    };
    let ca = tls.ca_file.as_deref().map(|path| file("--ca-file", path)).transpose()?;
    Ok(Access {
        ca: ca.or(below.ca),
        certificate,
        plain_http: tls.plain_http || below.plain_http,
        skip_tls_verify: tls.insecure_skip_tls_verify || below.skip_tls_verify,
        ..below
    })
}

/// The password of a flag, or the line that stdin holds.
pub fn password(
    flag: Option<&str>,
    from_stdin: bool,
    shell: &Shell,
) -> Result<Option<Secret>, Failure> {
    let text = match flag {
        Some(password) => {
            let warning =
                "warning: others on this machine may see `--password`; use `--password-stdin`";
            shell.printer.tell(warning);
            password.to_owned()
        }
        None if from_stdin => stdin()?,
        None => return Ok(None),
    };
    if text.is_empty() {
        return Err(Failure::usage("the password is empty"));
    }
    Ok(Some(hidden(&text, shell)))
}

/// The first line of a file, or of stdin where it is called `-`, as Helm takes it.
pub fn passphrase(path: &Path, shell: &Shell) -> Result<Secret, Failure> {
    let text = match path.to_str() {
        Some("-") => stdin()?,
        _ => {
            // It may be a pipe: `<(command)`.
            let bytes =
                disk::read(path).map_err(|error| unreadable("--passphrase-file", path, &error))?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
    };
    Ok(hidden(text.lines().next().unwrap_or_default(), shell))
}

/// What stdin holds, without the end of its last line.
fn stdin() -> Result<String, Failure> {
    let mut text = String::new();
    io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::said(Reason::Usage, format!("cannot read stdin: {error}")))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

/// From here on nothing that is shown holds it.
pub fn hidden(text: &str, shell: &Shell) -> Secret {
    let mut redactor = Redactor::default();
    redactor.add(text);
    shell.printer.learn(redactor);
    Secret::new(text)
}

/// A file that a flag names.
pub fn file(flag: &str, path: &Path) -> Result<Vec<u8>, Failure> {
    disk::read_regular(path).map_err(|error| unreadable(flag, path, &error))
}

fn unreadable(flag: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("cannot read `{flag} {}`: {error}", path.display()))
}
