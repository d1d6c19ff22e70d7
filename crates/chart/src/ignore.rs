//! `.helmignore`: which files of a chart's directory are not part of the chart (Helm's pkg/ignore).

use source::{Problem, Problems, Source, Span};

use crate::pattern;

/// The rules of one `.helmignore`, and Helm's own `templates/.?*`. Only the walker of a directory asks; archives hold what
/// they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    pattern: String,
    /// `!x`: whatever does not match is ignored. Odd, and Helm's.
    negated: bool,
    /// `x/` matches directories only.
    directory: bool,
    /// Without a `/`, a pattern is compared with the last part of the path.
    name_only: bool,
    shape: Shape,
}

/// Most rules are simple: a walk asks all of them for each file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `.DS_Store`
    Literal,
    /// `*.orig`: what comes after the star.
    Ending,
    /// Begins with so many bytes that stand for themselves.
    Pattern(usize),
}

impl Default for Ignore {
    fn default() -> Self {
        Self { rules: vec![rule("templates/.?*")] }
    }
}

impl Ignore {
    /// Reads the rules. A bad rule is a problem at its line, all of them together.
    pub fn parse(name: &str, text: &str) -> Result<Self, Problems> {
        let source = Source::new(name, text);
        let mut rules = Vec::new();
        let mut problems = Vec::new();
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            let start = offset;
            offset += line.len();
            let written =
                if start == 0 { line.trim_start_matches('\u{feff}') } else { line }.trim();
            if written.is_empty() || written.starts_with('#') {
                continue;
            }
            let wrong = if written.contains("**") {
                Some("`**` is not supported; a pattern without `/` matches at any depth")
            } else if pattern::matches(written, "abc").is_err() {
                Some("not a valid pattern")
            } else {
                None
            };
            if let Some(wrong) = wrong {
                let at = start + line.find(written).unwrap_or_default();
                let span = Span::new(&source, at..at + written.len());
                problems.push(
                    Problem::error("bad-ignore-rule", format!("cannot use a rule of `{name}`"))
                        .at(Some(&span), wrong),
                );
            }
            rules.push(rule(written));
        }
        rules.push(rule("templates/.?*"));
        if problems.is_empty() { Ok(Self { rules }) } else { Err(problems) }
    }

    /// True for a path (relative to the chart's root, with `/`) that is left out; a directory with all that it holds.
    pub fn matches(&self, path: &str, is_directory: bool) -> bool {
        if path.is_empty() || path == "." || path == "./" {
            return false;
        }
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        for rule in &self.rules {
            let wrong_kind = rule.directory && !is_directory;
            let matches = || rule.matches(if rule.name_only { name } else { path });
            if rule.negated {
                if wrong_kind || !matches() {
                    return true;
                }
            } else if !wrong_kind && matches() {
                return true;
            }
        }
        false
    }
}

impl Rule {
    fn matches(&self, text: &str) -> bool {
        match self.shape {
            Shape::Literal => self.pattern == text,
            Shape::Ending => text
                .strip_suffix(&self.pattern[1..])
                .is_some_and(|before_it| self.name_only || !before_it.contains('/')),
            Shape::Pattern(literal) => {
                text.as_bytes().starts_with(&self.pattern.as_bytes()[..literal])
                    && pattern::matches(&self.pattern, text).unwrap_or(false)
            }
        }
    }
}

fn rule(written: &str) -> Rule {
    let (negated, written) =
        written.strip_prefix('!').map_or((false, written), |rest| (true, rest));
    let (directory, written) =
        written.strip_suffix('/').map_or((false, written), |rest| (true, rest));
    // A leading `/` anchors, and so does any other.
    let (anchored, pattern) =
        written.strip_prefix('/').map_or((written.contains('/'), written), |rest| (true, rest));
    let special = |text: &str| text.find(['*', '?', '[', '\\']);
    let shape = match special(pattern) {
        None => Shape::Literal,
        Some(0) if pattern.starts_with('*') && special(&pattern[1..]).is_none() => Shape::Ending,
        Some(literal) => Shape::Pattern(literal),
    };
    Rule { pattern: pattern.to_owned(), negated, directory, name_only: !anchored, shape }
}

#[cfg(test)]
mod tests {
    use super::Ignore;

    #[track_caller]
    fn check(rules: &str, path: &str, is_directory: bool, expect: bool) {
        let ignore = Ignore::parse(".helmignore", rules).expect("the rules are valid");
        assert_eq!(ignore.matches(path, is_directory), expect, "{rules:?} on {path}");
    }

    #[test]
    fn rules_decide_as_in_helm() {
        for (rules, path, is_directory, expect) in [
            ("helm.txt", "helm.txt", false, true),
            ("helm.*", "sub/helm.txt", false, true),
            ("!helm.txt", "helm.txt", false, false),
            ("!helm.txt", "tiller.txt", false, true),
            ("!*.txt", "cargo", true, true),
            ("cargo/", "cargo", true, true),
            ("cargo/", "cargo", false, false),
            ("/a.txt", "a.txt", false, true),
            ("/a.txt", "cargo/a.txt", false, false),
            ("cargo/*.txt", "cargo/a.txt", false, true),
            ("cargo/*.txt", "mast/a.txt", false, false),
            ("ru[c-e]?er.txt", "rudder.txt", false, true),
            ("templates/.?*", "templates/.dotfile", false, true),
            ("*.txt", "a.txt", false, true),
            ("*.txt", "sub/a.txt.bak", false, false),
            ("/*.txt", "a.txt", false, true),
            ("/*.txt", "sub/a.txt", false, false),
            ("*", "sub/a.txt", false, true),
            ("a*.tx?", "sub/a.txt", false, true),
            ("a*.tx?", "sub/b.txt", false, false),
            ("a\\*", "a*", false, true),
            ("", "templates/.dotfile", false, true),
            (".*", ".", true, false),
            (".*", "", true, false),
            ("# a comment\n\n  *.bak  \r\n", "x.bak", false, true),
            ("\u{feff}*.bak", "x.bak", false, true),
        ] {
            check(rules, path, is_directory, expect);
        }
    }

    #[test]
    fn bad_rules_are_shown() {
        let problems = Ignore::parse(".helmignore", "*.bak\n a/**\n[x\n").unwrap_err();
        let places: Vec<_> = problems
            .iter()
            .map(|problem| format!("{:?}: {}", problem.labels[0].span, problem.labels[0].text))
            .collect();
        assert_eq!(
            places,
            [
                ".helmignore:2:2: `**` is not supported; a pattern without `/` matches at any depth",
                ".helmignore:3:1: not a valid pattern",
            ]
        );
    }
}
