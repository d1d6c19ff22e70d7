//! Until when a client certificate is valid: the server's "Unauthorized" does not say that this is why.

use source::base64;

/// Of the first certificate in a PEM text, as RFC 3339; none for anything unexpected.
pub(super) fn valid_until(pem: &str) -> Option<String> {
    let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    let body: String = body.chars().filter(|character| !character.is_whitespace()).collect();
    let der = base64::decode(&body)?;
    not_after(&der)
}

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Walks Certificate → TBSCertificate → Validity (RFC 5280 §4.1).
fn not_after(der: &[u8]) -> Option<String> {
    let (certificate, _) = element(der, Some(SEQUENCE))?;
    let (mut rest, _) = element(certificate, Some(SEQUENCE))?;
    // An explicit version is tagged [0].
    if rest.first() == Some(&0xA0) {
        rest = element(rest, None)?.1;
    }
    // Serial number, signature algorithm, issuer.
    for _ in 0..3 {
        rest = element(rest, None)?.1;
    }
    let (validity, _) = element(rest, Some(SEQUENCE))?;
    let (_, after) = element(validity, None)?;
    let tag = *after.first()?;
    let (time, _) = element(after, None)?;
    let digits = std::str::from_utf8(time).ok()?.strip_suffix('Z')?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match (tag, digits.len()) {
        (UTC_TIME, 12) => {
            let century = if &digits[..2] < "50" { "20" } else { "19" };
            (format!("{century}{}", &digits[..2]), &digits[2..])
        }
        (GENERALIZED_TIME, 14) => (digits[..4].to_owned(), &digits[4..]),
        _ => return None,
    };
    let [month, day, hour, minute, second] = [0, 2, 4, 6, 8].map(|at| &rest[at..at + 2]);
    Some(format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z"))
}

/// The content of the first element, and what follows it.
fn element(der: &[u8], tag: Option<u8>) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.split_first()?;
    if tag.is_some_and(|tag| tag != *first) {
        return None;
    }
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match usize::from(*length) {
        short @ 0..=0x7F => (short, rest),
        long @ 0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(long - 0x80)?;
            (bytes.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let check = |tag: u8, time: &str, expect: Option<&str>| {
            let sequence = |content: Vec<u8>| {
                let mut whole = vec![SEQUENCE, u8::try_from(content.len()).unwrap()];
                whole.extend(content);
                whole
            };
            let mut after = vec![tag, u8::try_from(time.len()).unwrap()];
            after.extend(time.bytes());
            let validity = sequence([vec![UTC_TIME, 0], after].concat());
            let fields = [vec![0xA0, 1, 2], vec![2, 1, 7], vec![SEQUENCE, 0], vec![SEQUENCE, 0]];
            let der = sequence(sequence([fields.concat(), validity].concat()));
            assert_eq!(not_after(&der).as_deref(), expect);
            // Cut anywhere, it is still no reason to fall.
            for end in 0..der.len() {
                assert_eq!(not_after(&der[..end]), None);
            }
        };
        check(UTC_TIME, "260102030405Z", Some("2026-01-02T03:04:05Z"));
        check(UTC_TIME, "990102030405Z", Some("1999-01-02T03:04:05Z"));
        check(GENERALIZED_TIME, "20510102030405Z", Some("2051-01-02T03:04:05Z"));
        check(UTC_TIME, "2601020304Z", None);
        check(UTC_TIME, "260102030405", None);
        check(7, "260102030405Z", None);
    }

    #[test]
    fn what_is_no_certificate() {
        let check = |pem: &str| assert_eq!(valid_until(pem), None);
        check("");
        check("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----");
        check("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----");
    }
}
