//! DSA keys of 2048 and 256 bits, which can be made and carried but sign no certificates.

use crypto_bigint::{BoxedUint, Limb, NonZero, Odd, Resize as _};
use crypto_primes::{Flavor, is_prime};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng as _;

use super::der::{self, Reader};
use super::rsa::{bytes, number};

/// Version, then p, q, g, y, x.
pub(super) struct DsaKey([Vec<u8>; 6]);

impl DsaKey {
    pub(super) fn generate(random: &mut ChaCha20Rng) -> Self {
        let (modulus, order) = primes(random);
        let precision = modulus.bits_precision();
        let odd: Option<Odd<BoxedUint>> = Odd::new(modulus.clone()).into();
        let odd = odd.expect("a prime of 2048 bits");
        let power = |base: &BoxedUint, exponent: &BoxedUint| {
            base.resize(precision).pow_mod(&exponent.resize(precision), &odd)
        };
        let cofactor = modulus.wrapping_sub(BoxedUint::one());
        let order_bound: Option<NonZero<BoxedUint>> = NonZero::new(order.clone()).into();
        let order_bound = order_bound.expect("a prime");
        let (cofactor, _) = cofactor.div_rem_vartime(&order_bound);
        let generator = (2_u32..)
            .map(|base| power(&BoxedUint::from(base), &cofactor))
            .find(|generator| bytes(generator) != [1])
            .expect("some base generates the subgroup");
        let secret = loop {
            let secret = number(&random_bytes::<32>(random)).rem_vartime(&order_bound);
            if !bytes(&secret).is_empty() {
                break secret;
            }
        };
        let public = power(&generator, &secret);
        let parts = [&modulus, &order, &generator, &public, &secret].map(bytes);
        let [modulus, order, generator, public, secret] = parts;
        Self([Vec::new(), modulus, order, generator, public, secret])
    }

    pub(super) fn from_der(encoded: &[u8]) -> Result<Self, &'static str> {
        let read = || {
            let mut reader = Reader(encoded).sequence()?;
            let mut number = || reader.integer().map(<[u8]>::to_vec);
            Some(Self([number()?, number()?, number()?, number()?, number()?, number()?]))
        };
        read().ok_or("asn1: structure error: not a DSA private key")
    }

    pub(super) fn to_der(&self) -> Vec<u8> {
        let numbers = self.0.each_ref().map(|number| der::integer(number));
        der::sequence(numbers.each_ref().map(Vec::as_slice))
    }
}

/// A prime of 2048 bits and one of 256 that divides it less one.
fn primes(random: &mut ChaCha20Rng) -> (BoxedUint, BoxedUint) {
    loop {
        let order = candidate::<32>(random);
        if !is_prime(Flavor::Any, &order) {
            continue;
        }
        let bound: Option<NonZero<BoxedUint>> = NonZero::new(order.clone()).into();
        let bound = bound.expect("a prime");
        for _ in 0..4 * 2_048 {
            let start = candidate::<256>(random);
            let excess = start.rem_vartime(&bound).resize(start.bits_precision());
            let modulus = start.wrapping_sub(&excess).wrapping_add(BoxedUint::one());
            let fits = modulus.bits_vartime() == 2_048;
            if fits && !has_small_factor(&modulus) && is_prime(Flavor::Any, &modulus) {
                return (modulus, order);
            }
        }
    }
}

/// An odd number with its highest bit set.
fn candidate<const LENGTH: usize>(random: &mut ChaCha20Rng) -> BoxedUint {
    let mut bytes = random_bytes::<LENGTH>(random);
    bytes[0] |= 0x80;
    bytes[LENGTH - 1] |= 1;
    number(&bytes)
}

fn random_bytes<const LENGTH: usize>(random: &mut ChaCha20Rng) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    random.fill_bytes(&mut bytes);
    bytes
}

/// Rules out most candidates before the slow test.
fn has_small_factor(number: &BoxedUint) -> bool {
    (3_u32..2_000)
        .step_by(2)
        .any(|factor| number.rem_limb(NonZero::new(Limb::from(factor)).expect("not zero")).0 == 0)
}
