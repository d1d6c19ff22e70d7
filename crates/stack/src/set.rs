//! Helm's `--set` grammar: an argument's text into edits of a values tree, with errors that point into the argument. The
//! rules are those of `pkg/strvals/parser.go` and `literal_parser.go`.

mod apply;
mod parse;

use std::sync::Arc;

use source::{Problem, Segment, Source, Span, Tree};

use crate::Compat;

/// Which flag's grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `--set`: booleans, null and integers are typed.
    Typed,
    /// `--set-string`
    Text,
    /// `--set-file`: the value is a path, and becomes the file's text.
    File,
    /// `--set-json`: `key=JSON`, or a whole map.
    Json,
    /// `--set-json` of Helm 3, which takes no whole map.
    JsonByKey,
    /// `--set-literal`: all behind the first `=` is the value.
    Literal,
}

impl Kind {
    /// The grammar that a flag has in a dialect.
    pub fn in_dialect(self, compat: Compat) -> Self {
        match (self, compat) {
            (Self::Json, Compat::Helm3) => Self::JsonByKey,
            (kind, _) => kind,
        }
    }
}

/// One `key=value`: the route it names and what it puts there.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    pub route: Vec<Segment>,
    pub value: Tree,
    /// Where the route stands in the argument.
    pub place: Span,
    /// A whole map given to `--set-json` is merged instead of replacing everything.
    pub merges: bool,
}

/// Reads an argument from a byte offset on (what lies before it names the release). `read_file` serves `--set-file`.
pub fn parse(
    kind: Kind,
    argument: &Arc<Source>,
    start: usize,
    read_file: &dyn Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<Vec<Edit>, Problem> {
    parse::parse(kind, argument, start, read_file)
}

#[cfg(test)]
mod tests {
    use source::Map;

    use super::*;

    /// Applies the arguments to `values` and prints the result, or the first error with what it points at.
    #[track_caller]
    fn check(kind: Kind, arguments: &[&str], expect: &str) {
        let mut tree = Tree::from(Map::new());
        let mut got = None;
        for argument in arguments {
            let source = Source::new("--set", *argument);
            let read = |path: &str| match path {
                "greeting" => Ok(b"hello\n".to_vec()),
                _ => Err("no such file".to_owned()),
            };
            let result = parse(kind, &source, 0, &read)
                .and_then(|edits| edits.iter().try_for_each(|edit| edit.apply(&mut tree)));
            if let Err(problem) = result {
                let label = &problem.labels[0];
                got = Some(format!("{} | {} | {}", problem.message, label.span.text(), label.text));
                break;
            }
        }
        assert_eq!(got.unwrap_or_else(|| show(&tree)), expect);
    }

    fn show(tree: &Tree) -> String {
        use source::Node;
        match &tree.node {
            Node::Null => "null".to_owned(),
            Node::Bool(value) => value.to_string(),
            Node::Int(value) => value.to_string(),
            Node::Uint(value) => value.to_string(),
            Node::Float(value) => format!("{value:?}"),
            Node::Text(text) => format!("{text:?}"),
            Node::List(list) => {
                format!("[{}]", list.iter().map(show).collect::<Vec<_>>().join(" "))
            }
            Node::Map(map) => {
                let entry = |(key, value): (&Arc<str>, &Tree)| format!("{key}: {}", show(value));
                format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
        }
    }

    #[test]
    fn typed() {
        let check = |argument: &str, expect: &str| check(Kind::Typed, &[argument], expect);
        check("", "{}");
        check("a=1", "{a: 1}");
        check(
            "a=1,b=TRUE,c=null,d=1.5,e=007,f=-3,g=+4,h=0",
            "{a: 1, b: true, c: null, d: \"1.5\", e: \"007\", f: -3, g: 4, h: 0}",
        );
        check("a=", "{a: \"\"}");
        check("a=,b=1", "{a: \"\", b: 1}");
        check("a.b.c=x", "{a: {b: {c: \"x\"}}}");
        check(r"a\.b=x\,y", "{a.b: \"x,y\"}");
        check("a={x,1,true}", "{a: [\"x\" 1 true]}");
        check("a={},b=2", "{a: [\"\"], b: 2}");
        check("a[2]=x", "{a: [null null \"x\"]}");
        check("a[1][0].b=x", "{a: [null [{b: \"x\"}]]}");
        check("a[0].b=1,a[0].c=2", "{a: [{b: 1, c: 2}]}");
        check("a[0]=1,a[0].c=2", "{a: [{c: 2}]}");
        check("ä.b=ö", "{ä: {b: \"ö\"}}");
    }

    #[test]
    fn mistakes_point_into_the_argument() {
        let check = |argument: &str, expect: &str| check(Kind::Typed, &[argument], expect);
        check("a", "`a` has no value | a | `=` and a value must follow");
        check("a,b=1", "`a` has no value | a | `=` and a value must follow");
        check("a.b", "`a.b` has no value | a.b | `=` and a value must follow");
        check("a.=1", "`a.` names no key | a. | a key is missing here");
        check("a={x,y", "the list has no end | {x,y | `}` is missing");
        check("a[x]=1", "`x` is no index | x | a whole number from 0 is expected");
        check("a[-1]=1", "`-1` is no index | -1 | a whole number from 0 is expected");
        check("a[65537]=1", "the index 65537 is too large | 65537 | at most 65536 is allowed");
        check(
            &format!("a{}=1", "[65536]".repeat(5)),
            "the indices are too large together | 65536 | at most 262144 is allowed for their sum",
        );
        check("a[0]b=1", "`b` cannot follow an index | b | expected `=`, `.` or `[`");
        check("a[0", "the index has no end | 0 | `]` is missing");
        check(
            "a=1,a.b=2",
            "`a` is a number, so `a.b` cannot be set | a.b | `a` would have to be a map",
        );
        check(
            "a=1,a[0]=2",
            "`a` is a number, so `a[0]` cannot be set | a[0] | `a` would have to be a list",
        );
        check(
            &format!("{}=1", ["a"; 32].join(".")),
            &format!(
                "the key is nested too deep | {} | at most 30 levels are allowed",
                ["a"; 31].join(".") + "."
            ),
        );
    }

    #[test]
    fn other_flags() {
        check(Kind::Text, &["a=1,b={true,2}"], "{a: \"1\", b: [\"true\" \"2\"]}");
        check(Kind::File, &["a.b=greeting"], "{a: {b: \"hello\\n\"}}");
        check(
            Kind::File,
            &["a=nowhere"],
            "cannot read `nowhere`: no such file | nowhere | this file",
        );
        check(Kind::Literal, &["a.b=1,c={x\\"], "{a: {b: \"1,c={x\\\\\"}}");
        check(
            Kind::Json,
            &["a=[1,{\"b\":null}],c=5, d= \"x\" ,e="],
            "{a: [1.0 {b: null}], c: 5.0,  d: \"x\", e: null}",
        );
        check(Kind::Json, &["a.x=1", "{\"a\": {\"y\": 2}}"], "{a: {x: 1.0, y: 2.0}}");
        check(
            Kind::Json,
            &["a={x}"],
            "this is no JSON value: key must be a string | {x} | JSON is expected",
        );
    }
}
