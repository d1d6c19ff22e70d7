//! What an inventory says at the end of a run, of plans of a few words.

use std::collections::BTreeMap;

use plan::live::{Deploy, Recorded};
use plan::{Inputs, RecordedChart, ReleaseAction, ReleaseResult};
use stack::{Settings, StackId};

use super::*;

fn record(words: &str) -> Option<ReleaseRecord> {
    let (namespace, name) = words.split_once('/')?;
    Some(ReleaseRecord {
        id: name.parse().unwrap(),
        key: key(namespace, name),
        wave: 0,
        needs: Vec::new(),
        labels: BTreeMap::new(),
        protect: false,
        chart: RecordedChart::default(),
        inputs: Some(Inputs::default()),
        objects: Vec::new(),
    })
}

fn key(namespace: &str, name: &str) -> ReleaseKey {
    let (namespace, name) = (namespace.parse().unwrap(), name.parse().unwrap());
    ReleaseKey { cluster: None, namespace, name }
}

/// `a/web`: as it stands in the inventory before and after; `-` for nothing.
fn release(before: &str, after: &str) -> ReleasePlan {
    let (before, after) = (record(before), record(after));
    let either = before.as_ref().or(after.as_ref()).unwrap();
    let action = if after.is_some() { ReleaseAction::Upgrade } else { ReleaseAction::Delete };
    let (id, key) = (either.id.clone(), either.key.clone());
    ReleasePlan { record: after, before, ..ReleasePlan::new(id, key, action) }
}

fn ended(release: &ReleasePlan, outcome: Outcome) -> Ended<'_> {
    let result = ReleaseResult::new(release.id.clone(), release.action, outcome);
    Ended { release, result }
}

fn inventory(releases: &[&str]) -> Inventory {
    let stack = StackId {
        workspace: "shop".parse().unwrap(),
        environment: "dev".parse().unwrap(),
        instance: None,
    };
    let releases = releases.iter().filter_map(|words| record(words)).collect();
    Inventory { releases, ..Inventory::new(stack) }
}

#[test]
fn a_release_that_moves_is_in_two_places_until_it_is_gone_from_one() {
    let (old, new) = (release("a/web", "-"), release("-", "b/web"));
    let check = |outcome: Outcome, expect: &[&str]| {
        let mut inventory = inventory(&["a/web", "b/web"]);
        keep_untouched(&mut inventory, &[ended(&new, outcome), ended(&old, Outcome::Skipped)]);
        let keys: Vec<String> = inventory.releases.iter().map(|it| it.key.to_string()).collect();
        assert_eq!(keys, expect);
    };
    check(Outcome::Done, &["a/web", "b/web"]);
    check(Outcome::Skipped, &["a/web"]);
}

#[test]
fn what_an_earlier_run_left_stays_open_where_nothing_changes() {
    let deploy = Deploy {
        record: None,
        recorded: Recorded::default(),
        settings: Settings::default(),
        hooks: Vec::new(),
        first: false,
        needs_applied: Vec::new(),
    };
    let with = |release| ReleasePlan { deploy: Some(Box::new(deploy.clone())), ..release };
    let check = |release: ReleasePlan, outcome: Outcome, expect: &[&str]| {
        let (id, operation) = (String::new(), Operation::Apply);
        let run =
            LastRun { id, operation, changes: Vec::new(), open: vec!["api".parse().unwrap()] };
        let mut inventory = Inventory { run: Some(run), ..inventory(&[]) };
        note_open(&mut inventory, &[ended(&release, outcome)]);
        let open: Vec<String> =
            inventory.run.unwrap().open.iter().map(ToString::to_string).collect();
        assert_eq!(open, expect);
    };
    // Labels, say.
    check(with(release("a/web", "a/web")), Outcome::Done, &["api"]);
    check(with(release("a/web", "-")), Outcome::Done, &[]);
    check(with(release("a/web", "-")), Outcome::Failed, &["web"]);
}
