//! `html`, `js` and `urlquery`.

use crate::Str;
use crate::print::is_printable;

pub(super) fn html(text: Str) -> Str {
    escaped(text, |byte| match byte {
        0 => Some("\u{fffd}"),
        b'"' => Some("&#34;"),
        b'\'' => Some("&#39;"),
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        _ => None,
    })
}

fn escaped(text: Str, replacement: impl Fn(u8) -> Option<&'static str>) -> Str {
    if text.as_bytes().iter().all(|byte| replacement(*byte).is_none()) {
        return text;
    }
    let mut out = Vec::with_capacity(text.len() + 16);
    for byte in text.as_bytes() {
        match replacement(*byte) {
            Some(replacement) => out.extend_from_slice(replacement.as_bytes()),
            None => out.push(*byte),
        }
    }
    out.into()
}

pub(super) fn js(text: Str) -> Str {
    let mut out = Vec::with_capacity(text.len() + 16);
    for chunk in text.as_bytes().utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => out.extend_from_slice(b"\\\\"),
                '\'' => out.extend_from_slice(b"\\'"),
                '"' => out.extend_from_slice(b"\\\""),
                '<' | '>' | '&' | '=' | '\0'..='\u{1f}' => unicode_escape(&mut out, character),
                _ if !character.is_ascii() && !is_printable(character) => {
                    unicode_escape(&mut out, character);
                }
                _ => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        // Go decodes a bad byte as U+FFFD, which is printable, and copies the byte.
        out.extend_from_slice(chunk.invalid());
    }
    out.into()
}

fn unicode_escape(out: &mut Vec<u8>, character: char) {
    out.extend_from_slice(format!("\\u{:04X}", u32::from(character)).as_bytes());
}

pub(super) fn url_query(text: Str) -> Str {
    let mut out = Vec::with_capacity(text.len() + 16);
    for byte in text.as_bytes() {
        match byte {
            b' ' => out.push(b'+'),
            b'-' | b'_' | b'.' | b'~' => out.push(*byte),
            _ if byte.is_ascii_alphanumeric() => out.push(*byte),
            _ => out.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
    out.into()
}
