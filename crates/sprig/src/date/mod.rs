//! Sprig's date functions, over Go's times and reference layouts.

mod calendar;
mod format;
mod layout;
mod object;
mod parse;
mod read;
#[cfg(test)]
mod tests;
mod time;
mod zone;

pub use format::format;
pub use parse::parse;
pub(crate) use parse::quote;
pub use time::Time;
pub use zone::Zone;

use gotmpl::function::object;
use gotmpl::{Call, CallError, Functions, IntType, Str, Value};

use crate::duration::Duration;
use crate::{Dialect, World};

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add_with_call("now", now);
    functions.add_with_call("ago", ago);
    functions.add_with_call("date", |call: &Call<'_>, layout: Str, date: Value| {
        date_in_zone(call, &layout, &date, "Local")
    });
    functions.add_with_call(
        "dateInZone",
        |call: &Call<'_>, layout: Str, date: Value, zone: Str| {
            date_in_zone(call, &layout, &date, &zone.to_text())
        },
    );
    functions.alias("date_in_zone", "dateInZone");
    functions.add_with_call("htmlDate", |call: &Call<'_>, date: Value| {
        date_in_zone(call, &"2006-01-02".into(), &date, "Local")
    });
    functions.add_with_call("htmlDateInZone", |call: &Call<'_>, date: Value, zone: Str| {
        date_in_zone(call, &"2006-01-02".into(), &date, &zone.to_text())
    });
    functions.add("dateModify", |duration: Str, date: Time| {
        Duration::parse(duration.as_bytes()).map_or(date.clone(), |duration| date.add(duration))
    });
    functions.alias("date_modify", "dateModify");
    functions.add("mustDateModify", must_date_modify);
    functions.alias("must_date_modify", "mustDateModify");
    functions.add_with_call("toDate", |call: &Call<'_>, layout: Str, text: Str| {
        to_date(call, &layout, &text).unwrap_or_else(|_| Time::zero())
    });
    functions.add_with_call("mustToDate", |call: &Call<'_>, layout: Str, text: Str| {
        to_date(call, &layout, &text).map_err(CallError::message)
    });
    functions.add("unixEpoch", |date: Time| date.unix.to_string());
}

fn now(call: &Call<'_>) -> Time {
    let world = World::of(call);
    world.note_impure(call, "now");
    Time::now(&world.now)
}

/// A time from what `date` and its like accept: a time, or Unix seconds as one of three integer types. None stands for the
/// present, which Sprig takes for everything else.
fn time_of(value: &Value, zone: Zone) -> Option<Time> {
    match value {
        Value::Int(unix, IntType::Int | IntType::Int32 | IntType::Int64) => {
            Some(Time::from_unix(*unix, 0, zone))
        }
        _ => object::<Time>(value).cloned(),
    }
}

fn date_in_zone(call: &Call<'_>, layout: &Str, date: &Value, zone: &str) -> Str {
    let world = World::of(call);
    let zone = Zone::load(zone, &world.now).unwrap_or(Zone::Utc);
    let time = time_of(date, zone.clone()).unwrap_or_else(|| now(call));
    format(&time.with_zone(zone), layout.as_bytes()).into()
}

fn ago(call: &Call<'_>, date: Value) -> String {
    let world = World::of(call);
    world.note_impure(call, "ago");
    let present = Time::now(&world.now);
    let date = match date {
        Value::Int(_, IntType::Int32) => None,
        _ => time_of(&date, Zone::Utc),
    };
    let elapsed = date.map_or(Duration(0), |date| present.since(&date));
    elapsed.round(Duration::SECOND).to_string()
}

fn must_date_modify(duration: Str, date: Time) -> Result<Time, CallError> {
    let duration = Duration::parse(duration.as_bytes()).map_err(CallError::message)?;
    Ok(date.add(duration))
}

fn to_date(call: &Call<'_>, layout: &Str, text: &Str) -> Result<Time, String> {
    parse(layout.as_bytes(), text.as_bytes(), &Zone::local(&World::of(call).now))
}
