//! The order of evaluation, as a story: file, environment chain, inputs, variables, `extends` and overrides, `forEach`,
//! `when`, identity and needs of every release, and everything else for the selected ones.

use std::collections::BTreeMap;
use std::iter;

use indexmap::IndexMap;
use source::{Files, Map, Problem, Problems, Redactor, Tree, arrange};
use stack::{
    EnvironmentName, Namespace, Release, ReleaseId, Stack, StackId, Target, WorkspaceName,
};

use crate::environment::{self, Evaluated};
use crate::expression::{Evaluator, Material};
use crate::identity::{self, Identity, Places};
use crate::listings::Listings;
use crate::members::{self, Members};
use crate::needs::{self, Order};
use crate::{Ask, Manifest, Purpose, Read};
use crate::{body, check, environments, inputs, paths, releases, repositories, values, vars};

impl Manifest {
    /// What is asked of a manifest into a valid stack, or every reason why not, in the order of their places.
    pub fn read(&self, files: &dyn Files, ask: &Ask<'_>) -> Result<Read, Problems> {
        let files = &Listings::new(files);
        let mut problems = self.mistakes.clone();
        match stack(files, ask, &self.document) {
            Ok(read) if problems.is_empty() => return Ok(read),
            Ok(_) => {}
            Err(more) => {
                let told = problems.clone();
                problems.extend(more.into_iter().filter(|problem| !follows(problem, &told)));
            }
        }
        Err(arrange(problems))
    }
}

/// Whether a problem only repeats or follows from what is wrong with the file itself.
fn follows(problem: &Problem, told: &Problems) -> bool {
    const CONSEQUENCES: [&str; 8] = [
        "missing-chart",
        "missing-target",
        "missing-namespace",
        "missing-instance",
        "missing-name",
        "missing-key",
        "no-environment",
        "unknown-environment",
    ];
    let place = |problem: &Problem| problem.labels.first().map(|label| label.span.clone());
    let here = place(problem);
    let repeats = here.is_some() && told.iter().any(|earlier| place(earlier) == here);
    let in_vars = |earlier: &Problem| earlier.message.contains("vars");
    let undefined = problem.id == "undefined" && told.iter().any(in_vars);
    !told.is_empty() && (repeats || undefined || CONSEQUENCES.contains(&problem.id))
}

fn stack(files: &dyn Files, ask: &Ask<'_>, document: &Tree) -> Result<Read, Problems> {
    let all = environments::declared(document);
    let name = environment::choose(ask, &all, document).map_err(|problem| vec![problem])?;
    let chain = environments::chain(&all, &name);
    let material = material(ask, document, &all, &name, &chain);
    let problems = inputs::unknown(ask, &material.inputs);
    if !problems.is_empty() {
        return Err(problems);
    }

    let mut evaluator = Evaluator::new(ask, files, material);
    let levels: Vec<&Tree> = chain.iter().filter_map(|name| all.get(name.as_str())).collect();
    let vars = vars::assemble(&mut evaluator, document, &levels)?;
    evaluator.set_vars(vars);

    let Ok(environment_name) = EnvironmentName::new(&name) else {
        // Told by the check of the file.
        return Err(evaluator.problems);
    };
    let clusters = environment::clusters(&mut evaluator);
    let place = all.get(name.as_str()).cloned().unwrap_or_default();
    let evaluated = environment::evaluate(&mut evaluator, &name, &place);
    let workspace = workspace(document, evaluated.as_ref());
    let (Some(evaluated), Ok(workspace)) = (evaluated, &workspace) else {
        evaluator.problems.extend(workspace.err());
        return Err(evaluator.problems);
    };

    let whole = match ask.purpose {
        Purpose::Locate => Map::new(),
        _ => releases::compose(document, &chain, &evaluator.material.environment.clone()),
    };
    let members = members::spread(&mut evaluator, &whole);
    let (identities, order) = order(&mut evaluator, &members, &evaluated.namespace);

    let mut stack = Stack {
        id: StackId {
            workspace: workspace.clone(),
            environment: environment_name,
            instance: evaluated.instance,
        },
        chain: chain.iter().filter_map(|name| EnvironmentName::new(name).ok()).collect(),
        target: evaluated.target,
        namespace: evaluated.namespace,
        state: evaluated.state,
        protected: evaluated.protected,
        ephemeral: evaluated.ephemeral,
        prune: evaluated.prune,
        clusters,
        repositories: IndexMap::new(),
        unusable_repositories: IndexMap::new(),
        releases: releases_in_order(&identities, &order),
        waves: order.waves,
        selection: ask.selection.clone(),
    };
    let mut cache = values::Cache::default();
    bodies(&mut evaluator, &mut cache, document, &members, &identities, &mut stack);
    repositories::evaluate(&mut evaluator, &mut stack);

    if !evaluator.problems.is_empty() {
        return Err(evaluator.problems);
    }
    let redactor = redactor(&evaluator, &stack);
    Ok(Read { stack, warnings: arrange(cache.warnings), redactor })
}

fn material(ask: &Ask<'_>, document: &Tree, all: &Map, name: &str, chain: &[String]) -> Material {
    let map = |key: &str| document.get(key).and_then(Tree::as_map).cloned().unwrap_or_default();
    Material {
        vars: Map::new(),
        inputs: environment::inputs(document),
        environment_name: name.to_owned(),
        environment: environments::chosen(document, all, chain),
        clusters: map("clusters"),
        repositories: map("repositories"),
        directory: paths::directory(ask.file).to_owned(),
    }
}

/// A workspace without a name can only be applied to a directory, where the name tells nothing apart.
fn workspace(document: &Tree, evaluated: Option<&Evaluated>) -> Result<WorkspaceName, Problem> {
    match document.get("name").and_then(Tree::as_str) {
        Some(name) => WorkspaceName::new(name).map_err(|invalid| {
            check::names::problem(&invalid, document.get("name").and_then(|it| it.span.as_ref()))
        }),
        None if evaluated.is_some_and(|it| matches!(it.target, Target::Cluster(_))) => {
            Err(Problem::error("missing-name", "the workspace has no name")
                .help("a cluster tells stacks apart by it: write `name: …` at the top"))
        }
        None => Ok(WorkspaceName::new("unnamed").expect("it is a DNS label")),
    }
}

/// Identities of all releases that exist, and their order. Needs of excluded ones are read too: edges lead through them.
fn order(
    evaluator: &mut Evaluator<'_>,
    members: &Members,
    namespace: &Namespace,
) -> (IndexMap<ReleaseId, Identity>, Order) {
    let mut identities = IndexMap::new();
    let mut wanted = IndexMap::new();
    for (id, member) in &members.all {
        let mut scope = member.scope.clone();
        if !member.excluded
            && let Some(identity) = identity::identify(evaluator, member, namespace)
        {
            scope = identity.scope.clone();
            identities.insert(id.clone(), identity);
        }
        let needs = identity::needs(evaluator, id, &member.tree, &scope).unwrap_or_default();
        wanted.insert(id.clone(), needs);
    }
    distinct(evaluator, members, &identities);
    let order = needs::order(members, &wanted).unwrap_or_else(|problems| {
        evaluator.problems.extend(problems);
        Order::default()
    });
    (identities, order)
}

/// No two releases under one name in one namespace of one cluster.
fn distinct(
    evaluator: &mut Evaluator<'_>,
    members: &Members,
    identities: &IndexMap<ReleaseId, Identity>,
) {
    let mut places = Places::new();
    for (id, Identity { release, .. }) in identities {
        let place = (release.cluster.clone(), release.namespace.clone(), release.name.clone());
        let Some(first) = places.get(&place) else {
            places.insert(place, id.clone());
            continue;
        };
        let key = |id: &ReleaseId| members.all.get(id).and_then(|it| it.tree.key_span.as_ref());
        let message = format!(
            "releases `{first}` and `{id}` are both `{}` in namespace `{}`",
            release.name, release.namespace
        );
        let problem = Problem::error("duplicate-identity", message)
            .at(key(id), "takes a place that is taken")
            .at(key(first).filter(|first| Some(*first) != key(id)), "has it first")
            .help("give one of them another `name` or `namespace`");
        evaluator.problems.push(problem);
    }
}

fn releases_in_order(
    identities: &IndexMap<ReleaseId, Identity>,
    order: &Order,
) -> IndexMap<ReleaseId, Release> {
    let with_its_wave = |(wave, ids)| iter::zip(ids, iter::repeat(wave));
    let waves: BTreeMap<&ReleaseId, usize> =
        order.waves.iter().enumerate().flat_map(with_its_wave).collect();
    identities
        .iter()
        .map(|(id, identity)| {
            let needs = order.graph.get(id).cloned().unwrap_or_default();
            let wave = waves.get(id).copied().unwrap_or_default();
            (id.clone(), Release { needs, wave, ..identity.release.clone() })
        })
        .collect()
}

/// Everything else, for the selected releases.
fn bodies(
    evaluator: &mut Evaluator<'_>,
    cache: &mut values::Cache,
    document: &Tree,
    members: &Members,
    identities: &IndexMap<ReleaseId, Identity>,
    stack: &mut Stack,
) {
    let chosen = stack.selection.choose(&stack.releases);
    let flags = {
        let all: Vec<&Release> = stack.releases.values().collect();
        let selected: Vec<&ReleaseId> = chosen.iter().collect();
        let compat = |id: &ReleaseId| {
            members.all.get(id).map(|member| releases::compat(&member.tree)).unwrap_or_default()
        };
        values::flags(evaluator.ask, &all, &selected, compat, &mut cache.warnings)
    };
    let mut flags = flags.unwrap_or_else(|problems| {
        evaluator.problems.extend(problems);
        BTreeMap::default()
    });
    let environment = evaluator.material.environment.clone();
    let below: Vec<&Tree> =
        [document.get("values"), environment.get("values")].into_iter().flatten().collect();
    for id in chosen {
        let (Some(member), Some(identity)) = (members.all.get(&id), identities.get(&id)) else {
            continue;
        };
        let above = flags.remove(&id).unwrap_or_default();
        let body = body::body(evaluator, cache, &member.tree, identity, &below, above);
        if let Some(release) = stack.releases.get_mut(&id) {
            release.body = body;
        }
    }
}

/// Every secret that was read, except what is also the name of something: that is masked by its path only.
fn redactor(evaluator: &Evaluator<'_>, stack: &Stack) -> Redactor {
    let mut found = evaluator.secrets();
    for (_, body) in stack.selected() {
        for layer in &body.values {
            if let stack::Content::Values(tree) = &layer.content {
                values::secrets(tree, &mut found);
            }
        }
    }
    let is_name = |text: &str| {
        text == stack.id.workspace.as_str()
            || text == stack.namespace.as_str()
            || stack.chain.iter().any(|name| name.as_str() == text)
            || stack.releases.values().any(|release| {
                [release.id.as_str(), release.name.as_str(), release.namespace.as_str()]
                    .contains(&text)
                    || release.chart.name() == text
            })
    };
    let mut redactor = Redactor::default();
    for secret in found.iter().filter(|secret| !is_name(secret)) {
        redactor.add(secret);
    }
    redactor
}
