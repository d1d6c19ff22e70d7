//! Why a chart does not count as signed, or could not be signed.

use crate::Digest;
use crate::shown::plain;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("the provenance file is larger than {0} bytes")]
    TooLarge(u64),
    #[error("the provenance file is not one signed message: {0}")]
    NotOneMessage(String),
    #[error("the keyring holds no public key that can be used{0}")]
    NoKeys(String),
    #[error("no key of the keyring made the signature; it was made by the key {0}")]
    UnknownKey(String),
    #[error("the signature does not belong to the provenance file")]
    BadSignature,
    #[error("the signature was made with {0}, which is not safe any more")]
    WeakHash(String),
    #[error("the key {0} was revoked")]
    Revoked(String),
    #[error("the key {0} has expired")]
    ExpiredKey(String),
    #[error("the signature has expired")]
    ExpiredSignature,
    #[error("the signature or its key is of a time to come")]
    OfTheFuture,
    #[error("the key {0} may not sign")]
    MayNotSign(String),
    #[error("the signed message {0}")]
    NoDigests(String),
    #[error("the signed message does not speak of `{0}`")]
    NotListed(String),
    #[error("`{archive}` has the digest sha256:{found}, but sha256:{expected} was signed")]
    OtherDigest { archive: String, expected: Digest, found: Digest },
    #[error("cannot sign: {0}")]
    Unsigned(String),
    #[error("the keyring {why}")]
    NoSecretKey { why: String },
}

impl Error {
    pub(super) fn unsigned(error: pgp::errors::Error) -> Self {
        Self::Unsigned(plain(&error.to_string()))
    }

    /// What to do.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::NoKeys(_) => "write one with `gpg --export KEY > keyring.gpg`",
            Self::UnknownKey(_) => "add the signer's public key to the keyring, if you trust it",
            Self::Revoked(_) | Self::ExpiredKey(_) => {
                "ask the signer for a chart that was signed with a key that is valid, or for the extended key"
            }
            Self::BadSignature | Self::OtherDigest { .. } => {
                "somebody changed the chart or its provenance file after it was signed"
            }
            Self::NoSecretKey { .. } => {
                "write one with `gpg --export-secret-keys NAME > secring.gpg`, and name the key as gpg lists it"
            }
            _ => return None,
        };
        Some(help.to_owned())
    }
}
