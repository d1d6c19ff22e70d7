//! What a request is about, read from its path: errors name objects, not URLs.

use std::fmt;

/// `/apis/apps/v1/namespaces/shop/deployments/web/scale`, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    pub group: String,
    /// Empty for what is no resource: `/version`.
    pub plural: String,
    pub namespace: Option<String>,
    pub name: Option<String>,
    pub subresource: Option<String>,
    path: String,
}

impl Subject {
    /// Never fails: of a path with another form only the path is known.
    pub fn of(path: &str) -> Self {
        let path = path.split('?').next().unwrap_or_default();
        let mut subject = Self { path: path.to_owned(), ..Self::default() };
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let rest = match segments.as_slice() {
            ["api", _, rest @ ..] => rest,
            ["apis", group, _, rest @ ..] => {
                (*group).clone_into(&mut subject.group);
                rest
            }
            _ => return subject,
        };
        // A namespace's own subresources have the same form as a collection in it.
        let rest = match rest {
            ["namespaces", _] | ["namespaces", _, "finalize" | "status"] => rest,
            ["namespaces", namespace, rest @ ..] => {
                subject.namespace = Some((*namespace).to_owned());
                rest
            }
            _ => rest,
        };
        let mut rest = rest.iter().map(|segment| (*segment).to_owned());
        subject.plural = rest.next().unwrap_or_default();
        subject.name = rest.next();
        subject.subresource = rest.next();
        subject
    }

    /// `deployments.apps`, as kubectl names a kind.
    pub fn resource(&self) -> String {
        match self.group.is_empty() {
            true => self.plural.clone(),
            false => format!("{}.{}", self.plural, self.group),
        }
    }
}

/// `` `deployments.apps/web` in `shop` ``.
impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.plural.is_empty() {
            return write!(formatter, "`{}`", self.path);
        }
        if let Some(subresource) = &self.subresource {
            write!(formatter, "`{subresource}` of ")?;
        }
        match &self.name {
            Some(name) => write!(formatter, "`{}/{name}`", self.resource())?,
            None => write!(formatter, "`{}`", self.resource())?,
        }
        match &self.namespace {
            Some(namespace) => write!(formatter, " in `{namespace}`"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let check = |path: &str, expect: &str| assert_eq!(Subject::of(path).to_string(), expect);
        check("/apis/apps/v1/namespaces/shop/deployments/web", "`deployments.apps/web` in `shop`");
        check("/api/v1/namespaces/shop/pods/web-0/log", "`log` of `pods/web-0` in `shop`");
        check("/api/v1/namespaces/shop/secrets", "`secrets` in `shop`");
        check("/api/v1/namespaces/shop", "`namespaces/shop`");
        check("/api/v1/namespaces/shop/finalize", "`finalize` of `namespaces/shop`");
        check("/api/v1/namespaces", "`namespaces`");
        check("/api/v1/nodes/a%2Fb?limit=1", "`nodes/a%2Fb`");
        check("/version", "`/version`");
        check("/apis", "`/apis`");
        check("/apis/apps/v1", "`/apis/apps/v1`");
        check("", "``");
    }
}
