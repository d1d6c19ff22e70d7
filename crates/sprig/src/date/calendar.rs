//! Days since 1970-01-01 into year, month and day of the proleptic Gregorian calendar, and back; for every day an `i64` of
//! seconds can reach, which is far beyond what calendar packages accept and Go prints without complaint.

pub(super) const SECONDS_PER_DAY: i64 = 86_400;

/// Days of the era's start (0000-03-01) before 1970-01-01, and of one era of 400 years.
const ERA_START: i64 = 719_468;
const ERA_DAYS: i64 = 146_097;

/// Year, month from 1, day from 1.
pub(super) fn date(days: i64) -> (i64, u8, u8) {
    let days = days + ERA_START;
    let era = days.div_euclid(ERA_DAYS);
    let day_of_era = days.rem_euclid(ERA_DAYS);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, small(month), small(day))
}

/// The inverse; month and day may lie outside of their ranges and carry over.
pub(super) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year.saturating_add((month - 1).div_euclid(12));
    let month = (month - 1).rem_euclid(12) + 1;
    let year = year.saturating_sub(i64::from(month <= 2));
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + (153 * month_from_march + 2) / 5;
    era.wrapping_mul(ERA_DAYS).wrapping_add(day_of_era + day - 1).wrapping_sub(ERA_START)
}

/// From 1.
pub(super) fn day_of_year(days_since_epoch: i64) -> i64 {
    let (year, _, _) = date(days_since_epoch);
    days_since_epoch - days(year, 1, 1) + 1
}

/// From 0, a Sunday.
pub(super) fn weekday(days: i64) -> u8 {
    small((days + 4).rem_euclid(7))
}

pub(super) fn days_in_month(year: i64, month: i64) -> i64 {
    days(year, month + 1, 1) - days(year, month, 1)
}

fn small(number: i64) -> u8 {
    u8::try_from(number).expect("parts of a date are small")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_each_others_inverse() {
        let check = |day: i64, expect: (i64, u8, u8), day_of_week: u8| {
            assert_eq!(date(day), expect, "{day}");
            assert_eq!(days(expect.0, expect.1.into(), expect.2.into()), day);
            assert_eq!(weekday(day), day_of_week, "{day}");
        };
        check(0, (1970, 1, 1), 4);
        check(19_782, (2024, 2, 29), 4);
        check(-719_162, (1, 1, 1), 1);
        check(-719_529, (-1, 12, 31), 5);
        check(106_751_991_167_300, (292_277_026_596, 12, 4), 0);
        assert_eq!(days(2024, 14, 1), days(2025, 2, 1));
        assert_eq!((days_in_month(2024, 2), days_in_month(2023, 12)), (29, 31));
    }
}
