//! The chosen environment, evaluated: target, namespace, instance and what else a stack is.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use source::{Map, Problem, Tree};
use stack::{Cluster, ClusterName, Ephemeral, InstanceName, Namespace, Prune, Target};

use crate::check::{names, references};
use crate::expression::{Evaluator, Scope};
use crate::{Ask, environments, paths, typed, types};

/// What an environment says beside its releases.
#[derive(Clone, Debug)]
pub(crate) struct Evaluated {
    pub(crate) target: Target,
    pub(crate) namespace: Namespace,
    /// The namespace of the inventory, where it is not the environment's.
    pub(crate) state: Option<Namespace>,
    pub(crate) instance: Option<InstanceName>,
    pub(crate) protected: bool,
    pub(crate) ephemeral: Option<Ephemeral>,
    pub(crate) prune: Prune,
}

/// The environment that is asked for, or the only one.
pub(crate) fn choose(ask: &Ask<'_>, all: &Map, document: &Tree) -> Result<String, Problem> {
    let selectable: Vec<&str> = all
        .iter()
        .filter(|(_, tree)| !environments::is_abstract(tree))
        .map(|(name, _)| &**name)
        .collect();
    let listed = || match selectable.is_empty() {
        true => "every environment is abstract".to_owned(),
        false => format!("environments: {}", selectable.join(", ")),
    };
    let Some(asked) = ask.environment else {
        return match selectable.as_slice() {
            [only] => Ok((*only).to_owned()),
            _ => Err(Problem::error("no-environment", "no environment is chosen")
                .help(format!("choose one with `-e`; {}", listed()))),
        };
    };
    match all.get(asked) {
        Some(tree) if environments::is_abstract(tree) => Err(Problem::error(
            "abstract-environment",
            format!("environment `{asked}` is abstract"),
        )
        .at(tree.key_span.as_ref(), "only there to be extended")
        .help(format!("choose another; {}", listed()))),
        Some(_) => Ok(asked.to_owned()),
        None => {
            let problem = Problem::error(
                "unknown-environment",
                format!("no environment is called `{asked}`"),
            )
            .at(
                document.get("environments").and_then(|all| all.key_span.as_ref()),
                "not among these",
            );
            Err(match source::suggest(asked, selectable.iter().copied()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help(listed()),
            })
        }
    }
}

/// Evaluates everything about the environment but its variables, values and releases. None when a problem was recorded.
pub(crate) fn evaluate(
    evaluator: &mut Evaluator<'_>,
    name: &str,
    place: &Tree,
) -> Option<Evaluated> {
    let mut raw = evaluator.material.environment.clone();
    let mut depends: Option<&Tree> = None;
    let mut fields = Map::new();
    let mut complete = true;
    if let source::Node::Map(map) = &mut raw.node {
        for (key, value) in map {
            if matches!(&**key, "vars" | "values" | "releases") {
                continue;
            }
            if let ("instance", Some(given)) = (&**key, evaluator.ask.instance) {
                fields.insert(key.clone(), Tree::from(given));
                continue;
            }
            evaluator.from_outside = false;
            let filled = evaluator.fill(value, &Scope::default());
            complete &= filled.complete;
            if evaluator.from_outside && matches!(&**key, "target" | "namespace" | "state") {
                depends = Some(value);
            }
            if let Some(tree) = filled.tree {
                fields.insert(key.clone(), tree);
            }
        }
    }
    let tree = Tree { span: place.span.clone(), ..Tree::from(fields) };
    let read = match typed::read::<types::Environment>("environments", name, &tree) {
        Ok(read) => read,
        Err(problems) => {
            evaluator.problems.extend(problems);
            return None;
        }
    };
    if !complete {
        return None;
    }

    let before = evaluator.problems.len();
    let place = place.key_span.as_ref();
    let namespace = match &read.namespace {
        Some(namespace) => Namespace::new(namespace)
            .map_err(|invalid| names::problem(&invalid, span(&tree, "namespace").or(place))),
        None => Err(Problem::error(
            "missing-namespace",
            format!("environment `{name}` has no namespace"),
        )
        .at(place, "`namespace` is missing here")
        .help("say where its releases go: `namespace: …`")),
    };
    let state = read.state.as_ref().and_then(|state| state.namespace.as_ref());
    let state = state.map(|namespace| {
        let at = tree.get("state").and_then(|state| span(state, "namespace"));
        Namespace::new(namespace).map_err(|invalid| names::problem(&invalid, at.or(place)))
    });
    let target = target(evaluator, name, &read, &tree, place);
    let instance = instance(evaluator.ask, name, &read, &tree);
    let depends = depends.filter(|_| evaluator.ask.instance.is_none() && read.instance.is_none());
    if let Some(value) = depends {
        let message =
            format!("environment `{name}` depends on its surroundings, but has no `instance`");
        evaluator.problems.push(
            Problem::error("missing-instance", message)
                .at(value.span.as_ref().or(place), "differs between runs")
                .help(
                    "declare what tells its stacks apart: `instance: ${{ inputs.build | slug }}`",
                ),
        );
    }
    let ephemeral = match (&read.ephemeral, read.ephemeral.as_ref().and_then(|it| it.ttl)) {
        (None, _) => None,
        (Some(_), Some(ttl)) => Some(Ephemeral { ttl: ttl.0 }),
        (Some(_), None) => {
            evaluator.problems.push(
                Problem::error(
                    "missing-key",
                    format!("environment `{name}` is ephemeral without an end"),
                )
                .at(span(&tree, "ephemeral"), "`ttl` is missing here")
                .help("say how long it lives: `ttl: 2h`"),
            );
            None
        }
    };

    let mut keep = |problem: Problem| evaluator.problems.push(problem);
    let (namespace, state, target, instance) = (
        namespace.map_err(&mut keep).ok(),
        state.transpose().map_err(&mut keep).ok(),
        target.map_err(&mut keep).ok(),
        instance.map_err(&mut keep).ok(),
    );
    if evaluator.problems.len() > before {
        return None;
    }
    Some(Evaluated {
        target: target?,
        namespace: namespace?,
        state: state?,
        instance: instance?,
        protected: read.protected.unwrap_or_default(),
        ephemeral,
        prune: match read.prune {
            Some(types::Prune::Auto) => Prune::Auto,
            Some(types::Prune::Never) => Prune::Never,
            // What has an end needs no question.
            None if ephemeral.is_some() => Prune::Auto,
            Some(types::Prune::Ask) | None => Prune::Ask,
        },
    })
}

fn target(
    evaluator: &Evaluator<'_>,
    name: &str,
    read: &types::Environment,
    tree: &Tree,
    environment: Option<&source::Span>,
) -> Result<Target, Problem> {
    let place = span(tree, "target").or(environment);
    let target = read.target.as_ref();
    match (target.and_then(|it| it.cluster.as_ref()), target.and_then(|it| it.directory.as_ref())) {
        (Some(cluster), None) => match ClusterName::new(cluster) {
            Ok(name) if evaluator.material.clusters.contains_key(cluster.as_str()) => {
                Ok(Target::Cluster(name))
            }
            _ => {
                let node = tree.get("target").and_then(|target| target.get("cluster"));
                let node = node.cloned().unwrap_or_default();
                Err(references::unknown_cluster(cluster, &node, &evaluator.material.clusters))
            }
        },
        (None, Some(directory)) => {
            match paths::normalize(&evaluator.material.directory, directory) {
                Ok(path) => Ok(Target::Directory { path }),
                Err(why) => {
                    Err(Problem::error("invalid-path", format!("directory `{directory}` {why}"))
                        .at(place, "named here"))
                }
            }
        }
        (Some(_), Some(_)) => {
            Err(Problem::error("wrong-target", format!("environment `{name}` has two targets"))
                .at(place, "`cluster` or `directory`, not both"))
        }
        (None, None) => {
            Err(Problem::error("missing-target", format!("environment `{name}` has no target"))
                .at(place, "`target` is missing here")
                .help(
                    "say where it goes: `target: { directory: out }` or `target: { cluster: … }`",
                ))
        }
    }
}

fn instance(
    ask: &Ask<'_>,
    name: &str,
    read: &types::Environment,
    tree: &Tree,
) -> Result<Option<InstanceName>, Problem> {
    let declared = tree.get("instance");
    match (ask.instance, &read.instance) {
        (Some(given), Some(_)) => match InstanceName::new(given) {
            Ok(instance) => Ok(Some(instance)),
            Err(invalid) => Err(names::problem(&invalid, None)
                .help(format!("{}; given with `--instance`", invalid.reason))),
        },
        (Some(_), None) => {
            Err(Problem::error("no-instance", format!("environment `{name}` has no instances"))
                .help("leave `--instance` out, or declare `instance` there"))
        }
        (None, Some(instance)) => match InstanceName::new(instance) {
            Ok(instance) => Ok(Some(instance)),
            Err(invalid) => {
                let place = declared.and_then(|tree| tree.span.as_ref());
                Err(names::problem(&invalid, place).help("`| slug` makes a name of any text"))
            }
        },
        (None, None) => Ok(None),
    }
}

/// The clusters that the manifest knows.
pub(crate) fn clusters(evaluator: &mut Evaluator<'_>) -> IndexMap<ClusterName, Cluster> {
    let declared = evaluator.material.clusters.clone();
    let mut clusters = IndexMap::new();
    for (key, raw) in &declared {
        let filled = evaluator.fill(raw, &Scope::default());
        let Some(tree) = filled.tree.filter(|_| filled.complete) else { continue };
        match typed::read::<types::Cluster>("clusters", key, &tree) {
            Ok(read) => {
                let Ok(name) = ClusterName::new(key) else { continue };
                let contexts = read.context.map(|it| it.0).unwrap_or_default();
                clusters.insert(name.clone(), Cluster { name, contexts, uid: read.uid });
            }
            Err(problems) => evaluator.problems.extend(problems),
        }
    }
    clusters
}

fn span<'a>(tree: &'a Tree, key: &str) -> Option<&'a source::Span> {
    tree.get(key)?.span.as_ref()
}

/// The typed form of every input, with its raw tree.
pub(crate) fn inputs(document: &Tree) -> types::Named<(types::Input, Tree)> {
    let raw = document.get("inputs").and_then(Tree::as_map);
    let mut inputs = IndexMap::new();
    for (name, tree) in raw.into_iter().flatten() {
        if let Ok(input) = typed::read::<types::Input>("inputs", name, tree) {
            inputs.insert(name.to_string(), (input, tree.clone()));
        }
    }
    inputs
}

/// Labels as the domain has them.
pub(crate) fn labels(named: Option<types::Named<String>>) -> BTreeMap<String, String> {
    named.unwrap_or_default().into_iter().collect()
}
