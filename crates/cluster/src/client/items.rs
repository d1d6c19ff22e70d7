//! Lists, fetched in parts.

use source::{Map, Node, Tree};

use super::Client;
use super::request::{Request, Verb};
use crate::Error;

/// Which objects of a collection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pick<'a> {
    /// `owner=helm,status in (deployed)`; empty for all.
    pub labels: &'a str,
    /// `metadata.name=web`; empty for all.
    pub fields: &'a str,
    /// Only `metadata` is sent.
    pub metadata_only: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct List {
    /// Each with its `apiVersion` and `kind`, which servers leave out.
    pub items: Vec<Tree>,
    /// From where a watch goes on.
    pub resource_version: String,
}

/// The most that is asked for at once.
pub(crate) const CHUNK: usize = 500;
/// How often a list is begun anew because its continuation expired.
pub(crate) const RESTARTS: u32 = 3;

/// Which part of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a> {
    /// None for all that is left.
    pub(crate) limit: Option<usize>,
    /// Empty for the beginning.
    pub(crate) token: &'a str,
}

impl Client {
    /// All objects of a collection; none where the kind is not served.
    pub async fn list(&self, collection: &str, pick: Pick<'_>) -> Result<List, Error> {
        let mut restarts = 0;
        'whole: loop {
            let mut list = List::default();
            let mut token = String::new();
            loop {
                // The last try is in one piece, which cannot expire.
                let limit = (restarts < RESTARTS).then_some(CHUNK);
                let part = Part { limit, token: &token };
                token = match self.part(collection, pick, part, &mut list).await {
                    Ok(next) if next.is_empty() => return Ok(list),
                    Ok(next) => next,
                    Err(error) if error.is_gone() && restarts < RESTARTS => {
                        restarts += 1;
                        continue 'whole;
                    }
                    Err(error) => return Err(error),
                };
            }
        }
    }

    /// Adds a part of a collection to a list; answers with the token of the next part, which is empty at the end.
    pub(crate) async fn part(
        &self,
        collection: &str,
        pick: Pick<'_>,
        part: Part<'_>,
        list: &mut List,
    ) -> Result<String, Error> {
        let mut request = picked(Request::new(Verb::List, collection), pick, LIST_METADATA);
        if let Some(limit) = part.limit {
            request = request.query("limit", limit);
        }
        if !part.token.is_empty() {
            request = request.query("continue", part.token);
        }
        match self.tree(&request).await {
            Ok(tree) => Ok(take(tree, list)),
            Err(error) if error.is_not_found() && part.token.is_empty() => Ok(String::new()),
            Err(error) => Err(error),
        }
    }
}

pub(super) const LIST_METADATA: &str =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

pub(super) fn picked(mut request: Request, pick: Pick<'_>, metadata: &'static str) -> Request {
    if !pick.labels.is_empty() {
        request = request.query("labelSelector", pick.labels);
    }
    if !pick.fields.is_empty() {
        request = request.query("fieldSelector", pick.fields);
    }
    if pick.metadata_only {
        request.accept = metadata;
    }
    request
}

/// Moves one chunk into the list and answers with the token of the next one.
fn take(chunk: Tree, list: &mut List) -> String {
    let Node::Map(mut chunk) = chunk.node else { return String::new() };
    let metadata = chunk.swap_remove("metadata").unwrap_or_default();
    let text = |key: &str| metadata.get(key).and_then(Tree::as_str).unwrap_or_default().to_owned();
    list.resource_version = text("resourceVersion");
    let kind = chunk.get("kind").and_then(Tree::as_str).and_then(|kind| kind.strip_suffix("List"));
    let kind = kind.filter(|kind| !kind.is_empty()).map(Tree::from);
    let api_version = chunk.get("apiVersion").cloned();
    if let Some(Node::List(items)) = chunk.swap_remove("items").map(|items| items.node) {
        list.items.reserve(items.len());
        list.items.extend(
            items.into_iter().map(|item| complete(item, api_version.as_ref(), kind.as_ref())),
        );
    }
    text("continue")
}

fn complete(mut item: Tree, api_version: Option<&Tree>, kind: Option<&Tree>) -> Tree {
    let (Some(api_version), Some(kind)) = (api_version, kind) else { return item };
    let Node::Map(map) = &mut item.node else { return item };
    if map.contains_key("kind") {
        return item;
    }
    let mut whole = Map::with_capacity(map.len() + 2);
    whole.insert("apiVersion".into(), api_version.clone());
    whole.insert("kind".into(), kind.clone());
    whole.append(map);
    whole.into()
}

#[cfg(test)]
mod tests {
    use source::json::{Html, Layout, read_bare, write};

    use super::*;

    #[test]
    fn chunks() {
        let check = |chunk: &str, items: &str, version: &str, token: &str| {
            let mut list = List::default();
            assert_eq!(take(read_bare(chunk).unwrap(), &mut list), token);
            let found = write(&list.items.into(), Html::Plain, Layout::Compact).unwrap();
            assert_eq!((found.as_str(), list.resource_version.as_str()), (items, version));
        };
        check(
            r#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":"x"},"items":[{"spec":1}]}"#,
            r#"[{"apiVersion":"v1","kind":"Pod","spec":1}]"#,
            "7",
            "x",
        );
        check(
            r#"{"kind":"AList","apiVersion":"e/v1","metadata":{},"items":[{"kind":"B","apiVersion":"c/v1"}, 1]}"#,
            r#"[{"apiVersion":"c/v1","kind":"B"},1]"#,
            "",
            "",
        );
        check(r#"{"items":null}"#, "[]", "", "");
        check("[]", "[]", "", "");
    }
}
