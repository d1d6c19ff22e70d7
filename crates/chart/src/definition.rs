//! A chart's definition as Helm writes it: what `helm show chart` prints, what stands in an archive that Helm packs, and what
//! a provenance file signs.

use source::{Map, Tree, yaml};

use crate::metadata::ImportValue;
use crate::stored::{dependency, metadata};
use crate::{Dependency, Metadata};

/// YAML with sorted keys and without what is empty.
pub fn definition(of: &Metadata) -> String {
    let tree = described(of);
    yaml::write(&tree, yaml::Dialect::Helm).expect("texts, flags and lists of them are YAML")
}

/// The same as data, with fields in the order in which Helm's JSON has them.
pub fn described(of: &Metadata) -> Tree {
    let listed = of.dependencies.as_deref().unwrap_or_default();
    metadata(of, listed.iter().map(as_listed).collect())
}

/// A dependency with its imports as Chart.yaml has them.
fn as_listed(one: &Dependency) -> Tree {
    let import = |import: &ImportValue| match import {
        ImportValue::Export(name) => Tree::from(name.as_str()),
        ImportValue::Table { child, parent } => Tree::from(Map::from_iter([
            ("child".into(), Tree::from(child.as_str())),
            ("parent".into(), Tree::from(parent.as_str())),
        ])),
    };
    dependency(one, one.import_values.iter().map(import).collect()).into()
}

#[cfg(test)]
mod tests {
    use crate::{File, definition, load};

    #[test]
    fn what_was_read_is_written_as_helm_does() {
        let text = "version: 1.2.3 # ours\nname: api\nkeywords: []\nappVersion: '16'\ndependencies:\n\
                    - {name: db, repository: '@x', version: ~1, import-values: [data, {child: a, parent: b}]}\n";
        let chart = load("api", vec![File::new("Chart.yaml", text)]).expect("it is a chart");
        insta::assert_snapshot!(definition(&chart.metadata), @r#"
        apiVersion: v1
        appVersion: "16"
        dependencies:
        - import-values:
          - data
          - child: a
            parent: b
          name: db
          repository: '@x'
          version: ~1
        name: api
        version: 1.2.3
        "#);
    }
}
