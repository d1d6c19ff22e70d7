//! Private keys of every kind that charts use: from and to PEM, and as signers of certificates.

use ed25519_dalek::Signer as _;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng as _;

use super::curve::CurveKey;
use super::der::{self, Reader};
use super::dsa::DsaKey;
use super::pem;
use super::rsa::RsaKey;

pub(super) enum PrivateKey {
    Rsa(Box<RsaKey>),
    Curve(CurveKey),
    Ed25519(Box<ed25519_dalek::SigningKey>),
    Dsa(DsaKey),
}

pub(super) const RSA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
const RSA_SHA256: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b";
pub(super) const CURVE: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";
pub(super) const ED25519: &[u8] = b"\x2b\x65\x70";

const NOT_A_SIGNER: &str = "x509: certificate private key does not implement crypto.Signer";

impl PrivateKey {
    /// By the names that `genPrivateKey` knows; none for others.
    pub(super) fn generate(random: &mut ChaCha20Rng, kind: &str) -> Option<Self> {
        Some(match kind {
            "" | "rsa" => Self::Rsa(Box::new(RsaKey::generate(random, 4_096))),
            "dsa" => Self::Dsa(DsaKey::generate(random)),
            "ecdsa" => Self::Curve(CurveKey::generate(random)),
            "ed25519" => {
                let mut secret = [0; 32];
                random.fill_bytes(&mut secret);
                Self::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&secret)))
            }
            _ => return None,
        })
    }

    /// The error is in Sprig's words.
    pub(super) fn from_pem(text: &str) -> Result<Self, String> {
        let block = pem::decode(text).ok_or("no PEM data in input")?;
        let kind = match block.label.as_str() {
            "PRIVATE KEY" => {
                return Self::from_pkcs8(&block.bytes)
                    .map_err(|error| format!("decoding PEM as PKCS#8: {error}"));
            }
            label => label
                .strip_suffix(" PRIVATE KEY")
                .ok_or_else(|| format!("no private key data in PEM block of type {label}"))?,
        };
        let key = match kind {
            "RSA" => RsaKey::from_pkcs1(&block.bytes).map(|key| Self::Rsa(Box::new(key))),
            "EC" => CurveKey::from_sec1(&block.bytes, None).map(Self::Curve),
            "DSA" => DsaKey::from_der(&block.bytes).map(Self::Dsa),
            _ => return Err(format!("invalid private key type {kind}")),
        };
        key.map_err(|error| format!("parsing {kind} private key from PEM: {error}"))
    }

    fn from_pkcs8(encoded: &[u8]) -> Result<Self, &'static str> {
        const MALFORMED: &str = "asn1: structure error: not a PKCS#8 private key";
        let mut reader = Reader(encoded).sequence().ok_or(MALFORMED)?;
        reader.integer().ok_or(MALFORMED)?;
        let mut algorithm = reader.sequence().ok_or(MALFORMED)?;
        let identifier = algorithm.take(der::OBJECT_IDENTIFIER).ok_or(MALFORMED)?;
        let key = reader.take(der::OCTET_STRING).ok_or(MALFORMED)?;
        if identifier == RSA {
            return RsaKey::from_pkcs1(key).map(|key| Self::Rsa(Box::new(key)));
        }
        if identifier == CURVE {
            let curve = algorithm.take_optional(der::OBJECT_IDENTIFIER);
            return CurveKey::from_sec1(key, curve).map(Self::Curve);
        }
        if identifier == ED25519 {
            let secret = Reader(key).take(der::OCTET_STRING).and_then(|seed| seed.try_into().ok());
            let secret = secret.ok_or("x509: invalid Ed25519 private key length")?;
            return Ok(Self::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(secret))));
        }
        Err("x509: PKCS#8 wrapping contained private key with unknown algorithm")
    }

    /// In the format that Sprig gives to each kind of key.
    pub(super) fn to_pem(&self) -> String {
        match self {
            Self::Rsa(key) => pem::encode("RSA PRIVATE KEY", &key.to_pkcs1()),
            Self::Curve(key) => pem::encode("EC PRIVATE KEY", &key.to_sec1()),
            Self::Dsa(key) => pem::encode("DSA PRIVATE KEY", &key.to_der()),
            Self::Ed25519(key) => {
                let secret = der::element(der::OCTET_STRING, &key.to_bytes());
                let encoded = der::sequence([
                    &der::integer(&[]),
                    &der::sequence([&der::object_identifier(ED25519)]),
                    &der::element(der::OCTET_STRING, &secret),
                ]);
                pem::encode("PRIVATE KEY", &encoded)
            }
        }
    }

    /// The bits of the public key, and with them and their algorithm a certificate's SubjectPublicKeyInfo.
    pub(super) fn public(&self) -> Result<(Vec<u8>, Vec<u8>), &'static str> {
        let null = der::element(der::NULL, &[]);
        let (algorithm, bits) = match self {
            Self::Rsa(key) => (der::sequence([&der::object_identifier(RSA), &null]), key.public()),
            Self::Curve(key) => {
                let curve = der::object_identifier(key.curve());
                (der::sequence([&der::object_identifier(CURVE), &curve]), key.public())
            }
            Self::Ed25519(key) => (
                der::sequence([&der::object_identifier(ED25519)]),
                key.verifying_key().to_bytes().to_vec(),
            ),
            Self::Dsa(_) => return Err("x509: unsupported public key type: *dsa.PublicKey"),
        };
        let info = der::sequence([&algorithm, &der::bit_string(&bits)]);
        Ok((bits, info))
    }

    /// The AlgorithmIdentifier of signatures by this key.
    pub(super) fn signature_algorithm(&self) -> Result<Vec<u8>, &'static str> {
        Ok(match self {
            Self::Rsa(_) => {
                let null = der::element(der::NULL, &[]);
                der::sequence([&der::object_identifier(RSA_SHA256), &null])
            }
            Self::Curve(key) => der::sequence([&der::object_identifier(key.signature_algorithm())]),
            Self::Ed25519(_) => der::sequence([&der::object_identifier(ED25519)]),
            Self::Dsa(_) => return Err(NOT_A_SIGNER),
        })
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, &'static str> {
        match self {
            Self::Rsa(key) => Ok(key.sign(message)),
            Self::Curve(key) => Ok(key.sign(message)),
            Self::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
            Self::Dsa(_) => Err(NOT_A_SIGNER),
        }
    }
}
