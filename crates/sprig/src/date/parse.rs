//! A text and a layout into a time, as Go's `time.ParseInLocation` reads it; refusals are in Go's words.

use super::calendar;
use super::format::{MONTHS, WEEKDAYS};
use super::layout::{self, Element, Padding, Piece};
use super::read::{
    Refusal, abbreviation, digits, drop_space, integer, name, nanoseconds, offset, take, within,
};
use super::time::{Clock, Time};
use super::zone::Zone;

/// What the elements read so far have said.
#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanosecond: u32,
    /// `PM` is true, `AM` is false.
    afternoon: Option<bool>,
    utc: bool,
    offset: Option<i64>,
    abbreviation: Option<String>,
}

/// Texts without an offset or abbreviation are taken to be in `zone`.
pub fn parse(layout: &[u8], text: &[u8], zone: &Zone) -> Result<Time, String> {
    let mut fields = Fields::default();
    let mut layout_rest = layout;
    let mut rest = text;
    loop {
        let piece = layout::first(layout_rest);
        rest = skip(rest, piece.before)
            .map_err(|left| cannot_parse(text, layout, left, piece.before))?;
        let Some(element) = piece.element else { break };
        layout_rest = piece.after;
        rest = match read(&mut fields, element, rest, layout_rest) {
            Ok(left) => left,
            Err(Refusal::Form) => return Err(cannot_parse(text, layout, rest, piece.text)),
            Err(Refusal::Range(what)) => return Err(refuse(text, &format!("{what} out of range"))),
        };
    }
    if !rest.is_empty() {
        return Err(refuse(text, &format!("extra text: {}", quote(rest))));
    }
    finish(fields, zone).map_err(|what| refuse(text, what))
}

fn cannot_parse(text: &[u8], layout: &[u8], left: &[u8], element: &[u8]) -> String {
    let (text, layout, left, element) = (quote(text), quote(layout), quote(left), quote(element));
    format!("parsing time {text} as {layout}: cannot parse {left} as {element}")
}

fn refuse(text: &[u8], what: &str) -> String {
    format!("parsing time {}: {what}", quote(text))
}

/// Go's own small quoting of package time: bytes beyond ASCII by their hexadecimal codes.
pub(crate) fn quote(text: &[u8]) -> String {
    let mut quoted = String::from("\"");
    for byte in text {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(*byte)]),
            0x20..0x80 => quoted.push(char::from(*byte)),
            _ => quoted.extend(format!("\\x{byte:02x}").chars()),
        }
    }
    quoted + "\""
}

/// Skips a layout's text; runs of spaces count as one. The error is where the text stops to agree.
fn skip<'a>(mut text: &'a [u8], mut prefix: &[u8]) -> Result<&'a [u8], &'a [u8]> {
    while let Some(expected) = prefix.first() {
        if *expected == b' ' {
            if text.first().is_some_and(|byte| *byte != b' ') {
                return Err(text);
            }
            prefix = trim_spaces(prefix);
            text = trim_spaces(text);
            continue;
        }
        if text.first() != Some(expected) {
            return Err(text);
        }
        prefix = &prefix[1..];
        text = &text[1..];
    }
    Ok(text)
}

fn trim_spaces(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|byte| **byte == b' ').count();
    &text[spaces..]
}

/// Reads one element; answers what is left of the text.
fn read<'a>(
    fields: &mut Fields,
    element: Element,
    text: &'a [u8],
    layout_after: &[u8],
) -> Result<&'a [u8], Refusal> {
    let rest = match element {
        Element::Year => {
            let (year, rest) = take(text, 2)?;
            let year = integer(year)?;
            fields.year = year + if year >= 69 { 1_900 } else { 2_000 };
            rest
        }
        Element::LongYear => {
            let (year, rest) = take(text, 4)?;
            if !year[0].is_ascii_digit() {
                return Err(Refusal::Form);
            }
            fields.year = integer(year)?;
            rest
        }
        Element::Month | Element::LongMonth => {
            let length = if element == Element::Month { 3 } else { usize::MAX };
            let (index, rest) = name(text, &MONTHS, length)?;
            fields.month = Some(index + 1);
            rest
        }
        Element::NumberMonth { zero } => {
            let (month, rest) = digits(text, zero)?;
            fields.month = Some(within(month, 1..=12, "month")?);
            rest
        }
        Element::Weekday => name(text, &WEEKDAYS, 3)?.1,
        Element::LongWeekday => name(text, &WEEKDAYS, usize::MAX)?.1,
        Element::Day(padding) => {
            let text = drop_space(text, padding);
            let (day, rest) = digits(text, padding == Padding::Zero)?;
            fields.day = Some(day);
            rest
        }
        Element::DayOfYear(padding) => {
            let text = drop_space(drop_space(text, padding), padding);
            let count = text.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
            if count == 0 || (padding == Padding::Zero && count != 3) {
                return Err(Refusal::Form);
            }
            fields.day_of_year = Some(integer(&text[..count])?);
            &text[count..]
        }
        Element::Hour => {
            let (hour, rest) = digits(text, false)?;
            fields.hour = within(hour, 0..=23, "hour")?;
            rest
        }
        Element::Hour12 { zero } => {
            let (hour, rest) = digits(text, zero)?;
            fields.hour = within(hour, 0..=12, "hour")?;
            rest
        }
        Element::Minute { zero } => {
            let (minute, rest) = digits(text, zero)?;
            fields.minute = within(minute, 0..=59, "minute")?;
            rest
        }
        Element::Second { zero } => {
            let (second, rest) = digits(text, zero)?;
            fields.second = within(second, 0..=59, "second")?;
            let Piece { element: next, .. } = layout::first(layout_after);
            if matches!(next, Some(Element::Fraction { .. })) {
                rest
            } else {
                fraction(fields, rest)?
            }
        }
        Element::Noon { upper } => {
            let (half, rest) = take(text, 2)?;
            fields.afternoon = match (half, upper) {
                (b"PM", true) | (b"pm", false) => Some(true),
                (b"AM", true) | (b"am", false) => Some(false),
                _ => return Err(Refusal::Form),
            };
            rest
        }
        Element::Offset(form) if form.utc_as_z && text.first() == Some(&b'Z') => {
            fields.utc = true;
            &text[1..]
        }
        Element::Offset(form) => {
            let (offset, rest) = offset(text, form)?;
            fields.offset = Some(offset);
            rest
        }
        Element::Abbreviation if text.starts_with(b"UTC") => {
            fields.utc = true;
            &text[3..]
        }
        Element::Abbreviation => {
            let length = abbreviation(text).ok_or(Refusal::Form)?;
            fields.abbreviation = Some(String::from_utf8_lossy(&text[..length]).into_owned());
            &text[length..]
        }
        Element::Fraction { digits, trim: false, .. } => {
            let (fraction, rest) = take(text, digits + 1)?;
            fields.nanosecond = nanoseconds(fraction)?;
            rest
        }
        Element::Fraction { .. } => fraction(fields, text)?,
    };
    Ok(rest)
}

/// An optional fraction of a second, of any length.
fn fraction<'a>(fields: &mut Fields, text: &'a [u8]) -> Result<&'a [u8], Refusal> {
    let digits = text.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || !matches!(text[0], b'.' | b',') {
        return Ok(text);
    }
    fields.nanosecond = nanoseconds(&text[..=digits])?;
    Ok(&text[digits + 1..])
}

/// Puts the fields together; the error says what does not fit.
fn finish(fields: Fields, local: &Zone) -> Result<Time, &'static str> {
    let hour = match fields.afternoon {
        Some(true) if fields.hour < 12 => fields.hour + 12,
        Some(false) if fields.hour == 12 => 0,
        _ => fields.hour,
    };
    let year = fields.year;
    let (month, day) = match fields.day_of_year {
        Some(day_of_year) => month_and_day(&fields, day_of_year)?,
        None => (fields.month.unwrap_or(1), fields.day.unwrap_or(1)),
    };
    if day < 1 || day > calendar::days_in_month(year, month) {
        return Err("day out of range");
    }
    let days = calendar::days(year, month, day);
    let clock = Clock { days, hour, minute: fields.minute, second: fields.second };
    let at = |zone: Zone| Time::from_clock(clock, fields.nanosecond, zone);
    if fields.utc {
        return Ok(at(Zone::Utc));
    }
    let wall = at(Zone::Utc);
    if let Some(offset) = fields.offset {
        let unix = wall.unix.wrapping_sub(offset);
        let (name, local_offset) = local.lookup(unix);
        let fits = local_offset == offset
            && fields.abbreviation.as_ref().is_none_or(|abbreviation| *abbreviation == name);
        let name = fields.abbreviation.unwrap_or_default();
        let zone = if fits { local.clone() } else { Zone::Fixed { name, offset } };
        return Ok(Time::from_unix(unix, fields.nanosecond, zone));
    }
    if let Some(name) = fields.abbreviation {
        if let Some(offset) = local.lookup_name(&name, wall.unix) {
            let unix = wall.unix.wrapping_sub(offset);
            return Ok(Time::from_unix(unix, fields.nanosecond, local.clone()));
        }
        let hours = name.strip_prefix("GMT").and_then(|hours| integer(hours.as_bytes()).ok());
        let offset = hours.unwrap_or(0) * 3_600;
        return Ok(Time::from_unix(wall.unix, fields.nanosecond, Zone::Fixed { name, offset }));
    }
    Ok(at(local.clone()))
}

fn month_and_day(fields: &Fields, day_of_year: i64) -> Result<(i64, i64), &'static str> {
    let year = fields.year;
    let length = calendar::days(year + 1, 1, 1) - calendar::days(year, 1, 1);
    if day_of_year < 1 || day_of_year > length {
        return Err("day-of-year out of range");
    }
    let (_, month, day) = calendar::date(calendar::days(year, 1, 1) + day_of_year - 1);
    let (month, day) = (i64::from(month), i64::from(day));
    if fields.month.is_some_and(|given| given != month) {
        return Err("day-of-year does not match month");
    }
    if fields.day.is_some_and(|given| given != day) {
        return Err("day-of-year does not match day");
    }
    Ok((month, day))
}
