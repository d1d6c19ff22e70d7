//! Values layers: where each comes from, how Helm merges them, and where each leaf of the result was written.

use source::{Map, Node, Path, Span, Tree};

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
