//! PEM armour as Go writes and finds it.

use crate::encode;

pub(super) struct Block {
    pub(super) label: String,
    pub(super) bytes: Vec<u8>,
}

pub(super) fn encode(label: &str, bytes: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    let encoded = encode::base64(bytes);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}

/// The first complete block of a text; what stands before it and headers inside are skipped.
pub(super) fn decode(text: &str) -> Option<Block> {
    let mut rest = text;
    loop {
        let start = find_line(rest, "-----BEGIN ")?;
        let after = &rest[start + "-----BEGIN ".len()..];
        rest = after;
        let line_end = after.find('\n').unwrap_or(after.len());
        let Some(label) = after[..line_end].trim_end().strip_suffix("-----") else { continue };
        let body = &after[line_end..];
        let Some(end) = find_line(body, &format!("-----END {label}-----")) else { continue };
        let lines = body[..end].lines().map(str::trim).filter(|line| !line.contains(':'));
        if let Ok(bytes) = encode::from_base64(lines.collect::<String>().as_bytes()) {
            return Some(Block { label: label.to_owned(), bytes });
        }
    }
}

/// Where a marker stands at the start of a line.
fn find_line(text: &str, marker: &str) -> Option<usize> {
    text.match_indices(marker)
        .map(|(at, _)| at)
        .find(|at| *at == 0 || text.as_bytes()[at - 1] == b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_among_other_text() {
        let written = encode("THING", &[1; 100]);
        assert!(written.lines().all(|line| line.len() <= 64));
        let check = |text: &str, expect: Option<&[u8]>| {
            let found = decode(text);
            assert_eq!(found.as_ref().map(|block| block.bytes.as_slice()), expect, "{text}");
        };
        check(&written, Some(&[1; 100]));
        check(&format!("words\n{written}more"), Some(&[1; 100]));
        check(&written.replace('\n', "\r\n"), Some(&[1; 100]));
        check(&written.replacen('\n', "\nProc-Type: 4\n\n", 1), Some(&[1; 100]));
        check("-----BEGIN A-----\n!\n-----END A-----\n", None);
        check("-----BEGIN A-----\nAAAA\n-----END B-----\n", None);
        check("x-----BEGIN A-----\nAAAA\n-----END A-----\n", None);
        check("", None);
    }
}
