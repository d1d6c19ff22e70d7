//! Events become a `Tree`: types by YAML 1.1, anchors, merges, keys as the text that Helm makes of them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::error::{Error, Kind};
use super::event::{Event, EventKind, Events, Properties};
use super::key::{self, Key};
use super::resolve::{Resolved, resolve};
use super::{Options, scalar};
use crate::duplicate::Duplicate;
use crate::{Map, Node, Source, Span, Tree};

/// Deeper than any real document; every later walk over the tree may recurse.
const DEEPEST: usize = 200;

/// What a document holds, with everything in it that is wrong or doubtful.
pub(crate) struct Composed {
    pub(crate) tree: Tree,
    /// In the order of the text; go-yaml would have stopped at the first.
    pub(crate) errors: Vec<Error>,
    pub(crate) duplicates: Vec<Duplicate>,
    /// With `Options::text_keys`: keys that are not written as text, and what they are read as.
    pub(crate) odd_keys: Vec<(Range<usize>, &'static str)>,
}

/// Reads the first document; nothing at all is null. A syntax error ends the reading.
pub(crate) fn compose(
    text: &str,
    offset: usize,
    source: Option<&Arc<Source>>,
    options: Options,
) -> Result<Composed, Error> {
    let mut composer = Composer {
        events: Events::new(text),
        offset,
        source,
        options,
        anchors: BTreeMap::new(),
        depth: 0,
        steps: Steps::default(),
        errors: Vec::new(),
        duplicates: Vec::new(),
        odd_keys: Vec::new(),
    };
    let tree = composer.document()?;
    let Composer { errors, duplicates, odd_keys, .. } = composer;
    Ok(Composed { tree, errors, duplicates, odd_keys })
}

struct Composer<'a, 's> {
    events: Events<'a>,
    /// Where the text begins in its source.
    offset: usize,
    source: Option<&'s Arc<Source>>,
    options: Options,
    anchors: BTreeMap<&'a str, Anchor>,
    depth: usize,
    steps: Steps,
    errors: Vec<Error>,
    duplicates: Vec<Duplicate>,
    odd_keys: Vec<(Range<usize>, &'static str)>,
}

enum Anchor {
    /// Still being read, begun at that offset.
    Open(usize),
    Known {
        tree: Tree,
        steps: usize,
    },
}

/// go-yaml's measure against alias bombs: how many values were made, and how many of them from aliases.
#[derive(Default)]
struct Steps {
    all: usize,
    from_aliases: usize,
}

impl Steps {
    /// Aliases may make 99 % of a small document's values, falling to 10 % of a large one's.
    fn excessive(&self) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "a ratio")]
        let (all, aliased) = (self.all as f64, self.from_aliases as f64);
        let allowed = match self.all {
            ..=400_000 => 0.99,
            4_000_000.. => 0.10,
            _ => 0.99 - 0.89 * ((all - 400_000.0) / 3_600_000.0),
        };
        self.from_aliases > 100 && self.all > 1000 && aliased / all > allowed
    }
}

/// A value as it was read, and the bytes it takes.
struct Value {
    tree: Tree,
    place: Range<usize>,
}

impl<'a> Composer<'a, '_> {
    fn document(&mut self) -> Result<Tree, Error> {
        if let EventKind::StreamEnd = self.events.next()?.kind {
            return Ok(Tree::default());
        }
        let event = self.events.next()?;
        let value = self.value(event)?;
        self.events.next()?;
        Ok(value.tree)
    }

    fn value(&mut self, event: Event<'a>) -> Result<Value, Error> {
        self.steps.all += 1;
        let place = event.start..event.end;
        match event.kind {
            EventKind::Alias(name) => self.alias(name, place),
            EventKind::Scalar { properties, value, implicit } => {
                let tree = self.scalar(&properties, &value, implicit, &place);
                if let Some(name) = properties.anchor {
                    self.anchors.insert(name, Anchor::Known { tree: tree.clone(), steps: 1 });
                }
                Ok(Value { tree, place })
            }
            EventKind::SequenceStart(properties) => {
                self.anchored(properties, place, Self::sequence)
            }
            EventKind::MappingStart(properties) => self.anchored(properties, place, Self::mapping),
            _ => unreachable!("a node is a scalar, an alias or the start of a collection"),
        }
    }

    /// Reads a collection and keeps it under its anchor, unless something inside has taken the name.
    fn anchored(
        &mut self,
        properties: Properties<'a>,
        place: Range<usize>,
        read: impl FnOnce(&mut Self, Range<usize>) -> Result<Value, Error>,
    ) -> Result<Value, Error> {
        if self.depth == DEEPEST {
            let message = format!("exceeded max depth of {DEEPEST}");
            return Err(Error::meaning(Kind::Yaml, message, place));
        }
        self.depth += 1;
        let steps = self.steps.all - 1;
        let start = place.start;
        if let Some(name) = properties.anchor {
            self.anchors.insert(name, Anchor::Open(start));
        }
        let value = read(self, place)?;
        if let Some(name) = properties.anchor
            && matches!(self.anchors.get(name), Some(Anchor::Open(at)) if *at == start)
        {
            let steps = self.steps.all - steps;
            self.anchors.insert(name, Anchor::Known { tree: value.tree.clone(), steps });
        }
        self.depth -= 1;
        Ok(value)
    }

    fn alias(&mut self, name: &str, place: Range<usize>) -> Result<Value, Error> {
        let tree = match self.anchors.get(name) {
            Some(Anchor::Known { tree, steps }) => {
                self.steps.all += steps;
                self.steps.from_aliases += steps;
                if self.steps.excessive() {
                    let message = "document contains excessive aliasing";
                    return Err(Error::meaning(Kind::Yaml, message, place));
                }
                tree.clone()
            }
            Some(Anchor::Open(_)) => {
                let message = format!("anchor '{name}' value contains itself");
                self.errors.push(Error::meaning(Kind::Yaml, message, place.clone()));
                Tree::default()
            }
            // go-yaml finds this one while it parses, before any other mistake of meaning.
            None => {
                let message = format!("unknown anchor '{name}' referenced");
                return Err(Error::meaning(Kind::Yaml, message, place));
            }
        };
        Ok(Value { tree, place })
    }

    fn scalar(
        &mut self,
        properties: &Properties<'_>,
        text: &str,
        implicit: bool,
        place: &Range<usize>,
    ) -> Tree {
        let read = match properties.tag.as_deref() {
            None if implicit => Ok(resolve(text).node(text)),
            None => Ok(Node::Text(text.into())),
            Some(tag) => scalar::tagged(tag, text),
        };
        let node = read.and_then(scalar::finite).unwrap_or_else(|(kind, message)| {
            self.errors.push(Error::meaning(kind, message, place.clone()));
            Node::Null
        });
        self.tree(node, place)
    }

    fn sequence(&mut self, place: Range<usize>) -> Result<Value, Error> {
        let mut list = Vec::new();
        let mut end = place.end;
        let end = loop {
            let event = self.events.next()?;
            if let EventKind::SequenceEnd = event.kind {
                break event_end(&event, end);
            }
            let value = self.value(event)?;
            end = value.place.end;
            list.push(value.tree);
        };
        let place = place.start..end;
        Ok(Value { tree: self.tree(Node::List(list), &place), place })
    }

    fn mapping(&mut self, place: Range<usize>) -> Result<Value, Error> {
        let mut map = Map::new();
        let mut end = place.end;
        let end = loop {
            let event = self.events.next()?;
            if let EventKind::MappingEnd = event.kind {
                break event_end(&event, end);
            }
            let key_place = event.start..event.end;
            let key = self.key(event)?;
            let event = self.events.next()?;
            if let Key::Merge = key {
                end = self.merge(event, &key_place, &mut map)?;
                continue;
            }
            let value = self.value(event)?;
            end = value.place.end;
            match key {
                Key::Text(text) => self.insert(&mut map, text, value.tree, key_place),
                Key::Unfit(kind, message) => {
                    let message = key::with_value(message, &value.tree);
                    self.errors.push(Error::meaning(kind, message, key_place));
                }
                Key::Merge => {}
            }
        };
        let place = place.start..end;
        Ok(Value { tree: self.tree(Node::Map(map), &place), place })
    }

    fn insert(&mut self, map: &mut Map, key: Arc<str>, mut tree: Tree, place: Range<usize>) {
        tree.key_span = self.span(&place);
        if let Some(old) = map.insert(Arc::clone(&key), tree)
            && let Some(first) = old.key_span
        {
            let first = first.range();
            let second = place.start + self.offset..place.end + self.offset;
            self.duplicates.push(Duplicate { key, first, second });
        }
    }

    fn key(&mut self, event: Event<'a>) -> Result<Key, Error> {
        let place = event.start..event.end;
        if let EventKind::Scalar { properties, value, implicit } = &event.kind {
            let tagged_merge = properties.tag.as_deref() == Some("tag:yaml.org,2002:merge");
            if value == "<<" && (*implicit || tagged_merge) {
                if let Some(name) = properties.anchor {
                    let tree = Tree::from("<<");
                    self.anchors.insert(name, Anchor::Known { tree, steps: 1 });
                }
                return Ok(Key::Merge);
            }
            if properties.anchor.is_none() && properties.tag.is_none() {
                self.steps.all += 1;
                return Ok(self.plain_key(value, *implicit, place));
            }
        }
        Ok(key::of_tree(&self.value(event)?.tree))
    }

    fn plain_key(&mut self, value: &str, implicit: bool, place: Range<usize>) -> Key {
        if !implicit {
            return Key::Text(value.into());
        }
        let resolved = resolve(value);
        if self.options.text_keys {
            let read_as = match resolved {
                Resolved::Bool(true) => Some("`true`"),
                Resolved::Bool(false) => Some("`false`"),
                Resolved::Int(_) | Resolved::Uint(_) | Resolved::Float(_) => Some("a number"),
                _ => None,
            };
            if let Some(read_as) = read_as {
                let place = place.start + self.offset..place.end + self.offset;
                self.odd_keys.push((place, read_as));
            }
        }
        key::of_node(&resolved.node(value))
    }

    /// `<<: *base`, or a list of which earlier maps win. As in go-yaml v2 what is merged wins over keys written before
    /// it, and keys written after it win over what is merged.
    fn merge(
        &mut self,
        event: Event<'a>,
        key_place: &Range<usize>,
        map: &mut Map,
    ) -> Result<usize, Error> {
        let through_alias = matches!(event.kind, EventKind::Alias(_));
        let Value { tree, place } = self.value(event)?;
        let bases = match tree.node {
            Node::Map(base) => vec![base],
            Node::List(list) if !through_alias => {
                let maps = list.into_iter().map(|tree| match tree.node {
                    Node::Map(base) => Some(base),
                    _ => None,
                });
                maps.collect::<Option<Vec<_>>>().unwrap_or_else(|| self.not_mergeable(&place))
            }
            _ => self.not_mergeable(&place),
        };
        let key_span = self.span(key_place);
        for base in bases.into_iter().rev() {
            for (key, mut tree) in base {
                tree.key_span.clone_from(&key_span);
                map.insert(key, tree);
            }
        }
        Ok(place.end)
    }

    fn not_mergeable(&mut self, place: &Range<usize>) -> Vec<Map> {
        let message = "map merge requires map or sequence of maps as the value";
        self.errors.push(Error::meaning(Kind::Yaml, message, place.clone()));
        Vec::new()
    }

    fn tree(&self, node: Node, place: &Range<usize>) -> Tree {
        Tree { node, span: self.span(place), key_span: None, secret: false }
    }

    fn span(&self, place: &Range<usize>) -> Option<Span> {
        let source = self.source?;
        Some(Span::new(source, place.start + self.offset..place.end + self.offset))
    }
}

/// A flow collection ends with its bracket; a block collection with its last value, not where the next thing begins.
fn event_end(event: &Event<'_>, last_value: usize) -> usize {
    if event.end > event.start { event.end } else { last_value }
}
