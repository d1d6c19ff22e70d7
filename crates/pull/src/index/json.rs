//! An index that is written as JSON. A key that stands twice is refused.

use std::fmt;

use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, de};

use super::listing::{Entry, Listing};

/// Reads an index. Errors say what is wrong and where.
pub(super) fn read(text: &str) -> Result<Listing, String> {
    let index: Index = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if index.api_version.0.is_empty() {
        return Err("it has no `apiVersion`".to_owned());
    }
    Ok(index.entries.0)
}

#[derive(Deserialize)]
struct Index {
    #[serde(rename = "apiVersion", default)]
    api_version: Text,
    #[serde(default)]
    entries: Entries,
}

#[derive(Default)]
struct Entries(Listing);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Charts;
        impl<'de> Visitor<'de> for Charts {
            type Value = Entries;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a map of charts")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Entries, E> {
                Ok(Entries::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut listing = Listing::default();
                let mut names = std::collections::BTreeSet::new();
                while let Some(chart) = map.next_key::<String>()? {
                    if !names.insert(chart.clone()) {
                        return Err(A::Error::custom(format_args!(
                            "duplicate field `{}`",
                            crate::shown::plain(&chart)
                        )));
                    }
                    let versions: Option<Vec<Option<Version>>> = map.next_value()?;
                    let versions = versions.unwrap_or_default().into_iter();
                    listing.add(chart, versions.map(|entry| entry.map(Entry::from)).collect());
                }
                Ok(Entries(listing))
            }
        }
        deserializer.deserialize_any(Charts)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    #[serde(default)]
    version: Text,
    #[serde(default)]
    urls: Option<Vec<Text>>,
    #[serde(default)]
    digest: Text,
    #[serde(default)]
    deprecated: Option<bool>,
    #[serde(default)]
    app_version: Text,
    #[serde(default)]
    description: Text,
    #[serde(default)]
    keywords: Option<Vec<Text>>,
}

impl From<Version> for Entry {
    fn from(version: Version) -> Self {
        let texts = |list: Option<Vec<Text>>| {
            list.unwrap_or_default().into_iter().map(|text| text.0).collect()
        };
        Self {
            version: version.version.0,
            urls: texts(version.urls),
            digest: Some(version.digest.0).filter(|digest| !digest.is_empty()),
            deprecated: version.deprecated.unwrap_or(false),
            app_version: version.app_version.0,
            description: version.description.0,
            keywords: texts(version.keywords),
        }
    }
}

/// A scalar as text; what is no scalar is empty, so that one odd entry does not spoil the index.
#[derive(Default)]
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalar;
        impl<'de> Visitor<'de> for Scalar {
            type Value = Text;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }

            fn visit_unit<E>(self) -> Result<Text, E> {
                Ok(Text::default())
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Text, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Text::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Text::default())
            }
        }
        deserializer.deserialize_any(Scalar)
    }
}
