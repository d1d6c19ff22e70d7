//! The functions as templates call them, against what Sprig gives.

use gotmpl::{IntType, List, ListType, Value};

use super::der::{self, Reader};
use super::digest::hexadecimal;
use super::pem;
use crate::encode;
use crate::testing::{call, shown, world};

fn strings(items: &[&str]) -> Value {
    Value::list(items.iter().map(|item| (*item).into()).collect())
}

fn nil() -> Value {
    List::nil(ListType::Any).into()
}

fn field(certificate: &Value, name: &str) -> String {
    let Value::Object(certificate) = certificate else { panic!("not a certificate") };
    match certificate.field(name) {
        Some(Value::Str(text)) => text.to_string(),
        other => panic!("{other:?}"),
    }
}

/// The key that the cases without interest in the key share: making one is the slow part.
fn key() -> String {
    shown(&world(7), "genPrivateKey", &["ecdsa".into()])
}

fn self_signed(name: &str, addresses: Value, names: Value, days: i64) -> Result<Value, String> {
    let arguments = [name.into(), addresses, names, Value::int(days), key().into()];
    call(&world(1), "genSelfSignedCertWithKey", &arguments).map_err(|error| format!("{error:?}"))
}

/// The subject, the validity and the extensions of a certificate, encoded.
fn parts(certificate: &Value) -> (String, Vec<String>, String) {
    let block = pem::decode(&field(certificate, "Cert")).expect("a PEM block");
    assert_eq!(block.label, "CERTIFICATE");
    let mut body =
        Reader(&block.bytes).sequence().and_then(|mut outer| outer.sequence()).expect("a body");
    let mut elements = Vec::new();
    while let Some(element) = body.next() {
        elements.push(element);
    }
    let [_, (_, serial, _), _, _, (_, validity, _), (_, _, subject), _, (_, extensions, _)] =
        elements[..]
    else {
        panic!("{} elements", elements.len())
    };
    assert!((1..=17).contains(&serial.len()));
    let mut validity = Reader(validity);
    let mut times = Vec::new();
    while let Some((tag, time, _)) = validity.next() {
        let form = if tag == der::UTC_TIME { "short" } else { "long" };
        times.push(format!("{form} {}", String::from_utf8_lossy(time)));
    }
    (hexadecimal(subject), times, hexadecimal(extensions))
}

#[test]
fn certificates_say_the_same_as_sprigs() {
    let check = |certificate: Result<Value, String>, subject: &str, extensions: &str| {
        let (found_subject, _, found_extensions) = parts(&certificate.expect("a certificate"));
        assert_eq!((found_subject.as_str(), found_extensions.as_str()), (subject, extensions));
    };
    check(
        self_signed(
            "*.example.com",
            strings(&["10.0.0.1", "::1", "::ffff:1.2.3.4"]),
            strings(&["a.example.com", "b"]),
            10_000,
        ),
        "30183116301406035504030c0d2a2e6578616d706c652e636f6d",
        "3078300e0603551d0f0101ff0404030205a0301d0603551d250416301406082b0601050507030106082b06010505070302300c0603551d130101ff0402300030390603551d1104323030820d612e6578616d706c652e636f6d82016287040a000001871000000000000000000000000000000001870401020304",
    );
    check(
        self_signed("", nil(), strings(&["a"]), 1),
        "3000",
        "304e300e0603551d0f0101ff0404030205a0301d0603551d250416301406082b0601050507030106082b06010505070302300c0603551d130101ff04023000300f0603551d110101ff04053003820161",
    );
    check(
        self_signed("ü", nil(), nil(), 1),
        "300d310b300906035504030c02c3bc",
        "303d300e0603551d0f0101ff0404030205a0301d0603551d250416301406082b0601050507030106082b06010505070302300c0603551d130101ff04023000",
    );
}

#[test]
fn certificates_are_valid_from_the_renders_time() {
    let check = |days: i64, expect: &str| {
        let certificate = self_signed("a", nil(), nil(), days).expect("a certificate");
        assert_eq!(parts(&certificate).1, ["short 240203030506Z", expect]);
    };
    check(0, "short 240203030506Z");
    check(365, "short 250202030506Z");
    check(-1, "short 240202030506Z");
    check(10_000, "long 20510621030506Z");
    // Go's duration overflows, and so do the days.
    check(99_999_999, "long 22430630093010Z");
}

#[test]
fn a_signed_certificate_names_its_authority() {
    let world = world(3);
    let ca = call(&world, "genCA", &["my-ca".into(), Value::int(365)]).expect("a CA");
    let arguments = ["leaf".into(), nil(), nil(), Value::int(1), ca.clone()];
    let leaf = call(&world, "genSignedCert", &arguments).expect("a certificate");
    let (subject, _, authority) = parts(&ca);
    let (_, _, extensions) = parts(&leaf);
    assert_eq!(subject, "3010310e300c060355040313056d792d6361");
    let usages = "300e0603551d0f0101ff0404030202a4301d0603551d250416301406082b0601050507030106082b06010505070302300f0603551d130101ff040530030101ff301d0603551d0e04160414";
    let identifier = authority.split_once(usages).expect("a CA's extensions").1;
    assert!(extensions.ends_with(&format!("301f0603551d23041830168014{identifier}")));
    assert!(field(&leaf, "Key").starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));

    let stranger = call(&world, "genCAWithKey", &["my-ca".into(), Value::int(1), key().into()]);
    let arguments = [field(&ca, "Cert"), field(&stranger.expect("a CA"), "Key")]
        .map(|text| encode::base64(text.as_bytes()).into());
    let mixed = call(&world, "buildCustomCert", &arguments).expect("both parts can be read");
    let arguments = ["leaf".into(), nil(), nil(), Value::int(1), mixed];
    assert_eq!(
        shown(&world, "genSignedCert", &arguments),
        "error creating certificate: x509: provided PrivateKey doesn't match parent's PublicKey"
    );
}

#[test]
fn keys_are_read_as_they_were_written() {
    let check = |kind: &str, label: &str, signs: bool| {
        let world = world(5);
        let key = shown(&world, "genPrivateKey", &[kind.into()]);
        assert!(key.starts_with(&format!("-----BEGIN {label}-----\n")), "{key}");
        let arguments = ["x".into(), Value::int(1), key.clone().into()];
        let ca = call(&world, "genCAWithKey", &arguments);
        assert_eq!(ca.is_ok(), signs, "{kind} {ca:?}");
        assert!(ca.is_err() || ca.is_ok_and(|ca| field(&ca, "Key") == key), "{kind}");
    };
    check("rsa", "RSA PRIVATE KEY", true);
    check("dsa", "DSA PRIVATE KEY", false);
    check("ecdsa", "EC PRIVATE KEY", true);
    check("ed25519", "PRIVATE KEY", true);
}

#[test]
fn the_seed_decides_and_every_draw_is_noted() {
    let check = |name: &'static str, arguments: &[Value]| {
        let (one, again, other) = (world(1), world(1), world(2));
        let first = shown(&one, name, arguments);
        assert_eq!(first, shown(&again, name, arguments), "{name}");
        assert_ne!(first, shown(&other, name, arguments), "{name}");
        assert!(one.impure.borrow().iter().all(|impure| impure.function == name));
        assert!(!one.impure.borrow().is_empty());
    };
    check("genCA", &["x".into(), Value::int(1)]);
    check("genPrivateKey", &["ed25519".into()]);
    check("bcrypt", &["x".into()]);
    check("htpasswd", &["x".into(), "y".into()]);
    check("encryptAES", &["x".into(), "y".into()]);
    check("uuidv4", &[]);
    check("randInt", &[Value::int(0), Value::int(i64::MAX)]);
    check("shuffle", &["a text of many runes: äöü".into()]);
    for name in ["randAlpha", "randAlphaNum", "randNumeric", "randAscii", "randBytes"] {
        check(name, &[Value::int(40)]);
    }
}

#[test]
fn known_answers() {
    let check = |name: &str, arguments: &[Value], expect: &str| {
        assert_eq!(shown(&world(1), name, arguments), expect, "{name} {arguments:?}");
    };
    let derive =
        |counter: i64, kind: &str, password: &str, user: &str, site: &str, expect: &str| {
            let counter = Value::Int(counter, IntType::Uint32);
            let arguments = [counter, kind.into(), password.into(), user.into(), site.into()];
            check("derivePassword", &arguments, expect);
        };
    derive(1, "long", "password", "user", "example.com", "ZedaFaxcZaso9*");
    derive(7, "maximum", "pässword", "", "", "j0@TpCejp3NM*y3!axoR");
    derive(0xffff_ffff, "medium", "p", "ü", "s", "Feq3(Xen");
    derive(0, "short", "", "u", "s", "Vug4");
    derive(3, "basic", "p", "u", "s", "MeI4DWz7");
    derive(3, "pin", "p", "u", "s", "3444");
    derive(3, "huh", "p", "u", "s", "cannot find password template huh");
    check("sha1sum", &["".into()], "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    check("adler32sum", &["ü".into()], "38011264");
    let sealed = "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=";
    check("decryptAES", &["secretkey".into(), sealed.into()], "plaintext");
    check("randAlpha", &[Value::int(-1)], "");
    check("getHostByName", &["localhost".into()], "");
}

#[test]
fn mistakes_are_refused_in_the_words_of_sprig() {
    let check = |name: &str, arguments: &[Value], expect: &str| {
        assert_eq!(shown(&world(1), name, arguments), expect, "{name} {arguments:?}");
    };
    let one = Value::list(vec![Value::int(1)]);
    let signed = |addresses: &Value, names: &Value| {
        ["a".into(), addresses.clone(), names.clone(), Value::int(1), key().into()]
    };
    let self_signed = "genSelfSignedCertWithKey";
    check(self_signed, &signed(&one, &nil()), "error parsing ip: 1 is not a string");
    check(self_signed, &signed(&strings(&["x"]), &nil()), "error parsing ip: x");
    check(
        self_signed,
        &signed(&nil(), &one),
        "error processing alternate dns name: 1 is not a string",
    );
    check(
        self_signed,
        &signed(&nil(), &strings(&["ü"])),
        "error creating certificate: x509: \"ü\" cannot be encoded as an IA5String",
    );
    let ca = ["a".into(), Value::int(1), "x".into()];
    check("genCAWithKey", &ca, "parsing private key: no PEM data in input");
    check("genPrivateKey", &["x".into()], "Unknown type x");
    check("buildCustomCert", &["!".into(), "".into()], "unable to decode base64 certificate");
    check("buildCustomCert", &["".into(), "!".into()], "unable to decode base64 private key");
    check("buildCustomCert", &["".into(), "".into()], "unable to decode certificate");
    check("decryptAES", &["a".into(), "!!".into()], "illegal base64 data at input byte 0");
    check("decryptAES", &["a".into(), "Y\nQ==x".into()], "illegal base64 data at input byte 5");
    check("randInt", &[Value::int(5), Value::int(5)], "invalid argument to Intn");
    check("randInt", &[Value::int(i64::MIN), Value::int(i64::MAX)], "invalid argument to Intn");
    check("randBytes", &[Value::int(-1)], "runtime error: makeslice: len out of range");
    check(
        "randAscii",
        &[Value::int(i64::MAX)],
        "9223372036854775807 random characters are more than the limit of 16777216",
    );
    check(
        "bcrypt",
        &["a".repeat(73).into()],
        "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes",
    );
    check("htpasswd", &["a:b".into(), "c".into()], "invalid username: a:b");
}
