//! Kubeconfigs: the good one, and every way in which one can be wrong.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::certificates::Authority;
use crate::{ControlPlane, identities};

/// A context to write, together with its cluster and user of the same name.
#[derive(Clone, Debug)]
pub struct Context {
    pub name: String,
    /// The URL of a server.
    pub server: String,
    pub trust: Trust,
    pub user: User,
    /// What the context says, if anything.
    pub namespace: Option<String>,
}

/// Whose certificates the client accepts.
#[derive(Clone, Debug)]
pub enum Trust {
    /// The authority that signed the API server's certificate.
    Right,
    /// Another authority of the same name.
    Wrong,
    /// No authority: for `http://`.
    Plain,
}

/// How the client says who it is.
#[derive(Clone, Debug)]
pub enum User {
    /// A token that may do everything.
    Administrator,
    /// A token without any right.
    Nobody,
    /// A token that the API server does not know, or that of a service account.
    Token(String),
    /// A client certificate, made here: any user, for RBAC and for telling requests apart in the audit log.
    Certificate { user: String, group: String, expired: bool },
    /// Nothing.
    Anonymous,
}

impl ControlPlane {
    /// The path of a kubeconfig with one context, `test`, that may do everything.
    pub fn kubeconfig(&self) -> PathBuf {
        self.directory.join("kubeconfig")
    }

    /// A context as the administrator. Other contexts differ from it: `Context { user, ..plane.context("x") }`.
    pub fn context(&self, name: &str) -> Context {
        Context {
            name: name.to_owned(),
            server: self.server(),
            trust: Trust::Right,
            user: User::Administrator,
            namespace: None,
        }
    }

    /// Writes a kubeconfig; its first context is the current one.
    ///
    /// # Panics
    /// Where the file cannot be written.
    pub fn write_kubeconfig(&self, contexts: &[Context]) -> PathBuf {
        static COUNT: AtomicUsize = AtomicUsize::new(1);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = self.directory.join(format!("kubeconfig-{number}"));
        let text = text(contexts, &self.authority);
        fs::write(&path, text).expect("the control plane's directory can be written");
        path
    }
}

/// JSON, which is YAML too.
pub(crate) fn text(contexts: &[Context], authority: &Authority) -> String {
    let named =
        |context: &Context, key: &str, value: Value| json!({"name": context.name, key: value});
    let clusters: Vec<Value> = contexts
        .iter()
        .map(|context| {
            let mut cluster = json!({"server": context.server});
            match context.trust {
                Trust::Right => {
                    cluster["certificate-authority-data"] = base64(&authority.certificate);
                }
                Trust::Wrong => {
                    cluster["certificate-authority-data"] = base64(&Authority::new().certificate);
                }
                Trust::Plain => {}
            }
            named(context, "cluster", cluster)
        })
        .collect();
    let users: Vec<Value> = contexts
        .iter()
        .map(|context| named(context, "user", credentials(&context.user, authority)))
        .collect();
    let entries: Vec<Value> = contexts
        .iter()
        .map(|context| {
            let mut entry = json!({"cluster": context.name, "user": context.name});
            if let Some(namespace) = &context.namespace {
                entry["namespace"] = json!(namespace);
            }
            named(context, "context", entry)
        })
        .collect();
    let current = contexts.first().map_or("", |context| &context.name);
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": current,
        "contexts": entries,
        "clusters": clusters,
        "users": users,
    });
    format!("{config:#}\n")
}

fn credentials(user: &User, authority: &Authority) -> Value {
    match user {
        User::Administrator => json!({"token": identities::ADMIN.token}),
        User::Nobody => json!({"token": identities::NOBODY.token}),
        User::Token(token) => json!({"token": token}),
        User::Certificate { user, group, expired } => {
            let pair = authority.client(user, group, *expired);
            json!({
                "client-certificate-data": base64(&pair.certificate),
                "client-key-data": base64(&pair.key),
            })
        }
        User::Anonymous => json!({}),
    }
}

pub(crate) fn base64(text: &str) -> Value {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for three in text.as_bytes().chunks(3) {
        let byte = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            encoded.push(if place <= three.len() { char::from(digit) } else { '=' });
        }
    }
    Value::String(encoded)
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_pads() {
        let check = |text, expect| assert_eq!(super::base64(text), expect);
        check("", "");
        check("M", "TQ==");
        check("Ma", "TWE=");
        check("Man", "TWFu");
        check("Many", "TWFueQ==");
    }
}
