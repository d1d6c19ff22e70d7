//! Deleting: which object is meant, and what it came to.

use plan::Address;
use source::json::{self, Html, Layout};
use source::{Node, Tree};

use super::request::{JSON, Request, Verb};
use super::{Client, dry, map};
use crate::Error;
use crate::status::Status;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delete<'a> {
    /// Deletes only this very object. Without it a delete is never repeated.
    pub uid: Option<&'a str>,
    /// Deletes only this version of the object.
    pub resource_version: Option<&'a str>,
    pub propagation: Propagation,
    pub dry_run: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Propagation {
    #[default]
    Background,
    Foreground,
    Orphan,
}

/// What a delete came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Deletion {
    /// It is gone now.
    Done,
    /// It was gone already.
    Absent,
    /// Another object has the name now; the one with the uid is gone.
    Other,
    /// It is being deleted: what still has to go, or finalizers, come first.
    Pending(Option<Tree>),
}

impl Client {
    pub async fn delete(&self, address: &Address, how: Delete<'_>) -> Result<Deletion, Error> {
        let request = Request::new(Verb::Delete, address.path()).content(JSON, delete_options(how));
        match self.tree(&dry(request, how.dry_run)).await {
            // A Status where it is gone, the object where it is not yet.
            Ok(tree) if tree.get("kind").and_then(Tree::as_str) == Some("Status") => {
                Ok(Deletion::Done)
            }
            Ok(tree) => Ok(match is_ending(&tree) {
                true => Deletion::Pending(Some(tree)),
                false => Deletion::Done,
            }),
            Err(error) if error.is_not_found() => Ok(Deletion::Absent),
            Err(error) => match error.status() {
                Some(status) if names_other(status) => Ok(Deletion::Other),
                // A namespace that is being deleted answers so to the next delete.
                Some(status)
                    if status.code == 409
                        && status.message.contains("is ensuring all content is removed") =>
                {
                    Ok(Deletion::Pending(None))
                }
                _ => Err(error),
            },
        }
    }
}

impl Propagation {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Background => "Background",
            Self::Foreground => "Foreground",
            Self::Orphan => "Orphan",
        }
    }
}

fn delete_options(how: Delete<'_>) -> String {
    let mut preconditions = Vec::new();
    if let Some(uid) = how.uid {
        preconditions.push(("uid", uid.into()));
    }
    if let Some(version) = how.resource_version {
        preconditions.push(("resourceVersion", version.into()));
    }
    let mut options = vec![
        ("apiVersion", "v1".into()),
        ("kind", "DeleteOptions".into()),
        ("propagationPolicy", how.propagation.as_str().into()),
    ];
    if how.dry_run {
        options.push(("dryRun", vec!["All".into()].into()));
    }
    if !preconditions.is_empty() {
        options.push(("preconditions", map(preconditions)));
    }
    json::write(&map(options), Html::Plain, Layout::Compact)
        .expect("texts and maps of texts can be written")
}

fn is_ending(object: &Tree) -> bool {
    let time = object.get("metadata").and_then(|metadata| metadata.get("deletionTimestamp"));
    matches!(time, Some(Tree { node: Node::Text(_), .. }))
}

/// `the UID in the precondition (…) does not match the UID in record (…)` (k8s.io/apiserver pkg/registry/rest/delete.go), and
/// with other words pkg/storage/interfaces.go. A version's precondition says `ResourceVersion` and is a conflict.
fn names_other(status: &Status) -> bool {
    let says = |words| status.message.contains(words);
    status.code == 409 && (says("UID in the precondition") || says("UID in precondition"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delete_options_name_the_object() {
        let mut how = Delete {
            uid: Some("7"),
            resource_version: Some("12"),
            propagation: Propagation::Foreground,
            dry_run: false,
        };
        assert_eq!(
            delete_options(how),
            r#"{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"resourceVersion":"12","uid":"7"},"propagationPolicy":"Foreground"}"#
        );
        how = Delete { uid: None, resource_version: None, dry_run: true, ..how };
        assert_eq!(
            delete_options(how),
            r#"{"apiVersion":"v1","dryRun":["All"],"kind":"DeleteOptions","propagationPolicy":"Foreground"}"#
        );
    }
}
