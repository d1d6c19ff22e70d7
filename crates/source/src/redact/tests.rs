//! What is masked, what is not, and that nothing of a secret is left.

use super::*;
use crate::yaml;

fn redactor(secrets: &[&str]) -> Redactor {
    let mut redactor = Redactor::default();
    secrets.iter().for_each(|secret| redactor.add(secret));
    redactor
}

#[track_caller]
fn check(secrets: &[&str], text: &str, expect: &str) {
    assert_eq!(redactor(secrets).redact(text), expect, "{text}");
}

#[test]
fn plain_and_escaped() {
    check(&["hunter2"], "password=hunter2; again hunter2", "password=(secret); again (secret)");
    check(&["pass\"w<ord"], r#"{"a":"pass\"w\u003cord"}"#, r#"{"a":"(secret)"}"#);
    check(&["pass\"w<ord"], r#"{"a":"pass\"w<ord"}"#, r#"{"a":"(secret)"}"#);
    check(&["it's secret"], "a: 'it''s secret'", "a: '(secret)'");
    check(&["über-geheim"], "das ist über-geheim!", "das ist (secret)!");
    check(&["  padded  \n"], "x padded y", "x (secret) y");
}

#[test]
fn base64_alone_and_inside() {
    check(&["correct horse"], "Y29ycmVjdCBob3JzZQ==", "(secret)");
    // In `user:password` and the like, at each of the three places.
    check(&["correct horse battery"], "YWI6Y29ycmVjdCBob3JzZSBiYXR0ZXJ5", "YWI6(secret)");
    check(&["correct horse battery"], "YWI6Y29ycmVjdCBob3JzZSBiYXR0ZXJ5Ow==", "YWI6(secret)Ow==");
    check(&["correct horse battery"], "YTpjb3JyZWN0IGhvcnNlIGJhdHRlcnk7", "YTp(secret)k7");
    check(&["correct horse battery"], "dXNlcjpjb3JyZWN0IGhvcnNlIGJhdHRlcnkK", "dXNlcjp(secret)kK");
}

#[test]
fn lines_of_a_key() {
    let key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nshort\n-----END KEY-----\n";
    check(
        &[key],
        "  -----BEGIN KEY-----\n  MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n  short\n",
        "  -----BEGIN KEY-----\n  (secret)\n  short\n",
    );
    check(&[key], &format!("k: {}", json_text(key)), "k: \"(secret)\"");
}

fn json_text(text: &str) -> String {
    crate::json::quote(text, crate::json::Html::Escaped)
}

#[test]
fn overlapping_secrets_are_masked_as_one() {
    check(&["abcdef", "cdefghijkl"], "x abcdefghijkl y", "x (secret) y");
    check(&["abcdef", "abcdefgh"], "abcdefgh", "(secret)");
    check(&["abcdef"], "abcdefabcdef", "(secret)(secret)");
}

#[test]
fn short_and_exempt_strings_stay() {
    check(&["admin", ""], "admin", "admin");
    let mut redactor = redactor(&["postgres"]);
    redactor.exempt("postgres");
    assert_eq!(redactor.redact("release postgres: cG9zdGdyZXM="), "release postgres: (secret)");
    assert!(matches!(redactor.redact("nothing"), Cow::Borrowed("nothing")));
}

#[test]
fn trees_and_objects() {
    let mut redactor = Redactor::default();
    let mut tree = yaml::read_bare("a: {b: hunter2, c: public}\nport: 1234567").unwrap();
    for path in [&["a".into(), "b".into()][..], &["port".into()]] {
        tree.find_mut(path).unwrap().secret = true;
    }
    redactor.add_tree(&tree);
    assert_eq!(redactor.redact("hunter2 public 1234567"), "(secret) public (secret)");

    let mut redactor = Redactor::default();
    let list = "kind: List\nitems:\n- kind: Secret\n  data: {a: c2VjcmV0LW9uZQ==, b: /////////w==}\n  stringData: {c: \
                secret-two}\n- kind: ConfigMap\n  data: {a: no-secret}\n";
    redactor.add_object(&yaml::read_bare(list).unwrap());
    let text = "secret-one c2VjcmV0LW9uZQ== secret-two no-secret /////////w==";
    assert_eq!(redactor.redact(text), "(secret) (secret) (secret) no-secret (secret)");
    assert_eq!(format!("{redactor:?}"), "Redactor(18 forms)");
}
