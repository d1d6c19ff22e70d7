//! Go's `*time.Location`: which offset and abbreviation hold at an instant.

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, Zoned};

#[derive(Clone, Debug)]
pub enum Zone {
    Utc,
    /// The zone that the run calls local; Go prints its name as `Local`.
    Local(TimeZone),
    Named(TimeZone),
    /// What parsing makes of an offset or abbreviation that the local zone does not have.
    Fixed {
        name: String,
        offset: i64,
    },
}

/// Zone rules repeat after 400 years, which lets instants beyond the database's range be looked up.
const CYCLE: i64 = 146_097 * 86_400;

impl Zone {
    pub(crate) fn local(now: &Zoned) -> Self {
        Self::Local(now.time_zone().clone())
    }

    /// Go's `time.LoadLocation`, from the built-in database; names count by case as file names do.
    pub(crate) fn load(name: &str, now: &Zoned) -> Option<Self> {
        match name {
            "" | "UTC" => return Some(Self::Utc),
            "Local" => return Some(Self::local(now)),
            _ => {}
        }
        let zone = TimeZoneDatabase::bundled().get(name).ok()?;
        (zone.iana_name() == Some(name)).then_some(Self::Named(zone))
    }

    /// The abbreviation and the seconds east of UTC at a Unix time.
    pub(super) fn lookup(&self, unix: i64) -> (String, i64) {
        match self {
            Self::Utc => ("UTC".to_owned(), 0),
            Self::Local(zone) | Self::Named(zone) => {
                let info = zone.to_offset_info(timestamp(unix));
                (info.abbreviation().to_owned(), info.offset().seconds().into())
            }
            Self::Fixed { name, offset } => (name.clone(), *offset),
        }
    }

    /// The offset of an abbreviation: preferably one in effect at the time of day, else any that the zone ever had.
    pub(super) fn lookup_name(&self, name: &str, wall: i64) -> Option<i64> {
        let (Self::Local(zone) | Self::Named(zone)) = self else {
            return (self.lookup(wall).0 == name).then(|| self.lookup(wall).1);
        };
        let first = self.lookup(i64::MIN);
        let later = zone
            .following(Timestamp::MIN)
            .take_while(|transition| transition.timestamp().as_second() < 4_102_444_800)
            .map(|at| (at.abbreviation().to_owned(), i64::from(at.offset().seconds())));
        let mut offsets: Vec<i64> = Vec::new();
        for (_, offset) in
            std::iter::once(first).chain(later).filter(|(abbreviation, _)| abbreviation == name)
        {
            if !offsets.contains(&offset) {
                offsets.push(offset);
            }
        }
        let in_effect = offsets.iter().find_map(|offset| {
            let (abbreviation, offset) = self.lookup(wall.saturating_sub(*offset));
            (abbreviation == name).then_some(offset)
        });
        in_effect.or_else(|| offsets.first().copied())
    }

    pub(super) fn is_summer(&self, unix: i64) -> bool {
        match self {
            Self::Local(zone) | Self::Named(zone) => {
                zone.to_offset_info(timestamp(unix)).dst().is_dst()
            }
            Self::Utc | Self::Fixed { .. } => false,
        }
    }

    /// The name that Go's `Location.String` answers.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Utc => "UTC",
            Self::Local(zone) if zone.iana_name() == Some("UTC") => "UTC",
            Self::Local(_) => "Local",
            Self::Named(zone) => zone.iana_name().unwrap_or_default(),
            Self::Fixed { name, .. } => name,
        }
    }
}

fn timestamp(unix: i64) -> Timestamp {
    let (first, last) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    let unix = if unix > last { last - CYCLE + (unix - last) % CYCLE } else { unix.max(first) };
    Timestamp::from_second(unix).expect("clamped to the range")
}
