//! The proxy passes requests on, counts them, and makes them fail as a test says.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use controlplane::{ControlPlane, Fault, Proxy};
use serde_json::json;

/// Sends a request as the administrator; the answer can be read from what comes back.
fn send(proxy: &Proxy, method: &str, path: &str, body: &str) -> BufReader<TcpStream> {
    let address = proxy.server().replace("http://", "");
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer administrator\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    BufReader::new(stream)
}

/// The whole answer with its head.
fn ask(proxy: &Proxy, method: &str, path: &str, body: &str) -> String {
    let mut answer = String::new();
    send(proxy, method, path, body).read_to_string(&mut answer).unwrap();
    answer
}

fn settings(name: &str) -> String {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}).to_string()
}

#[test]
fn requests_are_passed_counted_and_failed() {
    let plane = ControlPlane::shared();
    let proxy = Proxy::start(plane);
    let path = "/api/v1/namespaces/default";
    assert!(ask(&proxy, "GET", path, "").starts_with("HTTP/1.1 200 OK"));

    proxy.on_request(|seen| match seen.number {
        2 => Fault::error(503, "ServiceUnavailable", "apiserver is shutting down"),
        3 => Fault::too_many(7),
        4 => Fault::CutBefore,
        5 => Fault::Delay(Duration::from_millis(300)),
        _ if seen.path == "/version" => Fault::version(1, 20),
        _ => Fault::None,
    });
    let unavailable = ask(&proxy, "GET", path, "");
    assert!(unavailable.starts_with("HTTP/1.1 503 "), "{unavailable}");
    assert!(unavailable.contains("apiserver is shutting down"), "{unavailable}");
    let too_many = ask(&proxy, "GET", path, "");
    assert!(too_many.starts_with("HTTP/1.1 429 "), "{too_many}");
    assert!(too_many.contains("Retry-After: 7\r\n"), "{too_many}");
    assert_eq!(ask(&proxy, "GET", path, ""), "");
    let start = Instant::now();
    assert!(ask(&proxy, "GET", path, "").starts_with("HTTP/1.1 200 OK"));
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert!(ask(&proxy, "GET", "/version", "").contains("v1.20.0"));

    let seen = proxy.requests();
    assert_eq!(seen.len(), 6);
    assert_eq!((seen[5].number, &*seen[5].method, &*seen[5].path), (6, "GET", "/version"));
}

#[test]
fn a_write_may_happen_although_its_answer_is_lost() {
    let plane = ControlPlane::shared();
    let proxy = Proxy::start(plane);
    let maps = "/api/v1/namespaces/default/configmaps";
    for (fault, name, status) in
        [(Fault::CutBefore, "cut-before", 404), (Fault::CutAfter, "cut-after", 200)]
    {
        proxy.on_request(move |_| fault.clone());
        assert_eq!(ask(&proxy, "POST", maps, &settings(name)), "");
        assert_eq!(plane.get(&format!("{maps}/{name}")).0, status, "{name}");
    }
}

#[test]
fn watches_stream_expire_and_break() {
    let plane = ControlPlane::shared();
    let proxy = Proxy::start(plane);
    let namespace = plane.namespace("watch");
    plane.create("/api/v1/namespaces", &json!({"metadata": {"name": namespace}}));
    let maps = format!("/api/v1/namespaces/{namespace}/configmaps");
    let watch = format!("{maps}?watch=true&fieldSelector=metadata.name%3Done");

    let mut events = send(&proxy, "GET", &watch, "");
    plane.create(&maps, &json!({"metadata": {"name": "one"}}));
    let mut line = String::new();
    while !line.contains("ADDED") {
        line.clear();
        assert_ne!(events.read_line(&mut line).unwrap(), 0, "the watch ended");
    }
    drop(events);

    let limit = Duration::from_millis(200);
    proxy.on_request(move |_| Fault::ExpireWatch(limit));
    let events = ask(&proxy, "GET", &watch, "");
    assert!(events.contains("ADDED") && events.contains(r#""code":410"#), "{events}");
    assert!(events.ends_with("\r\n0\r\n\r\n"), "{events}");

    proxy.on_request(move |_| Fault::CutAnswer(limit));
    let events = ask(&proxy, "GET", &watch, "");
    assert!(events.contains("ADDED") && !events.ends_with("\r\n0\r\n\r\n"), "{events}");
    assert!(proxy.requests().iter().all(controlplane::Seen::is_watch));
}

/// Helm sends no token over plain HTTP, and is the administrator nevertheless.
#[test]
fn helm_works_through_it() {
    let plane = ControlPlane::shared();
    let proxy = Proxy::start(plane);
    let kubeconfig = proxy.kubeconfig(plane);
    let list = || {
        let output = Command::new(controlplane::helm4())
            .args(["list", "--kubeconfig"])
            .arg(&kubeconfig)
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (worked, error) = list();
    assert!(worked, "{error}");
    assert!(proxy.requests().iter().any(|seen| seen.user_agent.contains("Helm")));

    proxy.on_request(|seen| {
        let concerns = seen.path.contains("/secrets");
        let refusal = Fault::error(403, "Forbidden", "secrets are not for you");
        if concerns { refusal } else { Fault::None }
    });
    let (worked, error) = list();
    assert!(!worked && error.contains("secrets are not for you"), "{error}");
}

/// An install is a test of the API, a read, then writes; whatever the request, all later ones are missing.
#[test]
fn a_client_dies_at_the_chosen_request() {
    let plane = ControlPlane::shared();
    let proxy = Proxy::start(plane);
    let chart = plane.directory().join("chart-that-is-cut-short");
    std::fs::create_dir_all(chart.join("templates")).unwrap();
    let about = json!({"apiVersion": "v2", "name": "one", "version": "1.0.0"});
    std::fs::write(chart.join("Chart.yaml"), about.to_string()).unwrap();
    std::fs::write(chart.join("templates/one.yaml"), settings("one")).unwrap();
    let kubeconfig = proxy.kubeconfig(plane);

    let mut killed = 0;
    for number in 1.. {
        let namespace = plane.namespace("killed");
        let before = proxy.requests().len();
        let status = proxy.run_and_kill(
            Command::new(controlplane::helm4())
                .args(["install", "one", "--create-namespace", "--namespace", &namespace])
                .arg(&chart)
                .arg("--kubeconfig")
                .arg(&kubeconfig)
                .stdout(Stdio::null()),
            number,
        );
        if let Some(status) = status {
            assert!(status.success());
            break;
        }
        killed += 1;
        assert!(proxy.requests().len() >= before + number);
    }
    assert!(killed > 4, "an install has more than {killed} requests");
}
