//! What a run shows while it goes on, for each kind of reader.

use insta::assert_snapshot;
use plan::{Action, ObjectId, ReleaseAction};
use stack::ReleaseId;

use super::*;

fn id(text: &str) -> ReleaseId {
    ReleaseId::new(text).unwrap()
}

fn object(kind: &str, name: &str) -> ObjectId {
    let namespace = Some("shop".to_owned());
    ObjectId { group: String::new(), kind: kind.to_owned(), namespace, name: name.to_owned() }
}

fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}

/// A database that waits, a service whose hook runs, and one that is being sent.
fn busy() -> Board {
    let mut board = Board::new(7);
    let mut take = |event: Event<'_>, at: u64| {
        board.take(&event, seconds(at), |text| text.replace("hunter2", "***"));
    };
    let (db, api, web) = (id("db"), id("api"), id("web"));
    let (claim, job) = (object("PersistentVolumeClaim", "db"), object("Job", "migrate"));
    for id in [&db, &api, &web] {
        take(Event::ReleaseStarted { id, action: ReleaseAction::Install, objects: 3 }, 0);
    }
    take(Event::PhaseStarted { id: &db, phase: Phase::Applying, error: None }, 0);
    take(Event::ObjectDone { id: &db, object: &claim, action: Action::Create }, 1);
    take(Event::PhaseStarted { id: &db, phase: Phase::Waiting, error: None }, 1);
    let why = "no volume yet, says hunter2";
    take(Event::Waiting { id: &db, ready: 1, total: 2, object: Some(&claim), why }, 1);
    take(Event::PhaseStarted { id: &api, phase: Phase::Hooks, error: None }, 1);
    take(Event::HookStarted { id: &api, object: &job, hook: "pre-install" }, 1);
    take(Event::PhaseStarted { id: &web, phase: Phase::Applying, error: None }, 4);
    take(Event::ObjectDone { id: &web, object: &claim, action: Action::Create }, 4);
    board
}

#[test]
fn a_table_of_what_goes_on() {
    let table = |width| busy().rows(seconds(5), width, Paint::default()).join("\n");
    assert_snapshot!(table(100), @r"
    ⠋ db       waiting   1/2   5s  PersistentVolumeClaim/db: no volume yet, says ***
    ⠋ api      hooks           5s  pre-install Job/migrate
    ⠋ web      applying  1/3   5s
    ");
    assert_snapshot!(table(50), @r"
    ⠋ db       waiting   1/2   5s  PersistentVolume…
    ⠋ api      hooks           5s  pre-install Job/…
    ⠋ web      applying  1/3   5s
    ");
}

#[test]
fn many_releases_are_counted() {
    let mut board = Board::new(3);
    for number in 0..20 {
        let id = id(&format!("r{number}"));
        let event = Event::ReleaseStarted { id: &id, action: ReleaseAction::Install, objects: 1 };
        board.take(&event, seconds(0), str::to_owned);
    }
    let rows = board.rows(seconds(0), 80, Paint::default());
    assert_eq!(rows.len(), 12);
    assert_snapshot!(rows[11], @"    … and 9 more");
}

#[test]
fn a_pipe_hears_of_what_lasts_once_and_then_seldom() {
    let mut board = busy();
    let mut told = Vec::new();
    for at in 1..=40 {
        told.extend(board.overdue(seconds(at)).into_iter().map(|line| format!("{at:>2}  {line}")));
    }
    assert_snapshot!(told.join("\n"), @r"
     3  db: waiting for PersistentVolumeClaim/db: no volume yet, says *** (1/2, 3s)
     6  web: applying (1/3, 6s)
    31  api: still running hooks: pre-install Job/migrate (31s)
    33  db: still waiting for PersistentVolumeClaim/db: no volume yet, says *** (1/2, 33s)
    36  web: still applying (1/3, 36s)
    ");
}
