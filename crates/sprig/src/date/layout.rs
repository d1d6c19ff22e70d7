//! Go's reference layouts (`2006-01-02T15:04:05Z07:00`) into their elements.

/// One element of a layout. `zero` pads with zeros, `space` with spaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    LongMonth,
    Month,
    NumberMonth {
        zero: bool,
    },
    LongWeekday,
    Weekday,
    Day(Padding),
    DayOfYear(Padding),
    Hour,
    Hour12 {
        zero: bool,
    },
    Minute {
        zero: bool,
    },
    Second {
        zero: bool,
    },
    LongYear,
    Year,
    /// `PM` or `pm`
    Noon {
        upper: bool,
    },
    /// `MST`
    Abbreviation,
    Offset(Offset),
    /// `.000` (as many digits) or `.999` (without trailing zeros)
    Fraction {
        digits: usize,
        trim: bool,
        separator: u8,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Padding {
    None,
    Space,
    Zero,
}

/// How an offset from UTC is written: `Z07:00` (`utc_as_z`) or `-07:00`, with colons, and down to hours or seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset {
    pub(super) utc_as_z: bool,
    pub(super) colon: bool,
    pub(super) precision: Precision,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precision {
    Hour,
    Minute,
    Second,
}

/// The first element of a layout, with the texts before, of and after it.
pub(super) struct Piece<'a> {
    pub(super) before: &'a [u8],
    pub(super) element: Option<Element>,
    pub(super) text: &'a [u8],
    pub(super) after: &'a [u8],
}

/// Elements with a fixed text, in the order in which they are tried; `January` before `Jan`.
const FIXED: &[(&[u8], Element)] = &[
    (b"January", Element::LongMonth),
    (b"Jan", Element::Month),
    (b"Monday", Element::LongWeekday),
    (b"Mon", Element::Weekday),
    (b"MST", Element::Abbreviation),
    (b"01", Element::NumberMonth { zero: true }),
    (b"02", Element::Day(Padding::Zero)),
    (b"03", Element::Hour12 { zero: true }),
    (b"04", Element::Minute { zero: true }),
    (b"05", Element::Second { zero: true }),
    (b"06", Element::Year),
    (b"002", Element::DayOfYear(Padding::Zero)),
    (b"15", Element::Hour),
    (b"1", Element::NumberMonth { zero: false }),
    (b"2006", Element::LongYear),
    (b"2", Element::Day(Padding::None)),
    (b"_2006", Element::LongYear),
    (b"_2", Element::Day(Padding::Space)),
    (b"__2", Element::DayOfYear(Padding::Space)),
    (b"3", Element::Hour12 { zero: false }),
    (b"4", Element::Minute { zero: false }),
    (b"5", Element::Second { zero: false }),
    (b"PM", Element::Noon { upper: true }),
    (b"pm", Element::Noon { upper: false }),
];

/// The part of an offset behind its sign or `Z`, longest first where one begins another.
const OFFSETS: &[(&[u8], bool, Precision)] = &[
    (b"070000", false, Precision::Second),
    (b"07:00:00", true, Precision::Second),
    (b"0700", false, Precision::Minute),
    (b"07:00", true, Precision::Minute),
    (b"07", false, Precision::Hour),
];

pub(super) fn first(layout: &[u8]) -> Piece<'_> {
    for at in 0..layout.len() {
        let Some((element, length)) = element_at(&layout[at..]) else { continue };
        // `_2006` is an underscore before a year.
        let skip = usize::from(element == Element::LongYear && layout[at] == b'_');
        return Piece {
            before: &layout[..at + skip],
            element: Some(element),
            text: &layout[at + skip..at + length],
            after: &layout[at + length..],
        };
    }
    Piece { before: layout, element: None, text: b"", after: b"" }
}

fn element_at(layout: &[u8]) -> Option<(Element, usize)> {
    match layout.first()? {
        b'-' | b'Z' => offset(layout),
        b'.' | b',' => fraction(layout),
        _ => {
            let (text, element) = FIXED.iter().find(|(text, element)| {
                let word = matches!(element, Element::Month | Element::Weekday);
                layout.starts_with(text)
                    && !(word && layout.get(3).is_some_and(u8::is_ascii_lowercase))
            })?;
            Some((*element, text.len()))
        }
    }
}

fn offset(layout: &[u8]) -> Option<(Element, usize)> {
    let utc_as_z = layout[0] == b'Z';
    let (text, colon, precision) =
        *OFFSETS.iter().find(|(text, _, _)| layout[1..].starts_with(text))?;
    Some((Element::Offset(Offset { utc_as_z, colon, precision }), text.len() + 1))
}

fn fraction(layout: &[u8]) -> Option<(Element, usize)> {
    let digit = *layout.get(1).filter(|digit| matches!(digit, b'0' | b'9'))?;
    let digits = layout[1..].iter().take_while(|byte| **byte == digit).count();
    if layout.get(digits + 1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let element = Element::Fraction { digits, trim: digit == b'9', separator: layout[0] };
    Some((element, digits + 1))
}
