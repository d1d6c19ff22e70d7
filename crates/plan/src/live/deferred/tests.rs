//! Who is deferred, who is warned of, and what may not go unseen, on plans of a few words.

use super::*;
use crate::live::{Deploy, HookObject, Recorded};
use crate::{Address, Hook, HookEvent, ObjectKey, ReleaseAction, Section};

/// `Secret/db` in the one namespace; `Secret/other.db` in another.
fn id(words: &str) -> ObjectId {
    let (kind, name) = words.split_once('/').unwrap();
    let (namespace, name) = name.split_once('.').unwrap_or(("shop", name));
    let (kind, namespace, name) = (kind.to_owned(), Some(namespace.to_owned()), name.to_owned());
    ObjectId { group: String::new(), kind, namespace, name }
}

fn object(action: Action, words: &str) -> ObjectPlan {
    let key = ObjectKey { section: Section::Manifest, id: id(words), ordinal: 0 };
    let record = crate::ObjectRecord {
        key,
        place: String::new(),
        digest: String::new(),
        template: String::new(),
        keep: false,
    };
    let address: Option<Address> = None;
    ObjectPlan { address, ..crate::decide::objects::blank(record, action, Vec::new()) }
}

/// `db: +Secret/a =Secret/b !Job/c *Job/c ?Secret/d ?Secret`: created, as it is, a hook that runs, one that an upgrade would run,
/// looked up, listed.
fn release(words: &str) -> ReleasePlan {
    let (name, words) = words.split_once(':').unwrap();
    let key = ReleaseKey {
        cluster: None,
        namespace: "shop".parse().unwrap(),
        name: name.parse().unwrap(),
    };
    let mut release = ReleasePlan::new(name.parse().unwrap(), key, ReleaseAction::Upgrade);
    for word in words.split_whitespace() {
        let (mark, rest) = word.split_at(1);
        let action = match mark {
            "+" => Action::Create,
            "~" => Action::Update,
            "#" => Action::Replace,
            ">" => Action::Adopt,
            "-" => Action::Delete,
            "k" => Action::Keep,
            "=" => Action::None,
            "*" => {
                let release_key = release.key.clone();
                let deploy = release.deploy.get_or_insert_with(|| Box::new(deploy()));
                deploy.hooks.push(hook(rest, &release_key));
                continue;
            }
            "!" => {
                release.hooks.push(HookRun { event: HookEvent::PreInstall, object: id(rest) });
                continue;
            }
            _ => {
                release.lookups.push(lookup(rest));
                continue;
            }
        };
        release.objects.push(object(action, rest));
    }
    release
}

fn hook(words: &str, release: &ReleaseKey) -> HookObject {
    let id = id(words);
    let text = format!("{{apiVersion: v1, kind: {}, metadata: {{name: {}}}}}", id.kind, id.name);
    let events = vec![HookEvent::PreUpgrade];
    let hook = Some(Hook { events, ..Hook::default() });
    let section = Section::Hook;
    let document = crate::Document { section, text: &text, template: "", hook };
    let mut object = crate::read(&[document], release).0.remove(0);
    object.key.id = id;
    let (group, version) = (String::new(), "v1".to_owned());
    let (plural, namespace, name) = (String::new(), None, String::new());
    let address = Address { group, version, plural, namespace, name };
    HookObject { object, address, body: text.into() }
}

fn deploy() -> Deploy {
    Deploy {
        record: None,
        recorded: Recorded::default(),
        settings: stack::Settings::default(),
        hooks: Vec::new(),
        first: false,
        needs_applied: Vec::new(),
    }
}

fn lookup(words: &str) -> Lookup {
    let (kind, name) =
        words.split_once('/').map_or((words, None), |(kind, name)| (kind, Some(name)));
    Lookup {
        api_version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace: Some("shop".to_owned()),
        name: name.map(str::to_owned),
        template: "t.yaml".to_owned(),
        line: 1,
        digest: String::new(),
    }
}

fn waves(words: &[&[&str]]) -> Vec<Wave> {
    let wave = |(position, words): (usize, &&[&str])| Wave {
        number: position + 1,
        purpose: Purpose::Apply,
        releases: words.iter().map(|words| release(words)).collect(),
    };
    words.iter().enumerate().map(wave).collect()
}

/// `app: Secret/db of db` for each deferral.
#[track_caller]
fn check(words: &[&[&str]], expect: &[&str]) {
    let mut waves = waves(words);
    mark(&mut waves);
    let releases = waves.iter().flat_map(|wave| &wave.releases);
    let told: Vec<String> = releases
        .flat_map(|release| {
            let told =
                |one: &Deferral| format!("{}: {} of {}", release.id, one.object, one.release);
            release.deferred.iter().map(told)
        })
        .collect();
    assert_eq!(told, expect);
}

#[test]
fn what_an_earlier_wave_changes() {
    for mark in ["+", "~", "#", ">", "-", "!"] {
        let db = format!("db:{mark}Secret/db");
        check(&[&[&db], &["app:?Secret/db"]], &["app: Secret/db of db"]);
    }
    for mark in ["=", "k"] {
        let db = format!("db:{mark}Secret/db");
        check(&[&[&db], &["app:+ConfigMap/app ?Secret/db"]], &[]);
    }
    // Another object, another namespace.
    check(&[&["db:+Secret/db"], &["app:?Secret/other"]], &[]);
    check(&[&["db:+Secret/other.db"], &["app:?Secret/db"]], &[]);
    // Two waves before, and whatever is needed.
    check(&[&["db:+Secret/db"], &["x:"], &["app:?Secret/db"]], &["app: Secret/db of db"]);
}

#[test]
fn lists_and_several_lookups() {
    check(&[&["db:=Secret/a +Secret/b"], &["app:?Secret"]], &["app: Secret/b of db"]);
    check(&[&["db:+ConfigMap/a"], &["app:?Secret"]], &[]);
    check(
        &[&["a:+Secret/a", "b:~Secret/b"], &["app:?Secret/b ?Secret/a"]],
        &["app: Secret/b of b", "app: Secret/a of a"],
    );
    // Each release whose change is listed has to be waited for.
    check(
        &[&["a:+Secret/a +Secret/b", "c:~Secret/c"], &["app:?Secret"]],
        &["app: Secret/a of a", "app: Secret/c of c"],
    );
}

#[test]
fn what_does_not_come_before() {
    // Its own, which it draws once and then finds again.
    check(&[&["app:+Secret/app ?Secret/app"]], &[]);
    check(&[&["db:+Secret/db", "app:?Secret/db"]], &[]);
    check(&[&["app:?Secret/db"], &["db:+Secret/db"]], &[]);
}

#[test]
fn who_looks_up_the_deferred_is_deferred() {
    check(
        &[
            &["db:~Secret/db"],
            &["app:=ConfigMap/app ?Secret/db"],
            &["web:=Secret/web ?ConfigMap/app"],
        ],
        &["app: Secret/db of db", "web: ConfigMap/app of app"],
    );
    // Its hooks run if it changes.
    check(
        &[&["db:~Secret/db"], &["app:*Secret/app ?Secret/db"], &["web:?Secret/app"]],
        &["app: Secret/db of db", "web: Secret/app of app"],
    );
    check(&[&["db:~Secret/db"], &["app:*Secret/app"], &["web:?Secret/app"]], &[]);
}

#[test]
fn what_is_not_there_in_time_is_warned_of() {
    let check = |words: &[&[&str]], expect: &[&str]| {
        let told = too_early(&waves(words));
        let starts: Vec<&str> =
            told.iter().map(|text| text.split_once(" in this run").unwrap().0).collect();
        assert_eq!(starts, expect);
    };
    let warning = "`app` looks up `Secret/db`, which comes with `db`";
    check(&[&["db:+Secret/db", "app:?Secret/db"]], &[warning]);
    check(&[&["app:?Secret/db"], &["db:+Secret/db"]], &[warning]);
    check(&[&["db:+Secret/db"], &["app:?Secret/db"]], &[]);
    check(&[&["db:~Secret/db", "app:?Secret/db"]], &[]);
    check(&[&["app:+Secret/db ?Secret/db"]], &[]);
    // A list is about whatever is there.
    check(&[&["db:+Secret/db", "app:?Secret"]], &[]);
}

#[test]
fn nothing_goes_that_was_not_shown() {
    let check = |shown: &str, again: &str, expect: bool| {
        let shown = release(&format!("app:{shown}"));
        let again = release(&format!("app:{again}"));
        let unshown = again.objects.iter().any(|object| is_unshown(object, &shown));
        assert_eq!(unshown, expect);
    };
    check("=ConfigMap/a", "-ConfigMap/a", true);
    check("~ConfigMap/a", "#ConfigMap/a", true);
    check("", "-ConfigMap/a", true);
    check("#ConfigMap/a", "-ConfigMap/a", true);
    check("-ConfigMap/a", "-ConfigMap/a", false);
    check("#ConfigMap/a", "#ConfigMap/a", false);
    check("-ConfigMap/a", "#ConfigMap/a", false);
    check("-ConfigMap/a", "~ConfigMap/a", false);
    check("=ConfigMap/a", "~ConfigMap/a +ConfigMap/b", false);
}

#[test]
fn what_is_looked_up_has_to_be_done() {
    let check = |words: &str, expect: &[&str]| {
        let mut waves = waves(&[&["db:+Secret/db", "web:"], &[words]]);
        mark(&mut waves);
        let mut app = waves.remove(1).releases.remove(0);
        let needs_applied = vec!["db".parse().unwrap(), "web".parse().unwrap()];
        app.deploy = Some(Box::new(Deploy { needs_applied, ..deploy() }));
        let told: Vec<&str> = app.comes_after_applied().map(ReleaseId::as_str).collect();
        assert_eq!(told, expect);
    };
    check("app:", &["db", "web"]);
    check("app:?Secret/db", &["web"]);
}
