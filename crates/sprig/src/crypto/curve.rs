//! Keys on NIST's curves: generated, read and written as RFC 5915, and signing certificates with the digest of their size.

use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng as _;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::der::{self, Reader};

pub(super) enum CurveKey {
    P256(Box<p256::ecdsa::SigningKey>),
    P384(Box<p384::ecdsa::SigningKey>),
    P521(Box<p521::ecdsa::SigningKey>),
}

/// Runs the same code for the key of each curve.
macro_rules! each_curve {
    ($key:expr, $found:ident => $body:expr) => {
        match $key {
            CurveKey::P256($found) => $body,
            CurveKey::P384($found) => $body,
            CurveKey::P521($found) => $body,
        }
    };
}

/// Object identifiers: of the curve, of the signature over it.
pub(super) const P256: (&[u8], &[u8]) =
    (b"\x2a\x86\x48\xce\x3d\x03\x01\x07", b"\x2a\x86\x48\xce\x3d\x04\x03\x02");
pub(super) const P384: (&[u8], &[u8]) =
    (b"\x2b\x81\x04\x00\x22", b"\x2a\x86\x48\xce\x3d\x04\x03\x03");
pub(super) const P521: (&[u8], &[u8]) =
    (b"\x2b\x81\x04\x00\x23", b"\x2a\x86\x48\xce\x3d\x04\x03\x04");

impl CurveKey {
    /// A key on P-256.
    pub(super) fn generate(random: &mut ChaCha20Rng) -> Self {
        loop {
            let mut secret = [0; 32];
            random.fill_bytes(&mut secret);
            // Only zero and what reaches the curve's order are refused.
            if let Some(key) = Self::from_secret(P256.0, &secret) {
                return key;
            }
        }
    }

    fn from_secret(curve: &[u8], secret: &[u8]) -> Option<Self> {
        let sized = |length: usize| -> Option<Vec<u8>> {
            let digits = der::trim(secret);
            let zeros = length.checked_sub(digits.len())?;
            Some([vec![0; zeros], digits.to_vec()].concat())
        };
        Some(if curve == P256.0 {
            Self::P256(Box::new(p256::ecdsa::SigningKey::from_slice(&sized(32)?).ok()?))
        } else if curve == P384.0 {
            Self::P384(Box::new(p384::ecdsa::SigningKey::from_slice(&sized(48)?).ok()?))
        } else if curve == P521.0 {
            Self::P521(Box::new(p521::ecdsa::SigningKey::from_slice(&sized(66)?).ok()?))
        } else {
            return None;
        })
    }

    /// Reads RFC 5915's structure; PKCS#8 names the curve outside of it.
    pub(super) fn from_sec1(encoded: &[u8], curve: Option<&[u8]>) -> Result<Self, &'static str> {
        const MALFORMED: &str = "x509: failed to parse EC private key";
        let mut outer = Reader(encoded);
        let mut reader = outer.sequence().ok_or(MALFORMED)?;
        if reader.integer() != Some(&[1]) {
            return Err("x509: unknown EC private key version");
        }
        let secret = reader.take(der::OCTET_STRING).ok_or(MALFORMED)?;
        let named = reader
            .take_optional(der::context(0))
            .and_then(|parameters| Reader(parameters).take(der::OBJECT_IDENTIFIER));
        let curve = curve.or(named).ok_or("x509: unknown elliptic curve")?;
        if ![P256, P384, P521].iter().any(|(known, _)| *known == curve) {
            return Err("x509: unknown elliptic curve");
        }
        Self::from_secret(curve, secret).ok_or("x509: invalid elliptic curve private key value")
    }

    pub(super) fn to_sec1(&self) -> Vec<u8> {
        let secret = each_curve!(self, key => key.to_bytes().to_vec());
        der::sequence([
            &der::integer(&[1]),
            &der::element(der::OCTET_STRING, &secret),
            &der::element(der::context(0), &der::object_identifier(self.identifiers().0)),
            &der::element(der::context(1), &der::bit_string(&self.public())),
        ])
    }

    fn identifiers(&self) -> (&'static [u8], &'static [u8]) {
        match self {
            Self::P256(_) => P256,
            Self::P384(_) => P384,
            Self::P521(_) => P521,
        }
    }

    pub(super) fn curve(&self) -> &'static [u8] {
        self.identifiers().0
    }

    pub(super) fn signature_algorithm(&self) -> &'static [u8] {
        self.identifiers().1
    }

    /// The public point, uncompressed.
    pub(super) fn public(&self) -> Vec<u8> {
        each_curve!(self, key => key.verifying_key().to_sec1_point(false).as_bytes().to_vec())
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        const SIGNS: &str = "digests of the curve's own size can be signed";
        let signature = match self {
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature =
                    key.sign_prehash(&Sha256::digest(message)).expect(SIGNS);
                signature.to_bytes().to_vec()
            }
            Self::P384(key) => {
                let signature: p384::ecdsa::Signature =
                    key.sign_prehash(&Sha384::digest(message)).expect(SIGNS);
                signature.to_bytes().to_vec()
            }
            Self::P521(key) => {
                let signature: p521::ecdsa::Signature =
                    key.sign_prehash(&Sha512::digest(message)).expect(SIGNS);
                signature.to_bytes().to_vec()
            }
        };
        let (one, other) = signature.split_at(signature.len() / 2);
        der::sequence([&der::integer(one), &der::integer(other)])
    }
}
