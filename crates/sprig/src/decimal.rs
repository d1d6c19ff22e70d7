//! Decimal numbers as exact as they need to be: what `addf`, `subf`, `mulf` and `divf` compute with (shopspring/decimal).

use gotmpl::CallError;
use num_bigint::BigInt;

/// `number * 10^exponent`.
#[derive(Clone, Debug)]
pub(crate) struct Decimal {
    number: BigInt,
    exponent: i64,
}

/// Digits after the point that a division keeps.
const DIVISION_DIGITS: i64 = 16;

/// How far exponents may be apart: far beyond what floats can express, near enough that numbers stay small.
const MAX_EXPONENT: i64 = 20_000;

impl Decimal {
    /// The shortest decimal that reads back as the float.
    pub(crate) fn from_float(value: f64) -> Result<Self, CallError> {
        if !value.is_finite() {
            let name = if value.is_nan() {
                "NaN"
            } else if value > 0.0 {
                "+Inf"
            } else {
                "-Inf"
            };
            return Err(CallError::message(format!("Cannot create a Decimal from {name}")));
        }
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let fraction = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i64);
        let number = mantissa.replace('.', "").parse().expect("digits of a float are a number");
        let exponent: i64 = exponent.parse().expect("the exponent of a float is a number");
        Ok(Self { number, exponent: exponent - fraction })
    }

    /// The nearest float.
    pub(crate) fn to_float(&self) -> f64 {
        format!("{}e{}", self.number, self.exponent).parse().unwrap_or(f64::NAN)
    }

    pub(crate) fn add(&self, other: &Self) -> Result<Self, CallError> {
        let exponent = self.exponent.min(other.exponent);
        let number = self.scaled_to(exponent)? + other.scaled_to(exponent)?;
        Ok(Self { number, exponent })
    }

    pub(crate) fn subtract(&self, other: &Self) -> Result<Self, CallError> {
        self.add(&Self { number: -&other.number, exponent: other.exponent })
    }

    pub(crate) fn multiply(&self, other: &Self) -> Result<Self, CallError> {
        let exponent = self.exponent + other.exponent;
        check_exponent(exponent)?;
        Ok(Self { number: &self.number * &other.number, exponent })
    }

    /// Rounded half away from zero to 16 digits after the point.
    pub(crate) fn divide(&self, other: &Self) -> Result<Self, CallError> {
        let zero = BigInt::ZERO;
        if other.number == zero {
            return Err(CallError::message("decimal division by 0"));
        }
        let shift = self.exponent - other.exponent + DIVISION_DIGITS;
        check_exponent(shift)?;
        let (mut over, mut under) = (self.number.clone(), other.number.clone());
        if shift < 0 {
            under *= power_of_ten(-shift);
        } else {
            over *= power_of_ten(shift);
        }
        let (mut quotient, remainder) = (&over / &under, &over % &under);
        let twice: BigInt = remainder * 2;
        if twice.magnitude() >= under.magnitude() {
            quotient += if (over < zero) == (under < zero) { 1 } else { -1 };
        }
        Ok(Self { number: quotient, exponent: -DIVISION_DIGITS })
    }

    fn scaled_to(&self, exponent: i64) -> Result<BigInt, CallError> {
        let shift = self.exponent - exponent;
        check_exponent(shift)?;
        Ok(&self.number * power_of_ten(shift))
    }
}

fn check_exponent(exponent: i64) -> Result<(), CallError> {
    if exponent.abs() > MAX_EXPONENT {
        return Err(CallError::message(format!("a decimal with exponent {exponent} is too large")));
    }
    Ok(())
}

fn power_of_ten(exponent: i64) -> BigInt {
    BigInt::from(10).pow(u32::try_from(exponent).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic() {
        let of = |value: f64| Decimal::from_float(value).unwrap();
        assert_eq!(of(0.1).add(&of(0.2)).unwrap().to_float(), 0.3);
        assert_eq!(of(1.0).subtract(&of(0.9)).unwrap().to_float(), 0.1);
        assert_eq!(of(1.1).multiply(&of(1.1)).unwrap().to_float(), 1.21);
        assert_eq!(of(10.0).divide(&of(3.0)).unwrap().to_float(), 3.333_333_333_333_333_5);
        assert_eq!(of(-2.0).divide(&of(3.0)).unwrap().to_float(), -0.666_666_666_666_666_7);
        assert_eq!(of(1e300).multiply(&of(1e300)).unwrap().to_float(), f64::INFINITY);
        assert!(of(1.0).divide(&of(0.0)).is_err());
        assert!(Decimal::from_float(f64::NAN).is_err());
    }
}
