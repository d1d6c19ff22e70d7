//! Random and damaged templates: whatever the bytes, parsing and running end with a text or an error.

use std::sync::Arc;

use gotmpl::{Functions, Limits, Options, Value};

use crate::functions::functions;
use crate::render;

/// Xorshift: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

const WORDS: &[&str] = &[
    "{{",
    "}}",
    "{{-",
    "-}}",
    "{{- ",
    " -}}",
    " ",
    "\n",
    "if",
    "else",
    "end",
    "range",
    "with",
    "define",
    "template",
    "block",
    "break",
    "continue",
    "nil",
    "true",
    "$",
    "$x",
    ":=",
    "=",
    ",",
    "|",
    "(",
    ")",
    ".",
    ".a",
    ".b.c",
    "\"x\"",
    "`r`",
    "'c'",
    "1",
    "-2",
    "1.5e3",
    "0x1p-2",
    "1i",
    "/*",
    "*/",
    "printf",
    "\"%*[2]d%v%+.3q\"",
    "index",
    "slice",
    "len",
    "eq",
    "and",
    "or",
    "not",
    "list",
    "dict",
    "include",
    "tpl",
    "set",
    "upper",
    "point",
    "é",
    "😀",
    "\\",
    "\"",
    "'",
    "`",
    "\u{0}",
    "_",
    "9",
    "x",
    "- ",
    "{{ if .a }}",
    "{{ end }}",
    "{{ else }}",
    "{{ range $i, $v := .l }}",
    "{{ $v }}",
    "{{ define \"x\" }}",
];

fn survives(functions: &Arc<Functions>, text: &str) {
    let limits = Limits { output: 1 << 16, depth: 50, recursion: 20, steps: 500 };
    let options = Options { limits, ..Options::default() };
    let dot = Value::map([
        ("a", Value::from("text")),
        ("b", Value::map([("c", Value::Float(1.5))])),
        ("l", Value::list(vec![Value::Nil, Value::int(-1), Value::strings(["q"])])),
        ("n", Value::Nil),
    ]);
    if let Err(error) = render(functions, text, &dot, &options) {
        assert!(error.place.range.start <= error.place.range.end, "{text:?}");
        assert!(error.go_text().starts_with("template: "), "{text:?}");
        if error.place.template.as_ref() == "t" {
            assert!(text.get(error.place.range.clone()).is_some(), "{text:?}: {error:?}");
        }
    }
}

#[test]
fn any_sequence_of_words_ends() {
    let functions = functions();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..8_000 {
        let mut text = String::new();
        for _ in 0..random.below(24) {
            text.push_str(random.pick(WORDS));
        }
        survives(&functions, &text);
        survives(&functions, &format!("{{{{ {text} }}}}"));
    }
}

#[test]
fn any_damage_to_a_template_ends() {
    let functions = functions();
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let inputs = [
        include_str!("inputs/arguments.txt"),
        include_str!("inputs/compare.txt"),
        include_str!("inputs/control.txt"),
        include_str!("inputs/includes.txt"),
        include_str!("inputs/index.txt"),
        include_str!("inputs/literals.txt"),
        include_str!("inputs/printing.txt"),
        include_str!("inputs/trim.txt"),
        include_str!("inputs/variables.txt"),
    ];
    let templates: Vec<&str> = inputs.iter().flat_map(|input| input.split("\n---\n")).collect();
    for _ in 0..10_000 {
        let mut text: Vec<char> = random.pick(&templates).chars().collect();
        for _ in 0..=random.below(3) {
            let at = random.below(text.len());
            let end = (at + random.below(6)).min(text.len());
            let word: Vec<char> = match random.below(4) {
                0 => Vec::new(),
                1 => text[at..end].repeat(2),
                2 => random.pick(&templates).chars().take(20).collect(),
                _ => random.pick(WORDS).chars().collect(),
            };
            text.splice(at..end, word);
        }
        survives(&functions, &text.into_iter().collect::<String>());
    }
}
