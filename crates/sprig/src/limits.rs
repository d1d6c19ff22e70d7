//! Bounds of what one call may make or walk through, where Go would run out of memory or stack.

use gotmpl::{CallError, Value};

/// No single call makes a text longer than this.
const MAX_TEXT: usize = 64 << 20;

/// No single call makes a list longer than this.
const MAX_ITEMS: usize = 1 << 20;

/// How deep values may be nested where a function walks them: a map may hold itself.
const MAX_DEPTH: usize = 1000;

/// What each part of a value counts besides its text and its indentation: a list that holds another one twice, which
/// holds another one twice, and so on, is small in memory only.
const PART: usize = 16;

/// Fails where a text would be too long; none is a length that overflowed.
pub(crate) fn check_text(length: Option<usize>) -> Result<usize, CallError> {
    length.filter(|length| *length <= MAX_TEXT).ok_or_else(|| {
        CallError::message(format!("the result would be longer than {} MiB", MAX_TEXT >> 20))
    })
}

/// Fails where a list would be too long; none is a count that overflowed.
pub(crate) fn check_items(count: Option<usize>) -> Result<usize, CallError> {
    count.filter(|count| *count <= MAX_ITEMS).ok_or_else(|| {
        CallError::message(format!("the result would have more than {MAX_ITEMS} items"))
    })
}

/// A walk through everything that a value holds.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    depth: usize,
    size: usize,
}

impl Walk {
    /// Begins with a part of the value; `leave` follows when what it holds has been seen.
    pub(crate) fn enter(&mut self, value: &Value) -> Result<(), String> {
        self.depth += 1;
        let text = if let Value::Str(text) = value { text.len() } else { 0 };
        self.size = self.size.saturating_add(text).saturating_add(PART + 2 * self.depth);
        if self.depth > MAX_DEPTH {
            return Err(format!("the value is nested more than {MAX_DEPTH} deep, or holds itself"));
        }
        if self.size > MAX_TEXT {
            return Err(format!("the value has more than {} MiB", MAX_TEXT >> 20));
        }
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gotmpl::{Call, Executor, MapRef, MapType, Place, Str};

    struct Nothing;

    impl Executor for Nothing {
        fn execute(&self, _: &str, _: &Value) -> Result<Str, CallError> {
            Err(CallError::message("nothing to execute"))
        }

        fn execute_text(&self, _: &Str, _: &Value) -> Result<Str, CallError> {
            Err(CallError::message("nothing to execute"))
        }

        fn place(&self) -> Place {
            Place { template: "t".into(), range: 0..0, line: 1, column: 0 }
        }
    }

    fn refused(name: &str, arguments: &[Value]) -> bool {
        let call = Call { executor: &Nothing, state: &() };
        let functions = crate::functions(crate::Dialect::Helm4);
        (functions.get(name).unwrap().run)(&call, arguments).is_err()
    }

    #[test]
    fn maps_that_hold_themselves() {
        let map = MapRef::new(MapType::Any);
        map.insert("me", Value::Map(map.clone()));
        let value = Value::Map(map.clone());
        for name in
            ["mustToJson", "mustToPrettyJson", "toRawJson", "mustToYaml", "mustToToml", "deepCopy"]
        {
            assert!(refused(name, std::slice::from_ref(&value)), "{name}");
        }
        let other = MapRef::new(MapType::Any);
        other.insert("me", Value::Map(other.clone()));
        assert!(refused("merge", &[value, Value::Map(other.clone())]));
        other.remove(b"me");
        map.remove(b"me");
    }

    #[test]
    fn values_that_are_small_in_memory_only() {
        let mut value = Value::map([("text", Value::from("x"))]);
        let mut nested = Value::list(vec![]);
        for _ in 0..64 {
            nested = Value::list(vec![nested.clone(), nested]);
            value = Value::map([("a", value.clone()), ("b", value)]);
        }
        assert!(refused("mustToToml", &[Value::map([("a", nested)])]));
        for name in ["mustToJson", "mustToYaml", "mustToToml", "deepCopy"] {
            assert!(refused(name, std::slice::from_ref(&value)), "{name}");
        }
    }

    #[test]
    fn texts_and_lists() {
        let long = Value::from("x".repeat(2 << 20));
        assert!(refused("splitList", &["".into(), long.clone()]));
        assert!(refused("regexFindAll", &[".".into(), long.clone(), Value::int(-1)]));
        assert!(refused("regexSplit", &["".into(), long.clone(), Value::int(-1)]));
        assert!(refused("cat", &vec![long; 40]));
        let list = Value::list(vec![Value::Nil; 600_000]);
        assert!(refused("concat", &[list.clone(), list]));
    }
}
