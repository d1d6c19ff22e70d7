//! Questions about a manifest that need no chosen environment: which environments it has, and whether all of them are valid.

use std::collections::BTreeMap;

use source::{Files, Label, Problem, Problems, Tree, arrange};
use stack::{ClusterName, EnvironmentName, Target};

use crate::environments::{chain, declared, is_abstract, whole};
use crate::{Ask, Environment, Read, check, document, read};

/// Every environment in declared order; fails only where the file itself is wrong.
pub fn environments(files: &dyn Files, file: &str) -> Result<Vec<Environment>, Problems> {
    let document = document::open(files, file)?;
    let problems = check::check(&document);
    if !problems.is_empty() {
        return Err(arrange(problems));
    }
    Ok(listed(&document))
}

fn listed(document: &Tree) -> Vec<Environment> {
    let all = declared(document);
    let listed = all.iter().filter_map(|(name, tree)| {
        let whole = whole(&all, &chain(&all, name));
        Some(Environment {
            name: EnvironmentName::new(name).ok()?,
            is_abstract: is_abstract(tree),
            has_instances: whole.get("instance").is_some(),
        })
    });
    listed.collect()
}

/// Reads every environment that can be selected, and looks for two releases that claim one place across them. `ask` says
/// everything but the environment.
pub fn validate(files: &dyn Files, ask: &Ask<'_>) -> Result<Vec<Read>, Problems> {
    let mut reads = Vec::new();
    let mut problems = Problems::new();
    for environment in environments(files, ask.file)? {
        if environment.is_abstract {
            continue;
        }
        let instance = ask.instance.filter(|_| environment.has_instances);
        let ask = Ask {
            environment: Some(environment.name.as_str()),
            instance,
            selection: ask.selection.clone(),
            ..*ask
        };
        match read(files, &ask) {
            Ok(read) => reads.push(read),
            Err(more) => problems.extend(more),
        }
    }
    problems.extend(across(files, ask.file, &reads)?);
    if problems.is_empty() { Ok(reads) } else { Err(arrange(problems)) }
}

/// Two environments that would write the same release of the same cluster.
fn across(files: &dyn Files, file: &str, reads: &[Read]) -> Result<Problems, Problems> {
    let document = document::open(files, file)?;
    let key = |environment: &EnvironmentName| {
        document.get("environments")?.get(environment.as_str())?.key_span.clone()
    };
    let mut taken: BTreeMap<(&ClusterName, &str, &str), &Read> = BTreeMap::new();
    let mut problems = Problems::new();
    for read in reads {
        let Target::Cluster(target) = &read.stack.target else { continue };
        for release in read.stack.releases.values() {
            let cluster = release.cluster.as_ref().unwrap_or(target);
            let place = (cluster, release.namespace.as_str(), release.name.as_str());
            let Some(first) = taken.get(&place) else {
                taken.insert(place, read);
                continue;
            };
            let (mine, theirs) = (&read.stack.id.environment, &first.stack.id.environment);
            if mine == theirs {
                continue;
            }
            let message = format!(
                "environments `{theirs}` and `{mine}` both have release `{}` in namespace `{}` of cluster `{cluster}`",
                release.name, release.namespace
            );
            let label = |span, text: &str| Label { span, text: text.to_owned() };
            let mut problem = Problem::error("duplicate-identity", message)
                .help("give the environments different namespaces");
            problem.labels.extend(key(mine).map(|span| label(span, "takes a place that is taken")));
            problem.labels.extend(key(theirs).map(|span| label(span, "has it first")));
            problems.push(problem);
        }
    }
    Ok(problems)
}
