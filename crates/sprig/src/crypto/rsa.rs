//! RSA keys: generated, read and written as PKCS#1, and signing certificates with SHA-256 (PKCS#1 v1.5).
//!
//! Over `crypto-bigint` and `crypto-primes`, since the `rsa` package has an open advisory in every version; the keys here
//! are made and used in one process that nobody can time.

use crypto_bigint::{BoxedUint, ConcatenatingMul as _, Lcm as _, NonZero, Odd, Resize as _};
use crypto_primes::hazmat::{SetBits, SmallFactorsSieveFactory};
use crypto_primes::{Flavor, is_prime, sieve_and_find};
use rand_chacha::ChaCha20Rng;
use sha2::{Digest as _, Sha256};

use super::der::{self, Reader};

const EXPONENT: u32 = 65_537;

/// Sizes that are used; larger keys would take minutes, smaller ones Go refuses.
const BITS: std::ops::RangeInclusive<u32> = 1_024..=8_192;
/// Smaller keys could be broken by who wants to sign in another's name.
const SAFE_BITS: u32 = 2_048;

/// Numbers as big-endian bytes without leading zeros.
pub(super) struct RsaKey {
    modulus: Vec<u8>,
    public: Vec<u8>,
    private: Vec<u8>,
    primes: [Vec<u8>; 2],
    /// The private exponent modulo each prime less one, and the second prime's inverse modulo the first.
    remainders: [Vec<u8>; 2],
    inverse: Vec<u8>,
}

impl RsaKey {
    pub(super) fn generate(random: &mut ChaCha20Rng, bits: u32) -> Self {
        loop {
            let (one, other) = (prime(random, bits / 2), prime(random, bits / 2));
            if one == other {
                continue;
            }
            let one_less = |prime: &BoxedUint| prime.wrapping_sub(BoxedUint::one());
            let order = one_less(&one).lcm(&one_less(&other));
            let order = NonZero::new(order).expect("primes are greater than one");
            let exponent = BoxedUint::from(EXPONENT).resize(order.bits_precision());
            let private: Option<BoxedUint> = exponent.invert_mod(&order).into();
            if let Some(key) = private.and_then(|private| Self::from_parts(&one, &other, &private))
            {
                return key;
            }
        }
    }

    fn from_parts(one: &BoxedUint, other: &BoxedUint, private: &BoxedUint) -> Option<Self> {
        let less = |prime: &BoxedUint| NonZero::new(prime.wrapping_sub(BoxedUint::one()));
        let remainder = |prime| -> Option<Vec<u8>> {
            Some(bytes(&private.rem_vartime(&Option::<NonZero<_>>::from(less(prime))?)))
        };
        let modulus: Option<Odd<BoxedUint>> = Odd::new(one.clone()).into();
        let inverse: Option<BoxedUint> = other
            .rem_vartime(&modulus.clone()?.as_nz_ref().clone())
            .invert_odd_mod(&modulus?)
            .into();
        Some(Self {
            modulus: bytes(&one.concatenating_mul(other)),
            public: EXPONENT.to_be_bytes()[1..].to_vec(),
            private: bytes(private),
            primes: [bytes(one), bytes(other)],
            remainders: [remainder(one)?, remainder(other)?],
            inverse: bytes(&inverse?),
        })
    }

    pub(super) fn from_pkcs1(encoded: &[u8]) -> Result<Self, &'static str> {
        const MALFORMED: &str = "asn1: structure error: not an RSA private key";
        let mut outer = Reader(encoded);
        let mut reader = outer.sequence().filter(|_| outer.is_empty()).ok_or(MALFORMED)?;
        if !reader.integer().ok_or(MALFORMED)?.is_empty() {
            return Err("x509: unsupported private key version");
        }
        let mut number = || reader.integer().map(<[u8]>::to_vec).ok_or(MALFORMED);
        let key = Self {
            modulus: number()?,
            public: number()?,
            private: number()?,
            primes: [number()?, number()?],
            remainders: [number()?, number()?],
            inverse: number()?,
        };
        key.check()?;
        Ok(key)
    }

    fn check(&self) -> Result<(), &'static str> {
        let parts = [&self.public, &self.private, &self.primes[0], &self.primes[1], &self.inverse];
        if parts.iter().any(|part| part.is_empty()) {
            return Err("x509: private key contains zero or negative value");
        }
        let modulus = number(&self.modulus);
        let bits = modulus.bits_vartime();
        if bits < *BITS.start() {
            return Err("crypto/rsa: keys of less than 1024 bits are insecure");
        }
        if bits > *BITS.end() || parts.iter().any(|part| part.len() > self.modulus.len()) {
            return Err("crypto/rsa: keys of more than 8192 bits are not supported");
        }
        let (one, other) = (number(&self.primes[0]), number(&self.primes[1]));
        if bytes(&one.concatenating_mul(&other)) != self.modulus {
            return Err("crypto/rsa: invalid modulus");
        }
        let product = number(&self.public).concatenating_mul(number(&self.private));
        for prime in [&one, &other] {
            let less: Option<NonZero<_>> =
                NonZero::new(prime.wrapping_sub(BoxedUint::one())).into();
            let remainder = less.map(|less| bytes(&product.rem_vartime(&less)));
            if remainder != Some(vec![1]) || prime.bits_vartime() < 2 || !is_odd(prime) {
                return Err("crypto/rsa: invalid exponents");
            }
        }
        Ok(())
    }

    pub(super) fn to_pkcs1(&self) -> Vec<u8> {
        let numbers = [
            &Vec::new(),
            &self.modulus,
            &self.public,
            &self.private,
            &self.primes[0],
            &self.primes[1],
            &self.remainders[0],
            &self.remainders[1],
            &self.inverse,
        ];
        der::sequence(numbers.map(|number| der::integer(number)).each_ref().map(Vec::as_slice))
    }

    /// The public key's bit string: modulus and exponent.
    pub(super) fn public(&self) -> Vec<u8> {
        der::sequence([&der::integer(&self.modulus), &der::integer(&self.public)])
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let length = self.modulus.len();
        let padded = padded(length, message);
        let modulus = number(&self.modulus);
        let precision = modulus.bits_precision();
        let modulus: Option<Odd<BoxedUint>> = Odd::new(modulus).into();
        let signature = number(&padded).resize(precision).pow_mod(
            &number(&self.private).resize(precision),
            &modulus.expect("checked: a product of odd primes"),
        );
        let signature = bytes(&signature);
        [vec![0; length - signature.len()], signature].concat()
    }
}

/// A message's digest as it is signed: SHA-256's DigestInfo, padded (RFC 8017, 9.2).
fn padded(length: usize, message: &[u8]) -> Vec<u8> {
    const PREFIX: &[u8] =
        b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
    let digest = Sha256::digest(message);
    let padding = vec![0xff; length - PREFIX.len() - digest.len() - 3];
    [&[0, 1], padding.as_slice(), &[0], PREFIX, &digest].concat()
}

/// Whether two numbers make a public key that signatures may be trusted by.
pub(super) fn is_public(modulus: &[u8], exponent: &[u8]) -> bool {
    let bits = number(modulus).bits_vartime();
    let odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    (SAFE_BITS..=*BITS.end()).contains(&bits)
        && odd(modulus)
        && odd(exponent)
        && exponent != [1]
        && exponent.len() <= 4
}

/// Whether a signature is that of the key's owner. The key is one by [`is_public`].
pub(super) fn verifies(modulus: &[u8], exponent: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let length = modulus.len();
    let modulus = number(modulus);
    let precision = modulus.bits_precision();
    let signature = if signature.len() == length { number(signature) } else { return false };
    let odd: Option<Odd<BoxedUint>> = Odd::new(modulus.clone()).into();
    let Some(odd) = odd.filter(|_| signature < modulus) else { return false };
    let opened = signature.resize(precision).pow_mod(&number(exponent).resize(precision), &odd);
    let opened = bytes(&opened);
    opened == der::trim(&padded(length, message))
}

/// A prime with its two highest bits set, so that a product of two has twice the bits, and usable with the exponent.
pub(super) fn prime(random: &mut ChaCha20Rng, bits: u32) -> BoxedUint {
    let exponent = NonZero::new(crypto_bigint::Limb::from(EXPONENT)).expect("not zero");
    loop {
        let sieve = SmallFactorsSieveFactory::new(Flavor::Any, bits, SetBits::TwoMsb)
            .expect("keys have hundreds of bits");
        let found: Option<BoxedUint> =
            sieve_and_find(random, sieve, |_, candidate| is_prime(Flavor::Any, candidate))
                .expect("candidates have the bits asked for");
        let Some(prime) = found else { continue };
        if prime.rem_limb(exponent).0 != 1 {
            return prime;
        }
    }
}

pub(super) fn number(bytes: &[u8]) -> BoxedUint {
    BoxedUint::from_be_slice_vartime(bytes)
}

pub(super) fn bytes(number: &BoxedUint) -> Vec<u8> {
    number.to_be_bytes_trimmed_vartime().into_vec()
}

fn is_odd(number: &BoxedUint) -> bool {
    bytes(number).last().is_some_and(|byte| byte % 2 == 1)
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn the_public_key_opens_what_the_private_one_sealed() {
        let key = RsaKey::generate(&mut ChaCha20Rng::seed_from_u64(1), 1_024);
        assert_eq!(key.check(), Ok(()));
        let modulus = number(&key.modulus);
        let precision = modulus.bits_precision();
        let modulus: Option<Odd<BoxedUint>> = Odd::new(modulus).into();
        let opened = number(&key.sign(b"message"))
            .resize(precision)
            .pow_mod(&number(&key.public).resize(precision), &modulus.expect("odd"));
        let opened = bytes(&opened);
        assert_eq!(opened.len(), 127);
        assert!(opened.starts_with(&[1, 0xff]));
        assert!(opened.ends_with(&Sha256::digest(b"message")));
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        let key = RsaKey::generate(&mut ChaCha20Rng::seed_from_u64(2), 1_024);
        let encoded = key.to_pkcs1();
        assert!(RsaKey::from_pkcs1(&encoded).is_ok());
        for index in 0..encoded.len() {
            let mut broken = encoded.clone();
            broken[index] ^= 1;
            // Only the values that speed up others may be wrong unnoticed.
            let unnoticed = RsaKey::from_pkcs1(&broken).is_ok();
            assert!(!unnoticed || index > encoded.len() - 205, "byte {index}");
            assert!(RsaKey::from_pkcs1(&encoded[..index]).is_err());
        }
    }
}
