//! What a manifest says: the archive of a chart and its provenance, or why it is no chart.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{ARCHIVE, CONFIG, Error, OLD_ARCHIVE, PROVENANCE};
use crate::{Digest, provenance, shown};

/// Media types of manifests: what we ask for.
pub(super) const ACCEPTED: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json";

/// Every registry refuses larger manifests (OCI distribution specification, "Pushing Manifests").
pub(crate) const LARGEST: usize = 4 << 20;
/// Helm's bound of an unpacked chart: no archive is larger.
const LARGEST_ARCHIVE: u64 = 100 << 20;

/// One piece of content: where it is and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layer {
    pub(crate) digest: Digest,
    pub(crate) size: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chart {
    pub(super) archive: Layer,
    pub(super) provenance: Option<Layer>,
}

/// A manifest as it stands there; cosign's are of the same form.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    #[serde(default)]
    pub(crate) media_type: String,
    pub(crate) config: Option<Descriptor>,
    #[serde(default)]
    pub(crate) layers: Vec<Descriptor>,
    /// Of an index.
    #[serde(default)]
    pub(crate) manifests: Vec<Descriptor>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    #[serde(default)]
    pub(crate) media_type: String,
    #[serde(default)]
    pub(crate) artifact_type: String,
    digest: String,
    size: u64,
    #[serde(default)]
    urls: Vec<String>,
    #[serde(default)]
    pub(crate) annotations: BTreeMap<String, String>,
}

impl Descriptor {
    /// The reason in words where it is not to be fetched: `what` is content that is at most so large.
    pub(crate) fn layer(&self, what: &str, largest: u64) -> Result<Layer, String> {
        if !self.urls.is_empty() {
            return Err(format!("{what} is said to lie at another place"));
        }
        if self.size > largest {
            return Err(format!(
                "{what} is said to have {} bytes; at most {largest} are taken",
                self.size
            ));
        }
        let digest = self.digest.strip_prefix("sha256:").and_then(|digits| digits.parse().ok());
        let digest = digest.ok_or_else(|| format!("{what} has no sha256 digest"))?;
        Ok(Layer { digest, size: self.size })
    }
}

/// Reads a manifest of any kind. The error is the reason in words.
pub(crate) fn read(bytes: &[u8]) -> Result<Manifest, String> {
    let manifest: Manifest = serde_json::from_slice(bytes)
        .map_err(|error| shown::plain(&format!("the manifest cannot be read: {error}")))?;
    if !manifest.manifests.is_empty() && (manifest.config.is_some() || !manifest.layers.is_empty())
    {
        // What one reader takes for an index is an image to another (CVE-2021-41190).
        return Err("the manifest is of two kinds at once".to_owned());
    }
    Ok(manifest)
}

/// What the manifest of a chart names; `what` is the reference as messages say it.
pub(super) fn chart(registry: &str, what: &str, bytes: &[u8]) -> Result<Chart, Error> {
    let lie = |problem| Error::Lie { registry: registry.to_owned(), problem };
    let manifest = read(bytes).map_err(lie)?;
    let no_chart = |found: String| Error::NoChart { what: what.to_owned(), found };
    if manifest.media_type.contains("index") || manifest.media_type.contains("manifest.list") {
        return Err(no_chart("an index of several images".to_owned()));
    }
    let Some(config) = &manifest.config else {
        return Err(no_chart("an index of several images".to_owned()));
    };
    match config.media_type.as_str() {
        CONFIG => {}
        "application/vnd.oci.image.config.v1+json"
        | "application/vnd.docker.container.image.v1+json" => {
            return Err(no_chart("a container image".to_owned()));
        }
        other => return Err(no_chart(format!("of the type `{}`", shown::plain(other)))),
    }
    let only = |types: &[&str], name: &str| {
        let mut found =
            manifest.layers.iter().filter(|layer| types.contains(&layer.media_type.as_str()));
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(lie(format!("{what} has more than one {name}"))),
            (found, None) => Ok(found),
        }
    };
    let archive = only(&[ARCHIVE, OLD_ARCHIVE], "archive")?
        .ok_or_else(|| no_chart("without an archive".to_owned()))?;
    let provenance = only(&[PROVENANCE], "provenance file")?;
    let provenance =
        provenance.map(|layer| layer.layer("the provenance file", provenance::LARGEST)).transpose();
    Ok(Chart {
        archive: archive.layer("the archive", LARGEST_ARCHIVE).map_err(lie)?,
        provenance: provenance.map_err(lie)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn layer(kind: &str, more: &str) -> String {
        format!(r#"{{"mediaType":"{kind}","digest":"{DIGEST}","size":3{more}}}"#)
    }

    fn manifest(config: &str, layers: &[String]) -> String {
        let config = layer(config, "");
        format!(r#"{{"schemaVersion":2,"config":{config},"layers":[{}]}}"#, layers.join(","))
    }

    /// The archive's size and whether there is provenance, or the error.
    #[track_caller]
    fn check(manifest: &str, expect: Result<bool, &str>) {
        let found = chart("r", "`r/api:1`", manifest.as_bytes())
            .map(|chart| chart.provenance.is_some())
            .map_err(|error| error.to_string());
        assert_eq!(found, expect.map_err(str::to_owned), "{manifest}");
    }

    #[test]
    fn charts() {
        let archive = layer(ARCHIVE, "");
        check(&manifest(CONFIG, std::slice::from_ref(&archive)), Ok(false));
        check(&manifest(CONFIG, &[layer(OLD_ARCHIVE, "")]), Ok(false));
        check(&manifest(CONFIG, &[layer(PROVENANCE, ""), archive.clone()]), Ok(true));
        check(&manifest(CONFIG, &[layer("text/plain", ""), archive]), Ok(false));
    }

    #[test]
    fn what_is_no_chart_is_called_by_its_name() {
        let image = manifest("application/vnd.oci.image.config.v1+json", &[]);
        check(&image, Err("`r/api:1` is a container image, not a chart"));
        let index = format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, layer("x", ""));
        check(&index, Err("`r/api:1` is an index of several images, not a chart"));
        check(
            &manifest("application/wasm", &[]),
            Err("`r/api:1` is of the type `application/wasm`, not a chart"),
        );
        check(&manifest(CONFIG, &[]), Err("`r/api:1` is without an archive, not a chart"));
    }

    #[test]
    fn what_cannot_be_believed_is_refused() {
        let lie = |reason: &str| format!("`r` cannot be believed: {reason}");
        let archive = layer(ARCHIVE, "");
        check(
            &manifest(CONFIG, &[archive.clone(), archive]),
            Err(&lie("`r/api:1` has more than one archive")),
        );
        check(
            &manifest(CONFIG, &[layer(ARCHIVE, r#","urls":["https://evil.example.com/x"]"#)]),
            Err(&lie("the archive is said to lie at another place")),
        );
        let large = layer(ARCHIVE, "").replace(r#""size":3"#, r#""size":1000000000"#);
        check(
            &manifest(CONFIG, &[large]),
            Err(&lie("the archive is said to have 1000000000 bytes; at most 104857600 are taken")),
        );
        let other = layer(ARCHIVE, "").replace("sha256:", "md5:");
        check(&manifest(CONFIG, &[other]), Err(&lie("the archive has no sha256 digest")));
        let both = manifest(CONFIG, &[])
            .replace("}]}", "}]")
            .replace(r#""layers":[]"#, &format!(r#""layers":[],"manifests":[{}]"#, layer("x", "")));
        check(&both, Err(&lie("the manifest is of two kinds at once")));
        check(
            r#"{"config":{"digest":"x","size":-1}}"#,
            Err(&lie(
                "the manifest cannot be read: invalid value: integer `-1`, expected u64 at line 1 column 33",
            )),
        );
    }
}
