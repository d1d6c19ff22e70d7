//! Pairs of objects and the edits between them.

use super::*;

fn check(kind: &str, from: &str, to: &str, expect: &[&str]) {
    let id = ObjectId {
        group: String::new(),
        kind: kind.to_owned(),
        namespace: None,
        name: "x".to_owned(),
    };
    let read = |text: &str| source::yaml::read_bare(text).unwrap();
    let edits: Vec<String> = diff(&id, &read(from), &read(to)).iter().map(shown).collect();
    assert_eq!(edits, expect, "{from} → {to}");
}

fn shown(edit: &Edit) -> String {
    let path = &edit.path;
    match &edit.change {
        Change::Add { to } => format!("+ {path} {to}"),
        Change::Remove { from } => format!("- {path} {from}"),
        Change::Set { from, to } => format!("{path} {from} → {to}"),
        Change::Reorder { from, to } => format!("{path}: {} → {}", from.join(" "), to.join(" ")),
    }
}

#[test]
fn maps_and_scalars() {
    let check = |from: &str, to: &str, expect: &[&str]| check("Thing", from, to, expect);
    check("{a: 1, b: 2}", "{b: 2, a: 1}", &[]);
    check("{a: 1}", "{a: 2, b: {c: x}}", &["a 1 → 2", r#"+ b {"c":"x"}"#]);
    check("{a: {b: {c: 1}}}", "{a: {b: {}}}", &["- a.b.c 1"]);
    check("{a: null}", "{}", &[]);
    check("{a: null}", "{a: 1}", &["+ a 1"]);
    check("{a: 80}", "{a: '80'}", &[r#"a 80 → "80""#]);
    check("{a: {b: 1}}", "{a: [1]}", &[r#"a {"b":1} → [1]"#]);
    check(
        "{metadata: {labels: {app.kubernetes.io/name: a}}}",
        "{metadata: {labels: {app.kubernetes.io/name: b}}}",
        &[r#"metadata.labels["app.kubernetes.io/name"] "a" → "b""#],
    );
}

#[test]
fn lists_with_merge_keys() {
    let check = |from: &str, to: &str, expect: &[&str]| check("Thing", from, to, expect);
    check(
        "{containers: [{name: a, image: 1}, {name: b, image: 1}]}",
        "{containers: [{name: b, image: 2}, {name: c, image: 1}]}",
        &[
            r#"- containers[name=a] {"image":1,"name":"a"}"#,
            "containers[name=b].image 1 → 2",
            r#"+ containers[name=c] {"image":1,"name":"c"}"#,
        ],
    );
    check(
        "{env: [{name: A, value: x}, {name: B}]}",
        "{env: [{name: B}, {name: A, value: y1}]}",
        &[r#"env[name=A].value "x" → "y1""#, "env: A B → B A"],
    );
    // Two protocols on one port, as DNS has them; TCP goes without saying.
    check(
        "{ports: [{containerPort: 53}, {containerPort: 53, protocol: UDP}]}",
        "{ports: [{containerPort: 53, protocol: UDP, name: dns}, {containerPort: 53}]}",
        &[
            r#"+ ports[containerPort=53,protocol=UDP].name "dns""#,
            "ports: 53/TCP 53/UDP → 53/UDP 53/TCP",
        ],
    );
    check(
        "{ports: [{port: 80, targetPort: 1}]}",
        "{ports: [{port: 80, targetPort: 2}]}",
        &["ports[port=80,protocol=TCP].targetPort 1 → 2"],
    );
    check(
        "{volumeMounts: [{name: a, mountPath: /a}]}",
        "{volumeMounts: [{name: b, mountPath: /a}]}",
        &[r#"volumeMounts[mountPath=/a].name "a" → "b""#],
    );
    check(
        "{things: [{name: a, x: 1}]}",
        "{things: [{name: a, x: 2}]}",
        &["things[name=a].x 1 → 2"],
    );
    // Two items of one name: there is no telling them apart.
    check(
        "{env: [{name: A, value: 1}, {name: A, value: 2}]}",
        "{env: [{name: A, value: 1}, {name: A, value: 3}]}",
        &["env[1].value 2 → 3"],
    );
}

#[test]
fn lists_without_names() {
    let check = |from: &str, to: &str, expect: &[&str]| check("Thing", from, to, expect);
    check("{args: [a, b, c]}", "{args: [a, x, c]}", &[r#"args[1] "b" → "x""#]);
    check("{args: [a, b, c]}", "{args: [a, c]}", &[r#"- args[1] "b""#]);
    check(
        "{args: [a]}",
        "{args: [x, w]}",
        &[r#"- args[0] "a""#, r#"+ args[0] "x""#, r#"+ args[1] "w""#],
    );
    check("{args: [a, b]}", "{args: [b, a]}", &[r#"args: "a" "b" → "b" "a""#]);
    check("{rules: [{a: 1}, {b: 1}]}", "{rules: [{a: 2}, {b: 1}]}", &["rules[0].a 1 → 2"]);
    check("{a: [[1], [2]]}", "{a: [[1], [3]]}", &["a[1][0] 2 → 3"]);
    check("{a: []}", "{a: [1]}", &["+ a[0] 1"]);
}

#[test]
fn secrets_are_masked() {
    check(
        "Secret",
        "{data: {a: aGVsbG8=}}",
        "{data: {a: aGVsbG8h, b: eA==}}",
        &["data.a (secret, 5 bytes) → (secret, 6 bytes)", "+ data.b (secret, 1 bytes)"],
    );
    check(
        "Secret",
        "{}",
        "{stringData: {a: hunter2}}",
        &[r#"+ stringData {"a":"(secret, 7 bytes)"}"#],
    );
    check(
        "Secret",
        "{data: {a: b}}",
        "{data: hunter2}",
        &[r#"data {"a":"(secret, 0 bytes)"} → "(secret, 7 bytes)""#],
    );
    check("Secret", "{type: Opaque}", "{type: other}", &[r#"type "Opaque" → "other""#]);
    check("Secret", "null", "{data: {a: eA==}}", &[r#"+ . {"data":{"a":"(secret, 1 bytes)"}}"#]);
    check(
        "Secret",
        "{metadata: {annotations: {kubectl.kubernetes.io/last-applied-configuration: x}}}",
        "{}",
        &[
            r#"- metadata {"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"(secret, 1 bytes)"}}"#,
        ],
    );
    check("ConfigMap", "{data: {a: x}}", "{data: {a: w}}", &[r#"data.a "x" → "w""#]);
}

#[test]
fn values_marked_secret_are_masked_wherever_they_are() {
    let mut from = source::yaml::read_bare("{env: [{name: A, value: x}]}").unwrap();
    let mut to = source::yaml::read_bare("{env: [{name: A, value: hunter2}, {name: B}]}").unwrap();
    for tree in [&mut from, &mut to] {
        tree.find_mut(&["env".into(), 0.into(), "value".into()]).unwrap().secret = true;
    }
    let id =
        ObjectId { group: String::new(), kind: "Pod".into(), namespace: None, name: "x".into() };
    let edits: Vec<String> = diff(&id, &from, &to).iter().map(shown).collect();
    assert_eq!(
        edits,
        [
            "env[name=A].value (secret, 1 bytes) → (secret, 7 bytes)",
            r#"+ env[name=B] {"name":"B"}"#,
        ]
    );
}
