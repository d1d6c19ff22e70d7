//! `.j2` values files: text templates whose result is YAML.

use std::sync::Arc;

use source::{Node, Problems, Source, Span, Tree, yaml};

use super::engine::SECRET;
use super::evaluator::Evaluator;
use super::object::Scope;
use crate::paths;

impl Evaluator<'_> {
    /// Renders a template and reads the result. Scalars into which a secret came are marked. None when a problem was recorded.
    pub(crate) fn template(
        &mut self,
        file: &Arc<Source>,
        path: &str,
        scope: &Scope,
    ) -> Option<Tree> {
        let directory = paths::directory(path).to_owned();
        let before = std::mem::replace(&mut self.shared().lock().directory, directory);
        let rendered = self.run(None, |engine| engine.template(&file.text, scope));
        self.shared().lock().directory = before;
        let text = match rendered {
            Ok((text, _)) => text,
            Err(None) => return None,
            Err(Some(wrong)) => {
                let place = Span::new(file, wrong.range.clone());
                self.problems.push(wrong.problem(Some(&place)));
                return None;
            }
        };

        let rendered = Source::new(format!("{} (rendered)", file.name), text);
        match yaml::read(&rendered, yaml::Options::HELM) {
            Ok(read) => {
                let mut tree = read.value;
                unwrap_secrets(&mut tree);
                Some(tree)
            }
            Err(problems) => {
                self.problems.extend(without_marks(problems));
                None
            }
        }
    }
}

/// Takes the engine's secret signs out of scalars and marks those that had them.
fn unwrap_secrets(tree: &mut Tree) {
    match &mut tree.node {
        Node::Text(text) if text.contains(SECRET) => {
            let plain = text.replace(SECRET, "");
            // What only looked like text because of the signs is what it would have been without them.
            let quoted = tree
                .span
                .as_ref()
                .is_some_and(|span| span.text().starts_with(['"', '\'', '|', '>']));
            tree.node = match yaml::read_bare(&plain) {
                Ok(Tree {
                    node: node @ (Node::Bool(_) | Node::Int(_) | Node::Float(_) | Node::Null),
                    ..
                }) if !quoted => node,
                _ => Node::Text(plain.into()),
            };
            tree.secret = true;
        }
        Node::List(list) => list.iter_mut().for_each(unwrap_secrets),
        Node::Map(map) => map.values_mut().for_each(unwrap_secrets),
        _ => {}
    }
}

/// A rendered text that is no YAML is shown; what was secret in it is not.
fn without_marks(mut problems: Problems) -> Problems {
    for label in problems.iter_mut().flat_map(|problem| &mut problem.labels) {
        let text = &label.span.source.text;
        if text.contains(SECRET) {
            let [open, close] = SECRET;
            let mut shown = String::new();
            let mut rest = text.as_str();
            while let Some(start) = rest.find(open) {
                shown.push_str(&rest[..start]);
                let end = rest[start..]
                    .find(close)
                    .map_or(rest.len(), |end| start + end + close.len_utf8());
                // As long as the secret, so that places stay.
                shown.extend(std::iter::repeat_n('*', end - start));
                rest = &rest[end..];
            }
            shown.push_str(rest);
            let source = Source::new(label.span.source.name.clone(), shown);
            label.span = Span::new(&source, label.span.range());
        }
    }
    problems
}
