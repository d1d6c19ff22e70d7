//! The lock of a stack: taken by one, waited for, taken over from the dead, and noticed when lost.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use cluster::Error;
use cluster::lease::{Held, Holder, Lock, Pace, acquire, show, unlock};
use controlplane::{ControlPlane, Fault, Proxy};
use serde_json::json;

use crate::world::{at, connect_by, namespace, writer};

fn lock(namespace: &str, process: u32, patience: Duration) -> Lock {
    Lock {
        address: at("coordination.k8s.io", "leases", namespace, "regatta.shop.dev"),
        labels: BTreeMap::from([("example.com/stack".to_owned(), "shop".to_owned())]),
        holder: Holder { host: "here".to_owned(), process, started: "1".to_owned(), run: None },
        patience,
        pace: Pace { lasts: Duration::from_secs(3), renewed_every: Duration::from_millis(500) },
    }
}

async fn take(namespace: &str, process: u32, patience: u64) -> Result<Held, Error> {
    let lock = lock(namespace, process, Duration::from_secs(patience));
    acquire(&writer().await, &lock, |_| false, |_| {}).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_holder_at_a_time() {
    let plane = ControlPlane::shared();
    let namespace = namespace("lock");
    let first = take(&namespace, 1, 0).await.unwrap();
    let path = lock(&namespace, 1, Duration::ZERO).address.path();
    let (_, lease) = plane.get(&path);
    assert_eq!(lease["spec"]["holderIdentity"], "here/1/1");
    assert_eq!(lease["metadata"]["labels"]["example.com/stack"], "shop");

    let error = take(&namespace, 2, 0).await.unwrap_err();
    assert_eq!(error.reason().exit_code(), 75);
    insta::assert_snapshot!(
        format!("{error}\n  help: {}", error.help().unwrap()).replace(&namespace, "NAMESPACE"),
        @r#"
    the lock `regatta.shop.dev` in `NAMESPACE` is held by process 1 on here
      help: wait for it with a longer `--lock-timeout`; where that run is surely over, use `regatta unlock`
    "#
    );

    // It is renewed for as long as it is held, longer than it would last.
    tokio::time::sleep(Duration::from_secs(5)).await;
    first.check().unwrap();
    assert!(take(&namespace, 2, 0).await.is_err());

    let waiting = tokio::spawn({
        let namespace = namespace.clone();
        async move { take(&namespace, 2, 20).await }
    });
    tokio::time::sleep(Duration::from_millis(1500)).await;
    first.release().await.unwrap();
    let second = waiting.await.unwrap().unwrap();
    second.check().unwrap();
    second.release().await.unwrap();
    assert_eq!(plane.get(&path).0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_holder_blocks_no_longer_than_its_lease() {
    let namespace = namespace("dead");
    // Dropped without being given back, as by a process that is killed.
    drop(take(&namespace, 1, 0).await.unwrap());
    let client = writer().await;
    let began = Instant::now();
    let mut told = Vec::new();
    let wanted = lock(&namespace, 2, Duration::from_secs(20));
    let held = acquire(&client, &wanted, |_| false, |waiting| told.push(waiting.to_string()));
    let held = held.await.unwrap();
    let waited = began.elapsed();
    assert!(waited >= Duration::from_secs(3) && waited < Duration::from_secs(8), "{waited:?}");
    assert_eq!(told[0], "waiting for process 1 on here (0 s)");

    // One that is known to be dead is not waited for at all.
    drop(held);
    let wanted = lock(&namespace, 3, Duration::ZERO);
    let held = acquire(&client, &wanted, |holder| holder.process == 2, |_| {}).await.unwrap();
    held.release().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_loses_it_notices() {
    let plane = ControlPlane::shared();
    let namespace = namespace("lost");
    let client = writer().await;
    let address = lock(&namespace, 1, Duration::ZERO).address;
    assert_eq!(show(&client, &address).await.unwrap(), None);

    let held = take(&namespace, 1, 0).await.unwrap();
    let shown = show(&client, &address).await.unwrap().unwrap();
    assert_eq!(shown.holder, "process 1 on here");
    // It lives: it was renewed since.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!unlock(&client, &address, &shown).await.unwrap());
    let unlocked = async {
        loop {
            let shown = show(&client, &address).await.unwrap().unwrap();
            if unlock(&client, &address, &shown).await.unwrap() {
                break;
            }
        }
    };
    unlocked.await;
    let error = tokio::time::timeout(Duration::from_secs(5), held.lost()).await.unwrap();
    let lost =
        format!("the lock `regatta.shop.dev` in `{namespace}` was lost: somebody removed it");
    assert_eq!(error.to_string(), lost);
    assert_eq!(held.check().unwrap_err().to_string(), lost);
    held.release().await.unwrap();

    // Somebody else has it: it is not ours to give back.
    let held = take(&namespace, 1, 0).await.unwrap();
    plane.patch(&address.path(), &json!({"spec": {"holderIdentity": "there/9/9"}}));
    let error = tokio::time::timeout(Duration::from_secs(5), held.lost()).await.unwrap();
    assert!(error.to_string().ends_with("was lost: process 9 on there took it"), "{error}");
    held.release().await.unwrap();
    assert_eq!(show(&client, &address).await.unwrap().unwrap().holder, "process 9 on there");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_lost_lose_no_lock() {
    let plane = ControlPlane::shared();
    let namespace = namespace("cut");
    let proxy = Proxy::start(plane);
    let client = connect_by(proxy.kubeconfig(plane), "test").await.unwrap().client.writer();
    proxy.on_request(|request| match request.path.contains("leases") && request.method != "GET" {
        true if request.number % 2 == 0 => Fault::CutAfter,
        _ => Fault::None,
    });
    let wanted = lock(&namespace, 1, Duration::from_secs(5));
    let held = acquire(&client, &wanted, |_| false, |_| {}).await.unwrap();
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        held.check().unwrap();
    }
    // Nobody is there any more: it stops in time by its own clock.
    proxy.on_request(|_| Fault::CutBefore);
    let began = Instant::now();
    let error = tokio::time::timeout(Duration::from_secs(10), held.lost()).await.unwrap();
    assert!(error.to_string().contains("it could not be renewed"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(4));
    held.check().unwrap_err();
}
