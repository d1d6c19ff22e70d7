//! Checksums in hexadecimal, and adler32 in decimal.

use gotmpl::{Functions, Str};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

pub(super) fn register(functions: &mut Functions) {
    functions.add("sha1sum", |text: Str| hexadecimal(&Sha1::digest(text.as_bytes())));
    functions.add("sha256sum", |text: Str| hexadecimal(&Sha256::digest(text.as_bytes())));
    functions.add("sha512sum", |text: Str| hexadecimal(&Sha512::digest(text.as_bytes())));
    functions.add("adler32sum", |text: Str| adler32(text.as_bytes()).to_string());
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn adler32(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    let (low, high) = bytes.iter().fold((1, 0), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % MODULUS;
        (low, (high + low) % MODULUS)
    });
    high << 16 | low
}

#[cfg(test)]
mod tests {
    #[test]
    fn adler32_of_known_texts() {
        assert_eq!(super::adler32(b""), 1);
        assert_eq!(super::adler32(b"Wikipedia"), 0x11e6_0398);
        assert_eq!(super::adler32(&[0xff; 100_000]), 0x149a_302c);
    }
}
