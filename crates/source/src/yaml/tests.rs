//! Reading and writing against what Go does with the same texts, places, broken files, and texts made at random.

use super::*;
use crate::problem::tests::render;
use crate::{Node, Path, Segment, arrange, json};

/// A file of cases whose expectations Go wrote.
fn cases(fixture: &str) -> Vec<Tree> {
    match json::read_bare(fixture).unwrap().node {
        Node::List(cases) => cases,
        _ => panic!("the fixture is a list"),
    }
}

fn field<'t>(case: &'t Tree, name: &str) -> Option<&'t str> {
    case.get(name)?.as_str()
}

#[test]
fn reads_as_go() {
    for case in cases(include_str!("../../fixtures/read.json")) {
        let (text, expect) = (field(&case, "text").unwrap(), field(&case, "read").unwrap());
        let read = match read_bare(text) {
            Ok(tree) => json::write(&tree, json::Html::Escaped, json::Layout::Compact).unwrap(),
            Err(error) => format!("ERR {error}"),
        };
        assert_eq!(read, expect, "{text}");
    }
}

#[test]
fn writes_as_go() {
    let written = |tree: &Tree, dialect| match write(tree, dialect) {
        Ok(text) => text,
        Err(error) => format!("ERR {error}"),
    };
    let both = |tree: &Tree| [Dialect::Helm, Dialect::Pretty].map(|dialect| written(tree, dialect));
    for case in cases(include_str!("../../fixtures/write.json")) {
        let pair = |name: &str| {
            let pair = case.get(name).and_then(Tree::as_list).unwrap();
            [pair[0].as_str().unwrap(), pair[1].as_str().unwrap()].map(str::to_owned)
        };
        if let Some(text) = field(&case, "text") {
            let scalar = Tree::from(text);
            let list = Tree::from(vec![scalar.clone()]);
            assert_eq!(both(&scalar), pair("scalar"), "{text:?}");
            let map = crate::Map::from_iter([(text.into(), list)]);
            assert_eq!(both(&map.into()), pair("key"), "{text:?} as key");
        } else {
            let document = field(&case, "document").unwrap();
            let tree = read_plain(document).unwrap();
            let expect = ["helm", "pretty"].map(|name| field(&case, name).unwrap().to_owned());
            assert_eq!(both(&tree), expect, "{document}");
            let written = json::write(&tree, json::Html::Escaped, json::Layout::Indented);
            assert_eq!(written.as_deref(), Ok(field(&case, "json").unwrap()), "{document}");
        }
    }
}

#[test]
fn errors_of_the_step_through_json() {
    let error = |text| read_plain(text).unwrap_err();
    assert_eq!(
        error("a: b\nc: d: e"),
        "error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context"
    );
    assert_eq!(error("a: .inf"), "error converting YAML to JSON: json: unsupported value: +Inf");
}

#[test]
fn integers_become_floats_once() {
    let mut tree = read_bare("[9007199254740993, 18446744073709551615, 5, '5']").unwrap();
    let list = tree.as_list().unwrap();
    assert_eq!(list[0].node, Node::Int(9_007_199_254_740_993));
    assert_eq!(list[1].node, Node::Uint(u64::MAX));
    tree.integers_to_floats();
    assert_eq!(
        write(&tree, Dialect::Helm).unwrap(),
        "- 9007199254740992\n- 1.8446744073709552e+19\n- 5\n- \"5\"\n"
    );
}

/// The text that a node and its key point at.
#[track_caller]
fn check_place(text: &str, path: &[Segment], key: Option<&str>, value: &str) {
    let source = Source::new("x.yaml", text);
    let tree = read(&source, Options::HELM).unwrap().value;
    let node = tree.find(path).unwrap();
    let shown = |span: &crate::Span| format!("{}:{}", span.line(), span.text());
    let path = Path(path.to_vec());
    assert_eq!(node.key_span.as_ref().map(shown).as_deref(), key, "key of {path} in {text}");
    assert_eq!(node.span.as_ref().map(shown).as_deref(), Some(value), "{path} in {text}");
}

#[test]
fn places() {
    let text =
        "a: 1 # c\nb:\n  - x y\n  - {c: 'd'}\ne: |\n  f\n  g\n\nh:\ni: !!str 5\nj: &k [1,\n 2]\n";
    check_place(text, &["a".into()], Some("1:a"), "1:1");
    check_place(text, &["b".into()], Some("2:b"), "3:- x y\n  - {c: 'd'}");
    check_place(text, &["b".into(), 0.into()], None, "3:x y");
    check_place(text, &["b".into(), 1.into()], None, "4:{c: 'd'}");
    check_place(text, &["b".into(), 1.into(), "c".into()], Some("4:c"), "4:'d'");
    check_place(text, &["e".into()], Some("5:e"), "5:|\n  f\n  g");
    check_place(text, &["h".into()], Some("9:h"), "9:");
    check_place(text, &["i".into()], Some("10:i"), "10:5");
    check_place(text, &["j".into()], Some("11:j"), "11:[1,\n 2]");
    check_place("\u{feff}ü: ä\n", &["ü".into()], Some("1:ü"), "1:ä");
}

#[test]
fn places_of_merged_and_repeated_values() {
    let text = "base: &base\n  image: nginx\nweb:\n  <<: *base\n  port: 80\nsame: *base\n";
    check_place(text, &["web".into(), "image".into()], Some("4:<<"), "2:nginx");
    check_place(text, &["web".into(), "port".into()], Some("5:port"), "5:80");
    check_place(text, &["same".into()], Some("6:same"), "2:image: nginx");
    check_place(text, &["same".into(), "image".into()], Some("2:image"), "2:nginx");
}

#[test]
fn documents_keep_their_places() {
    let source = Source::new("values.yaml", "# first\na: 1\n---\nb: [x]\nb: 2\n");
    let all = read_all(&source, Options::HELM).unwrap();
    assert_eq!(all.value.len(), 2);
    assert_eq!(all.value[1].get("b").unwrap().span.as_ref().unwrap().line(), 5);
    assert_eq!(all.warnings.len(), 1);
    assert_eq!(all.warnings[0].labels[1].span.line(), 4);
}

/// Each file holds broken texts, separated by lines of `=`.
#[test]
fn broken_files() {
    let shown = include_str!("../../fixtures/broken.txt").split("=====\n").map(|text| {
        let source = Source::new("regatta.yaml", text);
        let problems = read_all(&source, Options::STRICT).map(|read| read.value).unwrap_err();
        arrange(problems).iter().map(render).collect::<String>()
    });
    insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
}

#[test]
fn alias_bombs_are_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb = format!("{bomb}a{level}: &a{level} [{aliases}]\n");
    }
    let error = read_bare(&bomb).unwrap_err();
    assert_eq!(error.to_string(), "yaml: document contains excessive aliasing");
    let harmless = format!("a: &a {{k: v}}\nb: [{}]\n", vec!["*a"; 90].join(", "));
    assert_eq!(read_bare(&harmless).unwrap().get("b").unwrap().as_list().unwrap().len(), 90);
}

#[test]
fn depth_is_bounded() {
    for text in ["[".repeat(180) + &"]".repeat(180), "- ".repeat(180) + "x"] {
        assert!(read_bare(&text).is_ok());
    }
    for text in ["[".repeat(300), "- ".repeat(300), "{a: ".repeat(300), "? ".repeat(300)] {
        let error = read_bare(&text).unwrap_err();
        assert_eq!(error.to_string(), "yaml: exceeded max depth of 200");
    }
    assert!(json::read_bare(&"[".repeat(100_000)).is_err());
    assert!(read_bare(&"[".repeat(100_000)).is_err());
    assert!(head(&"- ".repeat(100_000)).is_err());
}

/// A small generator of random numbers, always the same ones.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn text(&mut self) -> String {
        const PIECES: &[&str] = &[
            "a", "b", "1", ":", ": ", "\n", "\n  ", "- ", "-", "?", "? ", "[", "]", "{", "}", ",",
            "#", " #", "&x", "*x", "<<: ", "!", "!!int ", "|", ">", "|2", "'", "\"", "\\", "%",
            "@", "---", "...", "\t", "\r", "é", "\u{85}", "\u{2028}", "\u{feff}", "😀", "\u{1}",
            "\u{7f}", ".inf", "0x", "~", "yes",
        ];
        (0..self.below(14)).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }
}

#[test]
fn random_texts_never_panic_and_readers_agree() {
    let mut random = Random(1);
    for _ in 0..3_000 {
        let text = random.text();
        let bare = read_bare(&text);
        let placed = read(&Source::new("x", text.as_str()), Options::HELM);
        assert_eq!(bare.as_ref().ok(), placed.as_ref().ok().map(|read| &read.value), "{text:?}");
        assert_eq!(bare.as_ref().err(), head(&text).as_ref().err(), "{text:?}");
        for problem in placed.err().into_iter().flatten() {
            render(&problem);
        }
        drop(json::read_bare(&text));
    }
}

/// What is written is read back as it was, but for what Go does not read back either: U+0085, other odd breaks, and a
/// tab at the beginning of a literal block.
#[test]
fn random_values_are_read_back() {
    let mut random = Random(2);
    for _ in 0..3_000 {
        let text = random.text().replace('\u{85}', "");
        let key: Arc<str> = random.text().replace('\u{85}', "").into();
        let tree =
            Tree::from(vec![crate::Map::from_iter([(key, Tree::from(text.as_str()))]).into()]);
        for dialect in [Dialect::Helm, Dialect::Pretty] {
            if let Ok(written) = write(&tree, dialect) {
                let read = read_bare(&written);
                let odd = written.contains(['\u{2028}', '\u{feff}', '\t']);
                assert!(odd || read.as_ref() == Ok(&tree), "{tree:?}\n{written}\n{read:?}");
            }
        }
        let compact = json::write(&tree, json::Html::Escaped, json::Layout::Compact).unwrap();
        assert_eq!(json::read_bare(&compact).as_ref(), Ok(&tree));
    }
}
