//! Names that cannot be invalid: each is checked once, where it is made.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Why a text is not the name that it should be; reads on after "`Foo` is no release name: ".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidName {
    pub text: String,
    /// `release name`, `namespace`, …
    pub what: &'static str,
    pub reason: String,
}

impl fmt::Display for InvalidName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` is no {}: {}", self.text, self.what, self.reason)
    }
}

impl std::error::Error for InvalidName {}

/// What Kubernetes calls the form of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// DNS-1123 label: lower case letters, digits and `-`.
    Label,
    /// DNS-1123 subdomain: labels joined by `.`.
    Subdomain,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $form:expr, $limit:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            pub const WHAT: &'static str = $what;

            pub fn new(text: &str) -> Result<Self, InvalidName> {
                match check(text, $form, $limit) {
                    Ok(()) => Ok(Self(text.into())),
                    Err(reason) => Err(InvalidName { text: text.to_owned(), what: $what, reason }),
                }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }

        /// So that maps keyed by the name can be asked with a text.
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::new(&text).map_err(de::Error::custom)
            }
        }
    };
}

name!(WorkspaceName, "workspace name", Form::Label, 63);
name!(EnvironmentName, "environment name", Form::Label, 63);
name!(
    /// Tells the stacks of one environment apart: `build-41`.
    InstanceName,
    "instance",
    Form::Label,
    63
);
name!(ClusterName, "cluster name", Form::Label, 63);
name!(Namespace, "namespace", Form::Label, 63);
name!(
    /// What a release is called in `needs`, selectors and messages: `api`, `worker.mail`.
    ReleaseId,
    "release id",
    Form::Subdomain,
    253
);
name!(
    /// What Helm calls a release. 53 is Helm's limit, so that the names of a chart's objects stay under 63
    /// (`pkg/chart/common/util`, `ValidateReleaseName`).
    ReleaseName,
    "release name",
    Form::Subdomain,
    53
);

fn check(text: &str, form: Form, limit: usize) -> Result<(), String> {
    let allowed = match form {
        Form::Label => "lower case letters, digits and `-`",
        Form::Subdomain => "lower case letters, digits, `-` and `.`",
    };
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if let Some(bad) = text.chars().find(|&c| !is_allowed(c, form)) {
        return Err(format!("{bad:?} is none of {allowed}"));
    }
    let labels = text.split('.');
    if labels.clone().any(str::is_empty) {
        return Err("between dots something must stand".to_owned());
    }
    if labels.clone().any(|label| label.starts_with('-') || label.ends_with('-')) {
        return Err("it must begin and end with a letter or a digit".to_owned());
    }
    if text.len() > limit {
        return Err(format!("it has {} characters, at most {limit} are allowed", text.len()));
    }
    Ok(())
}

fn is_allowed(c: char, form: Form) -> bool {
    c.is_ascii_lowercase()
        || c.is_ascii_digit()
        || c == '-'
        || (c == '.' && form == Form::Subdomain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: FromStr<Err = InvalidName>>(text: &str, expect: &str) {
        let got = T::from_str(text).err().map_or("ok".to_owned(), |error| error.to_string());
        assert_eq!(got, expect);
    }

    #[test]
    fn labels() {
        check::<Namespace>("shop-dev", "ok");
        check::<Namespace>("1", "ok");
        check::<Namespace>("", "`` is no namespace: it is empty");
        check::<Namespace>(
            "shop.dev",
            "`shop.dev` is no namespace: '.' is none of lower case letters, digits and `-`",
        );
        check::<Namespace>(
            "Shop",
            "`Shop` is no namespace: 'S' is none of lower case letters, digits and `-`",
        );
        check::<Namespace>(
            "shop-",
            "`shop-` is no namespace: it must begin and end with a letter or a digit",
        );
    }

    #[test]
    fn subdomains() {
        check::<ReleaseId>("worker.mail", "ok");
        check::<ReleaseId>(
            "worker..mail",
            "`worker..mail` is no release id: between dots something must stand",
        );
        check::<ReleaseName>(&"a".repeat(53), "ok");
        check::<ReleaseName>(
            &"a".repeat(54),
            &format!(
                "`{}` is no release name: it has 54 characters, at most 53 are allowed",
                "a".repeat(54)
            ),
        );
    }
}
