//! ASN.1 in its distinguished encoding: just enough to write and read keys and certificates.

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const UTF8_STRING: u8 = 0x0c;
pub(super) const PRINTABLE_STRING: u8 = 0x13;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// The tag of a constructed context-specific element, which wraps what is explicit.
pub(super) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// An element from its tag and content.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut output = vec![tag];
    let length = content.len();
    if length < 0x80 {
        output.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let bytes = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
        output.push(0x80 | bytes.len() as u8);
        output.extend_from_slice(bytes);
    }
    output.extend_from_slice(content);
    output
}

pub(super) fn sequence<const COUNT: usize>(parts: [&[u8]; COUNT]) -> Vec<u8> {
    element(SEQUENCE, &parts.concat())
}

/// A number that is not negative, from its big-endian bytes.
pub(super) fn integer(bytes: &[u8]) -> Vec<u8> {
    let digits = trim(bytes);
    let sign: &[u8] = if digits.first().is_none_or(|first| *first >= 0x80) { &[0] } else { &[] };
    element(INTEGER, &[sign, digits].concat())
}

/// Whole bytes as a bit string.
pub(super) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], bytes].concat())
}

pub(super) fn object_identifier(encoded: &[u8]) -> Vec<u8> {
    element(OBJECT_IDENTIFIER, encoded)
}

/// Without leading zeros.
pub(super) fn trim(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]
}

/// What is left of a text of elements. Every read answers none where the text is not well formed.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next element: tag, content, and the whole of it.
    pub(super) fn next(&mut self) -> Option<(u8, &'a [u8], &'a [u8])> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(*first), rest),
            0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length =
                    bytes.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
                (length, rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        let whole = &self.0[..self.0.len() - rest.len()];
        self.0 = rest;
        Some((*tag, content, whole))
    }

    /// The content of the next element, which must have the tag.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(found, _, _)| *found == tag).map(|(_, content, _)| content)
    }

    /// The same, where the element may be missing.
    pub(super) fn take_optional(&mut self, tag: u8) -> Option<&'a [u8]> {
        if self.0.first() == Some(&tag) { self.take(tag) } else { None }
    }

    /// The bytes of a number that is not negative, without leading zeros.
    pub(super) fn integer(&mut self) -> Option<&'a [u8]> {
        let content = self.take(INTEGER)?;
        content.first().filter(|first| **first < 0x80)?;
        Some(trim(content))
    }

    pub(super) fn sequence(&mut self) -> Option<Self> {
        self.take(SEQUENCE).map(Self)
    }

    /// A bit string of whole bytes.
    pub(super) fn bit_string(&mut self) -> Option<&'a [u8]> {
        self.take(BIT_STRING)?.strip_prefix(&[0])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_as_they_were_written() {
        let check = |content: &[u8]| {
            let written = element(OCTET_STRING, content);
            let mut reader = Reader(&written);
            assert_eq!(reader.next(), Some((OCTET_STRING, content, written.as_slice())));
            assert!(reader.is_empty());
            for length in 0..written.len().min(200) {
                assert_eq!(Reader(&written[..length]).next(), None);
            }
        };
        check(b"");
        check(&[7; 127]);
        check(&[7; 128]);
        check(&[7; 70_000]);
        assert_eq!(integer(&[0, 0, 0x80]), [INTEGER, 2, 0, 0x80]);
        assert_eq!(integer(&[]), [INTEGER, 1, 0]);
        assert_eq!(Reader(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]).next(), None);
        assert_eq!(Reader(&[0x30, 0x80, 0, 0]).next(), None);
    }
}
