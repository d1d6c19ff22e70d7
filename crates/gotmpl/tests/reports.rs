//! What a run tells besides its text: which values were read, what failed expressions saw, who called whom.

use gotmpl::{MissingKey, Options, Value};

use crate::functions::functions;
use crate::render;

/// The paths that were read, leaves only.
fn reads(value: &Value, path: &str, read: &mut Vec<String>) {
    let Value::Map(map) = value else { return };
    for (key, value, was_read) in map.reads() {
        let path = format!("{path}.{key}");
        let deeper = read.len();
        reads(&value, &path, read);
        if was_read && read.len() == deeper {
            read.push(path);
        }
    }
}

fn dot() -> Value {
    Value::map([
        ("a", Value::map([("b", Value::from("x")), ("c", Value::from("y"))])),
        ("m", Value::map([("k", Value::map([("deep", Value::int(1))])), ("n", Value::Nil)])),
        ("l", Value::list(vec![Value::map([("i", Value::int(1)), ("j", Value::int(2))])])),
    ])
}

#[test]
fn reads_are_noted_as_far_as_they_go() {
    let check = |text: &str, expect: &str| {
        let dot = dot();
        render(&functions(), text, &dot, &Options::default()).unwrap();
        let mut read = Vec::new();
        reads(&dot, "", &mut read);
        assert_eq!(read.join(" "), expect, "{text}");
    };
    check("{{ .a.b }}", ".a.b");
    check("{{ if .a }}{{ end }}", ".a");
    check("{{ .a }}", ".a.b .a.c");
    check("{{ printf \"%v\" .m }}", ".m.k.deep .m.n");
    check("{{ index .a \"c\" }}", ".a.c");
    check("{{ range $k, $v := .m }}{{ end }}", ".m.k .m.n");
    check("{{ with .m }}{{ .k.deep }}{{ .none }}{{ end }}", ".m.k.deep");
    check("{{ len .a }}{{ $x := .m }}", ".a .m");
}

#[test]
fn failures_tell_what_they_saw_and_who_called() {
    let text = "{{ define \"inner\" }}\n  {{ upper (default .n.x.y $.l) }}{{ end -}}
{{ define \"outer\" }}{{ template \"inner\" .m }}{{ end -}}
{{ $v := 3 }}{{ include \"outer\" . }}";
    let text = text.replace("default", "list");
    let error = render(&functions(), &text, &dot(), &Options::default()).unwrap_err();
    insta::assert_snapshot!(format!("{error:#?}"));
}

#[test]
fn strict_runs_refuse_missing_keys() {
    let options = Options { missing_key: MissingKey::Error, ..Options::default() };
    let check = |text: &str, expect: &str| {
        let error = render(&functions(), text, &dot(), &options).unwrap_err();
        assert_eq!(error.go_text(), expect);
    };
    check(
        "{{ .a.x }}",
        r#"template: t:1:5: executing "t" at <.a.x>: map has no entry for key "x""#,
    );
    check(
        "{{ template \"x\" }}{{ define \"x\" }}{{ .y }}{{ end }}",
        r#"template: t:1:37: executing "x" at <.y>: nil data; no entry for key "y""#,
    );
}
