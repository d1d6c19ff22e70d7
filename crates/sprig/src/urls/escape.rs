//! Percent escapes of the parts of a URL (net/url: escape, unescape).

/// A part of a URL, which decides what may stand in it unescaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Path,
    Host,
    /// An IPv6 zone after `%25`.
    Zone,
    User,
    Fragment,
}

impl Part {
    fn allows(self, byte: u8) -> bool {
        let marks: &[u8] = match self {
            Self::Path => b"$&+,/:;=@",
            Self::Host | Self::Zone => b"!\"$&'()*+,:;<=>[]",
            Self::User => b"$&+,;=",
            Self::Fragment => b"!$&()*+,/:;=?@",
        };
        byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || marks.contains(&byte)
    }
}

pub(super) fn escaped(bytes: &[u8], part: Part) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = Vec::with_capacity(bytes.len());
    for byte in bytes {
        if part.allows(*byte) {
            out.push(*byte);
        } else {
            let high = DIGITS[usize::from(byte >> 4)];
            out.extend_from_slice(&[b'%', high, DIGITS[usize::from(byte & 15)]]);
        }
    }
    out
}

/// The bytes that escapes stand for, or Go's words about the first that is none. Hosts may escape only what is no ASCII.
pub(super) fn unescaped(bytes: &[u8], part: Part) -> Result<Vec<u8>, String> {
    let in_host = matches!(part, Part::Host | Part::Zone);
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, after)) = rest.split_first() {
        if first != b'%' {
            if in_host && first.is_ascii() && !part.allows(first) {
                let shown = crate::go::quote(&[first]);
                return Err(format!("invalid character {shown} in host name"));
            }
            out.push(first);
            rest = after;
            continue;
        }
        let escape = &rest[..rest.len().min(3)];
        let byte = hexadecimal(escape)
            .filter(|byte| match part {
                _ if escape == b"%25" => true,
                Part::Host => *byte >= 0x80,
                Part::Zone => *byte == b' ' || Part::Host.allows(*byte),
                _ => true,
            })
            .ok_or_else(|| format!("invalid URL escape {}", crate::go::quote(escape)))?;
        out.push(byte);
        rest = &rest[3..];
    }
    Ok(out)
}

fn hexadecimal(escape: &[u8]) -> Option<u8> {
    let [b'%', high, low] = escape else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()
}
