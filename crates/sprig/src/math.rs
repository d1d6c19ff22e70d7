//! Arithmetic: whole numbers wrap as Go's do, floats go through decimals (sprig/numeric.go).

use gotmpl::{CallError, Functions, Rest, Value};

use crate::Dialect;
use crate::convert::{to_float64, to_int64};
use crate::decimal::Decimal;

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("add1", |a: Value| Value::int64(to_int64(&a).wrapping_add(1)));
    functions.add("add", |all: Rest<Value>| fold(0, all, i64::wrapping_add));
    functions
        .add("sub", |a: Value, b: Value| Value::int64(to_int64(&a).wrapping_sub(to_int64(&b))));
    functions.add("mul", |a: Value, rest: Rest<Value>| fold(to_int64(&a), rest, i64::wrapping_mul));
    functions.add("div", |a: Value, b: Value| divide(&a, &b, i64::wrapping_div));
    functions.add("mod", |a: Value, b: Value| divide(&a, &b, i64::wrapping_rem));
    functions.add("max", |a: Value, rest: Rest<Value>| fold(to_int64(&a), rest, i64::max));
    functions.alias("biggest", "max");
    functions.add("min", |a: Value, rest: Rest<Value>| fold(to_int64(&a), rest, i64::min));

    functions.add("add1f", |a: Value| decimals(&a, &[Value::int(1)], Decimal::add));
    functions.add("addf", |all: Rest<Value>| decimals(&Value::Float(0.0), &all.0, Decimal::add));
    functions.add("subf", |a: Value, rest: Rest<Value>| decimals(&a, &rest.0, Decimal::subtract));
    functions.add("mulf", |a: Value, rest: Rest<Value>| decimals(&a, &rest.0, Decimal::multiply));
    functions.add("divf", |a: Value, rest: Rest<Value>| decimals(&a, &rest.0, Decimal::divide));
    functions.add("maxf", |a: Value, rest: Rest<Value>| fold_floats(&a, rest, largest));
    functions.add("minf", |a: Value, rest: Rest<Value>| fold_floats(&a, rest, smallest));
    functions.add("floor", |a: Value| to_float64(&a).floor());
    functions.add("ceil", |a: Value| to_float64(&a).ceil());
    functions.add("round", round);
}

fn fold(first: i64, rest: Rest<Value>, combine: fn(i64, i64) -> i64) -> Value {
    Value::int64(rest.0.iter().map(to_int64).fold(first, combine))
}

fn divide(a: &Value, b: &Value, combine: fn(i64, i64) -> i64) -> Result<Value, CallError> {
    match to_int64(b) {
        0 => Err(CallError::message("runtime error: integer divide by zero")),
        divisor => Ok(Value::int64(combine(to_int64(a), divisor))),
    }
}

type Combine = fn(&Decimal, &Decimal) -> Result<Decimal, CallError>;

fn decimals(first: &Value, rest: &[Value], combine: Combine) -> Result<f64, CallError> {
    let mut sum = Decimal::from_float(to_float64(first))?;
    for next in rest {
        sum = combine(&sum, &Decimal::from_float(to_float64(next))?)?;
    }
    Ok(sum.to_float())
}

fn fold_floats(first: &Value, rest: Rest<Value>, combine: fn(f64, f64) -> f64) -> f64 {
    rest.0.iter().map(to_float64).fold(to_float64(first), combine)
}

/// Go's `math.Max`: an infinity wins over NaN, NaN over numbers, and 0 over -0.
fn largest(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        return f64::INFINITY;
    }
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    if a == 0.0 && b == 0.0 { if a.is_sign_negative() { b } else { a } } else { a.max(b) }
}

fn smallest(a: f64, b: f64) -> f64 {
    -largest(-a, -b)
}

/// To a number of places. What counts as half is an option; Sprig looks at the signed fraction, so that negative numbers
/// always go down.
fn round(value: Value, places: i64, half: Rest<f64>) -> f64 {
    let half = half.0.first().copied().unwrap_or(0.5);
    let power = power_of_ten(places);
    let digits = power * to_float64(&value);
    // Go's `math.Modf` makes NaN of an infinity's fraction.
    let fraction = if digits.is_finite() { digits.fract() } else { f64::NAN };
    let whole = if fraction >= half { digits.ceil() } else { digits.floor() };
    whole / power
}

/// Go's `math.Pow(10, places)`: repeated squaring of the fraction 0.625 · 2⁴, so that even its rounding is the same.
fn power_of_ten(places: i64) -> f64 {
    let (mut fraction, mut exponent) = (0.625_f64, 4_i64);
    let (mut result, mut result_exponent) = (1.0_f64, 0_i64);
    let mut left = places.unsigned_abs();
    while left != 0 {
        if !(-(1 << 12)..=1 << 12).contains(&exponent) {
            result_exponent += exponent;
            break;
        }
        if left & 1 == 1 {
            result *= fraction;
            result_exponent += exponent;
        }
        fraction *= fraction;
        exponent <<= 1;
        if fraction < 0.5 {
            fraction += fraction;
            exponent -= 1;
        }
        left >>= 1;
    }
    if places < 0 {
        result = 1.0 / result;
        result_exponent = -result_exponent;
    }
    times_power_of_two(result, result_exponent)
}

/// `value * 2^exponent`; halving in two steps keeps what is left of numbers near zero.
fn times_power_of_two(value: f64, exponent: i64) -> f64 {
    let half = i32::try_from(exponent.clamp(-3000, 3000) / 2).unwrap_or(0);
    let other = i32::try_from(exponent.clamp(-3000, 3000)).unwrap_or(0) - half;
    value * 2.0_f64.powi(half) * 2.0_f64.powi(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding() {
        let check = |value: f64, places: i64, expect: f64| {
            assert_eq!(round(Value::Float(value), places, Rest(vec![])), expect, "{value}");
        };
        check(2.5, 0, 3.0);
        check(-2.5, 0, -3.0);
        check(-2.3, 0, -3.0);
        check(1.005, 2, 1.0);
        check(123.5555, 3, 123.556);
        check(1234.0, -2, 1200.0);
        assert_eq!(round(Value::Float(2.4), 0, Rest(vec![0.3])), 3.0);
    }

    #[test]
    fn powers_of_ten() {
        for places in 0..=22 {
            assert_eq!(power_of_ten(places), format!("1e{places}").parse().unwrap());
        }
        assert_eq!(power_of_ten(-1), 0.1);
        assert_eq!(power_of_ten(400), f64::INFINITY);
        assert_eq!(power_of_ten(i64::MIN), 0.0);
    }

    #[test]
    fn extremes() {
        assert_eq!(largest(0.0, -0.0).to_bits(), 0.0_f64.to_bits());
        assert!(largest(f64::NAN, 1.0).is_nan());
        assert_eq!(largest(f64::NAN, f64::INFINITY), f64::INFINITY);
        assert_eq!(smallest(1.0, 2.0), 1.0);
    }
}
