//! Times against Go 1.26, case by case.

mod formats;
mod parses;

use super::format::display;
use super::*;

/// The zone that the cases call local.
fn local() -> Zone {
    let zone = jiff::tz::TimeZoneDatabase::bundled().get("Europe/Berlin").expect("bundled");
    Zone::Local(zone)
}

fn time(name: &str) -> Time {
    let fixed = |offset| Zone::Fixed { name: String::new(), offset };
    let (unix, nanosecond, zone) = match name {
        "a" => (1_136_239_445, 123_456_789, local()),
        "b" => (1_720_000_000, 5_000_000, Zone::Utc),
        "c" => (-62_135_596_800, 0, Zone::Utc),
        "d" => (1_717_200_000, 0, fixed(-12_615)),
        "e" => (-99_999_999_999, 120, Zone::Utc),
        "f" => (253_402_300_800, 0, local()),
        "g" => (99_999_999_999_999, 0, Zone::Utc),
        _ => (-5_000_000_000, 0, local()),
    };
    Time::from_unix(unix, nanosecond, zone)
}

#[test]
fn no_duration_or_date_overflows() {
    let far = Time::from_unix(i64::MAX, 999_999_999, local());
    for duration in [i64::MIN, -1, 0, 1, i64::MAX] {
        for time in [&far, &Time::zero(), &Time::from_unix(i64::MIN, 0, local())] {
            display(&time.add(Duration(duration)));
            display(&time.round(Duration(duration)));
            display(&time.truncate(Duration(duration)));
            display(&time.add_date(duration, duration, duration));
        }
    }
    assert_eq!(far.since(&Time::zero()), Duration(i64::MAX));
    assert_eq!(Time::zero().since(&far), Duration(i64::MIN));
}
