//! The manifest's own variables, put together: workspace, environment chain, `--vars-file`, `--var`. Still with their
//! expressions.

use source::{Map, Node, Problem, Problems, Source, Tree, yaml};
use stack::set;

use crate::expression::{Evaluator, Scope};
use crate::{Ask, files, merge};

/// Later sources win; maps merge deeply. Files are named relative to the manifest, and what they hold is evaluated as if it
/// stood in the manifest.
pub(crate) fn assemble(
    evaluator: &mut Evaluator<'_>,
    document: &Tree,
    chain: &[&Tree],
) -> Result<Map, Problems> {
    let mut problems = Problems::new();
    let mut vars = Tree::from(Map::new());
    let levels = std::iter::once(document).chain(chain.iter().copied());
    for sources in levels.filter_map(|level| level.get("vars")) {
        match &sources.node {
            Node::List(list) => {
                for source in list {
                    one(evaluator, source, &mut vars, &mut problems);
                }
            }
            _ => vars = merge::deep(&vars, sources),
        }
    }
    for argument in evaluator.ask.vars_files {
        match flag_file(evaluator.ask, argument) {
            Ok(file) => vars = merge::deep(&vars, &file),
            Err(more) => problems.extend(more),
        }
    }
    for argument in evaluator.ask.vars {
        let source = Source::new("--var", argument.as_str());
        let no_file = |_: &str| Err("`--var` reads no files".to_owned());
        let edits = set::parse(set::Kind::Typed, &source, 0, &no_file);
        let applied =
            edits.and_then(|edits| edits.iter().try_for_each(|edit| edit.apply(&mut vars)));
        problems.extend(applied.err());
    }
    match vars.node {
        Node::Map(map) if problems.is_empty() => Ok(map),
        _ => Err(problems),
    }
}

/// A map, or the files that a text names.
fn one(evaluator: &mut Evaluator<'_>, source: &Tree, vars: &mut Tree, problems: &mut Problems) {
    if source.as_map().is_some() {
        *vars = merge::deep(vars, source);
        return;
    }
    let Some(filled) = evaluator.fill(source, &Scope::default()).tree else { return };
    let Some(text) = filled.as_str() else { return };
    let directory = evaluator.material.directory.clone();
    let paths = match files::named(evaluator.files, &directory, text, &filled, "vars file") {
        Ok(paths) => paths,
        Err(problem) => return problems.push(problem),
    };
    for path in paths {
        let read = files::text(evaluator.files, &path, &filled, "vars file")
            .map_err(|problem| vec![problem])
            .and_then(|file| Ok(yaml::read(&file, yaml::Options::STRICT)?.value))
            .and_then(|tree| files::map(tree, "vars file").map_err(|problem| vec![problem]));
        match read {
            Ok(tree) => *vars = merge::deep(vars, &tree),
            Err(more) => problems.extend(more),
        }
    }
}

fn flag_file(ask: &Ask<'_>, argument: &str) -> Result<Tree, Problems> {
    let unreadable = |why: String| {
        let message = format!("vars file `{argument}` cannot be read: {why}");
        vec![Problem::error("unreadable-file", message)]
    };
    let bytes = (ask.flag_file)(argument).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is no text".to_owned()))?;
    let tree = yaml::read(&Source::new(argument, text), yaml::Options::STRICT)?.value;
    files::map(tree, "vars file").map_err(|problem| vec![problem])
}
