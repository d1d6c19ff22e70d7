//! JSON to the text that a Secret keeps and back: gzip and base64 (Helm's `pkg/storage/driver/util.go`).

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use source::base64;

/// A Secret holds 1 MiB. What unpacks to more than this was made to fill a machine.
const LARGEST: u64 = 64 << 20;

pub(super) fn pack(json: &str) -> String {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(json.as_bytes()).expect("writing to memory cannot fail");
    base64::encode(&gzip.finish().expect("writing to memory cannot fail"))
}

/// Helm wrote records without compression once, and reads them still.
pub(super) fn unpack(text: &str) -> Result<String, String> {
    let bytes = base64::decode(text).ok_or("it is not base64")?;
    let bytes = match bytes.get(..4) {
        Some([0x1f, 0x8b, 0x08, _]) => inflate(&bytes)?,
        _ => bytes,
    };
    // As Go reads JSON that is no UTF-8.
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

fn inflate(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut inflated = Vec::new();
    MultiGzDecoder::new(bytes)
        .take(LARGEST + 1)
        .read_to_end(&mut inflated)
        .map_err(|error| format!("it cannot be decompressed: {error}"))?;
    if inflated.len() as u64 > LARGEST {
        return Err(format!("it decompresses to more than {} MiB", LARGEST >> 20));
    }
    Ok(inflated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Result<&str, &str>) {
        assert_eq!(unpack(text).as_deref().map_err(String::as_str), expect);
    }

    #[test]
    fn what_unpacks() {
        check(&pack("{}"), Ok("{}"));
        check(&base64::encode(b"{}"), Ok("{}"));
        check("", Ok(""));
        check(&base64::encode(b"a\xffb"), Ok("a\u{fffd}b"));
        check("%", Err("it is not base64"));
        let broken = base64::encode(b"\x1f\x8b\x08\x00broken");
        assert!(unpack(&broken).is_err_and(|why| why.starts_with("it cannot be decompressed: ")));
    }

    #[test]
    fn a_bomb_is_refused() {
        let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
        let zeros = vec![b' '; 1 << 20];
        for _ in 0..=LARGEST >> 20 {
            bomb.write_all(&zeros).expect("memory takes it");
        }
        let bomb = base64::encode(&bomb.finish().expect("memory takes it"));
        check(&bomb, Err("it decompresses to more than 64 MiB"));
    }
}
