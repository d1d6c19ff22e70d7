//! One edit into a values tree.

use source::{Map, Node, Path, Problem, Segment, Tree};

use super::Edit;

impl Edit {
    /// Puts the value in its place. Maps and lists on the way are made where nothing stands, and lists are filled up with
    /// null; another kind of value on the way is an error, except an item of a list where a map is meant, which Helm
    /// replaces.
    pub fn apply(&self, tree: &mut Tree) -> Result<(), Problem> {
        if self.merges {
            *tree = crate::layers::over(std::mem::take(tree), self.value.clone());
            return Ok(());
        }
        let mut at = tree;
        for (depth, segment) in self.route.iter().enumerate() {
            let in_list = depth > 0 && matches!(self.route[depth - 1], Segment::Index(_));
            at = match segment {
                Segment::Key(key) => {
                    if in_list && at.as_map().is_none() {
                        *at = Tree::from(Map::new());
                    }
                    let kind = at.kind();
                    let Node::Map(map) = &mut at.node else {
                        return Err(self.in_the_way(depth, kind, "a map"));
                    };
                    map.entry(key.clone()).or_insert_with(|| empty(self.route.get(depth + 1)))
                }
                Segment::Index(index) => {
                    if in_list && at.is_null() {
                        *at = Tree::from(Vec::new());
                    }
                    let kind = at.kind();
                    let Node::List(list) = &mut at.node else {
                        return Err(self.in_the_way(depth, kind, "a list"));
                    };
                    if list.len() <= *index {
                        list.resize_with(index + 1, Tree::default);
                    }
                    &mut list[*index]
                }
            };
        }
        *at = self.value.clone();
        at.key_span = Some(self.place.clone());
        Ok(())
    }

    fn in_the_way(&self, depth: usize, kind: &str, meant: &str) -> Problem {
        let stands = Path(self.route[..depth].to_vec());
        let whole = Path(self.route.clone());
        let message = format!("`{stands}` is {kind}, so `{whole}` cannot be set");
        Problem::error("invalid-set", message)
            .at(Some(&self.place), format!("`{stands}` would have to be {meant}"))
    }
}

/// What a segment can be put into.
fn empty(next: Option<&Segment>) -> Tree {
    match next {
        Some(Segment::Key(_)) => Tree::from(Map::new()),
        Some(Segment::Index(_)) => Tree::from(Vec::new()),
        None => Tree::default(),
    }
}
