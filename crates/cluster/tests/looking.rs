//! Live objects: many of one kind by a list, and whatever it does not show by a request of its own.

use cluster::{Connection, look};
use controlplane::{ControlPlane, Fault, Proxy};
use plan::live::{Cluster, Policy, Target};
use plan::{ObjectId, ObjectKey, ReleaseKey, Section};
use serde_json::json;

use crate::world::{connect_by, core, namespace};

/// Looks at config maps; answers with the names of those that are there, and with the number of requests.
async fn looked(connection: &Connection, namespace: &str, names: &str) -> (String, u64) {
    let release = ReleaseKey {
        cluster: None,
        namespace: namespace.parse().unwrap(),
        name: "web".parse().unwrap(),
    };
    let target = |name: &str| {
        let id = ObjectId {
            group: String::new(),
            kind: "ConfigMap".to_owned(),
            namespace: Some(namespace.to_owned()),
            name: name.to_owned(),
        };
        Target {
            release: release.clone(),
            key: ObjectKey { section: Section::Manifest, id, ordinal: 0 },
            address: Some(core("configmaps", namespace, name)),
            wish: None,
            predicted: false,
        }
    };
    let mut cluster = Cluster { state_namespace: namespace.to_owned(), ..Cluster::default() };
    let before = connection.client.counts().reads;
    let wanted = names.split(' ').map(target).collect();
    look(connection, &mut cluster, wanted, Policy::default()).await.unwrap();
    let live = cluster.objects.iter().filter(|(_, seen)| seen.live.is_some());
    let live: Vec<&str> = live.map(|((_, key), _)| key.id.name.as_str()).collect();
    // One of them is about the namespace.
    (live.join(" "), connection.client.counts().reads - before - 1)
}

/// Makes config maps that bear Helm's label, or another.
fn make(namespace: &str, names: impl Iterator<Item = String>, manager: &str) {
    for name in names {
        let labels = json!({"app.kubernetes.io/managed-by": manager});
        ControlPlane::shared().create(
            &format!("/api/v1/namespaces/{namespace}/configmaps"),
            &json!({"metadata": {"name": name, "labels": labels}}),
        );
    }
}

fn letters(letters: &str) -> impl Iterator<Item = String> {
    letters.chars().map(String::from)
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_what_they_do_not_show() {
    let namespace = namespace("looking");
    make(&namespace, letters("abcdx"), "Helm");
    make(&namespace, letters("e"), "somebody");
    let proxy = Proxy::start(ControlPlane::shared());
    let connection = connect_by(proxy.kubeconfig(ControlPlane::shared()), "test").await.unwrap();
    let check = async |names: &str, live: &str, requests: u64| {
        let looked = looked(&connection, &namespace, names).await;
        assert_eq!(looked, (live.to_owned(), requests), "{names}");
    };
    check("a b c", "a b c", 3).await;
    check("a b c d", "a b c d", 1).await;
    // One with another label, and one that is not there.
    check("a b c d e f", "a b c d e", 3).await;

    // A list that expired is begun anew; one that is refused is done without.
    let answers = |code: u16, reason: &'static str, times: usize| {
        let left = std::sync::atomic::AtomicUsize::new(times);
        proxy.on_request(move |request| {
            use std::sync::atomic::Ordering::SeqCst;
            let take = |left: usize| left.checked_sub(1);
            match request.path.contains("managed-by")
                && left.fetch_update(SeqCst, SeqCst, take).is_ok()
            {
                true => Fault::error(code, reason, "no"),
                false => Fault::None,
            }
        });
    };
    answers(410, "Expired", 2);
    check("a b c d", "a b c d", 3).await;
    answers(410, "Expired", 9);
    check("a b c d", "a b c d", 8).await;
    answers(403, "Forbidden", 1);
    check("a b c d", "a b c d", 5).await;

    // Where others have many more of them, not all are looked through.
    make(&namespace, (0..40).map(|number| format!("0{number}")), "Helm");
    check("a b c d", "a b c d", 5).await;
}
