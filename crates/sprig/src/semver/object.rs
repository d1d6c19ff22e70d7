//! A version as templates see it: Go's `*semver.Version`, whose parts are methods.

use std::rc::Rc;

use gotmpl::function::object;
use gotmpl::{
    Call, CallError, FromValue as _, IntType, Kind, List, ListType, Object, ParamType, Signature,
    Str, Value,
};

use super::Version;
use super::version::{VersionError, check_identifiers};

#[derive(Debug)]
pub(super) struct VersionObject {
    pub(super) version: Version,
    /// Go's methods of a pointer are out of reach on the plain value that `IncMajor` and its like return.
    pub(super) pointer: bool,
}

const METHODS: &[&str] = &[
    "IncMajor",
    "IncMinor",
    "IncPatch",
    "Major",
    "MarshalJSON",
    "MarshalText",
    "Metadata",
    "Minor",
    "Patch",
    "Prerelease",
    "SetMetadata",
    "SetPrerelease",
    "String",
    "Value",
];

const POINTER_METHODS: &[&str] = &[
    "Compare",
    "Equal",
    "GreaterThan",
    "GreaterThanEqual",
    "LessThan",
    "LessThanEqual",
    "Original",
];

impl Object for VersionObject {
    fn type_name(&self) -> &'static str {
        if self.pointer { "*semver.Version" } else { "semver.Version" }
    }

    fn kind(&self) -> Kind {
        if self.pointer { Kind::Ptr } else { Kind::Struct }
    }

    fn has_method(&self, name: &str) -> bool {
        METHODS.contains(&name) || (self.pointer && POINTER_METHODS.contains(&name))
    }

    fn signature(&self, name: &str) -> Option<Signature> {
        const POINTER: ParamType = ParamType { name: "*semver.Version", kind: Kind::Ptr };
        let params: &[ParamType] = match name {
            "SetMetadata" | "SetPrerelease" => &[Str::TYPE],
            "Original" => &[],
            _ if POINTER_METHODS.contains(&name) => &[POINTER],
            _ => &[],
        };
        Some(Signature { params, rest: None })
    }

    fn method(&self, _: &Call<'_>, name: &str, arguments: &[Value]) -> Result<Value, CallError> {
        let version = &self.version;
        let numbers = (version.major, version.minor, version.patch);
        match name {
            "SetMetadata" => {
                let metadata = text(arguments)?;
                check_parts(&metadata, VersionError::InvalidMetadata)?;
                return Ok(plain(version.with_parts(numbers, &version.prerelease, &metadata)));
            }
            "SetPrerelease" => {
                let prerelease = text(arguments)?;
                check_parts(&prerelease, VersionError::InvalidPrerelease)?;
                return Ok(plain(version.with_parts(numbers, &prerelease, &version.metadata)));
            }
            _ if POINTER_METHODS.contains(&name) && name != "Original" => {
                return compare(version, name, arguments.first().unwrap_or(&Value::Nil));
            }
            _ => {}
        }
        let shown = version.to_string();
        Ok(match name {
            "Major" => unsigned(version.major),
            "Minor" => unsigned(version.minor),
            "Patch" => unsigned(version.patch),
            "Prerelease" => version.prerelease.as_str().into(),
            "Metadata" => version.metadata.as_str().into(),
            "Original" => version.original.as_str().into(),
            "String" | "Value" => shown.into(),
            "MarshalText" => bytes(&shown),
            "MarshalJSON" => bytes(&format!("\"{shown}\"")),
            _ => plain(increment(version, name)?),
        })
    }

    fn to_plain(&self) -> Value {
        self.version.to_string().into()
    }

    fn print(&self) -> Str {
        self.version.to_string().into()
    }

    fn equals(&self, other: &dyn Object) -> bool {
        let other = (other as &dyn std::any::Any).downcast_ref::<Self>();
        other.is_some_and(|other| (self.pointer, &self.version) == (other.pointer, &other.version))
    }
}

fn compare(version: &Version, name: &str, other: &Value) -> Result<Value, CallError> {
    let other = match other {
        Value::Nil if name == "Equal" => return Ok(false.into()),
        Value::Nil => {
            let text = "runtime error: invalid memory address or nil pointer dereference";
            return Err(CallError::message(text));
        }
        _ => object::<VersionObject>(other).filter(|other| other.pointer),
    };
    let Some(other) = other else {
        return Err(CallError::message("expected *semver.Version"));
    };
    let order = version.precedence(&other.version);
    Ok(match name {
        "Compare" => Value::int(order as i64),
        "Equal" => order.is_eq().into(),
        "GreaterThan" => order.is_gt().into(),
        "GreaterThanEqual" => order.is_ge().into(),
        "LessThan" => order.is_lt().into(),
        _ => order.is_le().into(),
    })
}

/// The next version; the patch of a prerelease's own release is that release.
fn increment(version: &Version, name: &str) -> Result<Version, CallError> {
    let Version { major, minor, patch, .. } = *version;
    let part = name.trim_start_matches("Inc").to_lowercase();
    let next = |number: u64| {
        number.checked_add(1).ok_or_else(|| {
            CallError::message(format!("{part} version increment would overflow uint64"))
        })
    };
    let numbers = match name {
        "IncMajor" => (next(major)?, 0, 0),
        "IncMinor" => (major, next(minor)?, 0),
        _ if version.prerelease.is_empty() => (major, minor, next(patch)?),
        _ => (major, minor, patch),
    };
    Ok(version.with_parts(numbers, "", ""))
}

fn check_parts(text: &str, error: VersionError) -> Result<(), CallError> {
    if text.is_empty() {
        return Ok(());
    }
    let prerelease = error == VersionError::InvalidPrerelease;
    check_identifiers(text, error)
        .and_then(|()| {
            let zero = prerelease && text.split('.').any(super::version::has_leading_zero);
            if zero { Err(VersionError::LeadingZero) } else { Ok(()) }
        })
        .map_err(|error| CallError::message(error.to_string()))
}

fn text(arguments: &[Value]) -> Result<String, CallError> {
    match arguments {
        [Value::Str(text)] => Ok(text.to_text().into_owned()),
        _ => Err(CallError::message("expected string")),
    }
}

fn unsigned(number: u64) -> Value {
    Value::Int(number.cast_signed(), IntType::Uint64)
}

fn bytes(text: &str) -> Value {
    let items = text.bytes().map(|byte| Value::Int(byte.into(), IntType::Uint8)).collect();
    List::new(ListType::Bytes, items).into()
}

fn plain(version: Version) -> Value {
    Value::Object(Rc::new(VersionObject { version, pointer: false }))
}
