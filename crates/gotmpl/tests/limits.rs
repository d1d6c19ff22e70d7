//! What no template can do: end the stack, fill the memory, run for ever.

use gotmpl::{Error, ErrorKind, Limits, MissingKey, Options, Value, deep_equal};

use crate::functions::functions;
use crate::render;

fn run(text: &str, limits: Limits) -> Result<String, Error> {
    let options = Options { missing_key: MissingKey::Zero, limits };
    render(&functions(), text, &Value::map([("n", Value::Nil)]), &options)
}

fn check(text: &str, limits: Limits, expect: &str) {
    let error = run(text, limits).expect_err(text);
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Limit, expect), "{text:.80}");
}

#[test]
fn templates_end_at_their_bounds() {
    let small = || Limits { depth: 2000, output: 1 << 20, steps: 10_000, ..Limits::default() };
    check(
        r#"{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}"#,
        Limits::default(),
        "error calling include: rendering template has a nested reference name: x: unable to execute template",
    );
    check(
        r#"{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}"#,
        small(),
        "exceeded maximum template depth (2000)",
    );
    check(
        r#"{{ tpl "{{ tpl .t . }}" (dict "t" "{{ tpl .t . }}") }}"#,
        small(),
        "error calling tpl: exceeded maximum template depth (2000)",
    );
    check("{{ range 1000000 }}{{ end }}", small(), "exceeded maximum number of actions");
    check(
        "{{ range 10000 }}0123456789012345678901234567890123456789{{ print 1 }}{{ end }}",
        Limits { steps: 100_000, output: 1 << 18, ..Limits::default() },
        "exceeded maximum size of output",
    );
    check(
        r#"{{ $m := dict }}{{ $m = set $m "self" $m }}{{ $m }}"#,
        small(),
        "value is too large or too deep to print",
    );
    check(
        r#"{{ $m := dict }}{{ $m = set $m "a" $m }}{{ $m = set $m "b" $m }}{{ printf "%v" $m }}"#,
        small(),
        "error calling printf: value is too large or too deep to print",
    );
    check(
        "{{ $l := list 1 }}{{ range 60 }}{{ $l = list $l $l }}{{ end }}{{ $l }}",
        small(),
        "value is too large or too deep to print",
    );
    check(
        r#"{{ printf "%1000000d%1000000d" 1 2 }}"#,
        small(),
        "error calling printf: value is too large or too deep to print",
    );
}

#[test]
fn nesting_is_bounded_while_parsing() {
    let parens = |depth: usize| {
        run(&format!("{{{{ {}1{} }}}}", "(".repeat(depth), ")".repeat(depth)), Limits::default())
    };
    assert_eq!(parens(10_000).unwrap(), "1");
    assert_eq!(parens(10_001).unwrap_err().message, "max expression depth exceeded");
    let ifs = |depth: usize| {
        run(&format!("{}x{}", "{{if 1}}".repeat(depth), "{{end}}".repeat(depth)), Limits::default())
    };
    assert_eq!(ifs(10_000).unwrap(), "x");
    assert_eq!(ifs(10_001).unwrap_err().message, "max nesting depth exceeded");
    let chain = format!("{{{{if 0}}}}{}{{{{end}}}}", "{{else if 0}}".repeat(20_000));
    assert_eq!(run(&chain, Limits::default()).unwrap_err().message, "max nesting depth exceeded");
    // The message shows the whole expression.
    let failing = format!("{{{{ {}.n.x{} }}}}", "(not ".repeat(9_000), ")".repeat(9_000));
    assert_eq!(run(&failing, Limits::default()).unwrap_err().node, ".n.x");
    let called = format!("{{{{ {}1{} 2 }}}}", "(print ".repeat(9_000), ")".repeat(9_000));
    assert!(
        run(&called, Limits::default()).unwrap_err().message.starts_with("can't give argument")
    );
}

#[test]
fn a_small_stack_is_enough() {
    let text = r#"{{ define "x" }}{{ if lt . 900 }}{{ include "x" (len (print (include "y" .))) }}{{ end }}{{ end }}
        {{ define "y" }}{{ template "z" . }}{{ end }}{{ define "z" }}{{ range . }} {{ end }}+{{ end }}{{ include "x" 0 }}"#;
    let thread = std::thread::Builder::new().stack_size(512 << 10);
    let result = thread.spawn(move || run(text, Limits::default())).unwrap().join().unwrap();
    assert_eq!(result.unwrap().trim(), "");
}

#[test]
fn deep_values_are_dropped_and_compared() {
    let deep = |depth: usize| {
        let mut value = Value::map([("k", Value::int(1))]);
        for _ in 0..depth {
            value = Value::map([("k", Value::list(vec![value]))]);
        }
        value
    };
    let (one, two) = (deep(100_000), deep(100_000));
    assert!(deep_equal(&one, &two));
    assert!(!deep_equal(&deep(100), &deep(101)));
    one.note_all_read();
    assert!(gotmpl::print_value(&two).len() > 10_000);
}
