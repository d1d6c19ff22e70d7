//! What `template` prints, as documents with their sources and values.

use source::{Node, Tree};

pub(super) struct Document {
    /// `chart/templates/deployment.yaml`
    pub(super) source: String,
    /// The value, or the text where it is no YAML.
    pub(super) tree: Tree,
}

impl Document {
    /// `Deployment web (chart/templates/deployment.yaml)`.
    pub(super) fn title(&self) -> String {
        let text = |path: &[&str]| {
            let found = path.iter().try_fold(&self.tree, |tree, key| tree.get(key));
            found.and_then(Tree::as_str).unwrap_or("?").to_owned()
        };
        format!("{} {} ({})", text(&["kind"]), text(&["metadata", "name"]), self.source)
    }
}

/// Splits at the separators that `template` writes: a line of `---` and one of `# Source:`.
pub(super) fn split(output: &str) -> Vec<Document> {
    let mut documents: Vec<(String, String)> = Vec::new();
    let mut lines = output.lines().peekable();
    while let Some(line) = lines.next() {
        let source = lines.peek().and_then(|next| next.strip_prefix("# Source: "));
        match (line, source) {
            ("---", Some(source)) => {
                documents.push((source.to_owned(), String::new()));
                lines.next();
            }
            _ => {
                if let Some((_, text)) = documents.last_mut() {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
    }
    let read = |text: &str| {
        source::yaml::read_bare(text).unwrap_or_else(|_| Tree::new(Node::Text(text.into())))
    };
    documents
        .iter()
        .map(|(source, text)| Document { source: source.clone(), tree: read(text) })
        .collect()
}
