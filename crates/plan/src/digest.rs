//! SHA-256 of a content, in hexadecimal.

use sha2::{Digest as _, Sha256};

pub fn digest(content: &[u8]) -> String {
    hex(&Sha256::digest(content))
}

/// A hash as text.
pub fn hex(hash: &[u8]) -> String {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    hash.iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|half| HEX[half as usize] as char)
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn known_answer() {
        let expect = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(super::digest(b"abc"), expect);
    }
}
