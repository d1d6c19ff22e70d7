//! A run that is killed after any of its changes leaves every file old or new, and the next run finishes the work.

use std::path::Path;

use plan::{Desired, Plan, Reason};

use super::support::{apply, carry_out, copy, desired, destruction_of, files, objects, plan_of};
use crate::disk::Disk;
use crate::execute::run;

/// Runs a plan that dies after so many changes; false once it comes to its end.
fn dies(root: &Path, plan: &Plan, after: u32) -> bool {
    let mut disk = Disk::new(root);
    disk.changes_left = Some(after);
    run(&mut disk, plan, &|| false, &mut |_| {}).reason != Reason::Done
}

/// Each object is one of its versions, whole.
fn all_old_or_new(root: &Path, old: &Path, new: &Path) {
    let (old, new) = (objects(old), objects(new));
    for (place, text) in objects(root) {
        let versions = [old.get(&place), new.get(&place)];
        assert!(versions.contains(&Some(&text)), "{place} is neither old nor new: {text}");
    }
}

/// Not one file more or less, the index included.
fn same(root: &Path, other: &Path, kill: u32) {
    let (root, other) = (files(root), files(other));
    for place in root.keys().chain(other.keys()) {
        assert_eq!(root.get(place), other.get(place), "{place}, killed after {kill}");
    }
}

fn before() -> Desired {
    desired(&[("db", "one"), ("api", "one"), ("old", "one")])
}

fn after() -> Desired {
    desired(&[("db", "two"), ("api", "one"), ("new", "two")])
}

#[test]
fn an_upgrade_killed_after_each_change_is_finished_by_the_next() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    apply(old.path(), &before());
    let upgrade = plan_of(old.path(), &after());
    copy(old.path(), new.path());
    assert_eq!(carry_out(new.path(), &upgrade).reason, Reason::Done);
    for kill in 0.. {
        let root = tempfile::tempdir().unwrap();
        copy(old.path(), root.path());
        let died = dies(root.path(), &upgrade, kill);
        all_old_or_new(root.path(), old.path(), new.path());

        let rest = plan_of(root.path(), &after());
        assert_eq!(rest.refusals, [], "nothing that we wrote is foreign, killed after {kill}");
        if rest.has_changes() {
            assert_eq!(carry_out(root.path(), &rest).reason, Reason::Done);
        }
        same(root.path(), new.path(), kill);
        if !died {
            assert!(kill > 30, "only {kill} changes were counted");
            break;
        }
    }
    assert!(!plan_of(new.path(), &after()).has_changes());
}

#[test]
fn a_killed_upgrade_can_be_taken_back() {
    let old = tempfile::tempdir().unwrap();
    apply(old.path(), &before());
    let upgrade = plan_of(old.path(), &after());
    for kill in (0..).step_by(7) {
        let root = tempfile::tempdir().unwrap();
        copy(old.path(), root.path());
        let died = dies(root.path(), &upgrade, kill);
        let back = plan_of(root.path(), &before());
        if back.has_changes() {
            assert_eq!(carry_out(root.path(), &back).reason, Reason::Done);
        }
        same(root.path(), old.path(), kill);
        if !died {
            break;
        }
    }
}

#[test]
fn three_kills_in_a_row_are_no_worse_than_one() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    apply(old.path(), &before());
    let upgrade = plan_of(old.path(), &after());
    copy(old.path(), new.path());
    assert_eq!(carry_out(new.path(), &upgrade).reason, Reason::Done);
    for kill in (0..60).step_by(9) {
        let root = tempfile::tempdir().unwrap();
        copy(old.path(), root.path());
        dies(root.path(), &upgrade, kill);
        dies(root.path(), &plan_of(root.path(), &after()), kill / 2);
        dies(root.path(), &plan_of(root.path(), &before()), 5);
        let rest = plan_of(root.path(), &after());
        assert_eq!(rest.refusals, []);
        assert_eq!(carry_out(root.path(), &rest).reason, Reason::Done);
        same(root.path(), new.path(), kill);
    }
}

#[test]
fn a_killed_destroy_is_finished_by_the_next() {
    let old = tempfile::tempdir().unwrap();
    apply(old.path(), &before());
    let destruction = destruction_of(old.path());
    for kill in 0.. {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("out");
        copy(old.path(), &root);
        let died = dies(&root, &destruction, kill);
        let rest = destruction_of(&root);
        if rest.has_changes() {
            assert_eq!(rest.refusals, []);
            assert_eq!(carry_out(&root, &rest).reason, Reason::Done);
        }
        assert_eq!(files(&root).into_keys().collect::<Vec<_>>(), [""; 0], "killed after {kill}");
        if !died {
            break;
        }
    }
}
