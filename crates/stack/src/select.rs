//! Which releases a run is about: `-l tier=frontend,app!=x`, `--release worker.*`, with or without what they need.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::{Release, ReleaseId};

/// Nothing given selects everything; several selectors or globs are "or", selectors and globs together are "and".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    pub selectors: Vec<Selector>,
    /// Globs over ids; a group's id stands for its members.
    pub releases: Vec<String>,
    /// What the selected ones need is selected too, and what that needs.
    pub with_needs: bool,
    /// What the selected ones need is not looked at.
    pub skip_needs: bool,
}

/// One `-l`: all terms must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    pub terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub label: String,
    pub value: String,
    /// `!=`: holds too where the label is absent.
    pub negated: bool,
}

impl Selection {
    pub fn is_everything(&self) -> bool {
        self.selectors.is_empty() && self.releases.is_empty()
    }

    /// Whether the release itself is meant, needs aside.
    pub fn matches(&self, release: &Release) -> bool {
        let ids = [Some(&release.id), release.group.as_ref()];
        let named = |glob: &String| ids.iter().flatten().any(|id| glob_matches(glob, id.as_str()));
        (self.selectors.is_empty() || self.selectors.iter().any(|one| one.matches(release)))
            && (self.releases.is_empty() || self.releases.iter().any(named))
    }

    /// The selected ids, `--with-needs` included.
    pub fn choose(&self, releases: &IndexMap<ReleaseId, Release>) -> BTreeSet<ReleaseId> {
        let mut chosen: BTreeSet<ReleaseId> = releases
            .values()
            .filter(|release| self.matches(release))
            .map(|release| release.id.clone())
            .collect();
        let mut open: Vec<ReleaseId> =
            if self.with_needs { chosen.iter().cloned().collect() } else { Vec::new() };
        while let Some(id) = open.pop() {
            for need in releases.get(&id).map_or(&[][..], |release| &release.needs) {
                if chosen.insert(need.release.clone()) {
                    open.push(need.release.clone());
                }
            }
        }
        chosen
    }
}

impl Selector {
    /// Reads `tier=frontend,app!=x`; `==` is `=`. The error says what is wrong with which term.
    pub fn parse(text: &str) -> Result<Self, String> {
        let term = |term: &str| {
            let (label, value, negated) = match (term.split_once("!="), term.split_once('=')) {
                (Some((label, value)), _) => (label, value, true),
                (None, Some((label, value))) => {
                    (label, value.strip_prefix('=').unwrap_or(value), false)
                }
                (None, None) => {
                    return Err(format!(
                        "`{term}` has no `=`; write `label=value` or `label!=value`"
                    ));
                }
            };
            match label.trim() {
                "" => Err(format!("`{term}` names no label")),
                label => {
                    Ok(Term { label: label.to_owned(), value: value.trim().to_owned(), negated })
                }
            }
        };
        Ok(Self { terms: text.split(',').map(term).collect::<Result<_, _>>()? })
    }

    pub fn matches(&self, release: &Release) -> bool {
        self.terms.iter().all(|term| {
            let equal = label(release, &term.label).is_some_and(|value| value == term.value);
            equal != term.negated
        })
    }
}

/// A label of a release; `release`, `name`, `namespace` and `chart` are there without being written.
pub fn label<'a>(release: &'a Release, label: &str) -> Option<&'a str> {
    match (release.labels.get(label), label) {
        (Some(value), _) => Some(value),
        (None, "release") => Some(release.id.as_str()),
        (None, "name") => Some(release.name.as_str()),
        (None, "namespace") => Some(release.namespace.as_str()),
        (None, "chart") => Some(release.chart.name()),
        (None, _) => None,
    }
}

/// `*` stands for any characters, `?` for one; linear in the text for each `*`.
pub fn glob_matches(glob: &str, text: &str) -> bool {
    let glob: Vec<char> = glob.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at_glob, mut at_text) = (0, 0);
    // Where the last `*` stands and which text it would swallow next.
    let mut retry: Option<(usize, usize)> = None;
    while at_text < text.len() {
        match glob.get(at_glob) {
            Some('*') => {
                retry = Some((at_glob, at_text));
                at_glob += 1;
            }
            Some(&c) if c == '?' || c == text[at_text] => {
                at_glob += 1;
                at_text += 1;
            }
            _ => {
                let Some((star, swallowed)) = retry else { return false };
                retry = Some((star, swallowed + 1));
                at_glob = star + 1;
                at_text = swallowed + 1;
            }
        }
    }
    glob[at_glob..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        let check = |glob: &str, text: &str, expect: bool| {
            assert_eq!(glob_matches(glob, text), expect, "{glob} {text}");
        };
        check("api", "api", true);
        check("api", "apis", false);
        check("worker.*", "worker.mail", true);
        check("*.mail", "worker.mail", true);
        check("*a*b", "xaxaxb", true);
        check("*a*b", "xaxax", false);
        check("w?b", "web", true);
        check("w?b", "wb", false);
        check("*", "", true);
        check("", "", true);
    }

    #[test]
    fn selectors_say_what_is_wrong() {
        let check = |text: &str, expect: &str| {
            let got = match Selector::parse(text) {
                Ok(selector) => format!("{:?}", selector.terms),
                Err(error) => error,
            };
            assert_eq!(got, expect);
        };
        check(
            "tier=frontend,app!=x",
            r#"[Term { label: "tier", value: "frontend", negated: false }, Term { label: "app", value: "x", negated: true }]"#,
        );
        check("a==b", r#"[Term { label: "a", value: "b", negated: false }]"#);
        check("tier", "`tier` has no `=`; write `label=value` or `label!=value`");
        check("=x", "`=x` names no label");
    }
}
