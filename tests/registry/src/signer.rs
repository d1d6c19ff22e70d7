//! Somebody who signs charts with OpenPGP.

use pgp::composed::{EncryptionCaps, KeyType, SecretKeyParamsBuilder, SignedPublicKey};
use pgp::ser::Serialize as _;
use pgp::types::KeyDetails as _;

/// Keyrings of one key each, binary.
pub struct Signer {
    pub secret: Vec<u8>,
    pub public: Vec<u8>,
    /// In upper-case hex, as messages show it.
    pub fingerprint: String,
}

impl Signer {
    /// A new key of `Name <address>`, under a passphrase if there is one.
    ///
    /// # Panics
    /// Where the system gives no random numbers.
    pub fn new(user: &str, passphrase: Option<&str>) -> Self {
        let mut parameters = SecretKeyParamsBuilder::default();
        parameters
            .key_type(KeyType::Ed25519Legacy)
            .can_certify(true)
            .can_sign(true)
            .can_encrypt(EncryptionCaps::None)
            .primary_user_id(user.into())
            .passphrase(passphrase.map(str::to_owned));
        let key = parameters.build().expect("the parameters are whole");
        let key = key.generate(rand::thread_rng()).expect("the system gives random numbers");
        let public = SignedPublicKey::from(key.clone());
        Self {
            secret: key.to_bytes().expect("a key has a form"),
            fingerprint: public.fingerprint().to_string().to_uppercase(),
            public: public.to_bytes().expect("a key has a form"),
        }
    }
}
