//! What the cache holds, and what of it went.

use jiff::Timestamp;
use pull::cache::{Cleaned, Info, Kind};
use serde_json::{Value, json};

use crate::printer::Paint;
use crate::views::table::table;

pub fn text(info: &Info, paint: Paint) -> String {
    let row = |kind: &Kind| {
        let day = oldest(kind).map(|time| time.strftime("%Y-%m-%d").to_string());
        let day = day.unwrap_or_default();
        [kind.name.to_owned(), kind.entries.to_string(), size(kind.bytes), day]
    };
    let rows: Vec<_> = info.kinds.iter().map(row).collect();
    let all: u64 = info.kinds.iter().map(|kind| kind.bytes).sum();
    let table = table(["KIND", "ENTRIES", "SIZE", "UNUSED SINCE"], &rows, paint);
    format!("{}: {}\n\n{table}", info.folder.display(), size(all))
}

pub fn json(info: &Info) -> Value {
    let kind = |kind: &Kind| {
        json!({
            "name": kind.name,
            "entries": kind.entries,
            "bytes": kind.bytes,
            "unusedSince": oldest(kind).map(|time| format!("{time:.0}")),
        })
    };
    let kinds: Vec<Value> = info.kinds.iter().map(kind).collect();
    json!({ "folder": info.folder.display().to_string(), "kinds": kinds })
}

pub fn cleaned(cleaned: Cleaned) -> String {
    match cleaned.entries {
        0 => "nothing to remove\n".to_owned(),
        1 => format!("removed 1 entry, {}\n", size(cleaned.bytes)),
        many => format!("removed {many} entries, {}\n", size(cleaned.bytes)),
    }
}

fn oldest(kind: &Kind) -> Option<Timestamp> {
    Timestamp::try_from(kind.oldest?).ok()
}

/// In the largest unit of which there is one, with one digit behind the point.
fn size(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1_024 => return format!("{bytes} B"),
        1_024..1_048_576 => (1_024, "KiB"),
        1_048_576..1_073_741_824 => (1_048_576, "MiB"),
        _ => (1_073_741_824, "GiB"),
    };
    format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_as_people_read_them() {
        let check = |bytes, expect| assert_eq!(size(bytes), expect);
        check(0, "0 B");
        check(1_023, "1023 B");
        check(1_536, "1.5 KiB");
        check(u64::MAX, "17179869183.9 GiB");
        assert_eq!(
            cleaned(Cleaned { entries: 2, bytes: 1_048_576 }),
            "removed 2 entries, 1.0 MiB\n"
        );
    }
}
