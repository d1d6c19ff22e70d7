//! `bcrypt`, `htpasswd`, and `derivePassword` (the Master Password algorithm).

use gotmpl::function::object;
use gotmpl::{Call, FromValue, Functions, IntType, Kind, ParamType, Str, Value};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::random;

const COST: u32 = 10;

pub(super) fn register(functions: &mut Functions) {
    functions.add_with_call("bcrypt", |call: &Call<'_>, password: Str| {
        hash(call, "bcrypt", password.as_bytes())
    });
    functions.add_with_call("htpasswd", htpasswd);
    functions.add("derivePassword", derive_password);
}

fn htpasswd(call: &Call<'_>, user: Str, password: Str) -> Str {
    if user.as_bytes().contains(&b':') {
        return [b"invalid username: ", user.as_bytes()].concat().into();
    }
    let hash = hash(call, "htpasswd", password.as_bytes());
    [user.as_bytes(), b":", hash.as_bytes()].concat().into()
}

fn hash(call: &Call<'_>, function: &'static str, password: &[u8]) -> String {
    if password.len() > 72 {
        return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"
            .to_owned();
    }
    hash_with_salt(password, random::draw(call, function, random::bytes))
}

fn hash_with_salt(password: &[u8], salt: [u8; 16]) -> String {
    let mut key = [password, &[0]].concat();
    // No more than 72 bytes of the key enter the hash.
    key.truncate(72);
    let hash = bcrypt::bcrypt(COST, salt, &key);
    let (salt, hash) = (radix64(&salt), radix64(&hash[..23]));
    format!("$2a${COST:02}${salt}{hash}")
}

/// bcrypt's own base64: another alphabet, no padding.
fn radix64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 4];
        group[1..=chunk.len()].copy_from_slice(chunk);
        let group = u32::from_be_bytes(group);
        for index in 0..=chunk.len() {
            let digit = group >> (18 - 6 * index) & 0x3f;
            text.push(char::from(ALPHABET[digit as usize]));
        }
    }
    text
}

/// Go's `uint32`.
struct Counter(u32);

impl FromValue for Counter {
    const TYPE: ParamType = ParamType { name: "uint32", kind: Kind::Uint32 };

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Int(counter, IntType::Uint32) => u32::try_from(*counter).ok().map(Self),
            _ => object::<crate::duration::Duration>(value).and(None),
        }
    }
}

const SCOPE: &[u8] = b"com.lyndir.masterpassword";

fn derive_password(counter: Counter, kind: Str, password: Str, user: Str, site: Str) -> Str {
    let Some((_, templates)) =
        TEMPLATES.iter().find(|(name, _)| name.as_bytes() == kind.as_bytes())
    else {
        return [b"cannot find password template ", kind.as_bytes()].concat().into();
    };
    let length = |text: &Str| (text.len() as u32).to_be_bytes();
    let salt = [SCOPE, &length(&user), user.as_bytes()].concat();
    let mut key = [0; 64];
    let params = scrypt::Params::new(15, 8, 2).expect("N = 2^15, r = 8, p = 2 are valid");
    scrypt::scrypt(password.as_bytes(), &salt, &params, &mut key).expect("64 bytes can be derived");

    let mut seed = Hmac::<Sha256>::new_from_slice(&key).expect("keys of any length are taken");
    seed.update(SCOPE);
    seed.update(&length(&site));
    seed.update(site.as_bytes());
    seed.update(&counter.0.to_be_bytes());
    let seed = seed.finalize().into_bytes();

    let template = templates[usize::from(seed[0]) % templates.len()];
    let derived = template.bytes().zip(&seed[1..]).map(|(class, byte)| {
        let characters = characters(class);
        characters[usize::from(*byte) % characters.len()]
    });
    derived.collect::<Vec<u8>>().into()
}

/// Of each kind of password, what its characters may be.
const TEMPLATES: &[(&str, &[&str])] = &[
    ("maximum", &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"]),
    (
        "long",
        &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
    ),
    ("medium", &["CvcnoCvc", "CvcCvcno"]),
    ("short", &["Cvcn"]),
    ("basic", &["aaanaaan", "aannaaan", "aaannaaa"]),
    ("pin", &["nnnn"]),
];

fn characters(class: u8) -> &'static [u8] {
    match class {
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bcrypt_of_a_known_salt() {
        // A vector of the algorithm's reference tests.
        let salt = *b"\x10\x41\x04\x10\x41\x04\x10\x41\x04\x10\x41\x04\x10\x41\x04\x10";
        assert_eq!(radix64(&salt), "CCCCCCCCCCCCCCCCCCCCC.");
        assert!(hash_with_salt(b"U*U", salt).starts_with("$2a$10$CCCCCCCCCCCCCCCCCCCCC."));
    }
}
