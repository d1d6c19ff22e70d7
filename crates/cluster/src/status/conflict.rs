//! Which manager owns a field that a server-side apply would take, read out of the server's sentence.

use super::Cause;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldConflict {
    /// As the server writes it: `.spec.replicas`, `.spec.containers[name="web"].image`.
    pub field: String,
    /// `kubectl-client-side-apply`. The whole sentence where it has another form.
    pub manager: String,
    pub operation: Operation,
    pub subresource: Option<String>,
    /// Of an update: the version of the kind that it used, and when it was.
    pub api_version: Option<String>,
    pub time: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    Apply,
    Update,
}

/// `conflict with "kubectl" with subresource "scale" using apps/v1 at 2024-01-01T00:00:00Z`; only updates say what they used
/// (k8s.io/apimachinery pkg/util/managedfields/internal/conflict.go).
pub(super) fn read(cause: &Cause) -> FieldConflict {
    let mut conflict = FieldConflict {
        field: cause.field.clone(),
        manager: cause.message.clone(),
        operation: Operation::Apply,
        subresource: None,
        api_version: None,
        time: None,
    };
    let Some((manager, rest)) = cause.message.strip_prefix("conflict with ").and_then(quoted)
    else {
        return conflict;
    };
    conflict.manager = manager;
    let mut rest = rest;
    if let Some((subresource, after)) = rest.strip_prefix(" with subresource ").and_then(quoted) {
        conflict.subresource = Some(subresource);
        rest = after;
    }
    if let Some(used) = rest.strip_prefix(" using ") {
        conflict.operation = Operation::Update;
        let (api_version, time) = match used.split_once(" at ") {
            Some((api_version, time)) => (api_version, Some(time.to_owned())),
            None => (used, None),
        };
        conflict.api_version = Some(api_version.to_owned());
        conflict.time = time;
    }
    conflict
}

/// A text in Go's quotes, and what follows it.
pub(super) fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut characters = inner.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &inner[at + 1..])),
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                'r' => value.push('\r'),
                // What is written as a number stays as it is: a name for people, not for a request.
                other @ ('x' | 'u' | 'U') => value.extend(['\\', other]),
                other => value.push(other),
            },
            _ => value.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences() {
        let check = |message: &str, expect: &str| {
            let cause = Cause { message: message.to_owned(), ..Cause::default() };
            let it = read(&cause);
            let found = format!(
                "{} {:?} {} {} {}",
                it.manager,
                it.operation,
                it.subresource.unwrap_or_default(),
                it.api_version.unwrap_or_default(),
                it.time.unwrap_or_default(),
            );
            assert_eq!(found.trim_end(), expect);
        };
        check(r#"conflict with "argocd""#, "argocd Apply");
        check(r#"conflict with "kubectl" using apps/v1"#, "kubectl Update  apps/v1");
        check(
            r#"conflict with "kubectl-edit" using apps/v1 at 2024-01-01T00:00:00Z"#,
            "kubectl-edit Update  apps/v1 2024-01-01T00:00:00Z",
        );
        check(
            r#"conflict with "hpa" with subresource "scale" using apps/v1"#,
            "hpa Update scale apps/v1",
        );
        check(r#"conflict with "hpa" with subresource "scale""#, "hpa Apply scale");
        check(r#"conflict with "a \"b\" using c""#, r#"a "b" using c Apply"#);
        check(r#"conflict with "ä" using v1"#, "ä Update  v1");
        check(r#"conflict with "unended"#, r#"conflict with "unended Apply"#);
        check("conflict with somebody", "conflict with somebody Apply");
        check("", " Apply");
    }
}
