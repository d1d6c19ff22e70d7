//! Whether Go reads a text as a time: RFC 3339, more strictly than others do.

/// True where `time.Time` takes the text out of JSON.
pub(super) fn is_read_by_go(text: &str) -> bool {
    let Some((time, rest)) = text.split_at_checked(FORM.len()) else { return false };
    has_form(time, FORM) && is_calendar_time(time) && is_zone(after_fraction(rest))
}

const FORM: &str = "0000-00-00T00:00:00";

/// A `0` stands for any digit.
fn has_form(text: &str, form: &str) -> bool {
    let fits = |(byte, mark)| if mark == b'0' { u8::is_ascii_digit(&byte) } else { byte == mark };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

fn is_calendar_time(time: &str) -> bool {
    let number = |from: usize, to: usize| time[from..to].parse().unwrap_or(u32::MAX);
    let [year, month, day] = [number(0, 4), number(5, 7), number(8, 10)];
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (1..=12).contains(&month)
        && (1..=days).contains(&day)
        && number(11, 13) < 24
        && number(14, 16) < 60
        && number(17, 19) < 60
}

fn after_fraction(rest: &str) -> &str {
    let Some(fraction) = rest.strip_prefix('.') else { return rest };
    let zone = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
    if zone.len() < fraction.len() { zone } else { rest }
}

fn is_zone(zone: &str) -> bool {
    let offset = zone.strip_prefix(['+', '-']);
    zone == "Z" || offset.is_some_and(|offset| has_form(offset, "00:00"))
}

#[cfg(test)]
mod tests {
    use super::is_read_by_go;

    #[test]
    fn times_that_go_reads() {
        for (text, expect) in [
            ("2026-01-02T03:04:05Z", true),
            ("2026-01-02T03:04:05.678901234+02:00", true),
            ("0001-01-01T00:00:00Z", true),
            ("2026-01-02 03:04:05Z", false),
            ("2026-01-02T03:04:05", false),
            ("2026-01-02T03:04:05z", false),
            ("2026-01-02T03:04:05+0200", false),
            ("2026-01-02T03:04:60Z", false),
            ("2026-01-02T03:04:05Z[UTC]", false),
            ("2026-01-02T03:04:05.Z", false),
            ("2026-01-02T03:04:05 00:00", false),
            ("2026-13-02T03:04:05Z", false),
            ("2026-02-29T03:04:05Z", false),
            ("2024-02-29T23:59:59-11:30", true),
            ("2026-01-02T24:00:00Z", false),
            ("é", false),
            ("", false),
        ] {
            assert_eq!(is_read_by_go(text), expect, "{text}");
        }
    }
}
