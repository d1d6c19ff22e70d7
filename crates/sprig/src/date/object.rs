//! Times, months and weekdays as templates see them: Go's `time.Time`, `time.Month`, `time.Weekday` and their methods.

use std::any::Any;
use std::rc::Rc;

use gotmpl::function::object;
use gotmpl::{
    Call, CallError, FromValue, Kind, List, ListType, Object, ParamType, Signature, Str, Value,
};

use super::calendar;
use super::format::{MONTHS, RFC3339_NANO, WEEKDAYS, display, format};
use super::time::Time;
use super::zone::Zone;
use crate::World;
use crate::duration::Duration;

impl From<Time> for Value {
    fn from(time: Time) -> Self {
        Self::Object(Rc::new(time))
    }
}

impl FromValue for Time {
    const TYPE: ParamType = ParamType { name: "time.Time", kind: Kind::Struct };

    fn from_value(value: &Value) -> Option<Self> {
        object::<Self>(value).cloned()
    }
}

/// Methods without arguments, and those with more than one result, which templates cannot call.
const METHODS: &[&str] = &[
    "Day",
    "GoString",
    "Hour",
    "IsDST",
    "IsZero",
    "Local",
    "Location",
    "MarshalJSON",
    "MarshalText",
    "Minute",
    "Month",
    "Nanosecond",
    "Second",
    "String",
    "UTC",
    "Unix",
    "UnixMicro",
    "UnixMilli",
    "UnixNano",
    "Weekday",
    "Year",
    "YearDay",
];
const WITH_TIME: &[&str] = &["After", "Before", "Compare", "Equal", "Sub"];
const WITH_DURATION: &[&str] = &["Add", "Round", "Truncate"];
const MANY_RESULTS: &[(&str, usize)] =
    &[("Clock", 3), ("Date", 3), ("ISOWeek", 2), ("Zone", 2), ("ZoneBounds", 2)];

impl Object for Time {
    fn type_name(&self) -> &'static str {
        "time.Time"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn has_method(&self, name: &str) -> bool {
        [METHODS, WITH_TIME, WITH_DURATION].iter().any(|names| names.contains(&name))
            || MANY_RESULTS.iter().any(|(method, _)| *method == name)
            || matches!(name, "AddDate" | "Format")
    }

    fn signature(&self, name: &str) -> Option<Signature> {
        const INT: ParamType = <i64 as FromValue>::TYPE;
        let params: &[ParamType] = match name {
            "Format" => &[Str::TYPE],
            "AddDate" => &[INT, INT, INT],
            _ if WITH_TIME.contains(&name) => &[Self::TYPE],
            _ if WITH_DURATION.contains(&name) => &[Duration::TYPE],
            _ => &[],
        };
        Some(Signature { params, rest: None })
    }

    fn method(&self, call: &Call<'_>, name: &str, arguments: &[Value]) -> Result<Value, CallError> {
        if let Some((_, results)) = MANY_RESULTS.iter().find(|(method, _)| *method == name) {
            let text = format!("function {name} has {results} return values; should be 1 or 2");
            return Err(CallError::message(text));
        }
        match (name, arguments) {
            ("Format", [layout]) => {
                let layout: Str = argument(layout)?;
                Ok(Str::from(format(self, layout.as_bytes())).into())
            }
            ("AddDate", [years, months, days]) => {
                let parts = (argument(years)?, argument(months)?, argument(days)?);
                Ok(self.add_date(parts.0, parts.1, parts.2).into())
            }
            (_, [other]) if WITH_TIME.contains(&name) => Ok(relate(self, name, &argument(other)?)),
            (_, [duration]) if WITH_DURATION.contains(&name) => {
                let duration = argument(duration)?;
                let time = match name {
                    "Add" => self.add(duration),
                    "Round" => self.round(duration),
                    _ => self.truncate(duration),
                };
                Ok(time.into())
            }
            _ => Ok(part(self, name, call)),
        }
    }

    fn to_plain(&self) -> Value {
        Str::from(format(self, RFC3339_NANO)).into()
    }

    fn print(&self) -> Str {
        display(self).into()
    }

    fn equals(&self, other: &dyn Object) -> bool {
        (other as &dyn Any).downcast_ref::<Self>().is_some_and(|other| {
            self.order(other).is_eq()
                && self.zone.name() == other.zone.name()
                && self.monotonic == other.monotonic
        })
    }
}

/// An argument as the executor checked it against the signature.
fn argument<T: FromValue>(value: &Value) -> Result<T, CallError> {
    T::from_value(value).ok_or_else(|| CallError::message(format!("expected {}", T::TYPE.name)))
}

fn relate(time: &Time, name: &str, other: &Time) -> Value {
    let order = time.order(other);
    match name {
        "After" => order.is_gt().into(),
        "Before" => order.is_lt().into(),
        "Compare" => Value::int(order as i64),
        "Equal" => order.is_eq().into(),
        _ => time.since(other).into(),
    }
}

fn part(time: &Time, name: &str, call: &Call<'_>) -> Value {
    let clock = time.clock();
    let (year, month, day) = calendar::date(clock.days);
    let nanosecond = i64::from(time.nanosecond);
    let unix_in =
        |unit: i64| time.unix.wrapping_mul(unit).wrapping_add(nanosecond / (1_000_000_000 / unit));
    match name {
        "Year" => Value::int(year),
        "Month" => Value::Object(Rc::new(Named::Month(month.into()))),
        "Weekday" => Value::Object(Rc::new(Named::Weekday(calendar::weekday(clock.days).into()))),
        "Day" => Value::int(day.into()),
        "YearDay" => Value::int(calendar::day_of_year(clock.days)),
        "Hour" => Value::int(clock.hour),
        "Minute" => Value::int(clock.minute),
        "Second" => Value::int(clock.second),
        "Nanosecond" => Value::int(nanosecond),
        "Unix" => Value::int64(time.unix),
        "UnixMilli" => Value::int64(unix_in(1_000)),
        "UnixMicro" => Value::int64(unix_in(1_000_000)),
        "UnixNano" => Value::int64(unix_in(1_000_000_000)),
        "IsZero" => time.is_zero().into(),
        "IsDST" => time.zone.is_summer(time.unix).into(),
        "UTC" => time.with_zone(Zone::Utc).into(),
        "Local" => time.with_zone(Zone::local(&World::of(call).now)).into(),
        "Location" => time.zone.name().into(),
        "MarshalText" => bytes(&format(time, RFC3339_NANO)),
        "MarshalJSON" => bytes(&[b"\"", format(time, RFC3339_NANO).as_slice(), b"\""].concat()),
        "GoString" => format!(
            "time.Date({year}, time.{}, {day}, {}, {}, {}, {nanosecond}, time.{})",
            MONTHS[usize::from(month) - 1],
            clock.hour,
            clock.minute,
            clock.second,
            time.zone.name(),
        )
        .into(),
        _ => Str::from(display(time)).into(),
    }
}

fn bytes(text: &[u8]) -> Value {
    let items = text.iter().map(|byte| Value::Int((*byte).into(), gotmpl::IntType::Uint8));
    List::new(ListType::Bytes, items.collect()).into()
}

/// A number that prints as its name.
#[derive(Debug)]
enum Named {
    /// From 1.
    Month(i64),
    /// From 0, a Sunday.
    Weekday(i64),
}

impl Object for Named {
    fn type_name(&self) -> &'static str {
        match self {
            Self::Month(_) => "time.Month",
            Self::Weekday(_) => "time.Weekday",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Int
    }

    fn has_method(&self, name: &str) -> bool {
        name == "String"
    }

    fn method(&self, _: &Call<'_>, _: &str, _: &[Value]) -> Result<Value, CallError> {
        Ok(self.print().into())
    }

    fn underlying(&self) -> Option<Value> {
        let (Self::Month(number) | Self::Weekday(number)) = self;
        Some(Value::int(*number))
    }

    fn print(&self) -> Str {
        let name = match self {
            Self::Month(month) => usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)),
            Self::Weekday(day) => usize::try_from(*day).ok().and_then(|at| WEEKDAYS.get(at)),
        };
        (*name.expect("made from a date")).into()
    }
}
