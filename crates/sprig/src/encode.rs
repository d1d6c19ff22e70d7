//! Base 64 and base 32. Decoding what is no encoding gives Go's error text as the value.

use gotmpl::{Functions, Str};

use crate::Dialect;

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("b64enc", |text: Str| base64(text.as_bytes()));
    functions.add("b64dec", |text: Str| text_or_error(from_base64(text.as_bytes())));
    functions.add("b32enc", |text: Str| BASE32.encode(text.as_bytes()));
    functions.add("b32dec", |text: Str| text_or_error(from_base32(text.as_bytes())));
}

/// Standard base 64 with padding.
pub fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// The bytes of a text in base 64; the error is Go's.
pub(crate) fn from_base64(text: &[u8]) -> Result<Vec<u8>, String> {
    BASE64.base64(text).map_err(|position| refusal("base64", position))
}

fn from_base32(text: &[u8]) -> Result<Vec<u8>, String> {
    BASE32.base32(text).map_err(|position| refusal("base32", position))
}

fn refusal(encoding: &str, position: usize) -> String {
    format!("illegal {encoding} data at input byte {position}")
}

/// The bytes, or the error in their place.
fn text_or_error(bytes: Result<Vec<u8>, String>) -> Str {
    bytes.map_or_else(Str::from, Str::from)
}

/// An encoding by its alphabet: so many bits for each letter, in groups of so many letters, padded with `=`.
struct Encoding {
    alphabet: &'static [u8],
    bits: u32,
    group: usize,
}

const BASE64: Encoding = Encoding {
    alphabet: b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    bits: 6,
    group: 4,
};

const BASE32: Encoding =
    Encoding { alphabet: b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", bits: 5, group: 8 };

impl Encoding {
    fn encode(&self, bytes: &[u8]) -> String {
        let whole = self.group * self.bits as usize / 8;
        let mut out = String::with_capacity(bytes.len().div_ceil(whole) * self.group);
        let (mut buffer, mut filled) = (0_u32, 0);
        let mask = (1 << self.bits) - 1;
        let mut letter = |index: u32| out.push(char::from(self.alphabet[(index & mask) as usize]));
        for byte in bytes {
            buffer = buffer << 8 | u32::from(*byte);
            filled += 8;
            while filled >= self.bits {
                filled -= self.bits;
                letter(buffer >> filled);
            }
            buffer &= 0xff;
        }
        if filled > 0 {
            letter(buffer << (self.bits - filled));
        }
        while !out.len().is_multiple_of(self.group) {
            out.push('=');
        }
        out
    }

    /// The bytes, or where Go's base 64 decoder stops. Line ends are skipped; bits left over need not be zero.
    fn base64(&self, text: &[u8]) -> Result<Vec<u8>, usize> {
        let mut input =
            text.iter().copied().enumerate().filter(|(_, byte)| !b"\r\n".contains(byte));
        let mut out = Vec::with_capacity(text.len() / self.group * self.bits as usize / 8 + 4);
        let mut group = Vec::with_capacity(self.group);
        while let Some((position, byte)) = input.next() {
            if let Some(digit) = self.alphabet.iter().position(|letter| *letter == byte) {
                group.push(digit as u64);
                if group.len() == self.group {
                    self.flush(&mut group, &mut out);
                }
                continue;
            }
            if byte != b'=' || !self.may_end_after(group.len()) {
                return Err(position);
            }
            // The rest must be padding to the end of the group, and then nothing.
            let mut padding = self.group - group.len() - 1;
            for (position, byte) in input {
                if padding == 0 || byte != b'=' {
                    return Err(position);
                }
                padding -= 1;
            }
            if padding > 0 {
                return Err(text.len());
            }
            self.flush(&mut group, &mut out);
            return Ok(out);
        }
        if group.is_empty() { Ok(out) } else { Err(text.len() - group.len()) }
    }

    /// The bytes, or where Go's base 32 decoder stops, counted without line ends, which go first.
    fn base32(&self, text: &[u8]) -> Result<Vec<u8>, usize> {
        let text: Vec<u8> = text.iter().copied().filter(|byte| !b"\r\n".contains(byte)).collect();
        let mut out = Vec::with_capacity(text.len() / 8 * 5 + 5);
        let mut group = Vec::with_capacity(self.group);
        for (position, byte) in text.iter().enumerate() {
            let rest = &text[position + 1..];
            if *byte == b'=' && group.len() >= 2 && rest.len() < 8 {
                let missing = 7 - group.len();
                if rest.len() < missing {
                    return Err(text.len());
                }
                if let Some(other) = rest[..missing].iter().position(|byte| *byte != b'=') {
                    return Err(position + other);
                }
                if !self.may_end_after(group.len()) {
                    return Err(position);
                }
                self.flush(&mut group, &mut out);
                return Ok(out);
            }
            let digit = self.alphabet.iter().position(|letter| letter == byte).ok_or(position)?;
            group.push(digit as u64);
            if group.len() == self.group {
                self.flush(&mut group, &mut out);
            }
        }
        if group.is_empty() { Ok(out) } else { Err(text.len() - group.len()) }
    }

    /// Whether so many letters make whole bytes, with fewer bits left than one letter has.
    fn may_end_after(&self, letters: usize) -> bool {
        letters > 0 && (letters * self.bits as usize) % 8 < self.bits as usize
    }

    fn flush(&self, group: &mut Vec<u64>, out: &mut Vec<u8>) {
        let bytes = group.len() * self.bits as usize / 8;
        let missing = (self.group - group.len()) as u32 * self.bits;
        let number =
            group.drain(..).fold(0, |number, digit| number << self.bits | digit) << missing;
        let width = self.group * self.bits as usize / 8;
        out.extend_from_slice(&number.to_be_bytes()[8 - width..][..bytes]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        for length in 0..20_u8 {
            let bytes: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(37)).collect();
            assert_eq!(BASE64.base64(BASE64.encode(&bytes).as_bytes()), Ok(bytes.clone()));
            assert_eq!(BASE32.base32(BASE32.encode(&bytes).as_bytes()), Ok(bytes.clone()));
        }
        assert_eq!(BASE64.encode(b"hello"), "aGVsbG8=");
        assert_eq!(BASE32.encode(b"hello"), "NBSWY3DP");
    }
}
