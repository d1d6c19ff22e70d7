//! Plans of plain data, for the tests of views.

use std::collections::BTreeMap;

use plan::{
    Action, Cause, ObjectId, ObjectKey, ObjectPlan, Operation, Plan, Purpose, RecordedChart,
    ReleaseAction, ReleaseKey, ReleasePlan, ReleaseRecord, Section, Summary, Wave,
};

/// One wave of an apply.
pub(crate) fn plan(releases: Vec<ReleasePlan>) -> Plan {
    let mut plan = Plan {
        stack: stack::StackId {
            workspace: "shop".parse().unwrap(),
            environment: "dev".parse().unwrap(),
            instance: None,
        },
        operation: Operation::Apply,
        waves: vec![Wave { number: 1, purpose: Purpose::Apply, releases }],
        left: Vec::new(),
        refusals: Vec::new(),
        summary: Summary::default(),
        unfinished: false,
        namespaces: Vec::new(),
        warnings: Vec::new(),
        inventory: None,
        kept_before: Vec::new(),
        kept: Vec::new(),
        untouched: Vec::new(),
    };
    plan.summary = Summary::of(&plan);
    plan
}

pub(crate) fn release(id: &str, action: ReleaseAction, objects: Vec<ObjectPlan>) -> ReleasePlan {
    let key =
        ReleaseKey { cluster: None, namespace: "shop".parse().unwrap(), name: id.parse().unwrap() };
    ReleasePlan {
        record: Some(record(id, &key, "1.0.0")),
        causes: vec![Cause::New],
        objects,
        ..ReleasePlan::new(id.parse().unwrap(), key, action)
    }
}

pub(crate) fn record(id: &str, key: &ReleaseKey, version: &str) -> ReleaseRecord {
    ReleaseRecord {
        id: id.parse().unwrap(),
        key: key.clone(),
        wave: 0,
        needs: Vec::new(),
        labels: BTreeMap::new(),
        protect: false,
        chart: RecordedChart {
            name: "service".to_owned(),
            version: version.to_owned(),
            app_version: String::new(),
        },
        inputs: None,
        objects: Vec::new(),
    }
}

pub(crate) fn id(kind: &str, name: &str) -> ObjectId {
    let namespace = Some("shop".to_owned());
    ObjectId { group: String::new(), kind: kind.to_owned(), namespace, name: name.to_owned() }
}

pub(crate) fn object(action: Action, kind: &str, name: &str) -> ObjectPlan {
    ObjectPlan {
        key: ObjectKey { section: Section::Manifest, id: id(kind, name), ordinal: 0 },
        action,
        causes: vec![Cause::New],
        replaces: None,
        template: String::new(),
        place: String::new(),
        edits: Vec::new(),
        drift: Vec::new(),
        impure: Vec::new(),
        predicted: false,
        contested: Vec::new(),
        steps: Vec::new(),
        address: None,
        requests: Vec::new(),
        before: None,
        after: None,
    }
}
