//! Templates by name: what the files of a chart define together, and overlays of it that cost only what they add.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::parse::{Parsed, Template};
use crate::{Error, Functions, Later, Str, parse};

/// A set of templates that can run each other. Cheap to clone, and shared between threads.
#[derive(Clone, Debug)]
pub struct TemplateSet {
    shared: Arc<Shared>,
    parent: Option<Arc<Self>>,
    /// Shared too: every text that a template runs puts an overlay upon the set.
    templates: Arc<Templates>,
}

type Templates = BTreeMap<Arc<str>, Entry>;

/// Where a name's template stands.
#[derive(Clone, Debug)]
enum Entry {
    /// Files of one content share their tree, so that the tree does not know the file.
    Parsed { file: Arc<str>, parsed: Arc<Parsed>, index: usize },
    /// A file's own template.
    Later(Arc<Later>),
}

/// A template as a set knows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'s> {
    pub name: &'s Arc<str>,
    /// The name of the file that defines it.
    pub file: &'s Arc<str>,
    pub tree: &'s Parsed,
    pub template: &'s Template,
}

/// What a set and all its overlays have in common.
#[derive(Debug)]
struct Shared {
    /// The name that Go would give the set itself, which messages and texts without a file show: `gotpl`.
    name: Arc<str>,
    functions: Arc<Functions>,
    texts: Mutex<Texts>,
}

/// Texts that were parsed while templates ran.
#[derive(Debug, Default)]
struct Texts {
    parsed: BTreeMap<Str, Arc<Parsed>>,
    bytes: usize,
}

/// The most text to remember; beyond it, the memory starts anew.
const MAX_TEXT_BYTES: usize = 8 << 20;

impl TemplateSet {
    pub fn new(name: &str, functions: Arc<Functions>) -> Self {
        let shared = Shared { name: name.into(), functions, texts: Mutex::default() };
        Self { shared: Arc::new(shared), parent: None, templates: Arc::default() }
    }

    /// Adds a file's templates. They replace others of the same names, except that an empty one (white space and
    /// comments) leaves one that exists.
    pub fn add(&mut self, parsed: &Arc<Parsed>) {
        self.add_as(&parsed.name, parsed);
    }

    /// As `add`, for a file of another name: files of one content can be parsed once. Places in it have that name.
    pub fn add_as(&mut self, file: &Arc<str>, parsed: &Arc<Parsed>) {
        for (index, template) in parsed.templates.iter().enumerate() {
            let name = if template.name == parsed.name { file } else { &template.name };
            if template.is_empty && self.contains(name) {
                continue;
            }
            let entry = Entry::Parsed { file: Arc::clone(file), parsed: Arc::clone(parsed), index };
            Arc::make_mut(&mut self.templates).insert(Arc::clone(name), entry);
        }
    }

    /// As `add_as`, for a file that `Later::fits` and whose name no template has yet.
    pub fn add_later(&mut self, file: &Arc<str>, later: &Arc<Later>) {
        debug_assert!(!self.contains(file), "an empty file would not replace a template");
        let entry = Entry::Later(Arc::clone(later));
        Arc::make_mut(&mut self.templates).insert(Arc::clone(file), entry);
    }

    pub fn name(&self) -> &Arc<str> {
        &self.shared.name
    }

    pub fn functions(&self) -> &Functions {
        &self.shared.functions
    }

    pub fn contains(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    fn entry(&self, name: &str) -> Option<(&Arc<str>, &Entry)> {
        let mut set = self;
        loop {
            if let Some(found) = set.templates.get_key_value(name) {
                return Some(found);
            }
            set = set.parent.as_deref()?;
        }
    }

    /// # Errors
    /// The mistake in a file that is parsed only now.
    pub(crate) fn lookup(&self, name: &str) -> Result<Option<Found<'_>>, Box<Error>> {
        let found = match self.entry(name) {
            None => return Ok(None),
            Some((name, Entry::Parsed { file, parsed, index })) => {
                Found { name, file, tree: parsed, template: &parsed.templates[*index] }
            }
            Some((name, Entry::Later(later))) => {
                let tree = later.parsed().map_err(|error| Box::new(error.clone()))?;
                let own = tree.templates.iter().find(|template| template.name == tree.name);
                let template = own.expect("each file has its own template");
                Found { name, file: name, tree, template }
            }
        };
        Ok(Some(found))
    }

    /// A set that has this one's templates and a text's; this one stays as it is.
    pub(crate) fn overlay(&self, parsed: &Arc<Parsed>) -> Self {
        // A set that adds nothing of its own need not be asked.
        let parent = if self.templates.is_empty() && self.parent.is_some() {
            self.parent.clone()
        } else {
            Some(Arc::new(self.clone()))
        };
        let mut overlay =
            Self { shared: Arc::clone(&self.shared), parent, templates: Arc::default() };
        overlay.add(parsed);
        overlay
    }

    /// Parses a text under the set's own name, or remembers what came of it before.
    pub(crate) fn parse_text(&self, text: &Str) -> Result<Arc<Parsed>, Box<Error>> {
        let texts = || self.shared.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(parsed) = texts().parsed.get(text) {
            return Ok(Arc::clone(parsed));
        }
        let source: Arc<str> = text.to_text().into();
        let parsed = parse(&self.shared.name, source, &self.shared.functions)?;
        let mut texts = texts();
        texts.bytes += text.len();
        if texts.bytes > MAX_TEXT_BYTES {
            *texts = Texts { parsed: BTreeMap::new(), bytes: text.len() };
        }
        texts.parsed.insert(text.clone(), Arc::clone(&parsed));
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CallError, Options, Value, execute};

    fn set(texts: &[&str]) -> TemplateSet {
        let mut set = TemplateSet::new("gotpl", Arc::default());
        for (index, text) in texts.iter().enumerate() {
            let name = format!("file{index}");
            set.add(&parse(&name, (*text).into(), set.functions()).unwrap());
        }
        set
    }

    fn check(texts: &[&str], expect: &str) {
        let output = execute(&set(texts), "file0", &Value::Nil, &(), &Options::default());
        assert_eq!(String::from_utf8(output.unwrap()).unwrap(), expect, "{texts:?}");
    }

    #[test]
    fn later_files_replace_what_earlier_ones_define() {
        let call = r#"{{ template "x" }}"#;
        check(&[call, r#"{{ define "x" }}1{{ end }}"#, r#"{{ define "x" }}2{{ end }}"#], "2");
        check(
            &[call, r#"{{ define "x" }}1{{ end }}"#, r#"{{ define "x" }} {{/**/}}{{ end }}"#],
            "1",
        );
        check(&[call, r#"{{ define "x" }} {{ end }}"#, r#"{{ define "x" }}2{{ end }}"#], "2");
        check(&["own", r#"{{ define "file0" }}other{{ end }}"#], "other");
    }

    #[test]
    fn an_overlay_leaves_its_set_alone() {
        let below = set(&[r#"{{ define "x" }}1{{ end }}"#]);
        let text =
            below.parse_text(&r#"{{ define "x" }}2{{ end }}{{ define "y" }}3{{ end }}"#.into());
        let above = below.overlay(&text.unwrap());
        assert!(above.contains("y") && above.contains("file0") && !below.contains("y"));
        let file = |set: &TemplateSet| set.lookup("x").unwrap().unwrap().file.to_string();
        assert_eq!(file(&above), "gotpl");
        assert_eq!(file(&below), "file0");
    }

    #[test]
    fn a_file_that_was_parsed_under_another_name_keeps_its_own_in_places() {
        let text = r#"{{ define "x" }}{{ fail }}{{ end }}{{ fail }}"#;
        let mut functions = Functions::default();
        functions.add("fail", || Err::<Str, _>(CallError::message("no")));
        let mut set = TemplateSet::new("gotpl", Arc::new(functions));
        let parsed = parse("first", text.into(), set.functions()).unwrap();
        set.add_as(&"second".into(), &parsed);
        let text = |name| {
            let failure = execute(&set, name, &Value::Nil, &(), &Options::default()).unwrap_err();
            failure.go_text()
        };
        let second =
            "template: second:1:38: executing \"second\" at <fail>: error calling fail: no";
        assert_eq!(text("second"), second);
        let x = "template: second:1:19: executing \"x\" at <fail>: error calling fail: no";
        assert_eq!(text("x"), x);
    }

    #[test]
    fn a_file_is_parsed_later_when_somebody_runs_it() {
        let later = |text: &'static str| {
            let parse = move || parse("later", text.into(), &Functions::default());
            Arc::new(Later::new(Box::new(parse)))
        };
        let mut files = set(&[r#"{{ template "later" }}"#, r#"{{ define "x" }}1{{ end }}"#]);
        let file = later("{{ template \"x\" }}");
        files.add_later(&"later".into(), &file);
        assert!(files.contains("later") && !file.is_parsed());
        let run = |set: &TemplateSet| execute(set, "file0", &Value::Nil, &(), &Options::default());
        assert_eq!(run(&files).unwrap(), b"1");
        assert!(file.is_parsed());

        let define = r#"{{ define "later" }}{{ end }}{{ define "file0" }}2{{ end }}"#;
        files.add(&parse("file2", define.into(), files.functions()).unwrap());
        assert_eq!(run(&files).unwrap(), b"2");
        let own = execute(&files, "later", &Value::Nil, &(), &Options::default());
        assert_eq!(own.unwrap(), b"1", "an empty template replaces none");

        let mut files = set(&[r#"{{ template "later" }}"#]);
        files.add_later(&"later".into(), &later("\n{{ if }}"));
        let mistake = "template: later:2: missing value for if";
        assert_eq!(run(&files).unwrap_err().go_text(), mistake);
    }

    #[test]
    fn sets_are_shared_between_threads_and_texts_are_parsed_once() {
        fn shareable<T: Send + Sync>(_: &T) {}
        let set = set(&[]);
        shareable(&set);
        let parse = || set.parse_text(&"some text".into()).unwrap();
        assert!(Arc::ptr_eq(&parse(), &parse()));
    }
}
