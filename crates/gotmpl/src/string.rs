//! Go's string: immutable bytes, usually UTF-8, cheap to clone and safe to share between threads.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Short texts live in the value itself; longer ones are shared.
#[derive(Clone)]
pub struct Str(Repr);

/// What fits beside a length and the tag into three words.
const INLINE: usize = 22;

#[derive(Clone)]
enum Repr {
    Inline(u8, [u8; INLINE]),
    Shared(Arc<[u8]>),
}

impl Str {
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline(length, bytes) => &bytes[..usize::from(*length)],
            Repr::Shared(bytes) => bytes,
        }
    }

    /// The text, with U+FFFD where the bytes are no UTF-8.
    pub fn to_text(&self) -> Cow<'_, str> {
        // Much faster than looking for faults at once.
        self.as_text().map_or_else(|| String::from_utf8_lossy(self.as_bytes()), Cow::Borrowed)
    }

    /// The text, if the bytes are UTF-8.
    pub fn as_text(&self) -> Option<&str> {
        std::str::from_utf8(self.as_bytes()).ok()
    }

    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }
}

impl Default for Str {
    fn default() -> Self {
        Self(Repr::Inline(0, [0; INLINE]))
    }
}

impl From<&[u8]> for Str {
    fn from(bytes: &[u8]) -> Self {
        if bytes.len() > INLINE {
            return Self(Repr::Shared(bytes.into()));
        }
        let mut inline = [0; INLINE];
        inline[..bytes.len()].copy_from_slice(bytes);
        Self(Repr::Inline(bytes.len() as u8, inline))
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<&String> for Str {
    fn from(text: &String) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<Cow<'_, str>> for Str {
    fn from(text: Cow<'_, str>) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<Arc<str>> for Str {
    fn from(text: Arc<str>) -> Self {
        Self::from(&text)
    }
}

/// Shares a long text; a short one is quicker to compare as a copy.
impl From<&Arc<str>> for Str {
    fn from(text: &Arc<str>) -> Self {
        if text.len() > INLINE {
            Self(Repr::Shared(Arc::clone(text).into()))
        } else {
            Self::from(&**text)
        }
    }
}

impl AsRef<[u8]> for Str {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl std::borrow::Borrow<[u8]> for Str {
    fn borrow(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl PartialEq for Str {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Repr::Inline(one_length, one), Repr::Inline(two_length, two)) => {
                one_length == two_length && words(one) == words(two)
            }
            _ => self.as_bytes() == other.as_bytes(),
        }
    }
}

/// Short texts as numbers that are in the order of the bytes; the rest of the space is zero.
fn words(bytes: &[u8; INLINE]) -> (u128, u64) {
    let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) else {
        unreachable!("the space is longer than either")
    };
    (u128::from_be_bytes(*first), u64::from_be_bytes(*last))
}

impl Eq for Str {}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialOrd for Str {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Str {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            // Map keys, mostly.
            (Repr::Inline(one_length, one), Repr::Inline(two_length, two)) => {
                words(one).cmp(&words(two)).then(one_length.cmp(two_length))
            }
            _ => self.as_bytes().cmp(other.as_bytes()),
        }
    }
}

impl Hash for Str {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.to_text())
    }
}

impl fmt::Display for Str {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_texts_compare_by_their_bytes() {
        let texts = [
            "",
            "\0",
            "a",
            "a\0",
            "a\0b",
            "ab",
            "b",
            "exactly twenty-two byt",
            "exactly twenty-two bytes",
        ];
        for one in texts {
            for two in texts {
                assert_eq!(Str::from(one).cmp(&Str::from(two)), one.cmp(two), "{one:?} {two:?}");
                let (left, right) = (Str::from(one), Str::from(two));
                assert_eq!(left == right, one == two);
            }
        }
        let long = "a text that does not fit into three words";
        for text in ["", "a", "exactly twenty-two byt", "exactly twenty-three by", long] {
            assert_eq!(Str::from(text), Str::from(Arc::<str>::from(text)));
            assert_eq!(Str::from(text).to_text(), text);
        }
        let (short, long) = (Str::from("b"), Str::from(long));
        assert!(short > long);
        assert_eq!(size_of::<crate::Value>(), 24, "values stay three words");
    }
}
