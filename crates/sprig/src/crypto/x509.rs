//! Certificates of the shape that Go's `x509.CreateCertificate` gives to Sprig's template, and reading a signer's back.

use std::net::IpAddr;

use gotmpl::quote_go;
use sha2::{Digest as _, Sha256};

use super::der::{self, Reader};
use super::key::PrivateKey;
use crate::date::{Time, format};

/// What a certificate says of its subject.
pub(super) struct Subject<'a> {
    pub(super) common_name: &'a str,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) names: Vec<String>,
    pub(super) authority: bool,
}

/// From the first instant to the last.
pub(super) struct Validity {
    pub(super) from: Time,
    pub(super) until: Time,
}

/// What signing needs of the certificate above.
pub(super) struct Parent {
    /// The whole encoded name.
    name: Vec<u8>,
    key_identifier: Option<Vec<u8>>,
    public: Vec<u8>,
}

const COMMON_NAME: &[u8] = b"\x55\x04\x03";
const KEY_IDENTIFIER: &[u8] = b"\x55\x1d\x0e";
const KEY_USAGE: &[u8] = b"\x55\x1d\x0f";
const ALTERNATIVE_NAMES: &[u8] = b"\x55\x1d\x11";
const BASIC_CONSTRAINTS: &[u8] = b"\x55\x1d\x13";
const AUTHORITY_IDENTIFIER: &[u8] = b"\x55\x1d\x23";
const EXTENDED_USAGE: &[u8] = b"\x55\x1d\x25";
const SERVER: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x03\x01";
const CLIENT: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x03\x02";

/// The encoded certificate; without a parent the subject signs itself, with its own key.
pub(super) fn create(
    subject: &Subject<'_>,
    validity: &Validity,
    serial: [u8; 16],
    key: &PrivateKey,
    parent: Option<(&Parent, &PrivateKey)>,
) -> Result<Vec<u8>, String> {
    let signer = parent.map_or(key, |(_, signer)| signer);
    let algorithm = signer.signature_algorithm()?;
    let (public_bits, public) = key.public()?;
    let name = name(subject.common_name)?;
    let issuer = parent.map_or(&name, |(parent, _)| &parent.name);
    if parent
        .is_some_and(|(parent, signer)| signer.public().is_ok_and(|own| own.1 != parent.public))
    {
        return Err("x509: provided PrivateKey doesn't match parent's PublicKey".to_owned());
    }
    let authority =
        parent.filter(|_| *issuer != name).and_then(|(parent, _)| parent.key_identifier.as_deref());
    let extensions = extensions(subject, &public_bits, authority)?;
    let body = der::sequence([
        &der::element(der::context(0), &der::integer(&[2])),
        &der::integer(&serial),
        &algorithm,
        issuer,
        &der::sequence([&time(&validity.from)?, &time(&validity.until)?]),
        &name,
        &public,
        &der::element(der::context(3), &der::element(der::SEQUENCE, &extensions)),
    ]);
    let signature = signer.sign(&body)?;
    Ok(der::sequence([&body, &algorithm, &der::bit_string(&signature)]))
}

/// Reads what signing needs; none where the bytes are no certificate.
pub(super) fn parse(encoded: &[u8]) -> Option<Parent> {
    let mut outer = Reader(encoded);
    let mut certificate = outer.sequence().filter(|_| outer.is_empty())?;
    let mut body = certificate.sequence()?;
    certificate.sequence()?;
    certificate.bit_string()?;
    body.take_optional(der::context(0));
    body.take(der::INTEGER)?;
    body.sequence()?;
    body.sequence()?;
    body.sequence()?;
    let (tag, _, name) = body.next()?;
    let (public_tag, _, public) = body.next()?;
    if tag != der::SEQUENCE || public_tag != der::SEQUENCE {
        return None;
    }
    let mut key_identifier = None;
    while let Some((tag, content, _)) = body.next() {
        if tag == der::context(3) {
            key_identifier = find_key_identifier(Reader(content).sequence()?);
        }
    }
    Some(Parent { name: name.to_vec(), key_identifier, public: public.to_vec() })
}

fn find_key_identifier(mut extensions: Reader<'_>) -> Option<Vec<u8>> {
    while let Some(mut extension) = extensions.sequence() {
        let identifier = extension.take(der::OBJECT_IDENTIFIER)?;
        extension.take_optional(der::BOOLEAN);
        let value = extension.take(der::OCTET_STRING)?;
        if identifier == KEY_IDENTIFIER {
            return Reader(value).take(der::OCTET_STRING).map(<[u8]>::to_vec);
        }
    }
    None
}

fn name(common_name: &str) -> Result<Vec<u8>, String> {
    if common_name.is_empty() {
        return Ok(der::sequence([]));
    }
    let printable = |byte: u8| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte);
    let tag =
        if common_name.bytes().all(printable) { der::PRINTABLE_STRING } else { der::UTF8_STRING };
    let attribute = der::sequence([
        &der::object_identifier(COMMON_NAME),
        &der::element(tag, common_name.as_bytes()),
    ]);
    Ok(der::sequence([&der::element(der::SET, &attribute)]))
}

/// In the short form while two digits can tell the century.
fn time(time: &Time) -> Result<Vec<u8>, String> {
    let write = |layout: &[u8]| format(time, layout);
    let year = String::from_utf8_lossy(&write(b"2006")).parse().unwrap_or(i64::MAX);
    match year {
        1_950..2_050 => Ok(der::element(der::UTC_TIME, &write(b"060102150405Z"))),
        0..=9_999 => Ok(der::element(der::GENERALIZED_TIME, &write(b"20060102150405Z"))),
        _ => Err("asn1: structure error: cannot represent time as GeneralizedTime".to_owned()),
    }
}

fn extensions(
    subject: &Subject<'_>,
    public_bits: &[u8],
    authority: Option<&[u8]>,
) -> Result<Vec<u8>, String> {
    // Digital signature and key encipherment; an authority also signs certificates. The first byte counts unused bits.
    let usage: &[u8] = if subject.authority { &[2, 0b1010_0100] } else { &[5, 0b1010_0000] };
    let usages = der::sequence([&der::object_identifier(SERVER), &der::object_identifier(CLIENT)]);
    let is_authority = der::element(der::BOOLEAN, &[0xff]);
    let constraints: &[u8] = if subject.authority { &is_authority } else { &[] };
    let mut output = [
        extension(KEY_USAGE, true, &der::element(der::BIT_STRING, usage)),
        extension(EXTENDED_USAGE, false, &usages),
        extension(BASIC_CONSTRAINTS, true, &der::sequence([constraints])),
    ]
    .concat();
    if subject.authority {
        // RFC 7093, method 1.
        let identifier = der::element(der::OCTET_STRING, &Sha256::digest(public_bits)[..20]);
        output.extend(extension(KEY_IDENTIFIER, false, &identifier));
    }
    if let Some(authority) = authority {
        // `[0]`, implicit.
        let identifier = der::sequence([&der::element(0x80, authority)]);
        output.extend(extension(AUTHORITY_IDENTIFIER, false, &identifier));
    }
    if !subject.names.is_empty() || !subject.addresses.is_empty() {
        let names = alternative_names(subject)?;
        output.extend(extension(ALTERNATIVE_NAMES, subject.common_name.is_empty(), &names));
    }
    Ok(output)
}

fn extension(identifier: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag = der::element(der::BOOLEAN, &[0xff]);
    let flag: &[u8] = if critical { &flag } else { &[] };
    der::sequence([
        &der::object_identifier(identifier),
        flag,
        &der::element(der::OCTET_STRING, value),
    ])
}

fn alternative_names(subject: &Subject<'_>) -> Result<Vec<u8>, String> {
    let mut names = Vec::new();
    for name in &subject.names {
        if !name.is_ascii() {
            return Err(format!(
                "x509: {} cannot be encoded as an IA5String",
                quote_go(name.as_bytes())
            ));
        }
        names.extend(der::element(0x82, name.as_bytes()));
    }
    for address in &subject.addresses {
        let bytes = match address.to_canonical() {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        names.extend(der::element(0x87, &bytes));
    }
    Ok(der::element(der::SEQUENCE, &names))
}
