//! Scalars with a tag, and values that JSON cannot carry.

use super::error::Kind;
use super::resolve::{Resolved, resolve};
use crate::{Node, base64, number};

const STANDARD: &str = "tag:yaml.org,2002:";

/// The value of `!!int 3` and its like. Unknown tags mean text.
pub(super) fn tagged(tag: &str, text: &str) -> Result<Node, (Kind, String)> {
    let name = tag.strip_prefix(STANDARD).unwrap_or_default();
    let resolved = match name {
        "bool" | "int" | "float" | "null" | "timestamp" => resolve(text),
        "binary" => {
            let message = "!!binary value contains invalid base64 data";
            return match base64::decode(text) {
                Some(bytes) => Ok(Node::Text(from_bytes(&bytes).into())),
                None => Err((Kind::Yaml, message.into())),
            };
        }
        _ => return Ok(Node::Text(text.into())),
    };
    let resolved = match resolved {
        #[expect(clippy::cast_precision_loss, reason = "`!!float 1` asks for it")]
        Resolved::Int(value) if name == "float" => Resolved::Float(value as f64),
        // go-yaml looks for timestamps only in scalars without a tag or with theirs.
        Resolved::Timestamp if name != "timestamp" => Resolved::Text,
        resolved => resolved,
    };
    if resolved.tag().strip_prefix("!!") == Some(name) {
        return Ok(resolved.node(text));
    }
    let message = format!("cannot decode {} `{text}` as a !!{name}", resolved.tag());
    Err((Kind::Yaml, message))
}

/// JSON has no infinities, and Helm reads all YAML through JSON.
pub(super) fn finite(node: Node) -> Result<Node, (Kind, String)> {
    match node {
        Node::Float(value) if !value.is_finite() => {
            Err((Kind::Json, format!("unsupported value: {}", number::general(value))))
        }
        node => Ok(node),
    }
}

/// Go's JSON encoder writes U+FFFD for each byte that is no UTF-8.
fn from_bytes(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '\u{fffd}'));
    }
    text
}
