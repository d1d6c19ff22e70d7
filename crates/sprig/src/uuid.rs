//! `uuidv4`: a random UUID.

use gotmpl::{Call, Functions};

use crate::{Dialect, random};

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add_with_call("uuidv4", uuidv4);
}

fn uuidv4(call: &Call<'_>) -> String {
    let bytes: [u8; 16] = random::draw(call, "uuidv4", random::bytes);
    let mut number = u128::from_be_bytes(bytes);
    // Version 4, variant 1 (RFC 9562).
    number = number & !(0xf000 << 64) | 0x4000 << 64;
    number = number & !(0xc000 << 48) | 0x8000 << 48;
    let digits = format!("{number:032x}");
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-")
}
