//! Every probe gives what real Helm gave when its golden was written, but for those that `differences.txt` explains.

use std::collections::BTreeSet;

use chart::Dialect;
use tests::probe::{Family, Outcome, Probe, families};

#[test]
fn templates_give_what_helm_gives() {
    let families = families();
    let known: BTreeSet<&str> = include_str!("../probes/differences.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect();
    let found: Vec<Difference> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            families.iter().map(|family| scope.spawn(|| differences(family))).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker ends")).collect()
    });
    let new: Vec<&str> = found
        .iter()
        .filter(|difference| !known.contains(difference.name.as_str()))
        .map(|difference| difference.text.as_str())
        .collect();
    let total: usize = families.iter().map(|family| family.probes.len()).sum();
    assert!(
        new.is_empty(),
        "{} of {total} probes differ from Helm:\n{}",
        new.len(),
        new.join("\n")
    );
    let found: BTreeSet<&str> = found.iter().map(|difference| difference.name.as_str()).collect();
    let stale: Vec<_> = known.difference(&found).collect();
    assert!(stale.is_empty(), "these agree now, take them out of differences.txt: {stale:#?}");
}

struct Difference {
    /// As a line of `differences.txt` says it.
    name: String,
    text: String,
}

fn differences(family: &Family) -> Vec<Difference> {
    let probes = family.probes.iter();
    probes.filter_map(|probe| difference(family, probe)).collect()
}

fn difference(family: &Family, probe: &Probe) -> Option<Difference> {
    let [helm4, helm3] = [Dialect::Helm4, Dialect::Helm3].map(|one| from_one(family, probe, one));
    let (only, text) = match (helm4, helm3) {
        (None, None) => return None,
        (Some(helm4), Some(helm3)) => ("", format!("{helm4}\n{helm3}")),
        (Some(helm4), None) => (" (Helm 4)", helm4),
        (None, Some(helm3)) => (" (Helm 3)", helm3),
    };
    let name = format!("{}{only}: {}", family.name, probe.name());
    Some(Difference { text: format!("{name}\n{text}"), name })
}

/// What one Helm made of a probe and what we make of it, where they differ.
fn from_one(family: &Family, probe: &Probe, dialect: Dialect) -> Option<String> {
    let ours = family.render(probe, dialect);
    let expected = probe.expected(dialect);
    let agree = match (&ours, expected) {
        (Outcome::Output(ours), Outcome::Output(theirs)) => ours == theirs,
        (Outcome::Error(ours), Outcome::Error(theirs)) => {
            family.verdict || same_reason(ours, theirs)
        }
        _ => false,
    };
    (!agree).then(|| format!("  {dialect:?} {expected:?}\n  ours {ours:?}"))
}

/// Words of ours for those of Go: a failure must have the same reason, not only be one.
const REWORDED: &[(&str, &str)] = &[
    ("nil pointer evaluating interface {}.", "does not exist: there is nothing to take"),
    ("undefined variable", "there is no variable"),
    ("not defined", "there is no function"),
    ("no template ", "there is no template"),
    ("unexpected EOF", "a block is not closed"),
    ("rendering template has a nested reference name", "includes itself without end"),
    ("json: unsupported value: ", "infinity and not-a-number are no values here"),
    ("into Go value of type map[string]interface {}", "must be a map of values"),
    ("unsupported map key", "a key must not be empty or null"),
    ("invalid map key", "cannot be a key"),
    ("slice bounds out of range", "slice bounds out of range"),
    ("type mismatch on ", "must be a map: it holds the values of a subchart"),
    ("more than one dependency with name or alias", "two dependencies are called"),
    ("has disallowed characters in the alias", "is no plain name"),
    ("must not contain empty or null nodes", "must be a map"),
];

/// Whether our message says what Helm's last line ends with, in its words or in ours for them.
fn same_reason(ours: &str, theirs: &str) -> bool {
    // What a template says itself is said word by word.
    if let Some((_, said)) =
        theirs.strip_prefix("execution error at (").and_then(|it| it.split_once("): "))
    {
        return ours.contains(said);
    }
    if let Some((_, mistaken)) = theirs.split_once("cannot unmarshal ")
        && let Some((kind, place)) = mistaken.split_once(" into Go ")
        && is_of_kind(ours, kind, place)
    {
        return true;
    }
    let last = theirs.trim().lines().last().unwrap_or_default().trim();
    let reason = last.rsplit(": ").next().unwrap_or(last);
    ours.contains(reason)
        || REWORDED.iter().any(|(go, own)| theirs.contains(go) && ours.contains(own))
}

/// Whether our message names the same place and what stands there: `array` in `struct field SimpleHead.kind of type string`,
/// or in a whole document.
fn is_of_kind(ours: &str, kind: &str, place: &str) -> bool {
    let field = place.strip_prefix("struct field ").and_then(|it| it.split_once(" of type "));
    let place = match field {
        Some((field, _)) => {
            format!("`{}`", field.trim_start_matches("SimpleHead").trim_start_matches('.'))
        }
        None => "a document".to_owned(),
    };
    let found = match kind {
        "array" => "a list",
        "object" => "a map",
        "string" => "text",
        "number" => "a number",
        other => other,
    };
    ours.starts_with(&format!("{place} must be ")) && ours.ends_with(&format!(", not {found}"))
}
