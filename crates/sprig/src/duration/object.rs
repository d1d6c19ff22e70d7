//! A duration as templates see it: Go's `time.Duration`, an `int64` that prints as `1h2m3s`.

use std::rc::Rc;

use gotmpl::function::object;
use gotmpl::{Call, CallError, FromValue, Kind, Object, ParamType, Signature, Str, Value};

use super::Duration;

impl From<Duration> for Value {
    fn from(duration: Duration) -> Self {
        Self::Object(Rc::new(duration))
    }
}

impl FromValue for Duration {
    const TYPE: ParamType = ParamType { name: "time.Duration", kind: Kind::Int64 };

    /// Number constants are accepted too, since Go converts those.
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Int(nanoseconds, _) => Some(Self(*nanoseconds)),
            _ => object::<Self>(value).copied(),
        }
    }
}

impl Object for Duration {
    fn type_name(&self) -> &'static str {
        "time.Duration"
    }

    fn kind(&self) -> Kind {
        Kind::Int64
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(
            name,
            "Abs"
                | "Hours"
                | "Microseconds"
                | "Milliseconds"
                | "Minutes"
                | "Nanoseconds"
                | "Round"
                | "Seconds"
                | "String"
                | "Truncate"
        )
    }

    fn signature(&self, name: &str) -> Option<Signature> {
        let params: &[ParamType] =
            if matches!(name, "Round" | "Truncate") { &[Self::TYPE] } else { &[] };
        Some(Signature { params, rest: None })
    }

    fn method(&self, _: &Call<'_>, name: &str, arguments: &[Value]) -> Result<Value, CallError> {
        if matches!(name, "Round" | "Truncate") {
            let unit = arguments.first().and_then(Self::from_value);
            let unit = unit.ok_or_else(|| CallError::message("expected time.Duration"))?;
            let rounded = if name == "Round" { self.round(unit) } else { self.truncate(unit) };
            return Ok(rounded.into());
        }
        Ok(match name {
            "Abs" => Self(self.0.saturating_abs()).into(),
            "Hours" => self.in_units(3_600_000_000_000).into(),
            "Minutes" => self.in_units(60_000_000_000).into(),
            "Seconds" => self.in_units(1_000_000_000).into(),
            "Milliseconds" => Value::int64(self.0 / 1_000_000),
            "Microseconds" => Value::int64(self.0 / 1_000),
            "Nanoseconds" => Value::int64(self.0),
            _ => self.print().into(),
        })
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::int64(self.0))
    }

    fn print(&self) -> Str {
        self.to_string().into()
    }
}
