//! Logins at a registry, shared with Helm.

use registry::oci::{Auth, PASSWORD, Registry, USER};

use super::{fed, helm, sandbox_with_chart};

#[test]
fn a_login_serves_helm_too_until_it_is_forgotten() {
    let sandbox = sandbox_with_chart();
    let registry = Registry::start(Auth::Basic, false);
    let host = registry.address.as_str();
    let login = ["chart", "login", host, "-u", USER, "--password-stdin", "--plain-http"];
    let (exit, said) = fed(&sandbox, &login, "a wrong one\n");
    assert_eq!(exit, Some(1), "{said}");
    assert!(said.contains("check the name and the password") && !said.contains("a wrong one"));

    let (exit, said) = fed(&sandbox, &login, &format!("{PASSWORD}\n"));
    assert_eq!((exit, said), (Some(0), format!("logged in at {host} as {USER}\n")));
    sandbox.run("chart package charts/api").succeeds();
    let folder = format!("oci://{host}/charts");
    sandbox.run(&format!("chart push api-1.2.3.tgz {folder} --plain-http")).succeeds();
    helm(&sandbox, &["pull", &format!("{folder}/api"), "--plain-http", "-d", "charts"]);

    let pull = format!("chart pull {folder}/api -d again --plain-http");
    sandbox.run(&pull).succeeds();
    let forgotten = sandbox.run(&format!("chart logout {host}")).succeeds().stderr;
    assert_eq!(forgotten, format!("the login at {host} is forgotten\n"));
    let refused = sandbox.run(&pull).exits(1).stderr;
    assert!(refused.contains("chart login"), "{refused}");
    let again = sandbox.run(&format!("chart logout {host}")).succeeds().stderr;
    assert_eq!(again, format!("no login at {host} was kept\n"));

    let words: Vec<&str> = pull.split(' ').collect();
    let flags = ["--username", USER, "--password-stdin"];
    let (exit, said) = fed(&sandbox, &[&words[..], &flags].concat(), PASSWORD);
    assert_eq!(exit, Some(0), "{said}");

    let plain = sandbox.run(&format!("chart login {host} -u {USER} -p '{PASSWORD}' --plain-http"));
    assert!(plain.stderr.starts_with("warning: others on this machine"), "{plain}");
    let none = sandbox.run(&format!("chart login {host} -u {USER}")).exits(64).stderr;
    assert!(none.contains(&format!("the password for {host} is missing")), "{none}");
    let none = sandbox.run(&format!("chart login {host}")).exits(64).stderr;
    assert!(none.contains("`--username NAME --password-stdin < FILE`"), "{none}");
}

#[test]
fn a_registry_with_an_authority_of_its_own() {
    let sandbox = sandbox_with_chart();
    let registry = Registry::start(Auth::Basic, true);
    let host = registry.address.as_str();
    sandbox.write("ca.pem", registry.authority.as_ref().unwrap());
    let words = ["chart", "login", host, "-u", USER, "--password-stdin"];
    let (exit, said) = fed(&sandbox, &words, PASSWORD);
    assert_eq!(exit, Some(1), "{said}");
    assert!(said.contains("cannot trust") && said.contains("`--ca-file`"), "{said}");
    let (exit, said) = fed(&sandbox, &[&words[..], &["--ca-file", "ca.pem"]].concat(), PASSWORD);
    assert_eq!(exit, Some(0), "{said}");
    sandbox.run("chart package charts/api").succeeds();
    let folder = format!("oci://{host}/charts");
    sandbox.run(&format!("chart push api-1.2.3.tgz {folder} --ca-file ca.pem")).succeeds();
    let chart = format!("{folder}/api");
    helm(&sandbox, &["pull", &chart, "--ca-file", "ca.pem", "-d", "charts"]);
    let careless = format!("chart show values {chart} --insecure-skip-tls-verify");
    let careless = sandbox.run(&careless).succeeds();
    assert!(careless.stderr.contains("nobody checks the certificate"), "{careless}");
}
