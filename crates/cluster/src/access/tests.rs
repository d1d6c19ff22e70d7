//! Which context is taken, and what is said where none can be.

use super::*;

const KUBECONFIG: &str = "
apiVersion: v1
kind: Config
current-context: prod
clusters:
- name: dev
  cluster: { server: 'https://dev.example.com:6443', proxy-url: 'socks5://jump:1080' }
- name: prod
  cluster: { server: 'https://prod.example.com' }
contexts:
- name: dev
  context: { cluster: dev, user: jane }
- name: prod
  context: { cluster: prod, user: jane }
- name: broken
  context: { cluster: none, user: jane }
users:
- name: jane
  user: { token: very-secret-token }
";

#[derive(Clone, Copy)]
struct Case<'a> {
    contexts: &'a [&'a str],
    flag: Option<&'a str>,
    files: &'a [(&'a str, &'a str)],
    proxy: Option<&'a str>,
}

fn check(case: &Case<'_>, expect: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut access = Access::default();
    for (name, text) in case.files {
        let path = folder.path().join(name);
        if *text != "missing" {
            #[expect(clippy::disallowed_methods, reason = "a test makes its files")]
            std::fs::write(&path, text).unwrap();
        }
        access.kubeconfig.push(path);
    }
    let name = ClusterName::new("shop").unwrap();
    if let Some(context) = case.flag {
        access.contexts.insert(name.clone(), context.to_owned());
    }
    access.proxy.https = case.proxy.map(str::to_owned);
    let contexts = case.contexts.iter().map(|it| (*it).to_owned()).collect();
    let cluster = Cluster { name, contexts, uid: None };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let found = match runtime.block_on(find(&access, &cluster)) {
        Ok(found) => {
            let proxy = found.config.proxy_url.map(|url| format!(" by {url}")).unwrap_or_default();
            format!("{} {}{proxy}", found.place.context, found.place.server)
        }
        Err(error) => {
            let help = error.help().map(|help| format!("\n{help}")).unwrap_or_default();
            format!("{error}{help}")
        }
    };
    let folder = format!("{}/", folder.path().display());
    assert_eq!(found.replace(&folder, ""), expect);
}

const ONE: &[(&str, &str)] = &[("config", KUBECONFIG)];

#[test]
fn the_first_context_that_is_there() {
    let case = Case { contexts: &["kind", "prod", "dev"], flag: None, files: ONE, proxy: None };
    check(&case, "prod https://prod.example.com");
    check(
        &Case { flag: Some("dev"), ..case },
        "dev https://dev.example.com:6443 by socks5://jump:1080/",
    );
    let proxy = Some("proxy:3128");
    check(&Case { proxy, ..case }, "prod https://prod.example.com by http://proxy:3128/");
}

#[test]
fn earlier_files_count_and_missing_ones_do_not() {
    let second = "contexts: [{ name: dev, context: { cluster: prod } }, { name: more, context: { cluster: prod } }]";
    let files: &[_] = &[("gone", "missing"), ("config", KUBECONFIG), ("second", second)];
    let case = Case { contexts: &["dev"], flag: None, files, proxy: None };
    check(&case, "dev https://dev.example.com:6443 by socks5://jump:1080/");
    check(&Case { contexts: &["more"], ..case }, "more https://prod.example.com");
}

#[test]
fn without_a_context() {
    let case = Case { contexts: &["kind", "in-cluster"], flag: None, files: ONE, proxy: None };
    check(
        &case,
        "cluster `shop`: there is none of the contexts `kind`, `in-cluster`: `config` has `dev`, `prod`, `broken`\n\
         name one of them under `clusters.shop.context`, or for this run with `--context shop=CONTEXT`",
    );
    // The current context is not taken unasked.
    check(
        &Case { contexts: &[], ..case },
        "cluster `shop`: there is no context `shop`: `config` has `dev`, `prod`, `broken`\n\
         name one of them under `clusters.shop.context`, or for this run with `--context shop=CONTEXT`",
    );
    check(
        &Case { contexts: &["dev"], files: &[("gone", "missing")], ..case },
        "cluster `shop`: there is no context `dev`: no kubeconfig was found\n\
         say with `--kubeconfig` or `KUBECONFIG` where the file is",
    );
    check(
        &Case { contexts: &["dev"], files: &[("empty", "")], ..case },
        "cluster `shop`: there is no context `dev`: `empty` has no contexts\n\
         say with `--kubeconfig` or `KUBECONFIG` where the file is",
    );
    check(
        &Case { contexts: &["broken"], ..case },
        "context `broken` of the kubeconfig: it has no cluster `none`",
    );
}

#[test]
fn what_is_no_kubeconfig_shows_no_token() {
    let case = Case { contexts: &["dev"], flag: None, files: &[], proxy: None };
    let files: &[_] = &[("config", "users:\n- name: jane\n  user: { token: [very-secret] }")];
    check(&Case { files, ..case }, "config: line 3 is not what a kubeconfig has there");
    let files: &[_] = &[("config", "a: 'very-secret")];
    check(&Case { files, ..case }, "config: line 1 is not what a kubeconfig has there");
}

#[test]
fn where_the_files_are() {
    let check = |flag: Option<&str>, variable: Option<&str>, expect: &[&str]| {
        let home = Some(Path::new("/people/jane"));
        let found = kubeconfig_paths(flag.map(Path::new), variable.map(OsStr::new), home);
        let expect: Vec<PathBuf> = expect.iter().map(PathBuf::from).collect();
        assert_eq!(found, expect);
    };
    check(Some("a"), Some("b"), &["a"]);
    check(None, Some("b::c"), &["b", "c"]);
    check(None, Some(""), &["/people/jane/.kube/config"]);
    check(None, None, &["/people/jane/.kube/config"]);
    assert_eq!(kubeconfig_paths(None, None, None), Vec::<PathBuf>::new());
}
