//! A path into a live object as a person writes it in `readiness`: `status.conditions[type=Ready].status`.

use source::{Node, Tree};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath(pub Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Key(String),
    Index(usize),
    /// The first item of a list whose field has this text.
    Where {
        key: String,
        value: String,
    },
}

impl FieldPath {
    /// Keys with `.` between them, `["any.key"]`, `[0]` and `[key=value]`; a leading `.` is kubectl's and means nothing.
    ///
    /// The error says in a few words what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text.trim();
        rest = rest.strip_prefix('.').unwrap_or(rest);
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = match rest.strip_prefix('[') {
                Some(inside) => bracket(inside)?,
                None => {
                    let end = rest.find(['.', '[']).unwrap_or(rest.len());
                    (Step::Key(plain(&rest[..end])?), &rest[end..])
                }
            };
            steps.push(step);
            rest = match after.strip_prefix('.') {
                Some("") => return Err("it ends with a `.`".to_owned()),
                Some(after) => after,
                None if after.is_empty() || after.starts_with('[') => after,
                None => return Err("after `]` comes `.` or `[`".to_owned()),
            };
        }
        if steps.is_empty() { Err("it is empty".to_owned()) } else { Ok(Self(steps)) }
    }

    pub fn find<'a>(&self, tree: &'a Tree) -> Option<&'a Tree> {
        self.0.iter().try_fold(tree, |tree, step| match step {
            Step::Key(key) => tree.get(key),
            Step::Index(index) => tree.as_list()?.get(*index),
            Step::Where { key, value } => {
                tree.as_list()?.iter().find(|item| item.get(key).is_some_and(|it| says(it, value)))
            }
        })
    }
}

fn says(tree: &Tree, value: &str) -> bool {
    match &tree.node {
        Node::Text(text) => **text == *value,
        Node::Int(number) => number.to_string() == value,
        Node::Bool(truth) => truth.to_string() == value,
        _ => false,
    }
}

/// What stands between `[` and `]`, and what follows.
fn bracket(inside: &str) -> Result<(Step, &str), String> {
    let open = || "a `[` has no `]`".to_owned();
    if let Some(quote) = inside.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let (key, after) = inside[1..].split_once(quote).ok_or("a quoted key does not end")?;
        return Ok((Step::Key(key.to_owned()), after.strip_prefix(']').ok_or_else(open)?));
    }
    let (inside, after) = inside.split_once(']').ok_or_else(open)?;
    let step = match inside.split_once('=') {
        Some((key, value)) => Step::Where {
            key: plain(key.trim())?,
            value: value.trim().trim_start_matches('=').trim_matches(['"', '\'', ' ']).to_owned(),
        },
        None => Step::Index(
            inside
                .trim()
                .parse()
                .map_err(|_| format!("`[{inside}]` is neither `[0]` nor `[key=value]`"))?,
        ),
    };
    Ok((step, after))
}

fn plain(key: &str) -> Result<String, String> {
    let odd = |c: char| c.is_whitespace() || "]=\"'()*?@$".contains(c);
    match key.chars().find(|c| odd(*c)) {
        Some(odd) => Err(format!("`{odd}` in `{key}` asks for quotes: `[\"…\"]`")),
        None if key.is_empty() => Err("a key is empty".to_owned()),
        None => Ok(key.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: &str = r#"
metadata: { annotations: { example.com/state: done } }
status:
  phase: Running
  conditions: [{ type: Ready, status: "True" }, { type: Other, status: "False" }]
"#;

    #[test]
    fn paths_lead_into_objects() {
        let object = source::yaml::read_bare(OBJECT).expect("valid YAML");
        let check = |path: &str, expect: Option<&str>| {
            let path = FieldPath::parse(path).expect("a path");
            assert_eq!(path.find(&object).and_then(Tree::as_str), expect, "{path:?}");
        };
        check("status.phase", Some("Running"));
        check(".status.phase", Some("Running"));
        check("status.conditions[type=Other].status", Some("False"));
        check("status.conditions[type==\"Ready\"].status", Some("True"));
        check("status.conditions[1].type", Some("Other"));
        check("status.conditions[2].type", None);
        check("status.conditions[type=None].status", None);
        check("metadata.annotations[\"example.com/state\"]", Some("done"));
        check("metadata['annotations']['example.com/state']", Some("done"));
        check("status.phase.more", None);
    }

    #[test]
    fn mistakes_in_paths() {
        let check =
            |path: &str, expect: &str| assert_eq!(FieldPath::parse(path), Err(expect.to_owned()));
        check("", "it is empty");
        check("a..b", "a key is empty");
        check("a.", "it ends with a `.`");
        check("a[0", "a `[` has no `]`");
        check("a[x]", "`[x]` is neither `[0]` nor `[key=value]`");
        check("a[\"x", "a quoted key does not end");
        check("a[0]b", "after `]` comes `.` or `[`");
        check("a[é", "a `[` has no `]`");
        check("a.b c", "` ` in `b c` asks for quotes: `[\"…\"]`");
    }
}
