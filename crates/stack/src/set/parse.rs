//! The text of a `--set` argument into edits.

use std::sync::Arc;

use source::{Map, Node, Problem, Segment, Source, Span, Tree};

use super::{Edit, Kind};

/// Helm's own limits (`MaxIndex`, `MaxNestedNameLevel`); the next keeps a route of indices from growing without end.
const MAX_INDEX: usize = 65_536;
const MAX_LEVEL: usize = 30;
const MAX_ROUTE: usize = 200;
/// Of all indices of an argument together: each makes a list of its length.
const MAX_INDICES: usize = 4 * MAX_INDEX;

pub(super) fn parse(
    kind: Kind,
    argument: &Arc<Source>,
    start: usize,
    read_file: &dyn Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<Vec<Edit>, Problem> {
    let mut cursor =
        Cursor { source: argument, at: start, escapes: kind != Kind::Literal, indices: 0 };
    if kind == Kind::Json && cursor.rest().trim_start().starts_with('{') {
        let place = cursor.span(start, argument.text.len());
        let value = cursor.json()?;
        return Ok(vec![Edit { route: Vec::new(), value, place, merges: true }]);
    }
    let mut edits = Vec::new();
    while !cursor.rest().is_empty() {
        let begin = cursor.at;
        let route = cursor.route()?;
        let place = cursor.span(begin, cursor.at - 1);
        let value = cursor.value(kind, read_file)?;
        edits.push(Edit { route, value, place, merges: false });
    }
    Ok(edits)
}

struct Cursor<'a> {
    source: &'a Arc<Source>,
    at: usize,
    /// `\` takes the next character as it is.
    escapes: bool,
    /// The sum of those that were read.
    indices: usize,
}

impl Cursor<'_> {
    fn rest(&self) -> &str {
        self.source.text.get(self.at..).unwrap_or_default()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start..end.max(start))
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest().chars().next()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Reads up to one of the stops and over it; none at the end of the text.
    fn until(&mut self, stops: &[char]) -> (String, Option<char>) {
        let mut text = String::new();
        while let Some(next) = self.next() {
            match next {
                stop if stops.contains(&stop) => return (text, Some(stop)),
                '\\' if self.escapes => text.extend(self.next()),
                other => text.push(other),
            }
        }
        (text, None)
    }

    /// Reads `a.b[0].c=` with its `=`.
    fn route(&mut self) -> Result<Vec<Segment>, Problem> {
        let begin = self.at;
        let mut route = Vec::new();
        let mut level = 0;
        loop {
            // In a literal `,` is a character like any other.
            let stops: &[char] =
                if self.escapes { &['=', '[', ',', '.'] } else { &['=', '[', '.'] };
            let (key, stop) = self.until(stops);
            let end = self.at - stop.map_or(0, char::len_utf8);
            if matches!(stop, None | Some(',')) {
                return Err(self.no_value(begin, end));
            }
            if key.is_empty() {
                return Err(invalid(format!("`{}` names no key", &self.source.text[begin..end]))
                    .at(Some(&self.span(begin, end.max(begin + 1))), "a key is missing here"));
            }
            route.push(Segment::from(key.as_str()));
            match stop {
                Some('[') => {
                    let last = self.indices(begin, &mut route)?;
                    if last == '=' {
                        return Ok(route);
                    }
                }
                Some('=') => return Ok(route),
                _ => {}
            }
            level += 1;
            if level > MAX_LEVEL || route.len() > MAX_ROUTE {
                return Err(self.too_deep(begin));
            }
        }
    }

    /// Reads `0][1].` behind the first `[`, and tells what stands after the last index: `.` or `=`.
    fn indices(&mut self, begin: usize, route: &mut Vec<Segment>) -> Result<char, Problem> {
        loop {
            let from = self.at;
            let (index, stop) = self.until(&[']']);
            if stop.is_none() {
                return Err(invalid("the index has no end")
                    .at(Some(&self.span(from, self.at)), "`]` is missing"));
            }
            let place = self.span(from, self.at - 1);
            let Ok(number) = index.parse::<usize>() else {
                return Err(invalid(format!("`{index}` is no index"))
                    .at(Some(&place), "a whole number from 0 is expected"));
            };
            if number > MAX_INDEX {
                return Err(invalid(format!("the index {number} is too large"))
                    .at(Some(&place), format!("at most {MAX_INDEX} is allowed")));
            }
            self.indices += number;
            if self.indices > MAX_INDICES {
                return Err(invalid("the indices are too large together")
                    .at(Some(&place), format!("at most {MAX_INDICES} is allowed for their sum")));
            }
            route.push(Segment::from(number));
            if route.len() > MAX_ROUTE {
                return Err(self.too_deep(begin));
            }

            let from = self.at;
            let (between, stop) = self.until(&['[', '.', '=']);
            let end = self.at - stop.map_or(0, char::len_utf8);
            if !between.is_empty() {
                return Err(invalid(format!("`{between}` cannot follow an index"))
                    .at(Some(&self.span(from, end)), "expected `=`, `.` or `[`"));
            }
            match stop {
                Some('[') => {}
                Some(stop) => return Ok(stop),
                None => return Err(self.no_value(begin, end)),
            }
        }
    }

    fn no_value(&self, begin: usize, end: usize) -> Problem {
        invalid(format!("`{}` has no value", &self.source.text[begin..end]))
            .at(Some(&self.span(begin, end)), "`=` and a value must follow")
    }

    fn too_deep(&self, begin: usize) -> Problem {
        invalid("the key is nested too deep")
            .at(Some(&self.span(begin, self.at)), format!("at most {MAX_LEVEL} levels are allowed"))
    }

    /// Reads what stands after `=`, and over the `,` that ends it.
    fn value(
        &mut self,
        kind: Kind,
        read_file: &dyn Fn(&str) -> Result<Vec<u8>, String>,
    ) -> Result<Tree, Problem> {
        let begin = self.at;
        if matches!(kind, Kind::Json | Kind::JsonByKey) {
            return self.json_value();
        }
        if kind == Kind::Literal {
            let (text, _) = self.until(&[]);
            return Ok(Tree::from(text.as_str()).at(self.span(begin, self.at)));
        }
        if self.rest().is_empty() {
            return Ok(Tree::from("").at(self.span(begin, begin)));
        }
        if !self.rest().starts_with('{') {
            let (text, stop) = self.until(&[',']);
            let place = self.span(begin, self.at - stop.map_or(0, char::len_utf8));
            return scalar(kind, &text, place, read_file);
        }

        self.next();
        let mut list = Vec::new();
        loop {
            let from = self.at;
            let (text, stop) = self.until(&[',', '}']);
            let Some(stop) = stop else {
                return Err(invalid("the list has no end")
                    .at(Some(&self.span(begin, self.at)), "`}` is missing"));
            };
            list.push(scalar(kind, &text, self.span(from, self.at - 1), read_file)?);
            if stop == '}' {
                break;
            }
        }
        let place = self.span(begin, self.at);
        if self.rest().starts_with(',') {
            self.next();
        }
        Ok(Tree::from(list).at(place))
    }

    /// A JSON value, or nothing for null; blanks and one `,` after it are passed over.
    fn json_value(&mut self) -> Result<Tree, Problem> {
        let begin = self.at;
        if self.blank() {
            return Ok(Tree::default().at(self.span(begin, begin)));
        }
        let value = self.json()?;
        self.blank();
        Ok(value)
    }

    /// Passes over blanks; true when the value ends here.
    fn blank(&mut self) -> bool {
        let blanks = self.rest().len() - self.rest().trim_start().len();
        self.at += blanks;
        match self.rest().chars().next() {
            None => true,
            Some(',') => {
                self.at += 1;
                true
            }
            Some(_) => false,
        }
    }

    fn json(&mut self) -> Result<Tree, Problem> {
        let begin = self.at;
        let mut values =
            serde_json::Deserializer::from_str(self.rest()).into_iter::<serde_json::Value>();
        let read = values.next();
        let length = values.byte_offset();
        let whole = self.span(begin, self.source.text.len());
        match read {
            Some(Ok(value)) => {
                self.at += length;
                Ok(tree(value, &self.span(begin, self.at)))
            }
            Some(Err(error)) => {
                let why = error.to_string();
                let why = why.split(" at line ").next().unwrap_or_default();
                Err(invalid(format!("this is no JSON value: {why}"))
                    .at(Some(&whole), "JSON is expected"))
            }
            None => Err(invalid("this is no JSON value").at(Some(&whole), "JSON is expected")),
        }
    }
}

/// `typedVal` of Helm: what `--set` makes of a word.
fn scalar(
    kind: Kind,
    text: &str,
    place: Span,
    read_file: &dyn Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<Tree, Problem> {
    let node = match kind {
        Kind::File => match read_file(text) {
            Ok(bytes) => Node::Text(String::from_utf8_lossy(&bytes).into()),
            Err(why) => {
                return Err(
                    invalid(format!("cannot read `{text}`: {why}")).at(Some(&place), "this file")
                );
            }
        },
        Kind::Typed if text.eq_ignore_ascii_case("true") => Node::Bool(true),
        Kind::Typed if text.eq_ignore_ascii_case("false") => Node::Bool(false),
        Kind::Typed if text.eq_ignore_ascii_case("null") => Node::Null,
        Kind::Typed if text == "0" => Node::Int(0),
        Kind::Typed if !text.starts_with('0') => {
            text.parse().map_or_else(|_| Node::Text(text.into()), Node::Int)
        }
        _ => Node::Text(text.into()),
    };
    Ok(Tree::new(node).at(place))
}

/// Go's JSON knows only float64.
fn tree(value: serde_json::Value, place: &Span) -> Tree {
    use serde_json::Value;
    let node = match value {
        Value::Null => Node::Null,
        Value::Bool(value) => Node::Bool(value),
        Value::Number(number) => Node::Float(number.as_f64().unwrap_or(f64::MAX)),
        Value::String(text) => Node::Text(text.into()),
        Value::Array(list) => {
            Node::List(list.into_iter().map(|value| tree(value, place)).collect())
        }
        Value::Object(map) => Node::Map(
            map.into_iter()
                .map(|(key, value)| (Arc::from(key), tree(value, place)))
                .collect::<Map>(),
        ),
    };
    Tree::new(node).at(place.clone())
}

fn invalid(message: impl Into<String>) -> Problem {
    Problem::error("invalid-set", message)
}
