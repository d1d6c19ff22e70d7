//! Why a cluster cannot be reached, refuses, or is not the one that was meant.

use std::fmt;
use std::time::Duration;

use plan::Reason;
use stack::StackId;

use crate::client::Verb;
use crate::status::{Denied, FieldConflict, InvalidField, Status};
use crate::subject::Subject;

/// Which cluster: its logical name, and how it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub cluster: String,
    pub context: String,
    pub server: String,
    /// Until when the client certificate of the context is valid, as RFC 3339; none where it has none.
    pub certificate_until: Option<String>,
}

/// `` cluster `prod` (context `prod-eu`) ``
impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cluster `{}` (context `{}`)", self.cluster, self.context)
    }
}

/// A request that the server answered with an error.
#[derive(Clone, Debug)]
pub struct Refused {
    pub place: Place,
    pub verb: Verb,
    pub subject: Subject,
    pub status: Status,
    /// True where an earlier attempt of the same request got no answer: this refusal may be about what that one did.
    pub repeated: bool,
}

/// None of its texts holds a request's body.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{file}: {message}")]
    Kubeconfig { file: String, message: String },
    #[error("cluster `{cluster}`: {}", no_context(.asked, .there, .files))]
    NoContext { cluster: String, asked: Vec<String>, there: Vec<String>, files: Vec<String> },
    #[error("{place}: no credentials: {message}")]
    Credentials { place: Place, message: String },
    #[error("{place}: cannot reach `{}`: {message}", .place.server)]
    Unreachable { place: Place, message: String },
    #[error("{place}: no trusted connection to `{}`: {message}", .place.server)]
    Untrusted { place: Place, message: String },
    #[error("{}: cannot {} {}: {}", .0.place, .0.verb, .0.subject, answer(&.0.status))]
    Refused(Box<Refused>),
    #[error("{place}: cannot {verb} {subject}: {message}")]
    Cut {
        place: Place,
        verb: Verb,
        subject: Subject,
        message: String,
        /// True where the server may have done it all the same.
        uncertain: bool,
    },
    #[error("{place}: cannot {verb} {subject}: the answer cannot be read: {message}")]
    Unreadable { place: Place, verb: Verb, subject: Subject, message: String },
    /// Something that was written there and cannot be understood.
    #[error("{place}: {object} cannot be read: {reason}")]
    State { place: Place, object: String, reason: String },
    #[error("refused to {verb} {subject} while planning: planning changes nothing")]
    ReadOnly { verb: Verb, subject: Subject },
    #[error(
        "{place} is another cluster: the manifest says that `kube-system` has the uid `{expected}`, and there it is `{found}`"
    )]
    WrongCluster { place: Place, expected: String, found: String },
    #[error(
        "{place} runs Kubernetes {version}, and {} is the oldest that can be used",
        crate::connect::OLDEST
    )]
    TooOld { place: Place, version: String },
    #[error(
        "the stack `{stack}` keeps its inventory in the namespace `{found}`, and the manifest says `{expected}`"
    )]
    StateElsewhere { stack: StackId, found: String, expected: String },
    /// Found out before the first write.
    #[error("{place}: nothing was written, because this would not be allowed: {}", rules(.denied))]
    Denied { place: Place, denied: Vec<Denied> },
    #[error("{lock} is held by {holder}")]
    Locked { lock: String, holder: String, waited: Duration },
    #[error("{lock} was lost: {message}")]
    LockLost { lock: String, message: String },
}

impl Error {
    pub fn reason(&self) -> Reason {
        match self {
            Self::Locked { .. } => Reason::Locked,
            Self::WrongCluster { .. } => Reason::WrongCluster,
            Self::StateElsewhere { .. } => Reason::Invalid,
            _ => Reason::Failed,
        }
    }

    /// What to do next, as a sentence.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NoContext { cluster, there, .. } if !there.is_empty() => Some(format!(
                "name one of them under `clusters.{cluster}.context`, or for this run with `--context {cluster}=CONTEXT`"
            )),
            Self::NoContext { .. } => {
                Some("say with `--kubeconfig` or `KUBECONFIG` where the file is".to_owned())
            }
            Self::Credentials { .. } => {
                Some("log in as your cluster's documentation says, then run this again".to_owned())
            }
            Self::Unreachable { .. } => {
                Some("see that the cluster runs and that its address, a VPN or a proxy is right".to_owned())
            }
            Self::Untrusted { .. } => Some(
                "get a fresh kubeconfig: its `certificate-authority` or client certificate is not this server's".to_owned(),
            ),
            Self::Refused(refused) => refused.help(),
            Self::Cut { uncertain: true, .. } => {
                Some("it may have been done: look with `diff`, then run this again".to_owned())
            }
            Self::WrongCluster { place, .. } => Some(format!(
                "choose the right context with `--context {}=CONTEXT`; where the cluster was made anew, correct `uid` in the manifest",
                place.cluster
            )),
            Self::TooOld { .. } => Some("update the cluster's control plane".to_owned()),
            Self::StateElsewhere { stack, found, expected } => Some(format!(
                "go back to `state: {{ namespace: {found} }}`; or, while nothing runs, copy the Secret `{}` to `{expected}`, delete it in `{found}`, and run this again",
                plan::live::inventory::name(stack)
            )),
            Self::Denied { .. } => Some("`regatta rbac` prints the whole Role".to_owned()),
            Self::Locked { .. } => Some(
                "wait for it with a longer `--lock-timeout`; where that run is surely over, use `regatta unlock`".to_owned(),
            ),
            Self::LockLost { .. } => Some("run this again: it goes on where this run stopped".to_owned()),
            Self::Kubeconfig { .. }
            | Self::Cut { .. }
            | Self::Unreadable { .. }
            | Self::State { .. }
            | Self::ReadOnly { .. } => None,
        }
    }

    /// What the server said, where it is the server that refused.
    pub fn status(&self) -> Option<&Status> {
        match self {
            Self::Refused(refused) => Some(&refused.status),
            _ => None,
        }
    }

    /// True where the request may have taken effect although it failed: look before judging.
    pub fn is_uncertain(&self) -> bool {
        match self {
            Self::Refused(refused) => refused.repeated,
            Self::Cut { uncertain, .. } => *uncertain,
            _ => false,
        }
    }

    /// Another version of the object is there, or another manager owns fields.
    pub fn is_conflict(&self) -> bool {
        self.is(409) && !self.is_already_exists()
    }

    /// The object changed since it was read.
    pub fn is_stale(&self) -> bool {
        self.is_conflict() && self.conflicts().is_empty()
    }

    /// Fields that other managers own; empty for every other error.
    pub fn conflicts(&self) -> Vec<FieldConflict> {
        self.status().map(Status::conflicts).unwrap_or_default()
    }

    pub fn invalid_fields(&self) -> Vec<InvalidField> {
        self.status().map(Status::invalid_fields).unwrap_or_default()
    }

    /// The object has to be made anew to become what was asked.
    pub fn is_immutable(&self) -> bool {
        self.status().is_some_and(Status::is_immutable)
    }

    /// The server does not take such a body; sending it again changes nothing.
    pub fn is_invalid(&self) -> bool {
        self.is(422) || self.is(400) || self.status().is_some_and(Status::is_untyped)
    }

    pub fn is_forbidden(&self) -> bool {
        self.is(403)
    }

    /// The permission that is missing; none where something else forbids, as a quota or a policy.
    pub fn denied(&self) -> Option<Denied> {
        self.status().and_then(Status::denied)
    }

    pub fn is_quota(&self) -> bool {
        self.is(403) && self.says("exceeded quota")
    }

    /// An admission webhook or policy said no.
    pub fn is_denied_by_admission(&self) -> bool {
        (self.says("admission webhook") && self.says("denied the request"))
            || self.says("ValidatingAdmissionPolicy")
    }

    /// A webhook that the server has to ask does not answer; it may soon.
    pub fn is_webhook_down(&self) -> bool {
        self.is(500) && self.says("failed calling webhook")
    }

    /// The object, or the kind, is not there.
    pub fn is_not_found(&self) -> bool {
        self.is(404)
    }

    /// The server serves nothing under the path: not the object is missing, but its kind.
    pub fn is_unserved(&self) -> bool {
        self.is(404) && self.says("page not found")
    }

    pub fn is_already_exists(&self) -> bool {
        self.status().is_some_and(|status| status.code == 409 && status.reason == "AlreadyExists")
    }

    /// The server no longer knows the version from which a list or a watch should go on.
    pub fn is_gone(&self) -> bool {
        self.is(410)
    }

    pub fn is_namespace_terminating(&self) -> bool {
        self.status().is_some_and(Status::is_namespace_terminating)
    }

    pub fn is_unauthorized(&self) -> bool {
        self.is(401) || matches!(self, Self::Credentials { .. })
    }

    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Untrusted { .. })
    }

    fn is(&self, code: u16) -> bool {
        self.status().is_some_and(|status| status.code == code)
    }

    fn says(&self, words: &str) -> bool {
        self.status().is_some_and(|status| status.message.contains(words))
    }
}

impl Refused {
    /// What the server says.
    pub fn answer(&self) -> String {
        answer(&self.status)
    }

    fn help(&self) -> Option<String> {
        let status = &self.status;
        if let Some(denied) = status.denied() {
            return Some(format!(
                "`{}` needs {denied}; `regatta rbac` prints the whole Role",
                denied.user
            ));
        }
        if status.code == 401 {
            let until = self.place.certificate_until.as_ref();
            return Some(match until {
                Some(until) => format!(
                    "the client certificate of the context `{}` is valid until {until}; get a new one if that is over",
                    self.place.context
                ),
                None => {
                    "log in as your cluster's documentation says, then run this again".to_owned()
                }
            });
        }
        if status.is_namespace_terminating() {
            return Some(
                "wait until the namespace is gone; its `status.conditions` tell what it waits for"
                    .to_owned(),
            );
        }
        if status.message.contains("HTTP request to an HTTPS server") {
            return Some(
                "the server's address in the kubeconfig should begin with `https://`".to_owned(),
            );
        }
        if self.repeated {
            return Some(
                "an earlier attempt got no answer and may have done it: look with `diff`"
                    .to_owned(),
            );
        }
        if !status.conflicts().is_empty() {
            return Some(
                "take the fields with `--force-conflicts`, or leave them with `--keep-conflicts`"
                    .to_owned(),
            );
        }
        None
    }
}

fn answer(status: &Status) -> String {
    if status.code == 401 {
        return "the server does not accept the credentials".to_owned();
    }
    match status.message.is_empty() {
        true => format!("HTTP {}", status.code),
        false => status.message.clone(),
    }
}

fn rules(denied: &[Denied]) -> String {
    denied.iter().map(Denied::to_string).collect::<Vec<_>>().join(", ")
}

fn no_context(asked: &[String], there: &[String], files: &[String]) -> String {
    let list = |names: &[String]| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    let asked = match asked {
        [one] => format!("there is no context `{one}`"),
        _ => format!("there is none of the contexts {}", list(asked)),
    };
    match (there, files) {
        ([], []) => format!("{asked}: no kubeconfig was found"),
        ([], _) => format!("{asked}: {} has no contexts", list(files)),
        _ => format!("{asked}: {} has {}", list(files), list(there)),
    }
}
