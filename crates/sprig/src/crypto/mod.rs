//! Sprig's cryptographic functions, all real, all drawing on the render's seed and clock.

mod aes;
mod certificate;
mod curve;
mod der;
mod digest;
mod dsa;
mod key;
mod password;
mod pem;
mod rsa;
#[cfg(test)]
mod tests;
mod verify;
mod x509;

pub use verify::{InvalidKey, PublicKey};

use gotmpl::Functions;

use crate::Dialect;

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    digest::register(functions);
    password::register(functions);
    aes::register(functions);
    certificate::register(functions);
}
