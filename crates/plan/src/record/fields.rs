//! Takes the fields that are known out of a JSON map; what is left was written by somebody who knows more.

use source::{Map, Node, Tree};

pub(super) struct Fields {
    /// What messages call the map: `info.`, or nothing for the record itself.
    at: &'static str,
    map: Map,
}

impl Fields {
    pub(super) fn of(tree: Tree, at: &'static str) -> Result<Self, String> {
        match tree.node {
            Node::Map(map) => Ok(Self { at, map }),
            _ => {
                let what = match at.strip_suffix('.') {
                    Some(field) => format!("`{field}`"),
                    None => "its content".to_owned(),
                };
                Err(format!("{what} is {}, not a map", tree.kind()))
            }
        }
    }

    /// Null is absence.
    pub(super) fn take(&mut self, key: &str) -> Option<Tree> {
        self.map.shift_remove(key).filter(|tree| !tree.is_null())
    }

    pub(super) fn text(&mut self, key: &str) -> Result<String, String> {
        match self.take(key).map(|tree| (tree.kind(), tree.node)) {
            None => Ok(String::new()),
            Some((_, Node::Text(text))) => Ok(text.as_ref().to_owned()),
            Some((kind, _)) => Err(format!("`{}{key}` is {kind}, not text", self.at)),
        }
    }

    /// Helm 3 writes an empty text where there is no time, Go the year 1.
    pub(super) fn time(&mut self, key: &str) -> Result<Option<String>, String> {
        let text = self.text(key)?;
        Ok(Some(text).filter(|text| !text.is_empty() && text != "0001-01-01T00:00:00Z"))
    }

    pub(super) fn number(&mut self, key: &str) -> Result<i64, String> {
        match self.take(key).map(|tree| tree.node) {
            None => Ok(0),
            Some(Node::Int(number)) => Ok(number),
            Some(_) => Err(format!("`{}{key}` is no whole number", self.at)),
        }
    }

    /// A revision; 0 stands for none.
    pub(super) fn revision(&mut self, key: &str) -> Result<Option<u64>, String> {
        let number = self.number(key)?;
        let revision = u64::try_from(number)
            .map_err(|_| format!("`{}{key}` is {number}, and revisions begin at 1", self.at))?;
        Ok(Some(revision).filter(|revision| *revision > 0))
    }

    pub(super) fn list(&mut self, key: &str) -> Result<Vec<Tree>, String> {
        match self.take(key).map(|tree| (tree.kind(), tree.node)) {
            None => Ok(Vec::new()),
            Some((_, Node::List(list))) => Ok(list),
            Some((kind, _)) => Err(format!("`{}{key}` is {kind}, not a list", self.at)),
        }
    }

    pub(super) fn texts(&mut self, key: &str) -> Result<Vec<String>, String> {
        let list = self.list(key)?;
        let text = |tree: &Tree| {
            let text = tree.as_str().map(str::to_owned);
            text.ok_or_else(|| format!("`{}{key}` holds {}, not text", self.at, tree.kind()))
        };
        list.iter().map(text).collect()
    }

    pub(super) fn rest(self) -> Map {
        self.map
    }
}
