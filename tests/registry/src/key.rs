//! Keys that tests sign with.

use rcgen::{
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, SigningKey as _,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    P256,
    P384,
    Ed25519,
}

pub struct Key(KeyPair);

impl Key {
    /// A new one.
    ///
    /// # Panics
    /// Where the system gives no random numbers.
    pub fn new(kind: Kind) -> Self {
        let algorithm = match kind {
            Kind::P256 => &PKCS_ECDSA_P256_SHA256,
            Kind::P384 => &PKCS_ECDSA_P384_SHA384,
            Kind::Ed25519 => &PKCS_ED25519,
        };
        Self(KeyPair::generate_for(algorithm).expect("the system gives random numbers"))
    }

    /// The public key in PEM.
    pub fn public(&self) -> String {
        self.0.public_key_pem()
    }

    /// The signature of a message, as OpenSSL writes it.
    ///
    /// # Panics
    /// Where the system gives no random numbers.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).expect("the key can sign")
    }
}
