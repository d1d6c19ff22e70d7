//! Base64 as Go's `base64.StdEncoding` reads and writes it: padded, line breaks skipped, loose bits at the end ignored.

use std::sync::LazyLock;

use data_encoding::{BASE64, Encoding};

static STANDARD: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = BASE64.specification();
    specification.check_trailing_bits = false;
    specification.ignore = "\r\n".into();
    specification.encoding().expect("the standard alphabet makes an encoding")
});

pub fn encode(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// None where the text is no base64.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.as_bytes()).ok()
}
