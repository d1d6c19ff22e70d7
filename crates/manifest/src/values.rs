//! The values layers of a release, lowest first: files as they are, inline maps and `.j2` files evaluated, then flags.

use std::collections::BTreeMap;
use std::sync::Arc;

use source::{Map, Node, Problem, Problems, Source, Span, Tree};
use stack::set::{self, Kind};
use stack::{Compat, Content, Layer, Origin, Release, ReleaseId};

use crate::expression::{Evaluator, Scope};
use crate::{Ask, Flag, files};

/// Values files are read once, however many releases name them.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    files: BTreeMap<(Compat, String), Option<Tree>>,
    pub(crate) warnings: Problems,
}

/// The layers that a `values` list makes.
pub(crate) fn layers(
    evaluator: &mut Evaluator<'_>,
    cache: &mut Cache,
    values: Option<&Tree>,
    compat: Compat,
    scope: &Scope,
) -> Vec<Layer> {
    let Some(values) = values else { return Vec::new() };
    // A lowest layer may be written as `{ replace: […] }` too.
    let values = values.get("replace").unwrap_or(values);
    let mut layers = Vec::new();
    for value in values.as_list().unwrap_or_default() {
        match &value.node {
            Node::Text(_) => named(evaluator, cache, value, compat, scope, &mut layers),
            _ => layers.extend(inline(evaluator, value, scope)),
        }
    }
    layers
}

fn inline(evaluator: &mut Evaluator<'_>, value: &Tree, scope: &Scope) -> Option<Layer> {
    let tree = evaluator.fill(value, scope).tree?;
    let place = tree.span.as_ref().map_or_else(|| "the manifest".to_owned(), Span::to_string);
    Some(Layer { origin: Origin::Inline { place }, content: Content::Values(tree) })
}

/// One list item that is text: files, or an expression that gives a map.
fn named(
    evaluator: &mut Evaluator<'_>,
    cache: &mut Cache,
    value: &Tree,
    compat: Compat,
    scope: &Scope,
    layers: &mut Vec<Layer>,
) {
    let Some(filled) = evaluator.fill(value, scope).tree else { return };
    let Some(text) = filled.as_str() else {
        let place = filled.span.as_ref().map_or_else(String::new, Span::to_string);
        match files::map(filled, "values layer") {
            Ok(tree) => layers
                .push(Layer { origin: Origin::Inline { place }, content: Content::Values(tree) }),
            Err(problem) => evaluator.problems.push(problem),
        }
        return;
    };
    let directory = evaluator.material.directory.clone();
    match files::named(evaluator.files, &directory, text, &filled, "values file") {
        Ok(paths) => {
            for path in paths {
                let tree = match path.ends_with(".j2") {
                    true => template(evaluator, &path, &filled, scope),
                    false => data(evaluator, cache, compat, &path, &filled),
                };
                if let Some(tree) = tree {
                    layers.push(Layer {
                        origin: Origin::File { path },
                        content: Content::Values(tree),
                    });
                }
            }
        }
        Err(problem) => evaluator.problems.push(problem),
    }
}

fn data(
    evaluator: &mut Evaluator<'_>,
    cache: &mut Cache,
    compat: Compat,
    path: &str,
    node: &Tree,
) -> Option<Tree> {
    let key = (compat, path.to_owned());
    if let Some(read) = cache.files.get(&key) {
        return read.clone();
    }
    let read = files::text(evaluator.files, path, node, "values file")
        .map_err(|problem| vec![problem])
        .and_then(|file| documents(&file, compat, &mut cache.warnings));
    let tree = match read {
        Ok(tree) => Some(tree),
        Err(problems) => {
            evaluator.problems.extend(problems);
            None
        }
    };
    cache.files.insert(key, tree.clone());
    tree
}

/// Helm merges the documents of a values file that count (`pkg/chart/loader`, `LoadValues`).
fn documents(
    file: &Arc<Source>,
    compat: Compat,
    warnings: &mut Problems,
) -> Result<Tree, Problems> {
    let read = stack::layers::documents(file, compat)?;
    warnings.extend(read.warnings);
    let mut whole = Tree::from(Map::new());
    for tree in read.value {
        let tree = files::map(tree, "values file").map_err(|problem| vec![problem])?;
        whole = stack::layers::over(whole, tree);
    }
    Ok(whole)
}

fn template(evaluator: &mut Evaluator<'_>, path: &str, node: &Tree, scope: &Scope) -> Option<Tree> {
    let file = match files::text(evaluator.files, path, node, "values file") {
        Ok(file) => file,
        Err(problem) => {
            evaluator.problems.push(problem);
            return None;
        }
    };
    let tree = evaluator.template(&file, path, scope)?;
    match files::map(tree, "values file") {
        Ok(tree) => Some(tree),
        Err(problem) => {
            evaluator.problems.push(problem);
            None
        }
    }
}

/// Workspace and environment values reach every release, so `global` is their only key.
pub(crate) fn only_global(layers: &[Layer]) -> Problems {
    let mut problems = Problems::new();
    for layer in layers {
        let Content::Values(tree) = &layer.content else { continue };
        for (key, value) in tree.as_map().into_iter().flatten() {
            if &**key != "global" {
                let problem = Problem::error(
                    "wrong-values",
                    format!("values for every release cannot set `{key}`"),
                )
                .at(
                    value.key_span.as_ref().or(value.span.as_ref()),
                    "only `global` is allowed here",
                )
                .help("move it under `global`, or to a template that releases extend");
                problems.push(problem);
            }
        }
    }
    problems
}

/// What `--values` and `--set…` add, by release. `selected` are those that a bare flag may mean.
pub(crate) fn flags(
    ask: &Ask<'_>,
    releases: &[&Release],
    selected: &[&ReleaseId],
    compat: impl Fn(&ReleaseId) -> Compat,
    warnings: &mut Problems,
) -> Result<BTreeMap<ReleaseId, Vec<Layer>>, Problems> {
    let mut layers: BTreeMap<ReleaseId, Vec<Layer>> = BTreeMap::new();
    let mut problems = Problems::new();
    // Helm's order, whatever the order of the flags (`pkg/cli/values/options.go`).
    let order = [
        Flag::Values,
        Flag::Set(Kind::Json),
        Flag::Set(Kind::Typed),
        Flag::Set(Kind::Text),
        Flag::Set(Kind::File),
        Flag::Set(Kind::Literal),
    ];
    for flag in order {
        for given in ask.overrides.iter().filter(|given| given.flag == flag) {
            let source = Source::new(flag.name(), given.text.as_str());
            match meant(&source, releases, selected) {
                Ok((ids, start)) => {
                    let mut by_compat: BTreeMap<Compat, Vec<ReleaseId>> = BTreeMap::new();
                    for id in ids {
                        by_compat.entry(compat(&id)).or_default().push(id);
                    }
                    for (compat, ids) in by_compat {
                        match layer(ask, flag, &source, start, compat, warnings) {
                            Ok(layer) => {
                                for id in ids {
                                    layers.entry(id).or_default().push(layer.clone());
                                }
                            }
                            Err(more) => problems.extend(more),
                        }
                    }
                }
                Err(problem) => problems.push(problem),
            }
        }
    }
    if problems.is_empty() { Ok(layers) } else { Err(problems) }
}

/// The releases before `:`, and where the rest begins.
fn meant(
    source: &Arc<Source>,
    releases: &[&Release],
    selected: &[&ReleaseId],
) -> Result<(Vec<ReleaseId>, usize), Problem> {
    let text = &source.text;
    let is_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.*".contains(c);
    let named =
        text.split_once(':').filter(|(name, _)| !name.is_empty() && name.chars().all(is_id));
    let Some((name, _)) = named else {
        return match selected {
            [only] => Ok((vec![(*only).clone()], 0)),
            _ => Err(Problem::error(
                "no-release",
                format!("`{}` does not say for which release", source.name),
            )
            .at(Some(&Span::new(source, 0..text.len())), format!("{} are selected", selected.len()))
            .help("write `RELEASE:` in front of it")),
        };
    };
    let is_meant = |release: &&&Release| {
        let ids = [Some(&release.id), release.group.as_ref()];
        ids.iter().flatten().any(|id| stack::select::glob_matches(name, id.as_str()))
    };
    let ids: Vec<ReleaseId> =
        releases.iter().filter(is_meant).map(|release| release.id.clone()).collect();
    if ids.is_empty() {
        let problem = Problem::error("unknown-release", format!("no release is called `{name}`"))
            .at(Some(&Span::new(source, 0..name.len())), "no such release");
        return Err(crate::typed::near(problem, name, releases.iter().map(|it| it.id.as_str())));
    }
    Ok((ids, name.len() + 1))
}

fn layer(
    ask: &Ask<'_>,
    flag: Flag,
    source: &Arc<Source>,
    start: usize,
    compat: Compat,
    warnings: &mut Problems,
) -> Result<Layer, Problems> {
    let origin = Origin::Flag { text: format!("{} {}", flag.name(), source.text) };
    match flag {
        Flag::Set(kind) => {
            let edits = set::parse(kind.in_dialect(compat), source, start, ask.flag_file)
                .map_err(|problem| vec![problem])?;
            Ok(Layer { origin, content: Content::Edits(edits) })
        }
        Flag::Values => {
            let path = &source.text[start..];
            let place = Span::new(source, start..source.text.len());
            let unreadable = |why: String| {
                vec![
                    Problem::error(
                        "unreadable-file",
                        format!("values file `{path}` cannot be read"),
                    )
                    .at(Some(&place), why),
                ]
            };
            let bytes = (ask.flag_file)(path).map_err(unreadable)?;
            let text =
                String::from_utf8(bytes).map_err(|_| unreadable("it is no text".to_owned()))?;
            let tree = documents(&Source::new(path, text), compat, warnings)?;
            Ok(Layer { origin, content: Content::Values(tree) })
        }
    }
}

impl Flag {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Values => "--values",
            Self::Set(Kind::Typed) => "--set",
            Self::Set(Kind::Text) => "--set-string",
            Self::Set(Kind::File) => "--set-file",
            Self::Set(Kind::Json | Kind::JsonByKey) => "--set-json",
            Self::Set(Kind::Literal) => "--set-literal",
        }
    }
}

/// Every secret text of a tree.
pub(crate) fn secrets(tree: &Tree, found: &mut Vec<String>) {
    match &tree.node {
        Node::List(list) => list.iter().for_each(|item| secrets(item, found)),
        Node::Map(map) => map.values().for_each(|value| secrets(value, found)),
        _ if tree.secret => found.push(crate::expression::text(tree)),
        _ => {}
    }
}
