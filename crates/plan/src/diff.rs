//! Two versions of an object in, the edits that lead from one to the other out: path by path, lists by their merge keys.

mod align;
pub mod lines;
mod mask;
mod merge_keys;

use source::{Map, Node, Tree};

use self::align::{Stretch, align};
use self::mask::Mask;
use self::merge_keys::{Identity, identities};
use crate::{Change, Edit, EditPath, ObjectId, Segment};

/// Null is as good as absent, and the order of keys means nothing. Secret data and values marked secret are masked.
pub fn diff(id: &ObjectId, from: &Tree, to: &Tree) -> Vec<Edit> {
    let mut walk = Walk { mask: Mask::of(id), edits: Vec::new() };
    walk.value(&EditPath::default(), from, to);
    walk.edits
}

struct Walk {
    mask: Mask,
    edits: Vec<Edit>,
}

impl Walk {
    fn value(&mut self, path: &EditPath, from: &Tree, to: &Tree) {
        match (&from.node, &to.node) {
            _ if from == to => {}
            (Node::Map(from), Node::Map(to)) => self.map(path, from, to),
            (Node::List(from), Node::List(to)) => self.list(path, from, to),
            (_, Node::Null) => self.removed(path, from),
            (Node::Null, _) => self.added(path, to),
            _ => {
                let (from, to) = (self.mask.show(path, from), self.mask.show(path, to));
                self.push(path, Change::Set { from, to });
            }
        }
    }

    fn map(&mut self, path: &EditPath, from: &Map, to: &Map) {
        for (key, before) in from {
            let path = path.join(Segment::Key(key.to_string()));
            match to.get(key) {
                Some(after) => self.value(&path, before, after),
                None => self.removed(&path, before),
            }
        }
        for (key, after) in to {
            if !from.contains_key(key) {
                self.added(&path.join(Segment::Key(key.to_string())), after);
            }
        }
    }

    fn list(&mut self, path: &EditPath, from: &[Tree], to: &[Tree]) {
        let field = path.0.iter().rev().find_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            Segment::Index(_) | Segment::Item(_) => None,
        });
        match identities(field, from, to) {
            Some((before, after)) => self.keyed_list(path, (from, &before), (to, &after)),
            None => self.plain_list(path, from, to),
        }
    }

    /// Items with the same identity are compared, wherever they stand; a new order of those that stay is said once.
    fn keyed_list(
        &mut self,
        path: &EditPath,
        (from, before): (&[Tree], &[Identity]),
        (to, after): (&[Tree], &[Identity]),
    ) {
        for (item, identity) in from.iter().zip(before) {
            let path = path.join(Segment::Item(identity.clone()));
            match after.iter().position(|other| other == identity) {
                Some(place) => self.value(&path, item, &to[place]),
                None => self.removed(&path, item),
            }
        }
        for (item, identity) in to.iter().zip(after) {
            if !before.contains(identity) {
                self.added(&path.join(Segment::Item(identity.clone())), item);
            }
        }
        let stay = |all: &[Identity], others: &[Identity]| -> Vec<String> {
            all.iter().filter(|identity| others.contains(identity)).map(named).collect()
        };
        self.reordered(path, stay(before, after), stay(after, before));
    }

    /// Items have no names, so equal ones are matched and what lies between is compared in order.
    fn plain_list(&mut self, path: &EditPath, from: &[Tree], to: &[Tree]) {
        if let Some((before, after)) = permutation(from, to) {
            let shown = |list: Vec<&Tree>| {
                list.into_iter().map(|item| self.mask.show(path, item).to_string()).collect()
            };
            let (before, after) = (shown(before), shown(after));
            return self.reordered(path, before, after);
        }
        for stretch in align(from, to) {
            let Stretch::Gap { from: gone, to: came } = stretch else { continue };
            // Scalars are what they say: one for one is a change, anything else is fewer and more.
            let pairs = match gone.len() == came.len() {
                true => gone.len(),
                false => {
                    let maps = |list: &[Tree]| {
                        list.iter().take_while(|item| item.as_map().is_some()).count()
                    };
                    maps(&from[gone.clone()]).min(maps(&to[came.clone()]))
                }
            };
            for offset in 0..pairs {
                let at = path.join(Segment::Index(came.start + offset));
                self.value(&at, &from[gone.start + offset], &to[came.start + offset]);
            }
            for (index, item) in from.iter().enumerate().take(gone.end).skip(gone.start + pairs) {
                self.removed(&path.join(Segment::Index(index)), item);
            }
            for (index, item) in to.iter().enumerate().take(came.end).skip(came.start + pairs) {
                self.added(&path.join(Segment::Index(index)), item);
            }
        }
    }

    fn reordered(&mut self, path: &EditPath, from: Vec<String>, to: Vec<String>) {
        if from != to {
            self.push(path, Change::Reorder { from, to });
        }
    }

    fn added(&mut self, path: &EditPath, to: &Tree) {
        if !to.is_null() {
            let to = self.mask.show(path, to);
            self.push(path, Change::Add { to });
        }
    }

    fn removed(&mut self, path: &EditPath, from: &Tree) {
        if !from.is_null() {
            let from = self.mask.show(path, from);
            self.push(path, Change::Remove { from });
        }
    }

    fn push(&mut self, path: &EditPath, change: Change) {
        self.edits.push(Edit { path: path.clone(), change });
    }
}

fn named(identity: &Identity) -> String {
    let values: Vec<&str> = identity.iter().map(|(_, value)| value.as_str()).collect();
    values.join("/")
}

/// The stretches in which the lists differ, if the same items stand there in another order.
fn permutation<'a>(from: &'a [Tree], to: &'a [Tree]) -> Option<(Vec<&'a Tree>, Vec<&'a Tree>)> {
    const MOST_ITEMS: usize = 500;
    if from.len() != to.len() || from.len() > MOST_ITEMS {
        return None;
    }
    let mut open: Vec<&Tree> = to.iter().collect();
    for item in from {
        let place = open.iter().position(|other| *other == item)?;
        open.swap_remove(place);
    }
    Some((from.iter().collect(), to.iter().collect()))
}

#[cfg(test)]
mod tests;
