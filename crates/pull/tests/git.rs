//! Charts from local bare repositories: references, folders, links, and what hostile repositories try.

mod hostile;
mod repository;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use pull::resolve::{Policy, resolve};
use pull::{Cache, Lock, Session, Source, Trust, Wanted, Watch, git};

use self::repository::Repository;

/// Keeps what a user would be told.
#[derive(Default)]
struct Told(Mutex<Vec<String>>);

impl Watch for Told {
    fn began(&self, _: &str) {}
    fn came(&self, _: &str, _: u64, _: Option<u64>) {}
    fn ended(&self, _: &str) {}
    fn warn(&self, message: &str) {
        self.0.lock().unwrap().push(message.to_owned());
    }
}

/// A session whose cache lies in a folder and whose git has no configuration of a user.
fn session(folder: &Path) -> Session {
    session_told(folder, Arc::new(Told::default()))
}

fn session_told(folder: &Path, watch: Arc<Told>) -> Session {
    let environment = [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")];
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let mut session = Session::new(Cache::at(&folder.join("cache")));
    session.watch = watch;
    session.environment = Arc::new(environment.map(owned).into_iter().collect::<BTreeMap<_, _>>());
    session
}

/// The chart that a fetch left in the cache.
fn fetched(session: &Session, url: &str, path: &str, commit: &str) -> chart::Chart {
    let digest = git::fetch(session, url, path, commit).unwrap();
    let archive = session.cache.blob(digest).unwrap().expect("it was just fetched");
    chart::load_archive("it", &archive).unwrap()
}

const CHART: &str = "apiVersion: v2\nname: api\nversion: 1.2.3\n";

fn with_chart() -> Repository {
    let repository = Repository::new();
    repository.write("charts/api/Chart.yaml", CHART);
    repository.write("charts/api/templates/a.yaml", "kind: ConfigMap\n");
    repository.commit("first");
    repository
}

#[test]
fn references_mean_commits() {
    let repository = with_chart();
    let first = repository.head();
    repository.git(&["tag", "v1"]);
    repository.git(&["tag", "--annotate", "--message=x", "v1-annotated"]);
    repository.git(&["branch", "team/stable"]);
    repository.write("charts/api/values.yaml", "a: 1\n");
    repository.commit("second");
    let second = repository.head();
    repository.git(&["branch", "v1"]); // as an older tag
    let folder = tempfile::tempdir().unwrap();
    let session = session(folder.path());
    let url = repository.publish();
    for (reference, expect) in [
        (None, &second),
        (Some("HEAD"), &second),
        (Some("main"), &second),
        (Some("v1"), &first),
        (Some("v1-annotated"), &first),
        (Some("team/stable"), &first),
        (Some("refs/heads/v1"), &second),
        (Some(&*first), &first),
        (Some(&*first.to_uppercase()), &first),
        (Some(&first[..9]), &first),
        (Some(&second[..12]), &second),
    ] {
        assert_eq!(&git::commit(&session, &url, reference).unwrap(), expect, "{reference:?}");
    }
    for reference in ["stable", "refs/heads", "0000000", "--upload-pack=touch x", "", "v1^{}", "*"]
    {
        let error = git::commit(&session, &url, Some(reference)).unwrap_err().to_string();
        let expect = format!("the repository has no branch, tag or commit `{reference}`");
        assert_eq!(error, expect);
    }
}

#[test]
fn a_chart_is_packed_into_the_cache_and_found_there_without_git() {
    let repository = with_chart();
    let first = repository.head();
    repository.write("charts/api/values.yaml", "a: 1\n");
    repository.commit("second");
    let folder = tempfile::tempdir().unwrap();
    let mut session = session(folder.path());
    let url = repository.publish();
    let chart = fetched(&session, &url, "charts/api", &first);
    assert_eq!(chart.metadata.name, "api");
    assert_eq!(chart.raw.len(), 2);
    let again = fetched(&session, &url, "charts/api", &repository.head());
    assert_eq!(again.raw.len(), 3);
    drop(repository);
    session.offline = true;
    let environment = BTreeMap::from([("PATH".to_owned(), String::new())]);
    session.environment = Arc::new(environment);
    assert_eq!(fetched(&session, &url, "charts/api", &first).digest(), chart.digest());
    let error = git::fetch(&session, &url, "charts/other", &first).unwrap_err();
    assert_eq!(error.to_string(), "the program `git` is not installed");
}

#[test]
fn offline_the_copy_of_a_repository_serves_its_other_charts() {
    let repository = with_chart();
    repository.write("charts/web/Chart.yaml", &CHART.replace("api", "web"));
    repository.commit("second");
    let folder = tempfile::tempdir().unwrap();
    let mut session = session(folder.path());
    let url = repository.publish();
    fetched(&session, &url, "charts/api", &repository.head());
    session.offline = true;
    assert_eq!(fetched(&session, &url, "charts/web", &repository.head()).metadata.name, "web");
    let unknown = "0".repeat(40);
    for error in [
        git::fetch(&session, &url, "charts/web", &unknown).unwrap_err(),
        git::commit(&session, &url, Some("main")).unwrap_err(),
    ] {
        assert_eq!(
            error.to_string(),
            "the cache does not hold it, and the network may not be used"
        );
    }
}

#[test]
fn a_server_that_gives_only_whole_histories() {
    let repository = with_chart();
    let first = repository.head();
    repository.write("charts/api/values.yaml", "a: 1\n");
    repository.commit("second");
    let url = repository.publish();
    repository.git_published(&["config", "uploadpack.allowAnySHA1InWant", "false"]);
    let folder = tempfile::tempdir().unwrap();
    let mut session = session(folder.path());
    // The first version of the protocol names only the ends of branches.
    for (name, value) in [
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "protocol.version"),
        ("GIT_CONFIG_VALUE_0", "0"),
    ] {
        Arc::make_mut(&mut session.environment).insert(name.into(), value.into());
    }
    assert_eq!(fetched(&session, &url, "charts/api", &first).raw.len(), 2);
    assert_eq!(fetched(&session, &url, "charts/api", &repository.head()).raw.len(), 3);
}

#[test]
fn folders_without_a_chart_file_and_archives() {
    let repository = Repository::new();
    repository.write("deploy/a.yaml", "kind: ConfigMap\ndata: {a: '{{ b }}'}\n");
    repository.write("deploy/.helmignore", "*.bak.yaml\n");
    repository.write("deploy/b.bak.yaml", "kind: {{\n");
    let files = vec![chart::File::new("Chart.yaml", CHART)];
    let archive = chart::package(&chart::load("api", files).unwrap()).unwrap();
    repository.write_bytes("packed/api-1.2.3.tgz", &archive);
    repository.write("empty/README.md", "");
    repository.commit("first");
    let folder = tempfile::tempdir().unwrap();
    let told = Arc::new(Told::default());
    let session = session_told(folder.path(), Arc::clone(&told));
    let url = repository.publish();
    let chart = fetched(&session, &url, "deploy", &repository.head());
    assert_eq!(chart.metadata.name, "deploy");
    assert_eq!(chart.templates.len(), 1);
    let expect = format!("`git+{url}//deploy` has no Chart.yaml: its 1 manifest is taken as it is");
    assert_eq!(*told.0.lock().unwrap(), [expect]);
    let digest = git::fetch(&session, &url, "packed/api-1.2.3.tgz", &repository.head()).unwrap();
    assert_eq!(session.cache.blob(digest).unwrap().unwrap(), archive);
    for (path, expect) in [
        ("empty", format!("`git+{url}//empty` has neither a Chart.yaml nor manifests")),
        ("none", "the repository has no folder `none` at this commit".to_owned()),
        ("deploy/a.yaml", "the repository has no folder `deploy/a.yaml` at this commit".to_owned()),
        ("../x", "the repository has no folder `../x` at this commit".to_owned()),
    ] {
        let error = git::fetch(&session, &url, path, &repository.head()).unwrap_err();
        assert_eq!(error.to_string(), expect);
    }
}

#[test]
fn a_damaged_copy_is_fetched_again() {
    let repository = with_chart();
    let folder = tempfile::tempdir().unwrap();
    let session = session(folder.path());
    let url = repository.publish();
    fetched(&session, &url, "charts/api", &repository.head());
    let packs = repository::find(folder.path(), "pack");
    assert!(!packs.is_empty());
    for pack in packs {
        std::fs::remove_file(pack).unwrap();
    }
    repository::find(folder.path(), "idx").iter().for_each(|it| std::fs::remove_file(it).unwrap());
    assert_eq!(fetched(&session, &url, ".", &repository.head()).metadata.name, "origin");
}

#[test]
fn what_is_left_of_a_copy_that_was_being_removed_does_no_harm() {
    let repository = with_chart();
    let folder = tempfile::tempdir().unwrap();
    let session = session(folder.path());
    let url = repository.publish();
    fetched(&session, &url, "charts/api", &repository.head());
    let [head] = &repository::find_named(folder.path(), "HEAD")[..] else { panic!("one copy") };
    std::fs::remove_dir_all(head.with_file_name("objects")).unwrap();
    assert_eq!(git::commit(&session, &url, Some("main")).unwrap(), repository.head());
    assert_eq!(fetched(&session, &url, ".", &repository.head()).metadata.name, "origin");
}

#[test]
fn a_repository_that_counts_by_sha256() {
    let repository = Repository::counting_by("sha256");
    repository.write("Chart.yaml", CHART);
    repository.commit("first");
    let (head, url) = (repository.head(), repository.publish());
    let folder = tempfile::tempdir().unwrap();
    let session = session(folder.path());
    for reference in [None, Some("main"), Some(&head[..9]), Some(&*head)] {
        let commit = git::commit(&session, &url, reference).unwrap();
        assert_eq!(commit, head, "{reference:?}");
    }
    assert_eq!(fetched(&session, &url, ".", &head).metadata.name, "api");
}

#[test]
fn a_version_says_nothing_to_git() {
    let repository = with_chart();
    let folder = tempfile::tempdir().unwrap();
    let session = session(folder.path());
    let named = Source::parse(&format!("git+{}//charts/api", repository.publish())).unwrap();
    let (source, narrowed) = named.narrow(Some("^1")).unwrap();
    let (access, trust) = (Arc::default(), Trust::default());
    let wanted = [Wanted { source, narrowed, access, trust, pinned: true, by: Vec::new() }];
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let policy = Policy::default();
    let found = runtime.block_on(resolve(&session, &wanted, &Lock::default(), &policy));
    let failures = found.unwrap_err();
    let expect = "`^1` says nothing to git, which has branches, tags and commits";
    assert_eq!(failures[0].error.to_string(), expect);
}

#[test]
fn many_at_once_share_one_copy() {
    let repository = with_chart();
    let folder = tempfile::tempdir().unwrap();
    let session = session(folder.path());
    let url = repository.publish();
    let head = repository.head();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                assert_eq!(git::commit(&session, &url, Some("main")).unwrap(), head);
                fetched(&session, &url, "charts/api", &head);
            });
        }
    });
}

#[test]
#[cfg(unix)]
fn ssh_runs_the_command_that_the_user_names() {
    let repository = with_chart();
    let folder = tempfile::tempdir().unwrap();
    let mut session = session(folder.path());
    let url = repository.publish().replace("file://", "ssh://git@charts.invalid");
    // Takes the options and the host off, and runs what would run there.
    let script = folder.path().join("ssh");
    repository::executable(&script, "#!/bin/sh\nfor last; do :; done\nexec sh -c \"$last\"\n");
    let command = script.to_string_lossy().into_owned();
    Arc::make_mut(&mut session.environment).insert("GIT_SSH_COMMAND".to_owned(), command);
    let commit = git::commit(&session, &url, Some("main")).unwrap();
    assert_eq!(commit, repository.head());
    assert_eq!(fetched(&session, &url, "charts/api", &commit).metadata.name, "api");
}

/// A chart that lists others: `NAME REPOSITORY` each.
fn listing(name: &str, dependencies: &[&str]) -> String {
    let mut text = format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\ndependencies:\n");
    for one in dependencies {
        let (name, repository) = one.split_once(' ').unwrap();
        writeln!(text, "- {{ name: {name}, version: ^1, repository: '{repository}' }}").unwrap();
    }
    text
}

#[test]
fn folders_that_a_chart_lists_come_with_it() {
    let repository = Repository::new();
    let listed = ["library file://../library", "redis https://charts.example.com"];
    repository.write("charts/api/Chart.yaml", &listing("api", &listed));
    repository.write("charts/library/Chart.yaml", &listing("library", &["base file://../../base"]));
    repository.write("charts/library/templates/_a.tpl", "{{ define \"a\" }}{{ end }}");
    repository.write("base/Chart.yaml", &listing("base", &[]));
    repository.commit("first");
    let folder = tempfile::tempdir().unwrap();
    let chart =
        fetched(&session(folder.path()), &repository.publish(), "charts/api", &repository.head());
    let [library] = &chart.dependencies[..] else { panic!("one") };
    assert_eq!((&*library.metadata.name, library.templates.len()), ("library", 1));
    assert_eq!(library.dependencies[0].metadata.name, "base");
    let missing = pull::dependencies::missing(&chart, &mut Vec::new()).unwrap();
    let names: Vec<&str> = missing.iter().map(|one| &*one.name).collect();
    assert_eq!(names, ["redis"], "a repository's are for whoever knows the repositories");
}

#[test]
fn a_copy_that_is_damaged_where_a_listed_folder_lies_is_fetched_again() {
    let repository = Repository::new();
    repository.write("other/Chart.yaml", CHART);
    repository.write("api/Chart.yaml", &listing("api", &["library file://../library"]));
    repository.write("library/Chart.yaml", &listing("library", &[]));
    repository.write("library/templates/_a.tpl", "{{ define \"a\" }}{{ end }}");
    repository.commit("first");
    let folder = tempfile::tempdir().unwrap();
    let (session, url) = (session(folder.path()), repository.publish());
    fetched(&session, &url, "other", &repository.head());

    // The same objects, each in a file of its own, and one of them spoilt.
    let pack = repository::find(folder.path(), "pack").pop().unwrap();
    let packed = std::fs::read(&pack).unwrap();
    let objects = pack.parent().and_then(Path::parent).unwrap();
    std::fs::remove_dir_all(pack.parent().unwrap()).unwrap();
    repository.git_with(objects.parent().unwrap(), &["unpack-objects", "-q"], &packed);
    let blob = repository.git(&["rev-parse", "HEAD:library/templates/_a.tpl"]);
    let spoilt = objects.join(&blob[..2]).join(&blob[2..]);
    std::fs::remove_file(&spoilt).unwrap();
    std::fs::write(&spoilt, "spoilt").unwrap();

    let chart = fetched(&session, &url, "api", &repository.head());
    assert_eq!(chart.dependencies[0].templates.len(), 1);
}

#[test]
fn folders_that_cannot_come_with_a_chart() {
    let repository = Repository::new();
    let lists = |path: &str, listed: &str| {
        let name = path.rsplit('/').next().unwrap();
        repository.write(&format!("{path}/Chart.yaml"), &listing(name, &[listed]));
    };
    lists("a/outside", "lib file://../../../lib");
    lists("a/absolute", "passwd file:///etc/passwd");
    lists("a/absent", "lib file://../lib");
    lists("a/other", "lib file://../outside");
    lists("a/circle", "circle file://../circle");
    lists("a/deep", "lists file://../lists");
    lists("a/lists", "redis https://charts.example.com");
    repository.commit("first");
    let folder = tempfile::tempdir().unwrap();
    let (session, url) = (session(folder.path()), repository.publish());
    let mut said = Vec::new();
    for name in ["outside", "absolute", "absent", "other", "circle", "deep"] {
        let path = format!("a/{name}");
        let error = git::fetch(&session, &url, &path, &repository.head()).unwrap_err();
        said.push(error.to_string());
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    its dependency `lib`: `file://../../../lib` leaves the repository
    its dependency `passwd`: `file:///etc/passwd` leaves the repository
    its dependency `lib`: `file://../lib` is no folder of this commit
    its dependency `lib`: `file://../outside` is `outside` 1.0.0, which is not what is listed
    its dependency `circle`: `file://../circle` leads on to too many others, or in a circle
    its dependency `lists`: `file://../lists` lists `redis` itself, which it does not bring
    ");
}
