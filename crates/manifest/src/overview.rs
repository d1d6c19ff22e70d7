//! Questions about a manifest that need no chosen environment: which environments it has, and whether all of them are valid.

use std::collections::BTreeMap;

use source::{Files, Map, Problem, Problems, Tree, arrange};
use stack::{ClusterName, EnvironmentName, Stack, Target};

use crate::environments::{chain, declared, is_abstract, whole};
use crate::{Ask, Environment, Manifest, Read};

impl Manifest {
    /// Every environment in declared order. Mistakes of the file are told by reading one; here it fails only where no
    /// environment can be named because of them.
    pub fn environments(&self) -> Result<Vec<Environment>, Problems> {
        let Self { document, mistakes } = self;
        let hides =
            |problem: &Problem| problem.id == "unknown-key" && !problem.message.contains(" in ");
        let written = document.get("environments").and_then(Tree::as_map);
        if mistakes.iter().any(hides)
            || (written.is_some_and(Map::is_empty) && !mistakes.is_empty())
        {
            return Err(arrange(mistakes.clone()));
        }
        Ok(listed(document))
    }

    /// Reads every environment that can be selected, and looks for two releases that claim one place across them. `ask`
    /// says everything but the environment.
    pub fn validate(&self, files: &dyn Files, ask: &Ask<'_>) -> Result<Vec<Read>, Problems> {
        let mut reads = Vec::new();
        let mut problems = Problems::new();
        for environment in self.environments()? {
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
            match self.read(files, &ask) {
                Ok(read) => reads.push(read),
                Err(more) => problems.extend(more),
            }
        }
        let stacks: Vec<&Stack> = reads.iter().map(|read| &read.stack).collect();
        problems.extend(collisions(&self.document, &stacks));
        if problems.is_empty() { Ok(reads) } else { Err(arrange(problems)) }
    }
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

/// Two environments that would write the same release of the same cluster.
fn collisions(document: &Tree, stacks: &[&Stack]) -> Problems {
    let key = |environment: &EnvironmentName| {
        document.get("environments")?.get(environment.as_str())?.key_span.clone()
    };
    let mut taken: BTreeMap<(&ClusterName, &str, &str), &Stack> = BTreeMap::new();
    let mut problems = Problems::new();
    for stack in stacks {
        let Target::Cluster(target) = &stack.target else { continue };
        for release in stack.releases.values() {
            let cluster = release.cluster.as_ref().unwrap_or(target);
            let place = (cluster, release.namespace.as_str(), release.name.as_str());
            let (mine, theirs) = match taken.get(&place) {
                Some(first) => (&stack.id.environment, &first.id.environment),
                None => {
                    taken.insert(place, stack);
                    continue;
                }
            };
            if mine == theirs {
                continue;
            }
            let message = format!(
                "environments `{theirs}` and `{mine}` both have release `{}` in namespace `{}` of cluster `{cluster}`",
                release.name, release.namespace
            );
            let problem = Problem::error("duplicate-identity", message)
                .at(key(mine).as_ref(), "takes a place that is taken")
                .at(key(theirs).as_ref(), "has it first")
                .help("give the environments different namespaces");
            problems.push(problem);
        }
    }
    problems
}
