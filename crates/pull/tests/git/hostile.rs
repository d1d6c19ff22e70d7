//! What a repository may try against whoever fetches from it.

use std::fs;

use pull::git;

use super::repository::{self, Repository};
use super::{CHART, fetched, session};

/// The reason why a repository's root is no chart that could be used.
#[track_caller]
fn check(repository: &Repository, expect: &str) {
    let folder = tempfile::tempdir().unwrap();
    let url = repository.publish();
    let error = git::fetch(&session(folder.path()), &url, ".", &repository.head()).unwrap_err();
    assert_eq!(error.to_string(), expect);
}

fn with_chart() -> Repository {
    let repository = Repository::new();
    repository.write("Chart.yaml", CHART);
    repository
}

/// A commit whose tree git itself would never write: `MODE NAME` entries of one blob.
fn with_tree(entries: &[(&str, &str)]) -> Repository {
    let repository = with_chart();
    repository.commit("first");
    let work = repository.work();
    let blob = repository.git_with(&work, &["hash-object", "-w", "--stdin"], b"kind: Job\n");
    let chart = repository.git(&["rev-parse", "HEAD:Chart.yaml"]);
    let raw = |id: &str| -> Vec<u8> {
        (0..id.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap())
            .collect()
    };
    let mut tree = Vec::new();
    for (mode, name, id) in entries.iter().map(|(mode, name)| (*mode, *name, &blob)).chain([(
        "100644",
        "Chart.yaml",
        &chart,
    )]) {
        tree.extend_from_slice(format!("{mode} {name}\0").as_bytes());
        tree.extend(raw(id));
    }
    let literally = ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"];
    let tree = repository.git_with(&work, &literally, &tree);
    let commit = repository.git(&["commit-tree", "-m", "bad", &tree]);
    repository.git(&["update-ref", "refs/heads/main", &commit]);
    repository
}

#[test]
fn names_that_lead_elsewhere() {
    for name in ["..", ".", "../x", "a/../../x", "a\\b", "c:", "a\nb", "/etc/x"] {
        let expect = format!("`{}` is no name that a chart may hold", name.escape_debug());
        check(&with_tree(&[("100644", name)]), &expect);
    }
}

#[test]
#[cfg(unix)]
fn links() {
    use std::os::unix::fs::symlink;
    for (target, expect) in [
        ("/etc/passwd", "`templates` is a link that leads out of the repository"),
        ("../../etc", "`templates` is a link that leads out of the repository"),
        ("nowhere", "`templates` is a link that leads nowhere or in a circle"),
        ("templates", "`templates` is a link that leads nowhere or in a circle"),
        (".git/config", "`templates` is a link that leads nowhere or in a circle"),
    ] {
        let repository = with_chart();
        symlink(target, repository.work().join("templates")).unwrap();
        repository.commit("first");
        check(&repository, expect);
    }
}

#[test]
#[cfg(unix)]
fn a_link_to_its_own_folder() {
    let repository = with_chart();
    std::os::unix::fs::symlink(".", repository.work().join("templates")).unwrap();
    repository.commit("first");
    let folder = tempfile::tempdir().unwrap();
    let url = repository.publish();
    let error = git::fetch(&session(folder.path()), &url, ".", &repository.head()).unwrap_err();
    assert!(error.to_string().ends_with("leads nowhere or in a circle"), "{error}");
}

#[test]
#[cfg(unix)]
fn links_within_the_repository_are_followed() {
    use std::os::unix::fs::symlink;
    let repository = Repository::new();
    repository.write("charts/api/Chart.yaml", CHART);
    repository.write("common/helpers/_a.tpl", "{{ define \"a\" }}{{ end }}");
    repository.write("common/b.yaml", "kind: ConfigMap\n");
    symlink("../../common/helpers", repository.work().join("charts/api/templates")).unwrap();
    symlink("../b.yaml", repository.work().join("common/helpers/b.yaml")).unwrap();
    symlink("charts/api", repository.work().join("latest")).unwrap();
    repository.commit("first");
    let folder = tempfile::tempdir().unwrap();
    let session = session(folder.path());
    let url = repository.publish();
    for path in ["charts/api", "latest"] {
        let chart = fetched(&session, &url, path, &repository.head());
        let paths: Vec<&str> = chart.templates.iter().map(|file| &*file.path).collect();
        assert_eq!(paths, ["templates/_a.tpl", "templates/b.yaml"]);
    }
}

#[test]
fn submodules_are_not_fetched() {
    let repository = with_chart();
    let marker = repository.work().join("../marker");
    let other = format!("ext::sh -c touch% {}", marker.display());
    let modules =
        format!("[submodule \"x\"]\n\tpath = charts/x\n\turl = {other}\n\tupdate = !touch\n");
    repository.write(".gitmodules", &modules);
    repository.commit("first");
    let head = repository.head();
    let info = format!("160000,{head},charts/x");
    repository.git(&["update-index", "--add", "--cacheinfo", &info]);
    repository.git(&["commit", "--quiet", "--message=second"]);
    check(
        &repository,
        "`charts/x` is a submodule, and those are not fetched: name it in .helmignore, or take the chart from a repository that holds all of it",
    );
    assert!(!marker.exists());
}

#[test]
fn what_git_lfs_keeps_is_noticed() {
    let repository = with_chart();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    repository.write("charts/db-1.0.0.tgz", pointer);
    repository.commit("first");
    check(
        &repository,
        "`charts/db-1.0.0.tgz` is kept in Git LFS, from which nothing is fetched: name it in .helmignore, or keep it in the repository itself",
    );
}

#[test]
fn bombs() {
    let repository = with_chart();
    repository.write_bytes("zeros", &vec![0; 101 << 20]);
    repository.commit("first");
    check(&repository, "the chart is larger than 100 MiB or 20000 files");
}

#[test]
#[cfg(unix)]
fn hooks_and_filters_do_not_run() {
    let repository = with_chart();
    repository.write(".gitattributes", "* filter=evil diff=evil ident export-ignore\n");
    repository.commit("first");
    let url = repository.publish();
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().join("marker");
    let script = format!("#!/bin/sh\ntouch {}\n", marker.display());
    let hooks = folder.path().join("hooks");
    fs::create_dir(&hooks).unwrap();
    for hook in
        ["reference-transaction", "post-checkout", "post-update", "pre-auto-gc", "post-merge"]
    {
        repository::executable(&hooks.join(hook), &script);
    }
    // As if the user had configured hooks and templates for all repositories.
    let mut session = session(folder.path());
    let environment = std::sync::Arc::make_mut(&mut session.environment);
    let configuration = folder.path().join("gitconfig");
    let text = format!(
        "[core]\n\thooksPath = {hooks}\n\tfsmonitor = {hooks}/post-merge\n[init]\n\ttemplateDir = {folder}\n\
         [filter \"evil\"]\n\tsmudge = touch {marker}\n[submodule]\n\trecurse = true\n",
        hooks = hooks.display(),
        folder = folder.path().display(),
        marker = marker.display(),
    );
    repository.write("../gitconfig", &text);
    fs::copy(repository.work().join("../gitconfig"), &configuration).unwrap();
    environment
        .insert("GIT_CONFIG_GLOBAL".to_owned(), configuration.to_string_lossy().into_owned());
    // A hook of the user's own repository may be what runs us.
    environment.insert("GIT_DIR".to_owned(), folder.path().to_string_lossy().into_owned());
    environment.insert("GIT_INDEX_FILE".to_owned(), "elsewhere".to_owned());
    let chart = fetched(&session, &url, ".", &repository.head());
    assert_eq!(chart.raw.len(), 2, "attributes leave nothing out");
    assert!(!marker.exists());
}

#[test]
fn only_the_protocol_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(folder.path());
    for url in ["ext://sh", "fd://3", "git://h.invalid/x", "-x://y"] {
        let error = git::commit(&session, url, Some("main")).unwrap_err().to_string();
        assert!(error.starts_with("git cannot list the references: "), "{error}");
        let is_refused = error.ends_with("not allowed") || error.ends_with("not supported");
        assert!(is_refused, "{error}");
    }
}
