//! The patterns of `.Files.Glob`: `*` and `?` within a folder, `**` across folders, `[abc]`, `[!a-z]`, `{one,two}`
//! (github.com/gobwas/glob with `/` as separator).

use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glob(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(Vec<char>),
    /// `*`
    Any,
    /// `**`
    Super,
    /// `?`
    Single,
    Range {
        low: char,
        high: char,
        negated: bool,
    },
    List {
        characters: Vec<char>,
        negated: bool,
    },
    /// `{one,two}`
    AnyOf(Vec<Vec<Self>>),
}

impl Glob {
    /// A pattern that cannot be read matches everything, as in Helm.
    pub(crate) fn new(pattern: &str) -> Self {
        let characters: Vec<char> = pattern.chars().collect();
        let mut parser = Parser { rest: &characters, depth: 0 };
        Self(parser.parts().unwrap_or_else(|| vec![Part::Super]))
    }

    pub(crate) fn matches(&self, path: &str) -> bool {
        let path: Vec<char> = path.chars().collect();
        ends(&self.0, &path, BTreeSet::from([0])).contains(&path.len())
    }
}

/// Where a match of all parts can end, for matches that begin at any of `starts`. Sets instead of backtracking: no pattern
/// takes exponential time.
fn ends(parts: &[Part], path: &[char], starts: BTreeSet<usize>) -> BTreeSet<usize> {
    parts.iter().fold(starts, |starts, part| {
        let one = |accepts: &dyn Fn(char) -> bool| {
            let matching =
                starts.iter().filter(|start| path.get(**start).is_some_and(|c| accepts(*c)));
            matching.map(|start| start + 1).collect()
        };
        match part {
            Part::Text(text) => {
                let matching = starts.iter().filter(|start| path[**start..].starts_with(text));
                matching.map(|start| start + text.len()).collect()
            }
            Part::Single => one(&|c| c != '/'),
            Part::Range { low, high, negated } => one(&|c| (*low..=*high).contains(&c) != *negated),
            Part::List { characters, negated } => one(&|c| characters.contains(&c) != *negated),
            Part::Super => {
                starts.first().map(|first| (*first..=path.len()).collect()).unwrap_or_default()
            }
            Part::Any => starts
                .iter()
                .flat_map(|start| {
                    let folder = path[*start..].iter().take_while(|c| **c != '/').count();
                    *start..=*start + folder
                })
                .collect(),
            Part::AnyOf(alternatives) => {
                alternatives.iter().flat_map(|parts| ends(parts, path, starts.clone())).collect()
            }
        }
    })
}

struct Parser<'a> {
    rest: &'a [char],
    /// Open braces.
    depth: usize,
}

const MAX_DEPTH: usize = 50;

impl Parser<'_> {
    fn take(&mut self, wanted: char) -> bool {
        let found = self.rest.first() == Some(&wanted);
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    /// Parts up to the end or, inside braces, to `,` or `}`. None where the pattern cannot be read.
    fn parts(&mut self) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        while let Some(next) = self.rest.first() {
            match next {
                ',' | '}' if self.depth > 0 => break,
                '*' => {
                    self.rest = &self.rest[1..];
                    parts.push(if self.take('*') { Part::Super } else { Part::Any });
                }
                '?' => {
                    self.rest = &self.rest[1..];
                    parts.push(Part::Single);
                }
                '[' => {
                    self.rest = &self.rest[1..];
                    parts.push(self.class()?);
                }
                '{' => {
                    self.rest = &self.rest[1..];
                    parts.push(self.alternatives()?);
                }
                _ => {
                    let breakers = if self.depth > 0 { "?*[{},".chars() } else { "?*[{".chars() };
                    parts.push(Part::Text(self.text(&breakers.collect::<Vec<_>>())));
                }
            }
        }
        Some(parts)
    }

    /// After `{`. The end of the pattern closes what is open.
    fn alternatives(&mut self) -> Option<Part> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut alternatives = vec![self.parts()?];
        while self.take(',') {
            alternatives.push(self.parts()?);
        }
        self.take('}');
        self.depth -= 1;
        Some(Part::AnyOf(alternatives))
    }

    /// After `[`: one range or one list of characters, not both.
    fn class(&mut self) -> Option<Part> {
        let negated = self.take('!');
        let first = *self.rest.first()?;
        if self.rest.get(1) == Some(&'-') {
            let high = *self.rest.get(2)?;
            self.rest = &self.rest[3..];
            return (self.take(']') && first <= high).then_some(Part::Range {
                low: first,
                high,
                negated,
            });
        }
        let characters = self.text(&[']']);
        (self.take(']') && !characters.is_empty()).then_some(Part::List { characters, negated })
    }

    /// Text up to one of the breakers; `\` takes the next character as it is.
    fn text(&mut self, breakers: &[char]) -> Vec<char> {
        let mut text = Vec::new();
        while let Some(next) = self.rest.first() {
            if *next == '\\' {
                self.rest = &self.rest[1..];
                let Some(escaped) = self.rest.first() else { break };
                text.push(*escaped);
            } else if breakers.contains(next) {
                break;
            } else {
                text.push(*next);
            }
            self.rest = &self.rest[1..];
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[track_caller]
    fn check(pattern: &str, path: &str, expect: bool) {
        assert_eq!(Glob::new(pattern).matches(path), expect, "{pattern} on {path}");
    }

    /// Expectations printed by the Go package.
    #[test]
    fn patterns() {
        check("*", "a", true);
        check("*", "a/b", false);
        check("**", "a/b/c", true);
        check("files/*", "files/a.txt", true);
        check("files/*", "files/sub/a.txt", false);
        check("files/**", "files/sub/a.txt", true);
        check("files/**.yaml", "files/sub/a.yaml", true);
        check("**/x", "x", false);
        check("a?c", "abc", true);
        check("a?c", "a/c", false);
        check("[a-c]x", "bx", true);
        check("[!a-c]x", "bx", false);
        check("[abc]x", "cx", true);
        check("[!abc]x", "dx", true);
        check("{a,b}.txt", "b.txt", true);
        check("{a,b{c,d}}.txt", "bd.txt", true);
        check("{a,b}.txt", "c.txt", false);
        check("a,b", "a,b", true);
        check("a}b", "a}b", true);
        check("\\*", "*", true);
        check("\\*", "a", false);
        check("", "", true);
        check("", "a", false);
        check("{abc", "abc", true);
        check("[a-zA-Z]", "any/thing", true);
        check("[", "any/thing", true);
        check("*/*/*", "a/b/c", true);
        check("a*b*c", "aXbYc", true);
    }

    #[test]
    fn stars_do_not_explode() {
        check(&"*a".repeat(40), &"a".repeat(200), true);
        check(&format!("{}b", "**a".repeat(40)), &"a".repeat(200), false);
        check(&"{".repeat(10_000), "x", true);
    }
}
