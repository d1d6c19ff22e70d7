//! The signed text: exactly one message and nothing around it, in it the digests of archives.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pgp::composed::CleartextSignedMessage;
use source::{Source, yaml};

use super::{Error, LARGEST};
use crate::Digest;
use crate::shown::plain;

const BEGIN_MESSAGE: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const BEGIN_SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----";
const END_SIGNATURE: &str = "-----END PGP SIGNATURE-----";

/// Reads the message. Text before, between or behind its parts would not be signed, so there may be none.
pub(super) fn read(provenance: &[u8]) -> Result<CleartextSignedMessage, Error> {
    if provenance.len() as u64 > LARGEST {
        return Err(Error::TooLarge(LARGEST));
    }
    let not_one = |why: &str| Error::NotOneMessage(why.to_owned());
    let text = std::str::from_utf8(provenance).map_err(|_| not_one("it is not UTF-8"))?;
    let text = text.trim();
    // Lines of the text itself that begin with a dash have another before them.
    let marks: Vec<&str> =
        text.lines().map(str::trim_end).filter(|line| line.starts_with("-----")).collect();
    if marks.is_empty() {
        return Err(not_one("it has no signature"));
    }
    if marks != [BEGIN_MESSAGE, BEGIN_SIGNATURE, END_SIGNATURE] {
        return Err(not_one("it has other parts than a text and its signature"));
    }
    if !text.starts_with(BEGIN_MESSAGE) || !text.ends_with(END_SIGNATURE) {
        return Err(not_one("there is text around it, which nobody signed"));
    }
    let (message, _) = CleartextSignedMessage::from_string(text)
        .map_err(|error| Error::NotOneMessage(plain(&error.to_string())))?;
    if message.signatures().is_empty() {
        return Err(not_one("it has no signature"));
    }
    Ok(message)
}

/// The digest that the signed text gives an archive.
pub(super) fn digest_of(signed: &str, archive_name: &str) -> Result<Digest, Error> {
    let no_digests = |why: &str| Error::NoDigests(why.to_owned());
    let signed = signed.replace("\r\n", "\n");
    let mut parts = signed.split("\n...\n");
    let (_, Some(sums), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(no_digests("does not consist of a Chart.yaml and a list of digests"));
    };
    let source = Source::new("provenance", sums);
    let read = yaml::read(&source, yaml::Options::STRICT)
        .map_err(|_| no_digests("has a list of digests that is not valid YAML"))?;
    let files = read.value.get("files").and_then(|files| files.as_map());
    let files = files.ok_or_else(|| no_digests("has no list of digests"))?;
    let listed: BTreeMap<&str, Option<&str>> =
        files.iter().map(|(name, digest)| (&**name, digest.as_str())).collect();
    let written = listed.get(archive_name).ok_or_else(|| Error::NotListed(plain(archive_name)))?;
    let digest = written.and_then(|text| text.strip_prefix("sha256:")?.parse().ok());
    digest.ok_or_else(|| no_digests("lists something that is no SHA-256 digest"))
}

/// The text to sign.
pub(super) fn write(archive_name: &str, chart_yaml: &str, digest: Digest) -> Result<String, Error> {
    if chart_yaml.lines().any(|line| line.trim_end() == "...") {
        return Err(Error::Unsigned("Chart.yaml has a line `...` of its own".to_owned()));
    }
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "._+-".contains(letter);
    if archive_name.is_empty() || !archive_name.chars().all(fits) {
        return Err(Error::Unsigned(format!("`{}` is no name of an archive", plain(archive_name))));
    }
    let mut text = chart_yaml.trim_end().to_owned();
    // Without carriage returns: those who check may count them differently.
    text.retain(|letter| letter != '\r');
    write!(text, "\n\n...\nfiles:\n  {archive_name}: sha256:{digest}\n")
        .expect("a string takes any text");
    Ok(text)
}
