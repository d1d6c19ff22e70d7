//! Pods run, end and fail as their annotations say.

use controlplane::{ControlPlane, DEFAULT_LOG};
use serde_json::{Value, json};

/// A new namespace, in the API server too.
fn namespace(prefix: &str) -> String {
    let plane = ControlPlane::shared();
    let name = plane.namespace(prefix);
    plane.create("/api/v1/namespaces", &json!({"metadata": {"name": name}}));
    name
}

fn template(outcome: &str) -> Value {
    json!({
        "metadata": {"labels": {"app": "web"}, "annotations": {"test.kwok/outcome": outcome}},
        "spec": {
            "initContainers": [{"name": "init", "image": "init:1"}],
            "containers": [{"name": "web", "image": "web:1"}],
        },
    })
}

/// A Job's Pod, or a bare one, which ends.
fn ending(outcome: &str) -> Value {
    let mut template = template(outcome);
    template["spec"]["restartPolicy"] = json!("Never");
    template
}

#[test]
fn a_deployment_becomes_available() {
    let plane = ControlPlane::shared();
    let deployments = format!("/apis/apps/v1/namespaces/{}/deployments", namespace("deployment"));
    let spec = json!({
        "replicas": 3,
        "selector": {"matchLabels": {"app": "web"}},
        "template": template("runs"),
    });
    plane.create(&deployments, &json!({"metadata": {"name": "web"}, "spec": spec}));
    plane.until(&format!("{deployments}/web"), |web| web["status"]["availableReplicas"] == 3);
}

#[test]
fn a_stateful_set_gets_its_volumes() {
    let plane = ControlPlane::shared();
    let namespace = namespace("stateful");
    let sets = format!("/apis/apps/v1/namespaces/{namespace}/statefulsets");
    let claim = json!({
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    });
    let spec = json!({
        "replicas": 2,
        "serviceName": "web",
        "selector": {"matchLabels": {"app": "web"}},
        "template": template("runs"),
        "volumeClaimTemplates": [claim],
    });
    plane.create(&sets, &json!({"metadata": {"name": "web"}, "spec": spec}));
    plane.until(&format!("{sets}/web"), |web| web["status"]["readyReplicas"] == 2);
}

#[test]
fn jobs_complete_or_fail() {
    let plane = ControlPlane::shared();
    let jobs = format!("/apis/batch/v1/namespaces/{}/jobs", namespace("jobs"));
    for (name, outcome, condition) in [("good", "runs", "Complete"), ("bad", "failed", "Failed")] {
        let spec = json!({"backoffLimit": 0, "template": ending(outcome)});
        plane.create(&jobs, &json!({"metadata": {"name": name}, "spec": spec}));
        plane.until(&format!("{jobs}/{name}"), |job| {
            let conditions = job["status"]["conditions"].as_array();
            conditions.is_some_and(|all| all.iter().any(|one| one["type"] == condition))
        });
    }
}

#[test]
fn bare_pods_end() {
    let plane = ControlPlane::shared();
    let pods = format!("/api/v1/namespaces/{}/pods", namespace("bare"));
    for (name, outcome, phase) in [("good", "runs", "Succeeded"), ("bad", "failed", "Failed")] {
        let mut pod = ending(outcome);
        pod["metadata"]["name"] = json!(name);
        plane.create(&pods, &pod);
        plane.until(&format!("{pods}/{name}"), |pod| pod["status"]["phase"] == phase);
    }
}

#[test]
fn pods_fail_on_demand() {
    let plane = ControlPlane::shared();
    let pods = format!("/api/v1/namespaces/{}/pods", namespace("failing"));
    let waiting = "/status/containerStatuses/0/state/waiting/reason";
    let init_waiting = "/status/initContainerStatuses/0/state/waiting/reason";
    let ready = "/status/containerStatuses/0/ready";
    let table = [
        ("image-pull", waiting, json!("ImagePullBackOff")),
        ("config-error", waiting, json!("CreateContainerConfigError")),
        ("crash-loop", waiting, json!("CrashLoopBackOff")),
        ("init-crash-loop", init_waiting, json!("CrashLoopBackOff")),
        ("never-ready", ready, json!(false)),
        ("recovers", ready, json!(true)),
    ];
    for (outcome, _, _) in &table {
        let mut pod = template(outcome);
        pod["metadata"]["name"] = json!(outcome);
        pod["metadata"]["annotations"]["test.kwok/delay"] = json!("100ms");
        plane.create(&pods, &pod);
    }
    for (outcome, place, expect) in &table {
        plane.until(&format!("{pods}/{outcome}"), |pod| pod.pointer(place) == Some(expect));
    }
    let crashed = plane.get(&format!("{pods}/crash-loop")).1;
    let status = &crashed["status"]["containerStatuses"][0];
    assert_eq!(status["restartCount"], 3);
    assert_eq!(status["lastState"]["terminated"]["exitCode"], 1);
    plane.until(&pods.replace("/pods", "/events"), |events| {
        let items = events["items"].as_array();
        items.is_some_and(|all| all.iter().any(|one| one["reason"] == "Unhealthy"))
    });
}

#[test]
fn logs_are_what_the_test_chose() {
    let plane = ControlPlane::shared();
    let pods = format!("/api/v1/namespaces/{}/pods", namespace("logs"));
    let container = plane.container_saying(&["cannot reach the database", "giving up"]);
    let mut pod = template("crash-loop");
    pod["metadata"]["name"] = json!("web");
    pod["spec"]["containers"] =
        json!([{"name": container, "image": "a"}, {"name": "other", "image": "b"}]);
    plane.create(&pods, &pod);
    plane.until(&format!("{pods}/web"), |pod| pod["status"]["phase"] == "Running");

    let check = |query: &str, expect: &str| {
        let path = format!("{pods}/web/log?{query}");
        assert_eq!(plane.get(&path), (200, json!(expect)), "{query}");
    };
    check(&format!("container={container}"), "cannot reach the database\ngiving up\n");
    check(&format!("container={container}&tailLines=1&previous=true"), "giving up\n");
    check("container=other", &format!("{}\n", DEFAULT_LOG.join("\n")));
}

#[test]
fn a_namespace_goes_with_all_that_is_in_it() {
    let plane = ControlPlane::shared();
    let namespace = namespace("goes");
    let pods = format!("/api/v1/namespaces/{namespace}/pods");
    let mut pod = template("runs");
    pod["metadata"]["name"] = json!("web");
    plane.create(&pods, &pod);
    plane.delete(&format!("/api/v1/namespaces/{namespace}"));
    plane.until(&format!("/api/v1/namespaces/{namespace}"), Value::is_null);
}

#[test]
fn load_balancers_get_their_address_from_the_test() {
    let plane = ControlPlane::shared();
    let namespace = namespace("balancer");
    let services = format!("/api/v1/namespaces/{namespace}/services");
    let spec = json!({"type": "LoadBalancer", "ports": [{"port": 80}]});
    plane.create(&services, &json!({"metadata": {"name": "web"}, "spec": spec}));
    plane.set_address(&namespace, "web", "192.0.2.1");
    let (_, web) = plane.get(&format!("{services}/web"));
    assert_eq!(web["status"]["loadBalancer"]["ingress"][0]["ip"], "192.0.2.1");
}
