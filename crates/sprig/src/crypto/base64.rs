//! Standard base64 with Go's leniency (line breaks are skipped) and Go's error text.

use data_encoding::BASE64;

pub(crate) fn encode(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

pub(crate) fn decode(text: &[u8]) -> Result<Vec<u8>, String> {
    let (positions, kept): (Vec<usize>, Vec<u8>) =
        text.iter().enumerate().filter(|(_, byte)| !matches!(byte, b'\r' | b'\n')).unzip();
    BASE64.decode(&kept).map_err(|error| {
        let position = positions.get(error.position).copied().unwrap_or(text.len());
        format!("illegal base64 data at input byte {position}")
    })
}
