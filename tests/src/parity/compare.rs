//! Two outputs of Helm and one of ours into a verdict: what Helm itself makes differently each time does not count.

use std::collections::BTreeSet;

use source::{Node, Tree};

use super::documents::{Document, split};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same objects in the same order. `masked` counts the values that differ between two runs of Helm.
    Same {
        bytes: bool,
        masked: usize,
        documents: usize,
    },
    /// Where the first difference stands, and both values.
    Differs(String),
    BothRefuse,
    OnlyHelmRefuses(String),
    OnlyWeRefuse(String),
    /// The chart's dependencies are not in its `charts/`.
    NotTried,
}

pub(super) fn compare(
    helm: &Result<String, String>,
    again: &Result<String, String>,
    ours: &Result<String, String>,
) -> Verdict {
    let (helm, again, ours) = match (helm, again, ours) {
        (Ok(helm), Ok(again), Ok(ours)) => (helm, again, ours),
        (Err(error), ..) if error.contains("missing in charts/ directory") => {
            return Verdict::NotTried;
        }
        (Err(_), _, Err(_)) => return Verdict::BothRefuse,
        (Err(error), _, Ok(_)) | (_, Err(error), Ok(_)) => {
            return Verdict::OnlyHelmRefuses(error.clone());
        }
        (Ok(_), _, Err(error)) => return Verdict::OnlyWeRefuse(error.clone()),
    };
    if helm == ours {
        return Verdict::Same { bytes: true, masked: 0, documents: split(helm).len() };
    }
    let (helm_documents, again, ours_documents) = (split(helm), split(again), split(ours));
    if let Some(difference) = order(&helm_documents, &ours_documents) {
        return Verdict::Differs(difference);
    }
    let mut masked = 0;
    for (index, (theirs, own)) in helm_documents.iter().zip(&ours_documents).enumerate() {
        let mut mask = BTreeSet::new();
        if let Some(again) = again.get(index) {
            varying(&theirs.tree, &again.tree, "", &mut mask);
        }
        masked += mask.len();
        if let Some(difference) = first_difference(&theirs.tree, &own.tree, "", &mask) {
            return Verdict::Differs(format!("{}: {difference}", theirs.title()));
        }
    }
    Verdict::Same { bytes: false, masked, documents: helm_documents.len() }
}

/// The first place where the documents themselves are others or stand elsewhere.
fn order(helm: &[Document], ours: &[Document]) -> Option<String> {
    let titles = |documents: &[Document]| -> Vec<String> {
        documents.iter().map(|document| document.source.clone()).collect()
    };
    let (theirs, own) = (titles(helm), titles(ours));
    if theirs == own {
        return None;
    }
    let index = theirs.iter().zip(&own).take_while(|(one, other)| one == other).count();
    let title = |documents: &[Document]| {
        documents.get(index).map_or_else(|| "the end".to_owned(), Document::title)
    };
    Some(format!(
        "document {} of {} is {}, ours of {} is {}",
        index + 1,
        helm.len(),
        title(helm),
        ours.len(),
        title(ours)
    ))
}

/// Paths at which two runs of Helm differ.
fn varying(one: &Tree, other: &Tree, path: &str, mask: &mut BTreeSet<String>) {
    walk(one, other, path, &mut |path, _, _| {
        mask.insert(path.to_owned());
        false
    });
}

fn first_difference(
    theirs: &Tree,
    own: &Tree,
    path: &str,
    mask: &BTreeSet<String>,
) -> Option<String> {
    let mut found = None;
    walk(theirs, own, path, &mut |path, theirs, own| {
        if mask.contains(path) {
            return false;
        }
        found = Some(format!("{path}: helm {}, ours {}", shown(theirs), shown(own)));
        true
    });
    found
}

/// Calls back for each differing place, until the callback says to stop. True if it did.
fn walk(
    one: &Tree,
    other: &Tree,
    path: &str,
    differ: &mut impl FnMut(&str, Option<&Tree>, Option<&Tree>) -> bool,
) -> bool {
    match (&one.node, &other.node) {
        (Node::Map(left), Node::Map(right)) => {
            let keys: BTreeSet<_> = left.keys().chain(right.keys()).collect();
            keys.into_iter().any(|key| {
                let path = format!("{path}.{key}");
                match (left.get(key), right.get(key)) {
                    (Some(one), Some(other)) => walk(one, other, &path, differ),
                    (one, other) => differ(&path, one, other),
                }
            })
        }
        (Node::List(left), Node::List(right)) => (0..left.len().max(right.len())).any(|index| {
            let path = format!("{path}[{index}]");
            match (left.get(index), right.get(index)) {
                (Some(one), Some(other)) => walk(one, other, &path, differ),
                (one, other) => differ(&path, one, other),
            }
        }),
        (left, right) => left != right && differ(path, Some(one), Some(other)),
    }
}

fn shown(tree: Option<&Tree>) -> String {
    let Some(tree) = tree else { return "nothing".to_owned() };
    let text = match &tree.node {
        Node::Text(text) => format!("{text:?}"),
        node => format!("{node:?}"),
    };
    if text.chars().count() <= 120 {
        text
    } else {
        text.chars().take(120).collect::<String>() + "…"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_helm_repeats_counts() {
        let document = |password: &str, name: &str| {
            Ok(format!(
                "---\n# Source: c/a.yaml\nkind: Secret\nname: {name}\npassword: {password}\n"
            ))
        };
        let check = |ours: Result<String, String>, expect: Verdict| {
            assert_eq!(compare(&document("a", "one"), &document("b", "one"), &ours), expect);
        };
        check(document("a", "one"), Verdict::Same { bytes: true, masked: 0, documents: 1 });
        check(document("c", "one"), Verdict::Same { bytes: false, masked: 1, documents: 1 });
        check(
            document("c", "two"),
            Verdict::Differs("Secret ? (c/a.yaml): .name: helm \"one\", ours \"two\"".to_owned()),
        );
        check(Err("no".to_owned()), Verdict::OnlyWeRefuse("no".to_owned()));
        check(
            Ok(String::new()),
            Verdict::Differs(
                "document 1 of 1 is Secret ? (c/a.yaml), ours of 0 is the end".to_owned(),
            ),
        );
        let refused = || Err("x".to_owned());
        assert_eq!(compare(&refused(), &refused(), &refused()), Verdict::BothRefuse);
    }
}
