//! `encryptAES` and `decryptAES`: AES-256 in CBC mode, the initial block before the text, all in base64.

use aes::Aes256;
use aes::cipher::{BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _};
use gotmpl::{Call, CallError, Functions, Str};

use crate::{encode, random};

const BLOCK: usize = 16;

pub(super) fn register(functions: &mut Functions) {
    functions.add_with_call("encryptAES", |call: &Call<'_>, password: Str, text: Str| {
        if text.is_empty() {
            return String::new();
        }
        let initial = random::draw(call, "encryptAES", random::bytes);
        encode::base64(&encrypt(&password, text.as_bytes(), initial))
    });
    functions.add("decryptAES", |password: Str, text: Str| -> Result<Str, CallError> {
        if text.is_empty() {
            return Ok(text);
        }
        let encrypted = encode::from_base64(text.as_bytes()).map_err(CallError::message)?;
        decrypt(&password, &encrypted).map(Into::into).map_err(CallError::message)
    });
}

/// The first 32 bytes of the password are the key, padded with zeros.
fn cipher(password: &Str) -> Aes256 {
    let mut key = [0; 32];
    let length = password.len().min(32);
    key[..length].copy_from_slice(&password.as_bytes()[..length]);
    Aes256::new(&key.into())
}

fn encrypt(password: &Str, text: &[u8], initial: [u8; BLOCK]) -> Vec<u8> {
    let cipher = cipher(password);
    let padding = BLOCK - text.len() % BLOCK;
    let padded = [text, &vec![padding as u8; padding]].concat();
    let mut output = initial.to_vec();
    let mut previous = initial;
    for block in padded.chunks_exact(BLOCK) {
        let mut block = combine(block, &previous).into();
        cipher.encrypt_block(&mut block);
        previous = block.into();
        output.extend_from_slice(&previous);
    }
    output
}

/// The padding is cut off unchecked, as upstream does; where that fails there, it is an error here.
fn decrypt(password: &Str, encrypted: &[u8]) -> Result<Vec<u8>, String> {
    let cipher = cipher(password);
    let length = encrypted.len();
    if length < BLOCK {
        return Err(format!(
            "runtime error: slice bounds out of range [:{BLOCK}] with capacity {length}"
        ));
    }
    if !length.is_multiple_of(BLOCK) {
        return Err("crypto/cipher: input not full blocks".to_owned());
    }
    let mut output = Vec::with_capacity(length);
    for (previous, block) in
        encrypted.chunks_exact(BLOCK).zip(encrypted[BLOCK..].chunks_exact(BLOCK))
    {
        let block: [u8; BLOCK] = block.try_into().expect("chunks are blocks");
        let mut block = block.into();
        cipher.decrypt_block(&mut block);
        output.extend_from_slice(&combine(&block, previous));
    }
    let Some(padding) = output.last() else {
        return Err("runtime error: index out of range [-1]".to_owned());
    };
    let kept = output.len().checked_sub(usize::from(*padding));
    let kept = kept.ok_or_else(|| {
        let past = output.len() as i64 - i64::from(*padding);
        format!("runtime error: slice bounds out of range [:{past}]")
    })?;
    output.truncate(kept);
    Ok(output)
}

fn combine(one: &[u8], other: &[u8]) -> [u8; BLOCK] {
    std::array::from_fn(|index| one[index] ^ other[index])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_survive_encryption() {
        let check = |text: &[u8]| {
            let encrypted = encrypt(&"secret".into(), text, [7; BLOCK]);
            assert_eq!(encrypted.len() % BLOCK, 0);
            assert_eq!(decrypt(&"secret".into(), &encrypted).as_deref(), Ok(text));
            assert_ne!(decrypt(&"other".into(), &encrypted).as_deref(), Ok(text));
        };
        check(b"a");
        check(b"exactly 16 bytes");
        check("größer als ein Block, und mit Umlauten".as_bytes());
    }

    #[test]
    fn broken_input_is_refused() {
        let check = |encrypted: &[u8]| assert!(decrypt(&"secret".into(), encrypted).is_err());
        check(b"");
        check(&[0; 15]);
        check(&[0; 16]);
        check(&[0; 17]);
    }
}
