//! What an attempt without an answer died of: kube's and hyper's errors, sorted by what can be done about them.

use std::error::Error as StdError;
use std::io;

use kube::client::AuthError;

/// Why there was no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// There are no credentials to send. Trying again does not help.
    Credentials(String),
    /// The two sides do not trust each other. Trying again does not help.
    Untrusted(String),
    /// There was no connection.
    Unsent(String),
    /// There was one, and it ended.
    Cut(String),
}

pub(super) fn of_attempt(error: &kube::Error) -> Failure {
    match error {
        kube::Error::Auth(error) => Failure::Credentials(credentials(error)),
        kube::Error::Service(boxed) => match boxed.downcast_ref::<AuthError>() {
            Some(error) => Failure::Credentials(credentials(error)),
            None => of_chain(boxed.as_ref()),
        },
        other => of_chain(other),
    }
}

/// Of an answer that ended before its end.
pub(super) fn of_body(error: &kube::Error) -> Failure {
    match of_attempt(error) {
        Failure::Credentials(message)
        | Failure::Untrusted(message)
        | Failure::Unsent(message)
        | Failure::Cut(message) => Failure::Cut(message),
    }
}

/// hyper-util's errors are told apart by their texts. What is not known counts as sent, which is the careful side.
pub(super) fn of_chain(error: &(dyn StdError + 'static)) -> Failure {
    let texts = texts(error);
    let last = texts.last().cloned().unwrap_or_default();
    let all = texts.join(": ");
    if let Some((_, reason)) = all.split_once("invalid peer certificate: ") {
        return Failure::Untrusted(server_certificate(reason));
    }
    if let Some((_, alert)) = all.split_once("received fatal alert: ") {
        return Failure::Untrusted(format!("the server ended the handshake ({alert})"));
    }
    if all.contains("received corrupt message") || all.contains("InvalidContentType") {
        return Failure::Untrusted("the server does not speak TLS".to_owned());
    }
    let message = match io_kind(error) {
        Some(io::ErrorKind::ConnectionRefused) => "the connection was refused".to_owned(),
        Some(io::ErrorKind::ConnectionReset) => "the connection was reset".to_owned(),
        Some(io::ErrorKind::TimedOut) => "no connection in time".to_owned(),
        _ if texts.iter().any(|text| text.contains("dns error")) => {
            format!("the name cannot be resolved ({last})")
        }
        _ => last,
    };
    match texts.iter().any(|text| text.contains("client error (Connect)")) {
        true => Failure::Unsent(message),
        false => Failure::Cut(message),
    }
}

fn server_certificate(reason: &str) -> String {
    if reason.contains("UnknownIssuer") || reason.contains("BadSignature") {
        "its certificate was not issued by the kubeconfig's certificate authority".to_owned()
    } else if reason.contains("Expired") || reason.contains("expired") {
        "its certificate has expired".to_owned()
    } else if reason.contains("NotValidForName") || reason.contains("not valid for name") {
        "its certificate is for another name".to_owned()
    } else {
        format!("its certificate is not valid ({reason})")
    }
}

/// A plugin's command line and output may hold secrets: only what it wrote to stderr is shown.
pub(super) fn credentials(error: &AuthError) -> String {
    match error {
        AuthError::AuthExecRun { out, .. } => {
            let said = String::from_utf8_lossy(&out.stderr);
            let colon = if said.trim().is_empty() { "" } else { ": " };
            format!("the credential plugin failed ({}){colon}{}", out.status, said.trim())
        }
        AuthError::AuthExecParse(_) => "the credential plugin printed no ExecCredential".to_owned(),
        AuthError::AuthExecStart(error) if error.kind() == io::ErrorKind::NotFound => {
            "the credential plugin that the kubeconfig names under `exec` is not installed, or not in PATH"
                .to_owned()
        }
        AuthError::AuthExecStart(error) => format!("the credential plugin cannot be run: {error}"),
        other => other.to_string(),
    }
}

fn texts(error: &(dyn StdError + 'static)) -> Vec<String> {
    chain(error).map(ToString::to_string).collect()
}

fn io_kind(error: &(dyn StdError + 'static)) -> Option<io::ErrorKind> {
    chain(error).filter_map(|error| error.downcast_ref::<io::Error>()).map(io::Error::kind).last()
}

/// An error and its causes, at most 16 of them.
fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    let mut next = Some(error);
    let each = move || {
        let error = next?;
        next = error.source();
        Some(error)
    };
    std::iter::from_fn(each).take(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Layer(&'static str, Option<Box<dyn StdError>>);

    impl std::fmt::Display for Layer {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str(self.0)
        }
    }

    impl StdError for Layer {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            self.1.as_deref()
        }
    }

    #[test]
    fn sorted() {
        let check = |outer: &'static str, inner: Box<dyn StdError>, expect: Failure| {
            assert_eq!(of_chain(&Layer(outer, Some(inner))), expect);
        };
        let layer = |text: &'static str| -> Box<dyn StdError> { Box::new(Layer(text, None)) };
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        check(
            "client error (Connect)",
            Box::new(refused),
            Failure::Unsent("the connection was refused".to_owned()),
        );
        check(
            "client error (SendRequest)",
            layer("connection closed before message completed"),
            Failure::Cut("connection closed before message completed".to_owned()),
        );
        check(
            "client error (Connect)",
            layer("invalid peer certificate: UnknownIssuer"),
            Failure::Untrusted(
                "its certificate was not issued by the kubeconfig's certificate authority"
                    .to_owned(),
            ),
        );
        check(
            "client error (SendRequest)",
            layer("received fatal alert: CertificateExpired"),
            Failure::Untrusted("the server ended the handshake (CertificateExpired)".to_owned()),
        );
        check("unheard of", layer("odd"), Failure::Cut("odd".to_owned()));
    }
}
