//! What is changed: our own fixtures, and the words and signs of what they are written in.

use std::fs;
use std::path::{Path, PathBuf};

use chart::{Dialect, File};

use super::Target;
use crate::probe::families;

pub struct Corpus {
    pub(super) entries: Vec<Vec<u8>>,
    pub(super) tokens: Vec<String>,
}

impl Corpus {
    /// # Panics
    /// Where the repository's fixtures cannot be read.
    pub fn of(target: Target) -> Self {
        let entries = match target {
            Target::Template | Target::Executor => templates(),
            Target::Yaml => yaml(),
            Target::Set => texts(SET),
            Target::Archive => archives(),
        };
        assert!(!entries.is_empty(), "there is nothing to change for `{}`", target.name());
        let tokens = match target {
            Target::Template | Target::Executor => {
                let functions = sprig::functions(Dialect::Helm4).names();
                let cheap = functions.filter(|name| !COSTLY.contains(name));
                cheap.map(|name| format!(" {name} ")).chain(words(TEMPLATE)).collect()
            }
            Target::Yaml => words(YAML).collect(),
            Target::Set => words(SET_TOKENS).collect(),
            Target::Archive => words(ARCHIVE).collect(),
        };
        Self { entries, tokens }
    }
}

/// What takes long by its nature says nothing about the rest.
const COSTLY: [&str; 9] = [
    "genCA",
    "genCAWithKey",
    "genSelfSignedCert",
    "genSelfSignedCertWithKey",
    "genSignedCert",
    "genSignedCertWithKey",
    "genPrivateKey",
    "derivePassword",
    "bcrypt",
];

const TEMPLATE: &[&str] = &[
    "{{",
    "}}",
    "{{-",
    "-}}",
    "{{- ",
    " -}}",
    "{{/*",
    "*/}}",
    "{{ if ",
    "{{ else }}",
    "{{ else if ",
    "{{ end }}",
    "{{ range ",
    "{{ range $k, $v := ",
    "{{ with ",
    "{{ define \"x\" }}",
    "{{ block ",
    "{{ template \"x\" . }}",
    "{{ break }}",
    "{{ continue }}",
    "{{ include \"x\" . }}",
    "(",
    ")",
    "|",
    ".",
    "$",
    "$x",
    " := ",
    " = ",
    ",",
    "\"",
    "`",
    "'a'",
    "nil",
    "true",
    "false",
    ".Values",
    ".a.b",
    "\\x",
    "\\u00e9",
    "\\",
    "0x",
    "1e999",
    "9223372036854775807",
    "-9223372036854775808",
    "0",
    "-1",
    "1.5",
    "1i",
    "''",
    "\n",
    "\t",
    " ",
    "\0",
    "\u{85}",
    "\u{2028}",
    "é",
    "😀",
    "\u{feff}",
    "<no value>",
    "(dict \"a\" 1)",
    "(list 1 2 3)",
    "%s",
    "%v",
    "%!",
    "%*d",
    "%[3]d",
    "%999999d",
];

const YAML: &[&str] = &[
    "[",
    "]",
    "{",
    "}",
    ":",
    ": ",
    "- ",
    "-",
    "? ",
    "?",
    ",",
    "#",
    " #",
    "&a ",
    "*a",
    "!",
    "!!str ",
    "!!int ",
    "!!float ",
    "!!binary ",
    "!!null ",
    "!<tag>",
    "|",
    ">",
    "|-",
    "|+",
    ">2",
    "|2-\n",
    "'",
    "\"",
    "%YAML 1.1\n",
    "%TAG ! x:\n",
    "---",
    "---\n",
    "...\n",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "  ",
    "<<: ",
    "<<: *a",
    "@",
    "`",
    "~",
    "null",
    "yes",
    "0x1F",
    "0b1",
    "0o7",
    "1_000",
    "1e3",
    ".inf",
    ".nan",
    "2020-01-01",
    "\\x41",
    "\\u00e9",
    "\\U0001F600",
    "\\",
    "\0",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "é",
    "😀",
    "a: 1\n",
    "\n  ",
];

const SET: &[&str] = &[
    "a=1",
    "a.b.c=x",
    "a[0]=1",
    "a[1][0].b=x",
    "a={x,1,true}",
    "a={}",
    r"a\.b=x\,y",
    "a=,b=1",
    "a=null",
    "a[0].b=1,a[0].c=2",
    "ä.b=ö",
    "{\"a\": {\"b\": [1, 2.5e3, null, \"x\"]}}",
    "a={\"b\": 1},c=[1]",
    "a=\"text\"",
    "a.b={\"c\": {}} , d=true",
    "servers[0].ports[0]=80",
    "a=007,b=-3,c=1e5",
    "a=greeting",
];

const SET_TOKENS: &[&str] = &[
    "=",
    ".",
    ",",
    "[",
    "]",
    "{",
    "}",
    "\\",
    "[0]",
    "[65536]",
    "[65537]",
    "[-1]",
    "[99999999999999999999]",
    "null",
    "true",
    "\"",
    ":",
    " ",
    "\n",
    "\0",
    "é",
    "😀",
    "\u{feff}",
    "1e999",
    "0",
    "-",
    "a",
    "a.b",
    "\\u0041",
    "\\ud83d",
];

const ARCHIVE: &[&str] = &[
    "\0",
    "../",
    "/",
    "./",
    "charts/",
    "templates/",
    "Chart.yaml",
    "values.yaml",
    "values.schema.json",
    "a/",
    "\\",
    "0000777\0",
    "77777777777\0",
    "ustar\0",
    "ustar  \0",
    "1",
    "2",
    "5",
    "x",
    "g",
    "L",
    "K",
    "S",
    "\u{1f}\u{8b}",
    "name: x\n",
    "version: 1.0.0\n",
    "dependencies:\n- name: y\n",
    "{\"$ref\": \"#\"}",
    "é",
];

fn words(words: &'static [&'static str]) -> impl Iterator<Item = String> {
    words.iter().map(ToString::to_string)
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Those of charts, and of the probes, several of these together.
fn templates() -> Vec<Vec<u8>> {
    let mut entries: Vec<Vec<u8>> =
        files().into_iter().filter(|path| is_template(path)).map(|path| bytes(&path)).collect();
    for family in families() {
        let templates: Vec<&str> =
            family.probes.iter().map(|probe| probe.template.as_str()).collect();
        entries.extend(templates.chunks(7).map(|some| some.join("\n").into_bytes()));
    }
    entries
}

fn is_template(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "templates")
}

fn yaml() -> Vec<Vec<u8>> {
    let is_yaml = |path: &PathBuf| {
        !is_template(path) && path.extension().is_some_and(|extension| extension == "yaml")
    };
    let mut entries: Vec<Vec<u8>> =
        files().into_iter().filter(is_yaml).map(|path| bytes(&path)).collect();
    entries.retain(|entry| entry.len() < 20_000);
    entries.extend(
        families()
            .iter()
            .flat_map(|family| &family.probes)
            .filter_map(|probe| Some(probe.values.clone()?.into_bytes())),
    );
    entries
}

/// Charts as tar, which the target packs: what changes in packed bytes is met at their checksum only.
fn archives() -> Vec<Vec<u8>> {
    let charts = crate::root().join("fixtures/charts");
    let folders = listed(&charts);
    folders.iter().map(|folder| tar(folder)).collect()
}

fn tar(folder: &Path) -> Vec<u8> {
    let mut paths = Vec::new();
    walk(folder, &mut paths);
    let file = |path: &PathBuf| {
        let below = path.strip_prefix(folder).expect("the walk starts there");
        File::new(below.to_string_lossy(), bytes(path))
    };
    let chart = chart::load("chart", paths.iter().map(file).collect());
    let packed = chart.and_then(|chart| chart::package(&chart).map_err(|problem| vec![problem]));
    let packed = packed.expect("the fixtures are charts");
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*packed), &mut unpacked)
        .expect("it was just packed");
    unpacked
}

fn files() -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for folder in ["fixtures", "examples"] {
        walk(&crate::root().join(folder), &mut paths);
    }
    paths
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) {
    for path in listed(folder) {
        if path.is_dir() {
            walk(&path, paths);
        } else {
            paths.push(path);
        }
    }
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the repository can be listed");
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("its entries as well").path()).collect();
    paths.sort();
    paths
}

fn bytes(path: &Path) -> Vec<u8> {
    fs::read(path).expect("a fixture can be read")
}
