//! A time and a layout into text, as Go's `Time.Format` writes it.

use super::calendar;
use super::layout::{self, Element, Offset, Padding, Precision};
use super::time::Time;

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(super) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

pub(super) const RFC3339_NANO: &[u8] = b"2006-01-02T15:04:05.999999999Z07:00";

pub fn format(time: &Time, layout: &[u8]) -> Vec<u8> {
    let (abbreviation, offset) = time.zone.lookup(time.unix);
    let clock = time.clock();
    let (year, month, day) = calendar::date(clock.days);
    let weekday = WEEKDAYS[usize::from(calendar::weekday(clock.days))];
    let month_name = MONTHS[usize::from(month) - 1];
    let hour12 = (clock.hour + 11) % 12 + 1;

    let mut output = Vec::with_capacity(layout.len() + 10);
    let mut rest = layout;
    loop {
        let piece = layout::first(rest);
        output.extend_from_slice(piece.before);
        let Some(element) = piece.element else { break };
        rest = piece.after;
        match element {
            Element::LongMonth => output.extend_from_slice(month_name.as_bytes()),
            Element::Month => output.extend_from_slice(&month_name.as_bytes()[..3]),
            Element::NumberMonth { zero } => number(&mut output, month.into(), width(zero)),
            Element::LongWeekday => output.extend_from_slice(weekday.as_bytes()),
            Element::Weekday => output.extend_from_slice(&weekday.as_bytes()[..3]),
            Element::Day(padding) => padded(&mut output, day.into(), padding, 2),
            Element::DayOfYear(padding) => {
                padded(&mut output, calendar::day_of_year(clock.days), padding, 3);
            }
            Element::Hour => number(&mut output, clock.hour, 2),
            Element::Hour12 { zero } => number(&mut output, hour12, width(zero)),
            Element::Minute { zero } => number(&mut output, clock.minute, width(zero)),
            Element::Second { zero } => number(&mut output, clock.second, width(zero)),
            Element::LongYear => number(&mut output, year, 4),
            Element::Year => number(&mut output, (year % 100).abs(), 2),
            Element::Noon { upper } => {
                let half = if clock.hour >= 12 { "pm" } else { "am" };
                let half = if upper { half.to_uppercase() } else { half.to_owned() };
                output.extend_from_slice(half.as_bytes());
            }
            Element::Abbreviation if abbreviation.is_empty() => {
                let minutes =
                    Offset { utc_as_z: false, colon: false, precision: Precision::Minute };
                write_offset(&mut output, offset, minutes);
            }
            Element::Abbreviation => output.extend_from_slice(abbreviation.as_bytes()),
            Element::Offset(form) => write_offset(&mut output, offset, form),
            Element::Fraction { digits, trim, separator } => {
                fraction(&mut output, time.nanosecond, digits, trim, separator);
            }
        }
    }
    output
}

/// Go's `Time.String`: with the monotonic reading where there is one.
pub(super) fn display(time: &Time) -> Vec<u8> {
    let mut output = format(time, b"2006-01-02 15:04:05.999999999 -0700 MST");
    if let Some(reading) = time.monotonic {
        let sign = if reading < 0 { '-' } else { '+' };
        let (seconds, nanoseconds) =
            (reading.unsigned_abs() / 1_000_000_000, reading.unsigned_abs() % 1_000_000_000);
        output.extend_from_slice(format!(" m={sign}{seconds}.{nanoseconds:09}").as_bytes());
    }
    output
}

fn width(zero: bool) -> usize {
    if zero { 2 } else { 0 }
}

fn padded(output: &mut Vec<u8>, value: i64, padding: Padding, width: usize) {
    match padding {
        Padding::None => number(output, value, 0),
        Padding::Space => output.extend_from_slice(format!("{value:width$}").as_bytes()),
        Padding::Zero => number(output, value, width),
    }
}

/// The digits are padded to the width, a sign comes on top of it.
fn number(output: &mut Vec<u8>, value: i64, width: usize) {
    let sign = if value < 0 { "-" } else { "" };
    output.extend_from_slice(format!("{sign}{:0width$}", value.unsigned_abs()).as_bytes());
}

fn write_offset(output: &mut Vec<u8>, offset: i64, form: Offset) {
    if offset == 0 && form.utc_as_z {
        output.push(b'Z');
        return;
    }
    // The sign follows the minutes: an offset of seconds alone counts as not negative.
    let sign = if offset / 60 < 0 { b'-' } else { b'+' };
    let offset = offset.abs();
    let colon = |output: &mut Vec<u8>| {
        if form.colon {
            output.push(b':');
        }
    };
    output.push(sign);
    number(output, offset / 3_600, 2);
    if form.precision != Precision::Hour {
        colon(output);
        number(output, offset / 60 % 60, 2);
    }
    if form.precision == Precision::Second {
        colon(output);
        number(output, offset % 60, 2);
    }
}

fn fraction(output: &mut Vec<u8>, nanosecond: u32, digits: usize, trim: bool, separator: u8) {
    if trim && nanosecond == 0 {
        return;
    }
    let all = format!("{nanosecond:09}");
    let shown = &all[..digits.min(9)];
    let shown = if trim { shown.trim_end_matches('0') } else { shown };
    if !shown.is_empty() {
        output.push(separator);
        output.extend_from_slice(shown.as_bytes());
    }
}
