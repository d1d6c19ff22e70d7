//! Watches: what happens, and how they end.

use std::time::Duration;

use cluster::{Pick, WatchEvent};
use controlplane::{ControlPlane, Fault, Proxy};
use tokio::time::timeout;

use crate::world::{APPLY, DELETE, connect_by, core, namespace, settings, text, writer};

#[tokio::test(flavor = "multi_thread")]
async fn events_arrive() {
    let namespace = namespace("watched");
    let client = writer().await;
    let address = core("configmaps", &namespace, "a");
    let pick = Pick { fields: "metadata.name=a", ..Pick::default() };
    let list = client.list(&address.collection(), pick).await.unwrap();
    let mut watch =
        client.watch(&address.collection(), pick, &list.resource_version).await.unwrap();

    client.apply(&address, &settings("a", "1"), APPLY).await.unwrap();
    client.apply(&address, &settings("a", "2"), APPLY).await.unwrap();
    client.apply(&core("configmaps", &namespace, "b"), &settings("b", "1"), APPLY).await.unwrap();
    client.delete(&address, DELETE).await.unwrap();

    let mut found = Vec::new();
    while found.len() < 3 {
        let event = timeout(Duration::from_secs(20), watch.next()).await.unwrap().unwrap().unwrap();
        found.push(match &event {
            WatchEvent::Added(object) => format!("added {}", text(object, &["data", "key"])),
            WatchEvent::Modified(object) => format!("modified {}", text(object, &["data", "key"])),
            WatchEvent::Deleted(object) => {
                format!("deleted {}", text(object, &["metadata", "name"]))
            }
            WatchEvent::Bookmark { .. } => continue,
        });
    }
    assert_eq!(found, ["added 1", "modified 2", "deleted a"]);
    assert_eq!(client.counts().watches, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn watches_end() {
    let plane = ControlPlane::shared();
    let namespace = namespace("ended");
    let proxy = Proxy::start(plane);
    let client = connect_by(proxy.kubeconfig(plane), "test").await.unwrap().client;
    let collection = core("configmaps", &namespace, "").collection();
    // The control plane puts a config map of its own there, sooner or later.
    let none = Pick { fields: "metadata.name=none", ..Pick::default() };
    let list = client.list(&collection, none).await.unwrap();
    let watch = || client.watch(&collection, none, &list.resource_version);

    proxy.on_request(|request| match request.is_watch() {
        true => Fault::ExpireWatch(Duration::from_millis(50)),
        false => Fault::None,
    });
    let error = watch().await.unwrap().next().await.unwrap().unwrap_err();
    assert!(error.is_gone(), "{error}");

    proxy.on_request(|_| Fault::CutAnswer(Duration::from_millis(50)));
    let end = watch().await.unwrap().next().await;
    assert!(matches!(end, None | Some(Err(_))), "{end:?}");

    // A version that the server never had.
    proxy.on_request(|_| Fault::None);
    let pick = Pick { metadata_only: true, ..Pick::default() };
    let mut ancient = match client.watch(&collection, pick, "1").await {
        Ok(watch) => watch,
        Err(error) => return assert!(error.is_gone(), "{error}"),
    };
    let first = timeout(Duration::from_secs(20), ancient.next()).await.unwrap().unwrap();
    assert!(first.is_ok() || first.is_err_and(|error| error.is_gone()));
}
