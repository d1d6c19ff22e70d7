//! Values layers: where each comes from, how Helm merges them, and where each leaf of the result was written.

use std::sync::Arc;

use source::yaml::{self, Read};
use source::{Map, Node, Path, Problems, Source, Span, Tree};

use crate::Compat;
use crate::set::Edit;

/// Values from one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub origin: Origin,
    pub content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A values file, relative to the repository's root.
    File { path: String },
    /// Written into the manifest: `regatta.yaml:41:9`.
    Inline { place: String },
    /// A flag: `--set api:image.tag=1`.
    Flag { text: String },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A map, merged over what lies below; its numbers are float64 to templates.
    Values(Tree),
    /// What `--set` and its like change; their integers stay int64.
    Edits(Vec<Edit>),
}

/// The documents of a values file that count: all of them, or for Helm 3 the first. Empty ones are null.
pub fn documents(file: &Arc<Source>, compat: Compat) -> Result<Read<Vec<Tree>>, Problems> {
    match compat {
        Compat::Helm4 => yaml::read_all(file, yaml::Options::HELM),
        Compat::Helm3 => {
            let Read { value, warnings } = yaml::read(file, yaml::Options::HELM)?;
            Ok(Read { value: vec![value], warnings })
        }
    }
}

/// All layers over each other, as `helm -f … --set …` does (`pkg/cli/values/options.go`, `MergeValues`): maps merge, all else
/// replaces, null stays and is for the chart to interpret. Nodes keep their places. Numbers become what Helm's JSON step
/// makes of them.
pub fn merge(layers: &[Layer]) -> Result<Tree, source::Problem> {
    let mut merged = Tree::from(Map::new());
    for layer in layers {
        match &layer.content {
            Content::Values(tree) => {
                let mut tree = tree.clone();
                tree.integers_to_floats();
                merged = over(merged, tree);
            }
            Content::Edits(edits) => {
                for edit in edits {
                    edit.apply(&mut merged)?;
                }
            }
        }
    }
    Ok(merged)
}

/// `upper` merged over `lower`: two maps merge by key, anything else is replaced by `upper`.
pub fn over(lower: Tree, upper: Tree) -> Tree {
    match (lower.node, upper.node) {
        (Node::Map(mut below), Node::Map(above)) => {
            for (key, value) in above {
                let value = match below.get_mut(&key) {
                    Some(under) => over(std::mem::take(under), value),
                    None => value,
                };
                below.insert(key, value);
            }
            Tree {
                node: Node::Map(below),
                span: upper.span,
                key_span: upper.key_span,
                secret: lower.secret || upper.secret,
            }
        }
        (_, node) => {
            Tree { node, span: upper.span, key_span: upper.key_span, secret: upper.secret }
        }
    }
}

/// One value of the merged whole: a scalar, or an empty map or list.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    pub path: Path,
    pub value: Tree,
    /// Where it was written: a values file, the manifest, a flag, or the chart's own values.yaml.
    pub origin: Option<Span>,
    pub secret: bool,
}

/// Every leaf of the layers over the chart's defaults, in the order of the keys.
pub fn explain(layers: &[Layer], defaults: &Tree) -> Result<Vec<Leaf>, source::Problem> {
    let mut whole = over(defaults.clone(), merge(layers)?);
    let mut leaves = Vec::new();
    drop_nulls(&mut whole, defaults);
    collect(&whole, &Path::default(), None, false, &mut leaves);
    Ok(leaves)
}

/// A null over a default removes it (Helm's coalescing); a null over nothing stays.
fn drop_nulls(tree: &mut Tree, defaults: &Tree) {
    if let Node::Map(map) = &mut tree.node {
        map.retain(|key, value| !(value.is_null() && defaults.get(key).is_some()));
        for (key, value) in map {
            if let Some(defaults) = defaults.get(key) {
                drop_nulls(value, defaults);
            }
        }
    }
}

fn collect(tree: &Tree, path: &Path, near: Option<&Span>, secret: bool, leaves: &mut Vec<Leaf>) {
    let origin = tree.span.as_ref().or(near);
    let secret = secret || tree.secret;
    match &tree.node {
        Node::Map(map) if !map.is_empty() => {
            for (key, value) in map {
                collect(value, &path.join(&**key), origin, secret, leaves);
            }
        }
        Node::List(list) if !list.is_empty() => {
            for (index, value) in list.iter().enumerate() {
                collect(value, &path.join(index), origin, secret, leaves);
            }
        }
        _ => leaves.push(Leaf {
            path: path.clone(),
            value: tree.clone(),
            origin: origin.cloned(),
            secret,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::set::{self, Kind};

    fn file(name: &str, text: &str) -> Layer {
        let tree = yaml::read(&Source::new(name, text), yaml::Options::HELM).unwrap().value;
        Layer { origin: Origin::File { path: name.to_owned() }, content: Content::Values(tree) }
    }

    fn flag(text: &str) -> Layer {
        let source: Arc<Source> = Source::new("--set", text);
        let edits = set::parse(Kind::Typed, &source, 0, &|_| Err(String::new())).unwrap();
        Layer { origin: Origin::Flag { text: text.to_owned() }, content: Content::Edits(edits) }
    }

    fn json(tree: &Tree) -> String {
        source::json::write(tree, source::json::Html::Plain, source::json::Layout::Compact).unwrap()
    }

    #[test]
    fn later_layers_win_and_flags_edit_what_is_there() {
        let check = |layers: &[Layer], expect: &str| {
            assert_eq!(json(&merge(layers).unwrap()), expect);
        };
        check(&[], "{}");
        check(
            &[file("a", "{x: {w: 1, z: 2}}"), file("b", "{x: {w: null}}")],
            r#"{"x":{"w":null,"z":2}}"#,
        );
        check(&[file("a", "{x: [1, 2]}"), file("b", "{x: [3]}")], r#"{"x":[3]}"#);
        check(&[file("a", "{x: 1}"), file("b", "{x: {w: 1}}")], r#"{"x":{"w":1}}"#);
        check(&[file("a", "{x: [1, {w: 2}]}"), flag("x[1].w=3,x[2]=4")], r#"{"x":[1,{"w":3},4]}"#);
    }

    #[test]
    fn only_flags_keep_integers() {
        let merged = merge(&[file("a", "{file: 5}"), flag("flag=5")]).unwrap();
        assert_eq!(merged.get("file").unwrap().node, Node::Float(5.0));
        assert_eq!(merged.get("flag").unwrap().node, Node::Int(5));
    }

    #[test]
    fn every_leaf_knows_its_place() {
        let defaults = yaml::read(
            &Source::new("chart/values.yaml", "image:\n  tag: latest\n  pull: Always\ngone: 1\n"),
            yaml::Options::HELM,
        );
        let layers = [
            file("values/a.yaml", "image:\n  tag: v1\ngone: null\nnothing: null\n"),
            flag("image.pull=Never,list={a}"),
        ];
        let leaves = explain(&layers, &defaults.unwrap().value).unwrap();
        let shown: Vec<String> = leaves
            .iter()
            .map(|leaf| {
                format!(
                    "{} = {} from {}",
                    leaf.path,
                    json(&leaf.value),
                    leaf.origin.as_ref().unwrap()
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                r#"image.tag = "v1" from values/a.yaml:2:8"#,
                r#"image.pull = "Never" from --set:1:12"#,
                r#"nothing = null from values/a.yaml:4:10"#,
                r#"list[0] = "a" from --set:1:24"#,
            ]
        );
    }
}
