//! The lock file: what it finds, how it changes, and its text.

use super::*;

fn entry(address: &str, version: &str, pin: Pin, asked: &[&str]) -> Entry {
    let source = Source::parse(address).unwrap().source;
    let asked = asked.iter().map(|&words| words.to_owned()).collect();
    Entry { source, version: version.to_owned(), pin, asked }
}

fn oci(version: &str, asked: &[&str]) -> Entry {
    let digest = Digest::of(version.as_bytes());
    entry("oci://r.example.com/api", version, Pin::Manifest { digest }, asked)
}

fn range(text: &str) -> Narrowed {
    Narrowed::Range(text.to_owned())
}

fn lock(entries: &[Entry]) -> Lock {
    let mut lock = Lock::default();
    for entry in entries {
        lock.add(entry.clone());
    }
    lock
}

fn read(text: &str) -> Result<Lock, Problems> {
    Lock::read(&Text::new("regatta.lock", text))
}

#[test]
fn read_as_it_is_written() {
    let archive = |url: &str| Pin::Archive { url: url.to_owned(), sha256: Digest::of(b"") };
    let url = "https://charts.example.com/postgresql-16.4.2.tgz";
    let repository = Entry {
        source: Source::in_repository("https://charts.example.com", "postgresql").unwrap().source,
        version: "16.4.2".to_owned(),
        pin: archive(url),
        asked: ["newest".to_owned(), "~16.4".to_owned()].into(),
    };
    let in_registry = Entry {
        source: Source::in_repository("https://charts.example.com", "redis").unwrap().source,
        version: "1.0.0".to_owned(),
        pin: archive("oci://registry.example.com/shop/redis:1.0.0"),
        asked: ["newest".to_owned()].into(),
    };
    let git = entry(
        "git+https://git.example.com/team/charts//stable/web",
        "0.3.0",
        Pin::Commit { commit: "0123456789abcdef0123456789abcdef01234567".to_owned() },
        &["v0.3"],
    );
    let alone = "https://files.example.com/cache-1.0.0.tgz?of=shop";
    let lock = lock(&[
        oci("1.10", &["^1"]),
        repository,
        in_registry,
        git,
        entry(alone, "1.0.0", archive(alone), &["newest"]),
    ]);
    let text = lock.write();
    insta::assert_snapshot!(text);
    assert_eq!(read(&text).unwrap(), lock);
    assert_eq!(read("version: 1\n").unwrap(), Lock::default());
}

#[test]
fn the_same_words_find_the_same_entry() {
    let lock = lock(&[oci("1.2.0", &["^1"]), oci("1.9.0", &["~1.9"])]);
    let find = |narrowed: &Narrowed| {
        let source = Source::parse("oci://r.example.com/api").unwrap().source;
        lock.find(&source, narrowed).map(|entry| entry.version.as_str())
    };
    assert_eq!(find(&range("^1")), Some("1.2.0"), "although a newer one is locked");
    assert_eq!(find(&range(">=1.1")), Some("1.9.0"), "new words take the newest that fits");
    assert_eq!(find(&Narrowed::Newest), Some("1.9.0"));
    assert_eq!(find(&range("^2")), None);
    assert_eq!(find(&Narrowed::Digest(Digest::of(b"1.2.0"))), Some("1.2.0"));
    let elsewhere = Source::parse("oci://other.example.com/api").unwrap().source;
    assert_eq!(lock.find(&elsewhere, &range("^1")), None);
}

#[test]
fn what_an_entry_says_of_who_asked_does_not_replace_its_pin() {
    let pinned = Digest::of(b"1.2.0");
    let other = Digest::of(b"2.0.0");
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let git = |commit: String, asked: &[&str]| {
        entry("git+https://h/charts", "1.0.0", Pin::Commit { commit }, asked)
    };
    let lock = lock(&[
        oci("1.2.0", &["^2", &format!("sha256:{other}")]),
        oci("2.0.0", &["^1"]),
        git("f".repeat(40), &[commit, "main"]),
        git(commit.to_owned(), &["v1"]),
    ]);
    let find = |address: &str, narrowed: &Narrowed| {
        let source = Source::parse(address).unwrap().source;
        lock.find(&source, narrowed).map(|entry| match &entry.pin {
            Pin::Commit { commit } => commit.clone(),
            _ => entry.version.clone(),
        })
    };
    let shop = |narrowed: &Narrowed| find("oci://r.example.com/api", narrowed);
    assert_eq!(shop(&Narrowed::Digest(other)).as_deref(), Some("2.0.0"));
    assert_eq!(shop(&Narrowed::Digest(pinned)).as_deref(), Some("1.2.0"));
    assert_eq!(shop(&Narrowed::Digest(Digest::of(b"3"))), None);
    assert_eq!(shop(&range("^1")).as_deref(), Some("1.2.0"), "the other does not fit");
    let at = |name: &str| find("git+https://h/charts", &Narrowed::Reference(name.to_owned()));
    assert_eq!(at(commit).as_deref(), Some(commit));
    assert_eq!(at(&commit.to_uppercase()).as_deref(), Some(commit));
    assert_eq!(at("main"), Some("f".repeat(40)));
}

#[test]
fn an_update_moves_the_words_and_drops_what_nobody_asks_for() {
    let mut lock = lock(&[oci("1.2.0", &["^1", "~1.2"]), oci("1.9.0", &["~1.9"])]);
    lock.add(oci("1.9.0", &["^1"]));
    let shown = |lock: &Lock| -> Vec<String> {
        let line = |entry: &Entry| format!("{} {:?}", entry.version, entry.asked);
        lock.entries().iter().map(line).collect()
    };
    assert_eq!(shown(&lock), [r#"1.2.0 {"~1.2"}"#, r#"1.9.0 {"^1", "~1.9"}"#]);
    lock.add(oci("1.2.5", &["~1.2"]));
    assert_eq!(shown(&lock), [r#"1.2.5 {"~1.2"}"#, r#"1.9.0 {"^1", "~1.9"}"#]);
    let source = oci("1", &["x"]).source;
    lock.retain(&[(source, "^1".to_owned())].into());
    assert_eq!(shown(&lock), [r#"1.9.0 {"^1"}"#]);
}

#[track_caller]
fn refused(text: &str, expect: &str) {
    let problems = read(text).unwrap_err();
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages.join("\n"), expect, "{text}");
}

#[test]
fn what_cannot_be_used_is_said() {
    refused("version: 2\n", "`regatta.lock` was written by a newer regatta");
    refused(
        "version: 1\ncharts:\n<<<<<<< HEAD\n",
        "`regatta.lock` holds marks of a merge: `<<<<<<< HEAD`",
    );
    let row = |rest: &str| {
        format!("version: 1\ncharts:\n- version: 1.0.0\n  asked: [\"^1\"]\n  {rest}\n")
    };
    refused(
        &row("source: oci://r/a\n  commit: abc"),
        "the entry of `oci://r/a` cannot be used: it needs `url` and `sha256` (repositories, archives), `digest` (registries) or `commit` (git), and nothing of the others",
    );
    refused(
        &row("source: git+https://h/r\n  commit: --upload-pack=x"),
        "the entry of `git+https://h/r` cannot be used: `--upload-pack=x` is no commit",
    );
    refused(
        &row(
            "source: https://h\n  chart: a\n  url: file:///etc/passwd\n  sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        "the entry of `https://h` cannot be used: `file` is no scheme that charts come by",
    );
    let sha256 = Digest::of(b"");
    refused(
        &row(&format!("source: https://h/a.tgz\n  url: oci://r/a:1.0.0\n  sha256: {sha256}")),
        "the entry of `https://h/a.tgz` cannot be used: `oci://r/a:1.0.0` is no archive's URL",
    );
    refused(
        &row(&format!("source: https://h\n  chart: a\n  url: oci://r/a\n  sha256: {sha256}")),
        "the entry of `https://h` cannot be used: `oci://r/a` is no archive's URL",
    );
    refused(
        &row("source: oci://r/a\n  digest: sha256:12"),
        "the entry of `oci://r/a` cannot be used: `sha256:12` is no SHA-256 digest: 64 hex digits, with or without `sha256:` before them",
    );
    let pinned = row(
        "source: oci://r/a\n  digest: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
    let twice =
        pinned.clone() + &pinned.split_once("charts:\n").unwrap().1.replace("1.0.0", "1.1.0");
    refused(
        &twice,
        "the entry of `oci://r/a` cannot be used: another entry answers `^1` of this source already",
    );
}
