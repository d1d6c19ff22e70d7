//! Helm's records as a plan reads them: labels by one list, whole records by another that comes in parts, and what either does
//! not show by a request of its own.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use cluster::{Connection, recorded};
use controlplane::{ControlPlane, Fault, Proxy, Seen};
use plan::ReleaseKey;
use plan::live::Cluster;
use plan::live::wish::json;
use plan::record::{Info, Record, Status, Storage, encode};
use serde_json::Value;
use source::{Map, Tree};
use stack::StackId;

use crate::world::{connect_by, namespace};

fn key(namespace: &str, number: usize) -> ReleaseKey {
    let (namespace, name) = (namespace.parse().unwrap(), format!("web-{number}").parse().unwrap());
    ReleaseKey { cluster: None, namespace, name }
}

/// The Secret of a deployed release's only record.
fn secret(key: &ReleaseKey, description: &str) -> Value {
    let record = Record {
        name: key.name.clone(),
        namespace: key.namespace.clone(),
        version: 1,
        info: Info {
            status: Status::Deployed,
            description: description.to_owned(),
            ..Info::default()
        },
        chart: Tree::default(),
        config: Tree::default(),
        manifest: String::new(),
        hooks: Vec::new(),
        apply_method: None,
        labels: BTreeMap::new(),
        storage: Storage::default(),
        other: Map::default(),
    };
    serde_json::from_str(&json(&encode(&record, 0).unwrap().object)).unwrap()
}

fn collection(namespace: &str) -> String {
    format!("/api/v1/namespaces/{namespace}/secrets")
}

async fn look(connection: &Connection, keys: &[ReleaseKey]) -> Cluster {
    let stack = StackId {
        workspace: "shop".parse().unwrap(),
        environment: "dev".parse().unwrap(),
        instance: None,
    };
    recorded(connection, &stack, keys[0].namespace.as_str(), keys).await.unwrap()
}

fn asks_for_whole(seen: &Seen) -> bool {
    seen.path.contains("deployed")
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_records_come_in_parts() {
    let plane = ControlPlane::shared();
    let namespace = namespace("records");
    let keys: Vec<ReleaseKey> = (0..51).map(|number| key(&namespace, number)).collect();
    for key in &keys {
        plane.create(&collection(&namespace), &secret(key, "good"));
    }
    let proxy = Proxy::start(plane);
    let connection = connect_by(proxy.kubeconfig(plane), "test").await.unwrap();
    // For so many releases: the requests for parts, whether they name releases, and those for single records.
    let check = async |number: usize, expect: (usize, bool, usize)| {
        let before = proxy.requests().len();
        let found = look(&connection, &keys[..number]).await;
        let whole = found.recorded.values().filter(|one| one.in_place.len() == 1).count();
        assert_eq!(whole, number);
        let requests = proxy.requests().split_off(before);
        let parts: Vec<&Seen> = requests.iter().filter(|seen| asks_for_whole(seen)).collect();
        assert!(parts.iter().all(|seen| seen.path.contains("limit=20")), "{parts:?}");
        let named = parts.iter().any(|seen| seen.path.contains("web-1"));
        let single = requests.iter().filter(|seen| seen.path.contains("sh.helm.release")).count();
        assert_eq!((parts.len(), named, single), expect, "{number}");
    };
    check(20, (1, true, 0)).await;
    check(50, (3, true, 0)).await;
    check(51, (3, false, 0)).await;

    proxy.on_request(|seen| match asks_for_whole(seen) && seen.path.contains("continue") {
        true => Fault::error(410, "Expired", "too old"),
        false => Fault::None,
    });
    check(50, (2, true, 30)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_changes_between_both_lists() {
    let plane = ControlPlane::shared();
    let namespace = namespace("two-lists");
    let key = key(&namespace, 1);
    plane.create(&collection(&namespace), &secret(&key, "old"));
    let proxy = Proxy::start(plane);
    let connection = connect_by(proxy.kubeconfig(plane), "test").await.unwrap();
    // The whole records are listed first, then one is written, then the labels are listed.
    let (changed, was_changed) = (secret(&key, "new"), AtomicBool::new(false));
    proxy.on_request(move |seen| {
        let is_labels = seen.path.contains("owner") && !asks_for_whole(seen);
        if is_labels && !was_changed.swap(true, Ordering::SeqCst) {
            std::thread::sleep(std::time::Duration::from_millis(500));
            let path = format!(
                "{}/{}",
                collection(&namespace),
                changed["metadata"]["name"].as_str().unwrap()
            );
            plane.request("PUT", &path, "application/json", &changed);
        }
        Fault::None
    });
    let found = look(&connection, std::slice::from_ref(&key)).await;
    assert_eq!(found.recorded[&key].in_place[0].info.description, "new");
}
