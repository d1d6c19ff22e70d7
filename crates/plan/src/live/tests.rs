//! What a plan for a cluster comes to, case by case: one release, what is recorded of it, and what lives there.

use std::collections::BTreeMap;

use source::Tree;
use stack::{Prune, Selection, Settings, StackId};

use super::*;
use crate::record::{ApplyMethod, History, Info, Record, Revision, Status, Storage};
use crate::{
    Api, Content, Declared, Deferral, Desired, DesiredRelease, Document, Inputs, Options, Plan,
    RecordedChart, ReleaseKey, ReleaseRecord, Section,
};

/// One config map `a` whose `data.k` is told for each side; `-` is not there.
#[derive(Clone, Default)]
struct Case {
    recorded: &'static str,
    live: &'static str,
    wanted: &'static str,
    /// `deployed`, `failed`, …; empty for the usual: deployed where something is recorded.
    status: &'static str,
    /// Whose labels the live object bears: ours unless said.
    owner: &'static str,
    /// By client-side apply.
    csa: bool,
    /// The stack that its record names; none where Helm wrote it.
    stack: &'static str,
    inventory: bool,
    takes: bool,
}

fn key() -> ReleaseKey {
    ReleaseKey { cluster: None, namespace: "shop".parse().unwrap(), name: "api".parse().unwrap() }
}

fn id() -> StackId {
    StackId {
        workspace: "shop".parse().unwrap(),
        environment: "dev".parse().unwrap(),
        instance: None,
    }
}

fn text(value: &str) -> String {
    format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a}}, data: {{k: {value}}}}}")
}

fn manifest(value: &str) -> String {
    match value {
        "-" => String::new(),
        value => format!("---\n# Source: api/a.yaml\n{}\n", text(value)),
    }
}

fn live(value: &str, owner: &str) -> Option<Tree> {
    let owner = if owner.is_empty() { "api" } else { owner };
    (value != "-").then(|| {
        source::yaml::read_bare(&format!(
            "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a, namespace: shop, uid: u1, resourceVersion: '7', \
             labels: {{app.kubernetes.io/managed-by: Helm}}, annotations: {{meta.helm.sh/release-name: {owner}, \
             meta.helm.sh/release-namespace: shop}}}}, data: {{k: {value}}}}}"
        ))
        .unwrap()
    })
}

fn record(case: &Case) -> Option<Record> {
    let status = match (case.status, case.recorded) {
        ("", "-") => return None,
        ("", _) => "deployed",
        (status, _) => status,
    };
    Some(Record {
        name: "api".parse().unwrap(),
        namespace: "shop".parse().unwrap(),
        version: 1,
        info: Info { status: Status::parse(status), ..Info::default() },
        chart: Tree::default(),
        config: Tree::default(),
        manifest: manifest(case.recorded),
        hooks: Vec::new(),
        apply_method: (!case.csa).then_some(ApplyMethod::Ssa),
        labels: match case.stack {
            "" => BTreeMap::new(),
            stack => BTreeMap::from([(inventory::STACK.to_owned(), stack.to_owned())]),
        },
        storage: Storage::default(),
        other: source::Map::default(),
    })
}

fn plan_of(case: &Case) -> Plan {
    let (key, stack) = (key(), id());
    let wanted = text(case.wanted);
    let document =
        Document { section: Section::Manifest, text: &wanted, template: "api/a.yaml", hook: None };
    let documents = if case.wanted == "-" { Vec::new() } else { vec![document] };
    let inputs = |value: &str| Inputs { values: value.to_owned(), ..Inputs::default() };
    let release = DesiredRelease {
        id: "api".parse().unwrap(),
        key: key.clone(),
        wave: 0,
        needs: Vec::new(),
        labels: BTreeMap::new(),
        protect: false,
        chart: RecordedChart::default(),
        inputs: inputs(case.wanted),
        objects: crate::read(&documents, &key).0,
        impure: Vec::new(),
        lookups: Vec::new(),
        settings: Settings { take_ownership: case.takes, ..Settings::default() },
        content: Some(Content { manifest: manifest(case.wanted), ..Content::default() }),
    };
    let mut desired = Desired {
        stack: stack.clone(),
        selection: Selection::default(),
        declared: vec![Declared {
            id: release.id.clone(),
            key: key.clone(),
            selected: true,
            installed: true,
        }],
        releases: vec![release],
    };

    let mut cluster = Cluster::default();
    cluster.apis.add(Api {
        group: String::new(),
        version: "v1".to_owned(),
        kind: "ConfigMap".to_owned(),
        plural: "configmaps".to_owned(),
        namespaced: true,
        verbs: Vec::new(),
    });
    if let Some(record) = record(case) {
        let revision = Revision {
            release: record.name.clone(),
            version: 1,
            status: record.info.status,
            key: record.key(),
            uid: None,
        };
        let history = History::new(vec![revision]);
        cluster.recorded.insert(key.clone(), Recorded { history, in_place: vec![record] });
    }
    if case.inventory {
        let mut inventory = Inventory::new(stack);
        inventory.releases.push(ReleaseRecord {
            id: "api".parse().unwrap(),
            key: key.clone(),
            wave: 0,
            needs: Vec::new(),
            labels: BTreeMap::new(),
            protect: false,
            chart: RecordedChart::default(),
            inputs: Some(inputs(case.recorded)),
            objects: Vec::new(),
        });
        cluster.inventory = Some(inventory);
    }
    for target in targets(&mut desired, &mut cluster) {
        let live = live(case.live, case.owner);
        let answer = target.wish.clone().and_then(Result::ok).map(|wish| {
            let mut result = live.clone().unwrap_or_else(|| wish.body.clone());
            if let (Some(data), Some(wanted)) = (map(&mut result, "data"), wish.body.get("data")) {
                *data = wanted.clone();
            }
            Answer::Applied { result, body: wish.body, contested: Vec::new() }
        });
        let address = target.address.expect("its kind is known");
        cluster
            .objects
            .insert((target.release, target.key), Seen { address, live, answer, instances: None });
    }
    let options = Options {
        prune: Prune::Ask,
        allow_protected: false,
        force_conflicts: false,
        take_release: false,
    };
    plan(&desired, &cluster, &options)
}

fn map<'a>(tree: &'a mut Tree, key: &str) -> Option<&'a mut Tree> {
    match &mut tree.node {
        source::Node::Map(map) => map.get_mut(key),
        _ => None,
    }
}

/// `Upgrade 2 Values: Update [Values] k: a → b`
fn told(plan: &Plan) -> String {
    let release = &plan.waves[0].releases[0];
    let mut parts = vec![match release.revision {
        Some(revision) => format!("{:?} {revision} {:?}", release.action, release.causes),
        None => format!("{:?} {:?}", release.action, release.causes),
    }];
    for object in &release.objects {
        let requests: String = object
            .requests
            .iter()
            .map(|request| match request {
                Request::Migrate { .. } => 'm',
                Request::Apply { expect: Present::Absent, .. } => '+',
                Request::Apply { .. } => '~',
                Request::Delete { .. } => '-',
            })
            .collect();
        let (edits, drift) = (object.edits.len(), object.drift.len());
        parts.push(format!("{:?} {:?} {requests} {edits} {drift}", object.action, object.causes));
    }
    parts.extend(plan.refusals.iter().map(|refusal| format!("refused {:?}", refusal.reason)));
    parts.join("; ")
}

#[track_caller]
fn check(case: Case, expect: &str) {
    assert_eq!(told(&plan_of(&case)), expect);
}

fn of(recorded: &'static str, live: &'static str, wanted: &'static str) -> Case {
    Case { recorded, live, wanted, inventory: recorded != "-", ..Case::default() }
}

#[test]
fn a_release_of_ours() {
    check(of("-", "-", "a"), "Install 1 [New]; Create [New] + 0 0");
    check(of("a", "a", "a"), "Unchanged []; None []  0 0");
    check(of("a", "a", "b"), "Upgrade 2 [Values]; Update [Values] ~ 1 0");
    check(of("a", "x", "a"), "Upgrade 2 [Drift]; Update [Drift] ~ 1 1");
    check(of("a", "-", "a"), "Upgrade 2 [Drift]; Create [Drift] + 0 0");
    check(of("a", "a", "-"), "Upgrade 2 [Values]; Delete [NotInRelease] - 0 0");
}

#[test]
fn a_run_that_did_not_end() {
    let failed = |recorded, live, wanted| Case { status: "failed", ..of(recorded, live, wanted) };
    check(failed("a", "a", "a"), "Install 2 [Unfinished]; None []  0 0");
    check(failed("a", "-", "a"), "Install 2 [Unfinished]; Create [Unfinished] + 0 0");
    let killed = Case { status: "pending-upgrade", ..of("a", "a", "b") };
    check(killed, "Install 2 [Unfinished]; Update [Values] ~ 1 0");
}

#[test]
fn somebody_elses() {
    let theirs = |takes| Case { owner: "web", takes, ..of("-", "a", "a") };
    check(theirs(false), "Install 1 [New]; Adopt [Foreign] ~ 0 0; refused Unowned");
    check(theirs(true), "Install 1 [New]; Adopt [Foreign] ~ 0 0");
    // What another release took over since is not ours to delete.
    let taken = Case { owner: "web", ..of("a", "a", "-") };
    check(taken, "Upgrade 2 [Values, Foreign]; Keep [Foreign]  0 0");
}

#[test]
fn a_release_of_helm_becomes_ours() {
    let helm = Case { inventory: false, ..of("a", "a", "a") };
    check(helm.clone(), "Adopt [Foreign]; None []  0 0");
    let client_side = Case { csa: true, ..helm };
    check(client_side, "Adopt 2 [Foreign]; None [] m~ 0 0");
    let changed = Case { inventory: false, ..of("a", "a", "b") };
    check(changed, "Upgrade 2 [Foreign]; Update [Foreign] ~ 1 0");
}

#[test]
fn a_release_that_another_stack_took_over() {
    let taken = Case { stack: "shop.prod", ..of("a", "a", "a") };
    let plan = plan_of(&taken);
    assert!(told(&plan).ends_with("refused OtherStack"), "{}", told(&plan));
    let key = key();
    let record = record(&taken).unwrap();
    let mut cluster = Cluster::default();
    let mut inventory = Inventory::new(id());
    inventory.releases.push(plan.releases().next().unwrap().record.clone().unwrap());
    cluster.inventory = Some(inventory);
    cluster.recorded.insert(key, Recorded { history: History::default(), in_place: vec![record] });
    let options = Options {
        prune: Prune::Ask,
        allow_protected: false,
        force_conflicts: false,
        take_release: false,
    };
    let plan = destroy(&id(), &cluster, &Selection::default(), &options);
    assert!(plan.waves.is_empty());
    assert_eq!(
        plan.warnings,
        ["`api` belongs to the stack `shop.prod` now, and this one leaves it alone"]
    );
}

#[test]
fn a_deferred_release_may_get_a_revision() {
    let check = |case: &Case, is_deferred: bool, expect: &[&str]| {
        let mut plan = plan_of(case);
        let release = &mut plan.waves[0].releases[0];
        let deferral = Deferral {
            template: String::new(),
            line: 1,
            object: release.objects[0].key.id.clone(),
            release: "db".parse().unwrap(),
        };
        release.deferred = is_deferred.then_some(deferral).into_iter().collect();
        let rights = rights::beside_objects(&plan, "state");
        let own = rights.iter().filter(|right| right.namespace != "state");
        let verbs: Vec<&str> = own.map(|right| right.verb).collect();
        assert_eq!(verbs, expect);
    };
    let (same, other) = (of("a", "a", "a"), of("a", "a", "b"));
    check(&same, false, &[]);
    check(&same, true, &["create", "update"]);
    check(&other, false, &["create", "update"]);
    check(&other, true, &["create", "update"]);
}

/// An apply made `made` and ended before its inventory said so; `known` is what the inventory says, if there is one.
#[test]
fn namespaces_that_say_so_go_with_their_stack() {
    let options = Options {
        prune: Prune::Ask,
        allow_protected: false,
        force_conflicts: false,
        take_release: false,
    };
    let check = |of: &str, inventory: Option<(bool, &str)>, expect: &[&str]| {
        let mut cluster = Cluster::default();
        cluster.namespaces_of_stacks.insert("made".to_owned(), of.to_owned());
        cluster.inventory = inventory.map(|(ephemeral, known)| {
            let namespaces = vec![known.to_owned()];
            Inventory { ephemeral, namespaces, ..Inventory::new(id()) }
        });
        let plan = destroy(&id(), &cluster, &Selection::default(), &options);
        let names: Vec<&str> = plan.namespaces.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, expect, "{of} {inventory:?}");
    };
    check("shop.dev", None, &["made"]);
    check("shop.prod", None, &[]);
    check("shop.dev", Some((true, "known")), &["known", "made"]);
    check("shop.dev", Some((true, "made")), &["made"]);
    check("shop.prod", Some((true, "known")), &["known"]);
    check("shop.dev", Some((false, "known")), &[]);
}
