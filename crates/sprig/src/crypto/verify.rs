//! Signatures by a public key in PEM: whether a message was signed by who holds the private one.

use ed25519_dalek::VerifyingKey;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::der::{self, Reader};
use super::key::{CURVE, ED25519, RSA};
use super::{curve, pem, rsa};

/// A key that signatures are checked by: on one of NIST's curves with the digest of its size, Ed25519, or RSA with PKCS#1
/// v1.5 and SHA-256.
pub struct PublicKey(Kind);

enum Kind {
    P256(Box<p256::ecdsa::VerifyingKey>),
    P384(Box<p384::ecdsa::VerifyingKey>),
    P521(Box<p521::ecdsa::VerifyingKey>),
    Ed25519(Box<VerifyingKey>),
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
}

/// Why a text is no such key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    #[error("it holds no block `PUBLIC KEY` in PEM")]
    NoKey,
    #[error("its public key is damaged or too short")]
    Damaged,
    #[error(
        "keys of this kind are not supported: ECDSA on P-256, P-384 or P-521, Ed25519 and RSA are"
    )]
    Kind,
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo, as `openssl` and `cosign` write it.
    pub fn from_pem(text: &str) -> Result<Self, InvalidKey> {
        let block = pem::decode(text).filter(|block| block.label == "PUBLIC KEY");
        let block = block.ok_or(InvalidKey::NoKey)?;
        let mut outer = Reader(&block.bytes);
        let mut info = outer.sequence().ok_or(InvalidKey::Damaged)?;
        let mut algorithm = info.sequence().ok_or(InvalidKey::Damaged)?;
        let kind = algorithm.take(der::OBJECT_IDENTIFIER).ok_or(InvalidKey::Damaged)?;
        let bits = info.bit_string().ok_or(InvalidKey::Damaged)?;
        let kind = match kind {
            RSA => Some(from_pkcs1(bits).ok_or(InvalidKey::Damaged)?),
            CURVE => {
                let curve = algorithm.take(der::OBJECT_IDENTIFIER).ok_or(InvalidKey::Damaged)?;
                on_curve(curve, bits)?
            }
            ED25519 => {
                let bits = bits.try_into().map_err(|_| InvalidKey::Damaged)?;
                let key = VerifyingKey::from_bytes(bits).map_err(|_| InvalidKey::Damaged)?;
                Some(Kind::Ed25519(Box::new(key)))
            }
            _ => None,
        };
        kind.map(Self).ok_or(InvalidKey::Kind)
    }

    /// Whether the signature is this key's over the message. Signatures on curves are ASN.1, as Go and OpenSSL write them.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.0 {
            Kind::P256(key) => numbers::<32>(signature)
                .and_then(|both| p256::ecdsa::Signature::from_slice(&both).ok())
                .is_some_and(|found| key.verify_prehash(&Sha256::digest(message), &found).is_ok()),
            Kind::P384(key) => numbers::<48>(signature)
                .and_then(|both| p384::ecdsa::Signature::from_slice(&both).ok())
                .is_some_and(|found| key.verify_prehash(&Sha384::digest(message), &found).is_ok()),
            Kind::P521(key) => numbers::<66>(signature)
                .and_then(|both| p521::ecdsa::Signature::from_slice(&both).ok())
                .is_some_and(|found| key.verify_prehash(&Sha512::digest(message), &found).is_ok()),
            Kind::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|found| key.verify_strict(message, &found).is_ok()),
            Kind::Rsa { modulus, exponent } => rsa::verifies(modulus, exponent, message, signature),
        }
    }
}

fn on_curve(curve: &[u8], point: &[u8]) -> Result<Option<Kind>, InvalidKey> {
    const DAMAGED: InvalidKey = InvalidKey::Damaged;
    Ok(if curve == curve::P256.0 {
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| DAMAGED)?;
        Some(Kind::P256(Box::new(key)))
    } else if curve == curve::P384.0 {
        let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| DAMAGED)?;
        Some(Kind::P384(Box::new(key)))
    } else if curve == curve::P521.0 {
        let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| DAMAGED)?;
        Some(Kind::P521(Box::new(key)))
    } else {
        None
    })
}

fn from_pkcs1(bits: &[u8]) -> Option<Kind> {
    let mut outer = Reader(bits);
    let mut reader = outer.sequence()?;
    let (modulus, exponent) = (reader.integer()?.to_vec(), reader.integer()?.to_vec());
    rsa::is_public(&modulus, &exponent).then_some(Kind::Rsa { modulus, exponent })
}

/// The two numbers of a signature on a curve, each with all its bytes.
fn numbers<const SIZE: usize>(signature: &[u8]) -> Option<Vec<u8>> {
    let mut outer = Reader(signature);
    let mut reader = outer.sequence().filter(|_| outer.is_empty())?;
    let mut both = Vec::with_capacity(2 * SIZE);
    for _ in 0..2 {
        let number = reader.integer()?;
        both.resize(both.len() + SIZE.checked_sub(number.len())?, 0);
        both.extend_from_slice(number);
    }
    reader.is_empty().then_some(both)
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng as _;

    use super::super::key::PrivateKey;
    use super::super::rsa::RsaKey;
    use super::*;

    fn public(key: &PrivateKey) -> String {
        pem::encode("PUBLIC KEY", &key.public().unwrap().1)
    }

    #[test]
    fn only_what_the_key_signed_is_verified() {
        let mut random = ChaCha20Rng::seed_from_u64(1);
        for kind in ["ecdsa", "ed25519", "rsa"] {
            let mut key = || match kind {
                // Sprig's own are larger, and that takes long.
                "rsa" => PrivateKey::Rsa(Box::new(RsaKey::generate(&mut random, 2_048))),
                kind => PrivateKey::generate(&mut random, kind).unwrap(),
            };
            let (key, other) = (key(), key());
            let signature = key.sign(b"message").unwrap();
            let verifier = PublicKey::from_pem(&public(&key)).unwrap();
            assert!(verifier.verifies(b"message", &signature), "{kind}");
            assert!(!verifier.verifies(b"Message", &signature), "{kind}");
            assert!(!verifier.verifies(b"message", b""), "{kind}");
            assert!(!verifier.verifies(b"message", &signature[1..]), "{kind}");
            for index in [0, signature.len() / 2, signature.len() - 1] {
                let mut broken = signature.clone();
                broken[index] ^= 1;
                assert!(!verifier.verifies(b"message", &broken), "{kind} {index}");
            }
            let stranger = PublicKey::from_pem(&public(&other)).unwrap();
            assert!(!stranger.verifies(b"message", &signature), "{kind}");
        }
    }

    #[test]
    fn short_keys_are_not_trusted() {
        let key = RsaKey::generate(&mut ChaCha20Rng::seed_from_u64(2), 1_024);
        let found = PublicKey::from_pem(&public(&PrivateKey::Rsa(Box::new(key))));
        assert_eq!(found.err(), Some(InvalidKey::Damaged));
    }

    #[test]
    fn what_is_no_public_key_is_refused() {
        let check = |text: &str, expect| {
            assert_eq!(PublicKey::from_pem(text).err(), Some(expect), "{text}");
        };
        check("", InvalidKey::NoKey);
        check(&pem::encode("PRIVATE KEY", b"x"), InvalidKey::NoKey);
        check(&pem::encode("PUBLIC KEY", b"x"), InvalidKey::Damaged);
        let mut random = ChaCha20Rng::seed_from_u64(3);
        for kind in ["ecdsa", "ed25519"] {
            let key = PrivateKey::generate(&mut random, kind).unwrap();
            let info = key.public().unwrap().1;
            for length in 0..info.len() {
                assert!(PublicKey::from_pem(&pem::encode("PUBLIC KEY", &info[..length])).is_err());
            }
        }
    }
}
