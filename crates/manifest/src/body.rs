//! What only selected releases need: chart options and values.

use source::{Map, Problem, Tree};
use stack::{
    Body, ChartRef, Crds, FailFast, FieldPath, Layer, OnFailure, ReadinessRule, ReleaseName,
    Settings, Wait,
};

use crate::check::names;
use crate::expression::{Evaluator, text};
use crate::identity::Identity;
use crate::types::{self, DurationText};
use crate::{releases, repositories, typed, values};

/// Helm's own default for `--timeout`, and ours for the rest.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(300);
const HISTORY: u32 = 10;

/// Keys that something else has read, or that are only read in the body of a cluster's apply.
const ELSEWHERE: [&str; 10] = [
    "when",
    "forEach",
    "needs",
    "values",
    "name",
    "namespace",
    "cluster",
    "labels",
    "extends",
    "environments",
];

/// None when a problem was recorded. `below` are the layers that reach every release, `above` those of flags.
pub(crate) fn body(
    evaluator: &mut Evaluator<'_>,
    cache: &mut values::Cache,
    whole: &Tree,
    identity: &Identity,
    below: &[&Tree],
    above: Vec<Layer>,
) -> Option<Body> {
    let before = evaluator.problems.len();
    let mut fields = Map::new();
    for (key, raw) in whole.as_map().into_iter().flatten() {
        if !ELSEWHERE.contains(&&**key)
            && let Some(tree) = evaluator.fill(raw, &identity.scope).tree
        {
            fields.insert(key.clone(), tree);
        }
    }
    fields.retain(|_, tree| !tree.is_null());
    let tree = Tree { span: whole.span.clone(), ..Tree::from(fields) };
    let read = typed::read::<types::Release>("releases", identity.release.id.as_str(), &tree);

    let compat = releases::compat(whole);
    let mut layers = Vec::new();
    let mut layers_of = |evaluator: &mut Evaluator<'_>, values: Option<&Tree>| {
        values::layers(evaluator, cache, values, compat, &identity.scope)
    };
    for values in below {
        let global = layers_of(evaluator, Some(values));
        evaluator.problems.extend(values::only_global(&global));
        layers.extend(global);
    }
    layers.extend(layers_of(evaluator, whole.get("values")));
    layers.extend(above);

    let read = match read {
        Ok(read) => read,
        Err(problems) => {
            evaluator.problems.extend(problems);
            return None;
        }
    };
    let was = match read.was.as_deref().map(ReleaseName::new).transpose() {
        Ok(was) => was,
        Err(invalid) => {
            let place = tree.get("was").and_then(|was| was.span.as_ref());
            evaluator.problems.push(names::problem(&invalid, place));
            return None;
        }
    };
    let readiness = readiness(evaluator, &tree);
    let place = tree.get("provenance").and_then(|it| it.span.as_ref());
    let provenance = repositories::provenance(evaluator, read.provenance, place);
    evaluator.problems.extend(addressed_twice(identity, &tree));
    if evaluator.problems.len() > before {
        return None;
    }
    let settings = Settings {
        crds: match read.crds {
            None | Some(types::Crds::Create) => Crds::Create,
            Some(types::Crds::Apply) => Crds::Apply,
            Some(types::Crds::Skip) => Crds::Skip,
        },
        wait: match read.wait {
            None | Some(types::Wait::Jobs) => Wait::Jobs,
            Some(types::Wait::Bool(true)) => Wait::Ready,
            Some(types::Wait::Bool(false)) => Wait::No,
        },
        timeout: read.timeout.map_or(TIMEOUT, |DurationText(timeout)| timeout),
        history: read.history.unwrap_or(HISTORY),
        on_failure: match read.on_failure {
            None | Some(types::OnFailure::Rollback) => OnFailure::Rollback,
            Some(types::OnFailure::Keep) => OnFailure::Keep,
        },
        fail_fast: fail_fast(read.fail_fast.unwrap_or_default()),
        readiness,
        create_namespace: read.create_namespace.unwrap_or(true),
        take_ownership: read.take_ownership.unwrap_or_default(),
        force: read.force.unwrap_or_default(),
        description: read.description,
    };
    Some(Body {
        version: read.version,
        pinned: read.pinned.unwrap_or(true),
        provenance,
        values: layers,
        settings,
        compat,
        skip_schema_validation: read.skip_schema_validation.unwrap_or_default(),
        kube_version: read.kube_version,
        api_versions: read.api_versions.unwrap_or_default(),
        was,
    })
}

/// A version beside an address that names one already.
fn addressed_twice(identity: &Identity, tree: &Tree) -> Option<Problem> {
    let ChartRef::Address { url } = &identity.release.chart else { return None };
    let version = tree.get("version")?;
    let decides = if url.starts_with("git+") {
        "a branch, tag or commit is named by `?ref=` in the address"
    } else if url.starts_with("http") {
        "the address is one archive, of one version"
    } else if url.rsplit('/').next().is_some_and(|last| last.contains([':', '@'])) {
        "the address itself names the version"
    } else {
        return None;
    };
    let message = format!("`version` has no effect on the chart of `{}`", identity.release.id);
    Some(
        Problem::error("version-twice", message)
            .at(version.span.as_ref(), decides)
            .help("leave `version` out"),
    )
}

fn fail_fast(read: types::FailFast) -> FailFast {
    let default = FailFast::default();
    FailFast {
        restarts: read.restarts.unwrap_or(default.restarts),
        image_pull: read.image_pull.map_or(default.image_pull, |it| it.0),
        config_error: read.config_error.map_or(default.config_error, |it| it.0),
    }
}

/// Read from the tree, because what must stand at a path may be of any type.
fn readiness(evaluator: &mut Evaluator<'_>, tree: &Tree) -> Vec<ReadinessRule> {
    let mut rules = Vec::new();
    for rule in tree.get("readiness").and_then(Tree::as_list).unwrap_or_default() {
        let field = |key: &str| rule.get(key).map(text);
        let ready = rule.get("ready").and_then(Tree::as_map);
        match (field("kind"), ready) {
            (Some(kind), Some(ready)) => {
                evaluator.problems.extend(ready.iter().filter_map(|(path, value)| {
                    let wrong = FieldPath::parse(path).err()?;
                    let problem = Problem::error("invalid-path", format!("`{path}` is no path into an object"));
                    let place = value.key_span.as_ref().or(value.span.as_ref());
                    Some(problem.at(place, wrong).help("write `status.phase`, `status.conditions[type=Ready].status`, `items[0]` or `labels[\"a.b/c\"]`"))
                }));
                rules.push(ReadinessRule {
                    api_version: field("apiVersion"),
                    kind,
                    name: field("name"),
                    ready: ready
                        .iter()
                        .map(|(path, value)| (path.to_string(), value.clone()))
                        .collect(),
                });
            }
            (kind, _) => {
                let key = if kind.is_none() { "kind" } else { "ready" };
                evaluator.problems.push(
                    Problem::error("missing-key", format!("a readiness rule has no `{key}`"))
                        .at(rule.span.as_ref(), format!("`{key}` is missing here")),
                );
            }
        }
    }
    rules
}
