//! The forms in which a secret may stand in a text.

use std::collections::BTreeSet;

use crate::base64;
use crate::json::{self, Html};

/// Shorter strings occur by chance.
const SHORTEST: usize = 6;
/// So do single lines below this.
const SHORTEST_LINE: usize = 16;
/// And pieces of base64 below this.
const SHORTEST_PIECE: usize = 12;

/// Adds every form of a secret: as it is, without blanks around it, its lines, all of these escaped and in base64.
pub(super) fn of(secret: &str, forms: &mut BTreeSet<String>) {
    if secret.len() < SHORTEST {
        return;
    }
    written(secret, forms);
    let trimmed = secret.trim();
    if trimmed.len() >= SHORTEST && trimmed != secret {
        written(trimmed, forms);
    }
    if secret.contains('\n') {
        for line in secret.lines().map(str::trim) {
            // The first and last line of a PEM block are no secret.
            if line.len() >= SHORTEST_LINE && !line.starts_with("-----") {
                written(line, forms);
            }
        }
    }
}

fn written(secret: &str, forms: &mut BTreeSet<String>) {
    forms.insert(secret.to_owned());
    for html in [Html::Escaped, Html::Plain] {
        let quoted = json::quote(secret, html);
        forms.insert(quoted[1..quoted.len() - 1].to_owned());
    }
    if secret.contains('\'') {
        forms.insert(secret.replace('\'', "''"));
    }
    encoded(secret, forms);
}

/// In base64 the same bytes look different at each of three places; what stands before and after them colours the
/// characters at both ends, which are left out, except where the secret is the whole value.
fn encoded(secret: &str, forms: &mut BTreeSet<String>) {
    forms.insert(base64::encode(secret.as_bytes()));
    for before in 0..3 {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(secret.as_bytes());
        let whole = base64::encode(&bytes);
        let start = [0, 2, 3][before];
        let end = bytes.len() * 8 / 6;
        if end >= start + SHORTEST_PIECE {
            forms.insert(whole[start..end].to_owned());
        }
    }
}
