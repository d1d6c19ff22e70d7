//! What is known of every release of an environment: name, namespace, cluster, labels, chart, and what it says to need.

use std::collections::BTreeMap;
use std::sync::Arc;

use source::{Files, Map, Problem, Segment, Span, Tree};
use stack::{ChartRef, ClusterName, Namespace, Release, ReleaseId, ReleaseName, Until};

use crate::check::not_yet::not_yet;
use crate::check::{names, references};
use crate::environment::labels;
use crate::expression::{Evaluator, Scope};
use crate::members::Member;
use crate::{paths, repositories, typed, types};

/// A release without its order, and with what the rest of its keys may read.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) release: Release,
    pub(crate) scope: Scope,
}

/// A need as it is written.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) id: String,
    pub(crate) until: Until,
    pub(crate) optional: bool,
    pub(crate) place: Option<Span>,
}

const KEYS: [&str; 5] = ["labels", "protect", "installed", "chart", "version"];

/// None when a problem was recorded.
pub(crate) fn identify(
    evaluator: &mut Evaluator<'_>,
    member: &Member,
    namespace: &Namespace,
) -> Option<Identity> {
    let default_name = member.id.as_str().replace('.', "-");
    let mut known = Map::from_iter([("id".into(), Tree::from(member.id.as_str()))]);
    let mut scope = member.scope.clone();
    // Each sees those before it.
    let default_cluster = evaluator.target_cluster();
    for (key, default) in [
        ("name", Some(default_name.as_str())),
        ("namespace", Some(namespace.as_str())),
        ("cluster", default_cluster.as_deref()),
    ] {
        let tree = match member.tree.get(key) {
            Some(raw) => evaluator.fill(raw, &scope).tree?,
            None => default.map(Tree::from).unwrap_or_default(),
        };
        known.insert(key.into(), tree);
        scope.release = Some(Arc::new(Tree::from(known.clone())));
    }

    let mut fields = known.clone();
    fields.shift_remove("id");
    let mut complete = true;
    for key in KEYS {
        if let Some(raw) = member.tree.get(key) {
            let filled = evaluator.fill(raw, &scope);
            complete &= filled.complete;
            fields.extend(filled.tree.map(|tree| (key.into(), tree)));
        }
    }
    fields.retain(|_, tree| !tree.is_null());
    let tree = Tree { span: member.tree.span.clone(), ..Tree::from(fields) };
    let read = typed::read::<types::Release>("releases", member.id.as_str(), &tree);
    let read = match read {
        Ok(read) if complete => read,
        Ok(_) => return None,
        Err(problems) => {
            evaluator.problems.extend(problems);
            return None;
        }
    };

    let place = |key: &str| tree.span_of(&[Segment::from(key)]).or(member.tree.key_span.as_ref());
    let key_place = member.tree.key_span.as_ref();
    let mut keep = |problem: Problem| evaluator.problems.push(problem);
    let written = |key: &str| match member.tree.get(key) {
        Some(_) => place(key),
        None => key_place,
    };
    let name = ReleaseName::new(read.name.as_deref().unwrap_or(&default_name))
        .map_err(|invalid| keep(names::problem(&invalid, written("name"))));
    let namespace = ReleaseNamespace::new(read.namespace.as_deref(), namespace)
        .map_err(|invalid| keep(names::problem(&invalid, written("namespace"))));
    let chart = match &read.chart {
        Some(chart) => reference(evaluator, chart, place("chart")),
        None => {
            Err(Problem::error("missing-chart", format!("release `{}` has no chart", member.id))
                .at(key_place, "`chart` is missing here")
                .help("name a folder: `chart: ./charts/…`"))
        }
    };
    let cluster = match member.tree.get("cluster").and(read.cluster.as_deref()) {
        None => Ok(None),
        Some(cluster) => match ClusterName::new(cluster) {
            Ok(name) if evaluator.material.clusters.contains_key(cluster) => Ok(Some(name)),
            _ => {
                let node = tree.get("cluster").cloned().unwrap_or_default();
                Err(references::unknown_cluster(cluster, &node, &evaluator.material.clusters))
            }
        },
    };
    let mut keep = |problem: Problem| evaluator.problems.push(problem);
    let (chart, cluster) = (chart.map_err(&mut keep), cluster.map_err(&mut keep));
    let release = Release {
        id: member.id.clone(),
        group: member.group.clone(),
        name: name.ok()?,
        namespace: namespace.ok()?,
        cluster: cluster.ok()?,
        labels: labels(read.labels),
        needs: Vec::new(),
        wave: 0,
        protect: read.protect.unwrap_or(false),
        installed: read.installed.unwrap_or(true),
        chart: chart.ok()?,
        body: None,
    };
    Some(Identity { release, scope })
}

/// Its own namespace, or the environment's.
struct ReleaseNamespace;

impl ReleaseNamespace {
    #[expect(clippy::new_ret_no_self, reason = "it only chooses")]
    fn new(own: Option<&str>, environment: &Namespace) -> Result<Namespace, stack::InvalidName> {
        own.map_or_else(|| Ok(environment.clone()), Namespace::new)
    }
}

/// `./charts/api`, `repository/chart`, `oci://…`. Without `./`, a path whose first part is no repository is a folder too.
fn reference(
    evaluator: &Evaluator<'_>,
    chart: &str,
    place: Option<&Span>,
) -> Result<ChartRef, Problem> {
    if chart.contains("://") {
        repositories::address(chart, place)?;
        return Ok(ChartRef::Address { url: chart.to_owned() });
    }
    let first = chart.split('/').next().unwrap_or_default();
    let repositories = &evaluator.material.repositories;
    if let Some((repository, name)) = chart.split_once('/')
        && repositories.contains_key(repository)
    {
        return Ok(ChartRef::Repository {
            repository: repository.to_owned(),
            chart: name.to_owned(),
        });
    }
    let path = paths::normalize(&evaluator.material.directory, chart).map_err(|why| {
        Problem::error("invalid-path", format!("chart `{chart}` {why}")).at(place, "named here")
    })?;
    if exists(evaluator.files, &path) {
        return Ok(ChartRef::Local { path });
    }
    let problem = Problem::error("missing-chart", format!("chart `{chart}` does not exist"));
    if !first.starts_with('.') && chart.contains('/') {
        let problem =
            problem.at(place, format!("`{first}` is neither a folder nor among `repositories`"));
        return Err(typed::near(problem, first, repositories.keys().map(|key| &**key)));
    }
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let siblings = evaluator.files.list(parent).unwrap_or_default();
    let problem = problem.at(place, "no such folder");
    Err(typed::near(problem, name, siblings.iter().map(|entry| entry.name.as_str())))
}

fn exists(files: &dyn Files, path: &str) -> bool {
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    path.is_empty()
        || files.list(parent).is_ok_and(|entries| entries.iter().any(|entry| entry.name == name))
}

/// What a release, excluded or not, says to need. None when a problem was recorded.
pub(crate) fn needs(
    evaluator: &mut Evaluator<'_>,
    id: &ReleaseId,
    raw: &Tree,
    scope: &Scope,
) -> Option<Vec<Wanted>> {
    let Some(raw) = raw.get("needs") else { return Some(Vec::new()) };
    let filled = evaluator.fill(raw, scope);
    let tree = filled.tree.filter(|_| filled.complete)?;
    let wrapped = Tree {
        span: tree.span.clone(),
        ..Tree::from(Map::from_iter([("needs".into(), tree.clone())]))
    };
    let read = match typed::read::<types::Release>("releases", id.as_str(), &wrapped) {
        Ok(read) => read.needs.unwrap_or_default(),
        Err(problems) => {
            evaluator.problems.extend(problems);
            return None;
        }
    };
    let mut wanted = Vec::new();
    for (need, node) in read.into_iter().zip(tree.as_list().unwrap_or_default()) {
        let (name, until, optional) = match need {
            types::StringOr::Short(name) => (Some(name), None, false),
            types::StringOr::Long(long) => (long.release, long.until, long.optional),
        };
        let place = node.get("release").unwrap_or(node).span.clone();
        if until == Some(types::Until::Verified) {
            let asked = node.get("until").unwrap_or(node);
            let problem = not_yet("`until: verified`", asked, "no release can be verified so far");
            evaluator.problems.push(problem.help("use `until: ready`, which is the default"));
        }
        match name {
            Some(id) => wanted.push(Wanted {
                id,
                until: match until {
                    None | Some(types::Until::Ready) => Until::Ready,
                    Some(types::Until::Applied) => Until::Applied,
                    Some(types::Until::Verified) => Until::Verified,
                },
                optional,
                place,
            }),
            None => evaluator.problems.push(
                Problem::error("missing-key", format!("a need of release `{id}` names no release"))
                    .at(place.as_ref(), "`release` is missing here"),
            ),
        }
    }
    Some(wanted)
}

/// Names by which releases are told apart on a target.
pub(crate) type Places = BTreeMap<(Option<ClusterName>, Namespace, ReleaseName), ReleaseId>;
