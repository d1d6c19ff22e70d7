//! Go's `time.Time`: an instant with the zone it is shown in.

use std::cmp::Ordering;

use jiff::Zoned;

use super::calendar::{self, SECONDS_PER_DAY};
use super::zone::Zone;
use crate::duration::Duration;

#[derive(Clone, Debug)]
pub struct Time {
    /// Seconds since 1970, and nanoseconds of the second.
    pub unix: i64,
    pub nanosecond: u32,
    pub zone: Zone,
    /// The nanoseconds that Go's monotonic clock would show; only `now` has them.
    pub(super) monotonic: Option<i64>,
}

/// A time of day and date as a clock in the zone shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) days: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
}

/// Unix time of Go's zero time, the first instant of year 1.
const ZERO: i64 = -62_135_596_800;
const NANOSECONDS: i128 = 1_000_000_000;

impl Time {
    /// Go's zero time, which failed parsing gives.
    pub fn zero() -> Self {
        Self::from_unix(ZERO, 0, Zone::Utc)
    }

    pub fn from_unix(unix: i64, nanosecond: u32, zone: Zone) -> Self {
        Self { unix, nanosecond, zone, monotonic: None }
    }

    /// The run's time. Its monotonic reading is a constant: Go's differs from run to run.
    pub fn now(now: &Zoned) -> Self {
        let timestamp = now.timestamp();
        let nanosecond = timestamp.subsec_nanosecond();
        let carry = i64::from(nanosecond < 0);
        Self {
            unix: timestamp.as_second() - carry,
            nanosecond: u32::try_from(i64::from(nanosecond) + carry * 1_000_000_000)
                .expect("within a second"),
            zone: Zone::local(now),
            monotonic: Some(10_000_000),
        }
    }

    /// The instant at which a clock in the zone shows this date and time; parts may lie outside of their ranges.
    pub(super) fn from_clock(clock: Clock, nanosecond: u32, zone: Zone) -> Self {
        let wall = clock
            .days
            .wrapping_mul(SECONDS_PER_DAY)
            .wrapping_add(clock.hour * 3_600 + clock.minute * 60 + clock.second);
        let guess = wall.wrapping_sub(zone.lookup(wall).1);
        let unix = wall.wrapping_sub(zone.lookup(guess).1);
        Self::from_unix(unix, nanosecond, zone)
    }

    pub(super) fn clock(&self) -> Clock {
        let wall = self.unix.wrapping_add(self.zone.lookup(self.unix).1);
        let second = wall.rem_euclid(SECONDS_PER_DAY);
        Clock {
            days: wall.div_euclid(SECONDS_PER_DAY),
            hour: second / 3_600,
            minute: second / 60 % 60,
            second: second % 60,
        }
    }

    pub fn is_zero(&self) -> bool {
        (self.unix, self.nanosecond) == (ZERO, 0)
    }

    pub fn with_zone(&self, zone: Zone) -> Self {
        Self { zone, ..self.clone() }
    }

    pub fn add(&self, duration: Duration) -> Self {
        let nanoseconds = i64::from(self.nanosecond) + duration.0 % 1_000_000_000;
        let seconds = duration.0 / 1_000_000_000 + nanoseconds.div_euclid(1_000_000_000);
        Self {
            unix: self.unix.wrapping_add(seconds),
            nanosecond: u32::try_from(nanoseconds.rem_euclid(1_000_000_000))
                .expect("within a second"),
            zone: self.zone.clone(),
            monotonic: self.monotonic.and_then(|reading| reading.checked_add(duration.0)),
        }
    }

    /// The same time of day another number of years, months and days away; days that a month lacks carry over.
    pub(super) fn add_date(&self, years: i64, months: i64, days: i64) -> Self {
        let clock = self.clock();
        let (year, month, day) = calendar::date(clock.days);
        let total = calendar::days(
            year.saturating_add(years),
            i64::from(month).saturating_add(months),
            i64::from(day),
        );
        let clock = Clock { days: total.wrapping_add(days), ..clock };
        Self::from_clock(clock, self.nanosecond, self.zone.clone())
    }

    /// The time since another, at most what a duration can hold.
    pub fn since(&self, earlier: &Self) -> Duration {
        let difference = match (self.monotonic, earlier.monotonic) {
            (Some(now), Some(then)) => i128::from(now) - i128::from(then),
            _ => self.total() - earlier.total(),
        };
        Duration(difference.clamp(i64::MIN.into(), i64::MAX.into()) as i64)
    }

    pub fn order(&self, other: &Self) -> Ordering {
        (self.unix, self.nanosecond).cmp(&(other.unix, other.nanosecond))
    }

    /// Down to a multiple of the unit since year 1.
    pub(super) fn truncate(&self, unit: Duration) -> Self {
        let plain = Self { monotonic: None, ..self.clone() };
        if unit.0 <= 0 { plain } else { plain.add(Duration(-plain.remainder(unit))) }
    }

    /// To the nearest multiple of the unit since year 1; halves go up.
    pub(super) fn round(&self, unit: Duration) -> Self {
        let plain = Self { monotonic: None, ..self.clone() };
        if unit.0 <= 0 {
            return plain;
        }
        let remainder = plain.remainder(unit);
        let up = remainder >= unit.0 - remainder;
        plain.add(Duration(if up { unit.0 - remainder } else { -remainder }))
    }

    /// Nanoseconds since year 1.
    fn total(&self) -> i128 {
        (i128::from(self.unix) - i128::from(ZERO)) * NANOSECONDS + i128::from(self.nanosecond)
    }

    fn remainder(&self, unit: Duration) -> i64 {
        self.total().rem_euclid(unit.0.into()) as i64
    }
}
