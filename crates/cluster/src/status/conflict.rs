//! Which manager owns a field that a server-side apply would take, read out of the server's sentence.

use plan::live::FieldConflict;

use super::Cause;

/// `conflict with "kubectl" with subresource "scale" using apps/v1 at 2024-01-01T00:00:00Z`; only updates say what they used
/// (k8s.io/apimachinery pkg/util/managedfields/internal/conflict.go). A sentence of another form is the manager as a whole.
pub(super) fn read(cause: &Cause) -> FieldConflict {
    let mut conflict = FieldConflict {
        field: cause.field.clone(),
        manager: cause.message.clone(),
        operation: String::new(),
        subresource: String::new(),
    };
    let sentence = cause.message.strip_prefix("conflict with ").and_then(quoted);
    let Some((manager, mut rest)) = sentence else { return conflict };
    conflict.manager = manager;
    if let Some((subresource, after)) = rest.strip_prefix(" with subresource ").and_then(quoted) {
        conflict.subresource = subresource;
        rest = after;
    }
    let operation = if rest.starts_with(" using ") { "Update" } else { "Apply" };
    operation.clone_into(&mut conflict.operation);
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
            let found = [it.manager, it.operation, it.subresource].join("|");
            assert_eq!(found, expect);
        };
        check(r#"conflict with "argocd""#, "argocd|Apply|");
        check(r#"conflict with "kubectl" using apps/v1"#, "kubectl|Update|");
        check(
            r#"conflict with "kubectl-edit" using apps/v1 at 2024-01-01T00:00:00Z"#,
            "kubectl-edit|Update|",
        );
        check(r#"conflict with "hpa" with subresource "scale" using apps/v1"#, "hpa|Update|scale");
        check(r#"conflict with "hpa" with subresource "scale""#, "hpa|Apply|scale");
        check(r#"conflict with "a \"b\" using c""#, r#"a "b" using c|Apply|"#);
        check(r#"conflict with "ä" using v1"#, "ä|Update|");
        check(r#"conflict with "unended"#, r#"conflict with "unended||"#);
        check("conflict with somebody", "conflict with somebody||");
        check("", "||");
    }
}
