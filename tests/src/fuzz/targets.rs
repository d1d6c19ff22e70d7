//! What is fuzzed, and what must hold of any input.

use std::io::Write as _;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use chart::Dialect;
use gotmpl::{Options, Place, TemplateSet, Value};
use source::yaml::{self, Dialect as Layout};
use source::{Map, Node, Source, Tree};
use sprig::World;
use stack::set::{self, Kind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The parser of templates.
    Template,
    /// Templates that run, with all functions.
    Executor,
    /// Reading and writing YAML.
    Yaml,
    /// The grammar of `--set` and its like.
    Set,
    /// Archives of charts.
    Archive,
}

impl Target {
    pub const ALL: [Self; 5] =
        [Self::Template, Self::Executor, Self::Yaml, Self::Set, Self::Archive];

    pub fn name(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Executor => "executor",
            Self::Yaml => "yaml",
            Self::Set => "set",
            Self::Archive => "archive",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.name() == name)
    }

    /// Must come back, whatever it is given.
    ///
    /// # Panics
    /// Where what must hold does not.
    pub fn run(self, input: &[u8]) {
        match self {
            Self::Template => template(&String::from_utf8_lossy(input)),
            Self::Executor => execute(&String::from_utf8_lossy(input)),
            Self::Yaml => read(&String::from_utf8_lossy(input)),
            Self::Set => set(&String::from_utf8_lossy(input)),
            Self::Archive => archive(input),
        }
    }
}

fn template(text: &str) {
    for dialect in [Dialect::Helm4, Dialect::Helm3] {
        drop(gotmpl::parse("fuzz", text.into(), sprig::functions(dialect)));
    }
}

/// Bounds that keep an input from running for long; what they stop has run far enough.
const STEPS: u64 = 20_000;
const OUTPUT: usize = 1 << 20;

fn execute(text: &str) {
    let dialect = if text.len().is_multiple_of(2) { Dialect::Helm4 } else { Dialect::Helm3 };
    let mut templates = TemplateSet::new("fuzz", Arc::clone(sprig::functions(dialect)));
    let helpers = "{{ define \"x\" }}[{{ . }}]{{ end }}{{ define \"again\" }}{{ include \"again\" . }}{{ end }}";
    for (name, text) in [("helpers", helpers), ("main", text)] {
        match gotmpl::parse(name, text.into(), sprig::functions(dialect)) {
            Ok(parsed) => templates.add(&parsed),
            Err(_) => return,
        }
    }
    let now: chart::Now =
        Arc::new(LazyLock::new(|| jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC)));
    let lookup = |_: Place, _: [&gotmpl::Str; 4]| Ok(Value::map::<&str>([]));
    let world = World::new(dialect, [7; 32], now, Rc::new(lookup));
    let mut options = Options::default();
    options.limits.steps = STEPS;
    options.limits.output = OUTPUT;
    drop(gotmpl::execute(&templates, "main", &dot(), &world, &options));
}

/// Something of each type, under the names that templates ask for.
fn dot() -> Value {
    let values = Value::map([
        ("a", Value::map([("b", Value::map([("c", Value::from("deep"))]))])),
        ("s", Value::from("text é😀")),
        ("n", Value::Nil),
        ("t", Value::Bool(true)),
        ("i", Value::int64(5)),
        ("f", Value::Float(1.5)),
        ("big", Value::Float(1e300)),
        ("list", Value::list(vec![Value::Float(1.0), Value::Nil, Value::from("x")])),
        ("map", Value::map([("k", Value::from("v")), ("", Value::Nil)])),
        ("bytes", Value::Str(b"\xff\xfe"[..].into())),
    ]);
    let release = Value::map([("Name", Value::from("web")), ("Revision", Value::int(1))]);
    let chart = Value::map([("Name", Value::from("api")), ("Version", Value::from("1.2.3"))]);
    Value::map([("Values", values), ("Release", release), ("Chart", chart)])
}

/// What was read is written, and read as the same again, but for what Helm's own library does not read back: a text that is
/// `<<`, one with NEL, which is a line break to it, and after `toYamlPretty` a literal block that begins with a tab or holds
/// odd breaks.
fn read(text: &str) {
    let source = Source::new("fuzz.yaml", text);
    for options in [yaml::Options::HELM, yaml::Options::STRICT] {
        drop(yaml::read(&source, options));
        drop(yaml::read_all(&source, options));
    }
    drop(yaml::head(text));
    drop(yaml::documents(text));
    let Ok(tree) = yaml::read_bare(text) else { return };
    for layout in [Layout::Helm, Layout::Pretty] {
        let Ok(written) = yaml::write(&tree, layout) else { continue };
        let odd = ['\t', '\u{85}', '\u{2028}', '\u{2029}', '\u{feff}'];
        if written.contains("<<") || layout == Layout::Pretty && written.contains(odd) {
            continue;
        }
        let again = yaml::read_bare(&written);
        assert!(
            again.as_ref().is_ok_and(|again| same(again, &tree)) || holds_next_line(&tree),
            "{tree:?} was written as {written:?} and read as {again:?}"
        );
    }
}

/// Whether a text in a tree holds NEL.
fn holds_next_line(tree: &Tree) -> bool {
    let holds = |text: &str| text.contains('\u{85}');
    match &tree.node {
        Node::Text(text) => holds(text),
        Node::List(list) => list.iter().any(holds_next_line),
        Node::Map(map) => map.iter().any(|(key, value)| holds(key) || holds_next_line(value)),
        _ => false,
    }
}

/// Equal but for whole numbers, which are written like floats of the same value.
fn same(one: &Tree, other: &Tree) -> bool {
    let mut both = [one.clone(), other.clone()];
    both.iter_mut().for_each(Tree::integers_to_floats);
    both[0] == both[1]
}

fn set(text: &str) {
    let kinds = [Kind::Typed, Kind::Text, Kind::File, Kind::Json, Kind::JsonByKey, Kind::Literal];
    let read_file = |path: &str| match path {
        "greeting" => Ok(b"hello\n".to_vec()),
        _ => Err("no such file".to_owned()),
    };
    let source = Source::new("--set", text);
    for kind in kinds {
        let mut tree = Tree::from(Map::new());
        for start in [0, 1] {
            if !text.is_char_boundary(start) {
                continue;
            }
            if let Ok(edits) = set::parse(kind, &source, start, &read_file) {
                drop(edits.iter().try_for_each(|edit| edit.apply(&mut tree)));
            }
        }
    }
}

fn archive(tar: &[u8]) {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(tar).expect("memory takes all");
    let mut packed = packed.finish().expect("memory takes all");
    drop(chart::load_archive("fuzz.tgz", &packed));
    // And the packed bytes themselves, cut and bent.
    packed.truncate(packed.len() - packed.len() / 8);
    let middle = packed.len() / 2;
    packed[middle] ^= 0x55;
    drop(chart::load_archive("fuzz.tgz", &packed));
    drop(chart::load_archive("fuzz.tgz", tar));
}
