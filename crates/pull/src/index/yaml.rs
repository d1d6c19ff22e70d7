//! An index that is written as YAML, read from its events: nothing is built but what is taken.
//!
//! Keys that stand twice are refused wherever they stand (CVE-2020-15185). Anchors and merges, which no generator of
//! Helm's writes, take the long way over a whole tree.

use std::borrow::Cow;
use std::collections::BTreeSet;

use source::yaml::{Event, EventKind, Events, Options, Properties};
use source::{Severity, json};

use super::listing::{Entry, Listing};
use crate::shown::plain;

/// The longest text that is made a tree of.
const LARGEST_TREE: usize = 32 << 20;

/// Reads an index. Errors say what is wrong and in which line.
pub(super) fn read(text: &str) -> Result<Listing, String> {
    let mut reader = Reader { events: Events::new(text), listing: Listing::default() };
    match reader.document() {
        Ok(()) => Ok(reader.listing),
        Err(Stop::Wrong(reason)) => Err(reason),
        Err(Stop::Duplicate(key, at)) => {
            let line = text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            Err(format!("the key `{}` stands twice, again in line {line}", plain(&key)))
        }
        Err(Stop::Odd) => by_tree(text),
    }
}

fn by_tree(text: &str) -> Result<Listing, String> {
    if text.len() > LARGEST_TREE {
        return Err("it has anchors and is too large for them".to_owned());
    }
    let source = source::Source::new("index.yaml", text);
    let options = Options { duplicate_keys: Severity::Error, text_keys: false };
    let read = source::yaml::read(&source, options).map_err(|problems| {
        plain(problems.first().map_or("it is no YAML", |problem| problem.message.as_str()))
    })?;
    let json = json::write(&read.value, json::Html::Plain, json::Layout::Compact)?;
    super::json::read(&json)
}

/// Why reading ended early.
enum Stop {
    Wrong(String),
    /// A key, and where it stands again.
    Duplicate(String, usize),
    /// Something that only a tree can tell.
    Odd,
}

impl From<source::yaml::Error> for Stop {
    fn from(error: source::yaml::Error) -> Self {
        Self::Wrong(plain(&error.to_string()))
    }
}

struct Reader<'a> {
    events: Events<'a>,
    listing: Listing,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<(), Stop> {
        if let EventKind::StreamEnd = self.events.next()?.kind {
            return Err(Stop::Wrong("it is empty".to_owned()));
        }
        let event = self.events.next()?;
        let EventKind::MappingStart(properties) = &event.kind else {
            return Err(Stop::Wrong("it is no mapping".to_owned()));
        };
        plainly(properties)?;
        let mut has_version = false;
        let mut keys = Keys::default();
        while let Some(key) = self.key(&mut keys)? {
            match &*key {
                "apiVersion" => has_version = !self.text()?.is_empty(),
                "entries" => self.entries()?,
                _ => self.skip()?,
            }
        }
        // What stands behind the first document is nobody's, as for Helm.
        if has_version { Ok(()) } else { Err(Stop::Wrong("it has no `apiVersion`".to_owned())) }
    }

    fn entries(&mut self) -> Result<(), Stop> {
        let event = self.events.next()?;
        match &event.kind {
            EventKind::MappingStart(properties) => plainly(properties)?,
            kind if is_null(kind) => return Ok(()),
            kind => return Err(unexpected(kind, "`entries` is no mapping of charts")),
        }
        let mut keys = Keys::default();
        while let Some(chart) = self.key(&mut keys)? {
            let event = self.events.next()?;
            let entries = match &event.kind {
                EventKind::SequenceStart(properties) => {
                    plainly(properties)?;
                    self.versions()?
                }
                kind if is_null(kind) => Vec::new(),
                kind => {
                    let reason = format!("`entries.{}` is no list of versions", plain(&chart));
                    return Err(unexpected(kind, &reason));
                }
            };
            self.listing.add(chart.into_owned(), entries);
        }
        Ok(())
    }

    fn versions(&mut self) -> Result<Vec<Option<Entry>>, Stop> {
        let mut entries = Vec::new();
        loop {
            let event = self.events.next()?;
            match &event.kind {
                EventKind::SequenceEnd => return Ok(entries),
                EventKind::MappingStart(properties) => {
                    plainly(properties)?;
                    entries.push(Some(self.entry()?));
                }
                kind if is_null(kind) => entries.push(None),
                kind => return Err(unexpected(kind, "a version of a chart is no mapping")),
            }
        }
    }

    fn entry(&mut self) -> Result<Entry, Stop> {
        let mut entry = Entry::default();
        let mut keys = Keys::default();
        while let Some(key) = self.key(&mut keys)? {
            match &*key {
                "version" => entry.version = self.text()?.into_owned(),
                "urls" => entry.urls = self.texts()?,
                "digest" => {
                    entry.digest =
                        Some(self.text()?.into_owned()).filter(|digest| !digest.is_empty());
                }
                "deprecated" => entry.deprecated = is_true(&self.text()?),
                "appVersion" => entry.app_version = self.text()?.into_owned(),
                "description" => entry.description = self.text()?.into_owned(),
                "keywords" => entry.keywords = self.texts()?,
                _ => self.skip()?,
            }
        }
        Ok(entry)
    }

    /// The next key of a mapping, which stands there for the first time; None at its end.
    fn key(&mut self, keys: &mut Keys<'a>) -> Result<Option<Cow<'a, str>>, Stop> {
        let event = self.events.next()?;
        match event.kind {
            EventKind::MappingEnd => Ok(None),
            EventKind::Scalar { properties, value, implicit } => {
                plainly(&properties)?;
                if implicit && value == "<<" {
                    return Err(Stop::Odd);
                }
                keys.add(value.clone(), event.start)?;
                Ok(Some(value))
            }
            _ => Err(Stop::Odd),
        }
    }

    /// The text of a scalar; of anything else nothing.
    fn text(&mut self) -> Result<Cow<'a, str>, Stop> {
        let event = self.events.next()?;
        match event.kind {
            kind if is_null(&kind) => Ok(Cow::Borrowed("")),
            EventKind::Scalar { properties, value, .. } => {
                plainly(&properties)?;
                Ok(value)
            }
            EventKind::Alias(_) => Err(Stop::Odd),
            kind => {
                self.rest(kind)?;
                Ok(Cow::Borrowed(""))
            }
        }
    }

    /// The scalars of a list; of anything else nothing.
    fn texts(&mut self) -> Result<Vec<String>, Stop> {
        let event = self.events.next()?;
        match event.kind {
            EventKind::SequenceStart(properties) => plainly(&properties)?,
            EventKind::Alias(_) => return Err(Stop::Odd),
            kind => {
                self.rest(kind)?;
                return Ok(Vec::new());
            }
        }
        let mut texts = Vec::new();
        loop {
            let event = self.events.next()?;
            match event.kind {
                EventKind::SequenceEnd => return Ok(texts),
                EventKind::Scalar { properties, value, .. } => {
                    plainly(&properties)?;
                    texts.push(value.into_owned());
                }
                EventKind::Alias(_) => return Err(Stop::Odd),
                kind => self.rest(kind)?,
            }
        }
    }

    fn skip(&mut self) -> Result<(), Stop> {
        let event = self.events.next()?;
        self.rest(event.kind)
    }

    /// Reads to the end of what an event began.
    fn rest(&mut self, kind: EventKind<'a>) -> Result<(), Stop> {
        // The open collections: the keys of a mapping and whether one comes next, nothing for a sequence.
        let mut open: Vec<Option<(Keys<'a>, bool)>> = Vec::new();
        let mut event = Event { kind, start: 0, end: 0 };
        loop {
            let ends = matches!(event.kind, EventKind::MappingEnd | EventKind::SequenceEnd);
            if ends {
                open.pop();
            } else if let Some(Some((keys, is_key))) = open.last_mut() {
                if let (true, EventKind::Scalar { value, .. }) = (*is_key, &event.kind) {
                    keys.add(value.clone(), event.start)?;
                }
                *is_key = !*is_key;
            }
            match event.kind {
                EventKind::MappingStart(_) => open.push(Some((Keys::default(), true))),
                EventKind::SequenceStart(_) => open.push(None),
                _ => {}
            }
            if open.is_empty() {
                return Ok(());
            }
            event = self.events.next()?;
        }
    }
}

/// The keys of one mapping: few as a rule, so that looking at each is fastest, but as many as an attacker likes.
#[derive(Default)]
struct Keys<'a> {
    few: Vec<Cow<'a, str>>,
    many: BTreeSet<Cow<'a, str>>,
}

impl<'a> Keys<'a> {
    const FEW: usize = 32;

    fn add(&mut self, key: Cow<'a, str>, at: usize) -> Result<(), Stop> {
        if self.few.contains(&key) || self.many.contains(&key) {
            return Err(Stop::Duplicate(key.into_owned(), at));
        }
        if self.few.len() < Self::FEW {
            self.few.push(key);
        } else {
            self.many.insert(key);
        }
        Ok(())
    }
}

/// Anchors may come back as aliases, tags may change what a text is.
fn plainly(properties: &Properties<'_>) -> Result<(), Stop> {
    if properties.anchor.is_some() || properties.tag.is_some() { Err(Stop::Odd) } else { Ok(()) }
}

fn unexpected(kind: &EventKind<'_>, reason: &str) -> Stop {
    if let EventKind::Alias(_) = kind { Stop::Odd } else { Stop::Wrong(reason.to_owned()) }
}

fn is_null(kind: &EventKind<'_>) -> bool {
    let EventKind::Scalar { value, implicit: true, properties } = kind else { return false };
    properties.anchor.is_none() && matches!(&**value, "" | "~" | "null" | "Null" | "NULL")
}

fn is_true(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "on" | "y")
}
