//! Charts into registries and into ChartMuseum.

use std::sync::{Arc, Mutex};

use registry::hand::{Answer, Server};
use registry::oci::Registry;

use super::{fed, helm, sandbox_with_chart};

#[test]
fn helm_finds_what_we_push_into_a_registry() {
    let sandbox = sandbox_with_chart();
    let registry = Registry::open();
    let folder = format!("oci://{}/charts", registry.address);
    sandbox.run("chart package charts/api").succeeds();
    sandbox.write("api-1.2.3.tgz.prov", "signed\n");
    let line = format!("chart push api-1.2.3.tgz {folder} --plain-http");
    let pushed = sandbox.run(&line).succeeds().stdout;
    assert!(
        pushed.starts_with(&format!("Pushed: {folder}/api:1.2.3\nDigest: sha256:")),
        "{pushed}"
    );

    let chart = format!("{folder}/api");
    helm(&sandbox, &["pull", &chart, "--plain-http", "--prov", "-d", "charts"]);
    assert_eq!(sandbox.read("charts/api-1.2.3.tgz.prov"), "signed\n");
    let ours = sandbox.run("chart show all charts/api-1.2.3.tgz").succeeds().stdout;
    assert_eq!(ours, sandbox.run("chart show all charts/api").succeeds().stdout);

    let sandbox = sandbox.with("REGATTA_OFFLINE", "1");
    let refused = sandbox.run(&line).exits(1).stderr;
    assert!(refused.contains("the run is offline"), "{refused}");

    let refused = sandbox.run("chart push charts/api oci://h/x").exits(64).stderr;
    assert!(refused.contains("`regatta chart package FOLDER` makes an archive"), "{refused}");
    let refused = sandbox.run("chart push api-1.2.3.tgz corp").exits(64).stderr;
    assert!(refused.contains("`corp` is no address of a repository"), "{refused}");
}

#[test]
fn a_museum_gets_archive_and_provenance_in_one_request() {
    let sandbox = sandbox_with_chart();
    sandbox.run("chart package charts/api").succeeds();
    sandbox.write("api-1.2.3.tgz.prov", "signed\n");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let museum = Server::start(move |request| {
        let is_there = !request.target.ends_with("?force");
        kept.lock().unwrap().push(request.clone());
        match (request.header("authorization"), is_there) {
            (Some("Basic Y2k6Y29ycmVjdCBob3JzZQ=="), false) => Answer::new(201, "{\"saved\":true}"),
            (Some("Basic Y2k6Y29ycmVjdCBob3JzZQ=="), true) => {
                Answer::new(409, "{\"error\":\"file already exists\"}")
                    .header("Content-Type", "application/json")
            }
            _ => Answer::new(401, "who are you?").header("Content-Type", "text/plain"),
        }
    });
    let url = format!("http://{}/org", museum.address);
    let line = format!("chart push api-1.2.3.tgz {url}");
    let known = format!("{line} --username ci --password 'correct horse'");
    let token = ["chart", "push", "api-1.2.3.tgz", &url, "--token-stdin"];
    let (exit, said) = fed(&sandbox, &token, "a token\n");
    assert_eq!(exit, Some(1), "{said}");
    let heard = seen.lock().unwrap()[0].header("authorization").map(str::to_owned);
    assert_eq!(heard.as_deref(), Some("Bearer a token"));
    insta::assert_snapshot!(
        [line.clone(), known.clone(), format!("{known} --force")]
            .map(|line| {
                let answer = sandbox.run(&line).to_string();
                let (_, said) = answer.split_once('\n').unwrap();
                assert!(!said.contains("correct horse"), "{said}");
                said.replace(&museum.address, "HOST")
            })
            .join("\n")
    );
    let seen = seen.lock().unwrap();
    let last = seen.last().unwrap();
    assert_eq!((last.method.as_str(), last.target.as_str()), ("POST", "/api/org/charts?force"));
    let body = String::from_utf8_lossy(&last.body);
    assert!(body.contains("name=\"chart\"; filename=\"api-1.2.3.tgz\""), "{body}");
    assert!(body.contains("name=\"prov\"; filename=\"api-1.2.3.tgz.prov\""), "{body}");
}
