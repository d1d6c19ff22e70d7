//! Secrets that somebody wrote into the manifest itself: messages that show its lines must not show them.

use source::{Files, Node, Redactor, Tree};

use crate::document;

/// Passwords and tokens of repositories, defaults of secret inputs, and passwords in addresses, as far as they stand in the
/// file and are no expressions. Empty for a file that cannot be read.
pub fn written_secrets(files: &dyn Files, file: &str) -> Redactor {
    let mut redactor = Redactor::default();
    let Ok(document) = document::open(files, file) else { return redactor };
    let entries = |key: &str| document.get(key).and_then(Tree::as_map).into_iter().flatten();
    for (_, repository) in entries("repositories") {
        for key in ["password", "token"] {
            learn(&mut redactor, repository.get(key));
        }
    }
    let is_secret =
        |input: &Tree| matches!(input.get("secret").map(|it| &it.node), Some(Node::Bool(true)));
    for (_, input) in entries("inputs").filter(|(_, input)| is_secret(input)) {
        learn(&mut redactor, input.get("default"));
    }
    addresses(&document, &mut redactor);
    redactor
}

fn learn(redactor: &mut Redactor, secret: Option<&Tree>) {
    match secret.map(|secret| &secret.node) {
        Some(Node::Text(text)) if !text.contains("${{") => redactor.add(text),
        Some(Node::Int(number)) => redactor.add(&number.to_string()),
        _ => {}
    }
}

/// `https://USER:PASSWORD@HOST`, wherever it stands.
fn addresses(tree: &Tree, redactor: &mut Redactor) {
    match &tree.node {
        Node::List(list) => list.iter().for_each(|item| addresses(item, redactor)),
        Node::Map(map) => map.values().for_each(|value| addresses(value, redactor)),
        Node::Text(text) => {
            let authority = text.split_once("://").and_then(|(_, rest)| rest.split('/').next());
            let user = authority.and_then(|authority| authority.rsplit_once('@'));
            if let Some((_, password)) = user.and_then(|(user, _)| user.split_once(':')) {
                redactor.add(password);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use source::{Entry, FileError};

    use super::*;

    struct Manifest(&'static str);

    impl Files for Manifest {
        fn read(&self, _path: &str) -> Result<Vec<u8>, FileError> {
            Ok(self.0.into())
        }

        fn list(&self, _directory: &str) -> Result<Vec<Entry>, FileError> {
            Ok(Vec::new())
        }
    }

    #[test]
    fn what_is_written_down_is_masked() {
        let text = "\
inputs:
  a: { secret: true, default: default-of-a }
  b: { default: default-of-b }
repositories:
  one: { url: \"https://ci:in-the-address@h\", username: ci, password: correct-horse }
  two: { token: \"${{ env.TOKEN }}\" }
releases:
  api: { chart: \"oci://ci:in-the-chart@h/api\" }
";
        let redactor = written_secrets(&Manifest(text), "regatta.yaml");
        let shown = redactor.redact(text);
        for secret in ["default-of-a", "in-the-address", "correct-horse", "in-the-chart"] {
            assert!(!shown.contains(secret), "{secret}:\n{shown}");
        }
        for plain in ["default-of-b", "${{ env.TOKEN }}", "username: ci"] {
            assert!(shown.contains(plain), "{plain}:\n{shown}");
        }
        let broken = written_secrets(&Manifest("a: [\n"), "regatta.yaml");
        assert_eq!(broken.redact("plain words"), "plain words");
    }
}
