//! The small readers that parsing a time is made of: each takes a text and answers what it read and what is left.

use super::layout::{Offset, Padding, Precision};

/// Why an element could not be read.
pub(super) enum Refusal {
    /// The text is not of the element's form.
    Form,
    /// It is, but this is out of its range.
    Range(&'static str),
}

pub(super) type Read<'a, T> = Result<(T, &'a [u8]), Refusal>;

/// A separator and digits; those beyond the ninth do not count.
pub(super) fn nanoseconds(text: &[u8]) -> Result<u32, Refusal> {
    if !matches!(text[0], b'.' | b',') {
        return Err(Refusal::Form);
    }
    let digits = &text[1..text.len().min(10)];
    let value = integer(digits)?;
    let scaled = value * 10_i64.pow(9 - digits.len() as u32);
    u32::try_from(scaled).map_err(|_| Refusal::Range("fractional second"))
}

/// `+07:00` in one of its forms, as seconds.
pub(super) fn offset(text: &[u8], form: Offset) -> Read<'_, i64> {
    let part = if form.colon { 3 } else { 2 };
    let parts = match form.precision {
        Precision::Hour => 0,
        Precision::Minute => 1,
        Precision::Second => 2,
    };
    let (written, rest) = take(text, 3 + part * parts)?;
    let mut numbers = [0; 3];
    for (index, number) in numbers.iter_mut().take(parts + 1).enumerate() {
        let end = 3 + part * index;
        if index > 0 && form.colon && written[end - 3] != b':' {
            return Err(Refusal::Form);
        }
        *number = digits(&written[end - 2..end], true)?.0;
    }
    let [hours, minutes, seconds] = numbers;
    // One more than a clock shows is accepted, since some people write it.
    within(hours, 0..=24, "time zone offset hour")?;
    within(minutes, 0..=60, "time zone offset minute")?;
    within(seconds, 0..=60, "time zone offset second")?;
    let offset = (hours * 60 + minutes) * 60 + seconds;
    match written[0] {
        b'+' => Ok((offset, rest)),
        b'-' => Ok((-offset, rest)),
        _ => Err(Refusal::Form),
    }
}

/// The length of what looks like a zone's abbreviation: three to five capitals, or `GMT+3`, or `+03`.
pub(super) fn abbreviation(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if text.starts_with(b"GMT") {
        return Some(3 + signed_hours(&text[3..]));
    }
    if matches!(text[0], b'+' | b'-') {
        return Some(signed_hours(text)).filter(|length| *length > 0);
    }
    match text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count() {
        3 => Some(3),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        5 if text[4] == b'T' => Some(5),
        _ => None,
    }
}

/// The length of a signed number of at most 23, or 0.
fn signed_hours(text: &[u8]) -> usize {
    if !matches!(text.first(), Some(b'+' | b'-')) {
        return 0;
    }
    let count = text[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let hours =
        std::str::from_utf8(&text[1..=count]).ok().and_then(|text| text.parse::<u64>().ok());
    if hours.is_some_and(|hours| hours <= 23) { count + 1 } else { 0 }
}

pub(super) fn take(text: &[u8], count: usize) -> Read<'_, &[u8]> {
    text.split_at_checked(count).ok_or(Refusal::Form)
}

pub(super) fn drop_space(text: &[u8], padding: Padding) -> &[u8] {
    match text {
        [b' ', rest @ ..] if padding == Padding::Space => rest,
        _ => text,
    }
}

/// One or two digits; `fixed` asks for two.
pub(super) fn digits(text: &[u8], fixed: bool) -> Read<'_, i64> {
    match text {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9', rest @ ..] => {
            Ok((i64::from(tens - b'0') * 10 + i64::from(ones - b'0'), rest))
        }
        [ones @ b'0'..=b'9', rest @ ..] if !fixed => Ok((i64::from(ones - b'0'), rest)),
        _ => Err(Refusal::Form),
    }
}

/// An integer with an optional sign.
pub(super) fn integer(text: &[u8]) -> Result<i64, Refusal> {
    std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or(Refusal::Form)
}

/// The index of the name that the text starts with, whatever its case; only `length` bytes of names count.
pub(super) fn name<'a>(text: &'a [u8], names: &[&str], length: usize) -> Read<'a, i64> {
    for (index, name) in (0..).zip(names) {
        let name = &name.as_bytes()[..length.min(name.len())];
        if text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
            return Ok((index, &text[name.len()..]));
        }
    }
    Err(Refusal::Form)
}

pub(super) fn within(
    number: i64,
    range: std::ops::RangeInclusive<i64>,
    what: &'static str,
) -> Result<i64, Refusal> {
    if range.contains(&number) { Ok(number) } else { Err(Refusal::Range(what)) }
}
