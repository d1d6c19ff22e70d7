//! ARCHITECTURE.md's table of crates is the law: no direct edge and no package that it does not name.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// What the table allows a crate: edges to our own crates, packages from the registry.
struct Row {
    uses: BTreeSet<String>,
    packages: BTreeSet<String>,
}

#[test]
fn every_edge_and_package_is_in_the_table() {
    let table = table(include_str!("../../ARCHITECTURE.md"));
    let metadata = metadata();
    let members: BTreeSet<&str> = packages(&metadata).map(name).collect();

    let mut problems = Vec::new();
    for package in packages(&metadata) {
        let Some(row) = table.get(name(package)) else {
            if package["manifest_path"].as_str().is_some_and(|path| path.contains("/crates/")) {
                problems.push(format!("crate `{}` is not in the table", name(package)));
            }
            continue;
        };
        let mut used = BTreeSet::new();
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            if dependency["kind"] == "dev" {
                continue;
            }
            let dependency = name(dependency);
            let allowed = if members.contains(dependency) { &row.uses } else { &row.packages };
            let all_of_ours = members.contains(dependency) && row.uses.contains("all");
            if !allowed.contains(dependency) && !all_of_ours {
                problems.push(format!("`{}` may not use `{dependency}`", name(package)));
            }
            used.insert(dependency.to_owned());
        }
        for stale in row.packages.difference(&used) {
            problems.push(format!(
                "the table gives `{stale}` to `{}`, which does not use it",
                name(package)
            ));
        }
    }
    for listed in table.keys() {
        if !members.contains(listed.as_str()) {
            problems.push(format!("the table names `{listed}`, which is no crate"));
        }
    }
    assert!(problems.is_empty(), "ARCHITECTURE.md and Cargo.toml differ:\n{}", problems.join("\n"));
}

/// Rows of the table whose header begins with `| crate |`: name, what it does, uses, packages, never.
fn table(page: &str) -> BTreeMap<String, Row> {
    let words = |cell: &str| -> BTreeSet<String> {
        let word = |text: &str| text.trim().trim_matches('`').to_owned();
        cell.split(',').map(word).filter(|word| !word.is_empty() && word != "–").collect()
    };
    page.lines()
        .skip_while(|line| !line.starts_with("| crate |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            assert_eq!(cells.len(), 5, "a row has five cells: {line}");
            let crate_name = cells[0].trim_matches('`').to_owned();
            (crate_name, Row { uses: words(cells[2]), packages: words(cells[3]) })
        })
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "the layers are read from cargo itself")]
fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs this test, so it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().into_iter().flatten()
}

fn name(value: &Value) -> &str {
    value["name"].as_str().expect("everything in cargo metadata has a name")
}
