//! Which permission is missing, read out of the server's sentence.

use std::fmt;

use super::Status;
use super::conflict::quoted;

/// Who may not do what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Denied {
    pub user: String,
    /// As a Role spells it: `patch`.
    pub verb: String,
    /// `deployments`, `pods/log`; a path for what is no resource.
    pub resource: String,
    pub group: String,
    /// None for the whole cluster.
    pub namespace: Option<String>,
}

impl Status {
    /// `User "jane" cannot patch resource "deployments" in API group "apps" in the namespace "shop"`; none for a refusal that
    /// is not about permissions, as a quota's.
    pub fn denied(&self) -> Option<Denied> {
        if self.code != 403 {
            return None;
        }
        let (_, rest) = self.message.split_once("User ")?;
        let (user, rest) = quoted(rest)?;
        let (verb, rest) = rest.strip_prefix(" cannot ")?.split_once(' ')?;
        let rest = rest.strip_prefix("resource ").or_else(|| rest.strip_prefix("path "))?;
        let (resource, rest) = quoted(rest)?;
        let after = |rest: &str, words: &str| {
            rest.split_once(words).and_then(|(_, rest)| quoted(rest)).map(|(name, _)| name)
        };
        Some(Denied {
            user,
            verb: verb.to_owned(),
            resource,
            group: after(rest, " in API group ").unwrap_or_default(),
            namespace: after(rest, " in the namespace "),
        })
    }
}

/// `patch` on `deployments.apps` in the namespace `shop`.
impl fmt::Display for Denied {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let resource = match (self.group.as_str(), self.resource.split_once('/')) {
            ("", _) => self.resource.clone(),
            (group, Some((plural, subresource))) => format!("{plural}.{group}/{subresource}"),
            (group, None) => format!("{}.{group}", self.resource),
        };
        write!(formatter, "`{}` on `{resource}`", self.verb)?;
        match &self.namespace {
            Some(namespace) => write!(formatter, " in the namespace `{namespace}`"),
            None => formatter.write_str(" in the whole cluster"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences() {
        let check = |message: &str, expect: Option<&str>| {
            let status = Status { code: 403, message: message.to_owned(), ..Status::default() };
            let found = status.denied().map(|it| format!("{}: {it}", it.user));
            assert_eq!(found.as_deref(), expect);
        };
        check(
            r#"deployments.apps "web" is forbidden: User "jane" cannot patch resource "deployments" in API group "apps" in the namespace "shop""#,
            Some("jane: `patch` on `deployments.apps` in the namespace `shop`"),
        );
        check(
            r#"namespaces is forbidden: User "jane" cannot list resource "namespaces" in API group "" at the cluster scope: RBAC: role "x" not found"#,
            Some("jane: `list` on `namespaces` in the whole cluster"),
        );
        check(
            r#"forbidden: User "system:anonymous" cannot get path "/version""#,
            Some("system:anonymous: `get` on `/version` in the whole cluster"),
        );
        check(
            r#"deployments.apps "web" is forbidden: User "j" cannot patch resource "deployments/scale" in API group "apps" in the namespace "s""#,
            Some("j: `patch` on `deployments.apps/scale` in the namespace `s`"),
        );
        check(r#"pods "web" is forbidden: exceeded quota: small"#, None);
        check(r#"User "unended"#, None);
        check("", None);
    }
}
