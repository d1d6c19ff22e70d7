//! `duration`, `durationRound`, and the duration functions that Helm 4 added.

use gotmpl::function::object;
use gotmpl::{Call, CallError, Functions, IntType, Str, Value, format_float, quote_go, type_name};

use super::Duration;
use crate::convert::parse_float;
use crate::date::Time;
use crate::{Dialect, World};

pub(crate) fn register(functions: &mut Functions, dialect: Dialect) {
    functions.add("duration", duration);
    functions.add_with_call("durationRound", duration_round);
    if dialect == Dialect::Helm3 {
        return;
    }
    functions.add("mustToDuration", |value: Value| convert(&value).map_err(CallError::message));
    in_unit(functions, "durationSeconds", 1_000_000_000, 1.0);
    in_unit(functions, "durationMinutes", 60_000_000_000, 1.0);
    in_unit(functions, "durationHours", 3_600_000_000_000, 1.0);
    functions.add("durationDays", |value: Value| hours(&value) / 24.0);
    functions.add("durationWeeks", |value: Value| hours(&value) / 24.0 / 7.0);
    for (name, unit) in [
        ("durationMilliseconds", 1_000_000),
        ("durationMicroseconds", 1_000),
        ("durationNanoseconds", 1),
    ] {
        functions.add(name, move |value: Value| {
            Value::int64(convert(&value).map_or(0, |duration| duration.0 / unit))
        });
    }
    functions.add("durationRoundTo", |value: Value, unit: Value| {
        to_multiple(&value, &unit, Duration::round)
    });
    functions.add("durationTruncateTo", |value: Value, unit: Value| {
        to_multiple(&value, &unit, Duration::truncate)
    });
}

/// Seconds, as an `int64` or a text that is one; everything else is 0.
fn duration(seconds: Value) -> String {
    let seconds = match seconds {
        Value::Int(seconds, IntType::Int64) => seconds,
        Value::Str(text) => parse_integer(&text),
        _ => 0,
    };
    Duration(seconds.wrapping_mul(1_000_000_000)).to_string()
}

/// Go's `strconv.ParseInt` with its error ignored: what overflows stops at the end of the range.
fn parse_integer(text: &Str) -> i64 {
    let text = text.to_text();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(&text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    text.parse().unwrap_or(if text.starts_with('-') { i64::MIN } else { i64::MAX })
}

/// A duration as a single number of its largest unit: `2h`, `3d`, `1mo`.
fn duration_round(call: &Call<'_>, value: Value) -> String {
    let duration = match &value {
        Value::Str(text) => Duration::parse(text.as_bytes()).unwrap_or(Duration(0)),
        Value::Int(nanoseconds, IntType::Int64) => Duration(*nanoseconds),
        _ => object::<Time>(&value).map_or(Duration(0), |time| {
            let world = World::of(call);
            world.note_impure(call, "durationRound");
            Time::now(&world.now).since(time)
        }),
    };
    const HOUR: u64 = 3_600_000_000_000;
    let units = [
        (HOUR * 24 * 365, "y"),
        (HOUR * 24 * 30, "mo"),
        (HOUR * 24, "d"),
        (HOUR, "h"),
        (HOUR / 60, "m"),
        (HOUR / 3_600, "s"),
    ];
    let size = duration.0.unsigned_abs();
    let unit = units.iter().find(|(unit, _)| size > *unit);
    unit.map_or_else(|| "0s".to_owned(), |(unit, name)| format!("{}{name}", size / unit))
}

fn in_unit(functions: &mut Functions, name: &'static str, unit: i64, scale: f64) {
    functions.add(name, move |value: Value| {
        convert(&value).map_or(0.0, |duration| duration.in_units(unit) / scale)
    });
}

fn hours(value: &Value) -> f64 {
    convert(value).map_or(0.0, |duration| duration.in_units(3_600_000_000_000))
}

fn to_multiple(
    value: &Value,
    unit: &Value,
    round: impl Fn(Duration, Duration) -> Duration,
) -> Duration {
    match (convert(value), convert(unit)) {
        (Ok(duration), Ok(unit)) => round(duration, unit),
        (Ok(duration), Err(_)) => duration,
        (Err(_), _) => Duration(0),
    }
}

/// A duration from a duration, a text (`1h`, or a number of seconds), or a number of seconds. The error is in Helm's words.
fn convert(value: &Value) -> Result<Duration, String> {
    match value {
        Value::Str(text) => {
            let trimmed = text.to_text();
            let trimmed = trimmed.trim();
            if trimmed.is_empty() {
                return Err("empty duration".to_owned());
            }
            if let Ok(duration) = Duration::parse(trimmed.as_bytes()) {
                return Ok(duration);
            }
            match parse_float(trimmed) {
                Some(seconds) => from_float(seconds),
                None => Err(format!("could not parse duration {}", quote_go(text.as_bytes()))),
            }
        }
        Value::Nil => Err("invalid duration".to_owned()),
        Value::Float(seconds) => from_float(*seconds),
        Value::Int(seconds, kind) => from_integer(*seconds, *kind),
        Value::Object(other) => match (object::<Duration>(value), other.underlying()) {
            (Some(duration), _) => Ok(*duration),
            (None, Some(Value::Int(seconds, kind))) => from_integer(seconds, kind),
            _ => Err(unsupported(value)),
        },
        Value::Bool(_) | Value::List(_) | Value::Map(_) => Err(unsupported(value)),
    }
}

fn unsupported(value: &Value) -> String {
    format!("unsupported duration type {}", type_name(value))
}

fn from_integer(seconds: i64, kind: IntType) -> Result<Duration, String> {
    let seconds = match kind {
        IntType::Uint | IntType::Uint64 => i128::from(seconds.cast_unsigned()),
        _ => i128::from(seconds),
    };
    i64::try_from(seconds * 1_000_000_000)
        .map(Duration)
        .map_err(|_| format!("duration seconds overflow: {seconds}"))
}

fn from_float(seconds: f64) -> Result<Duration, String> {
    const LIMIT: f64 = 9_223_372_036.854_775;
    let shown = || format_float(seconds, 'g', None);
    if !seconds.is_finite() {
        return Err(format!("invalid duration seconds: {}", shown()));
    }
    if seconds.abs() > LIMIT {
        return Err(format!("duration seconds overflow: {}", shown()));
    }
    Ok(Duration((seconds * 1e9) as i64))
}
