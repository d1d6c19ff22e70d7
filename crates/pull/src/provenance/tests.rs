//! Every way in which a provenance file can be wrong is an error.

use std::sync::LazyLock;

use pgp::composed::{
    ArmorOptions, CleartextSignedMessage, EncryptionCaps, KeyType, SecretKeyParamsBuilder,
    SignedPublicKey, SignedSecretKey, SubkeyParamsBuilder,
};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{KeyFlags, Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::ser::Serialize as _;
use pgp::types::{Duration, KeyDetails as _, Password, Tag, Timestamp};

use super::{Error, Signer, key_of, sign, verify, verify_at};
use crate::{Digest, Secret};

const NAME: &str = "api-1.2.3.tgz";
const ARCHIVE: &[u8] = b"an archive";
const CHART: &str = "apiVersion: v2\nname: api\nversion: 1.2.3\ndescription: |-\n  - a dash\n";
const USER: &str = "Charts <charts@example.com>";

fn generated(password: Option<&str>, with_subkey: bool) -> SignedSecretKey {
    let mut parameters = SecretKeyParamsBuilder::default();
    parameters
        .key_type(KeyType::Ed25519Legacy)
        .can_certify(true)
        .can_sign(!with_subkey)
        .can_encrypt(EncryptionCaps::None)
        .primary_user_id(USER.into())
        .passphrase(password.map(str::to_owned));
    if with_subkey {
        let mut subkey = SubkeyParamsBuilder::default();
        subkey.key_type(KeyType::Ed25519Legacy).can_sign(true).can_encrypt(EncryptionCaps::None);
        parameters.subkeys(vec![subkey.build().unwrap()]);
    }
    parameters.build().unwrap().generate(rand::thread_rng()).unwrap()
}

static KEY: LazyLock<SignedSecretKey> = LazyLock::new(|| generated(None, false));
static SIGNED: LazyLock<String> = LazyLock::new(|| signed_by(&KEY));

fn signed_by(key: &SignedSecretKey) -> String {
    sign(NAME, CHART, ARCHIVE, &key.to_bytes().unwrap(), None).unwrap()
}

fn ring(key: &SignedSecretKey) -> Vec<u8> {
    SignedPublicKey::from(key.clone()).to_bytes().unwrap()
}

fn checked(provenance: &str, keyring: &[u8]) -> Result<Signer, Error> {
    verify(NAME, ARCHIVE, provenance.as_bytes(), keyring)
}

fn fingerprint(key: &SignedSecretKey) -> String {
    format!("{:X}", key.primary_key.fingerprint())
}

#[test]
fn what_was_signed_is_verified_by_a_keyring_of_each_kind() {
    let other = generated(None, false);
    let armoured = |key: &SignedSecretKey| {
        SignedPublicKey::from(key.clone()).to_armored_string(ArmorOptions::default()).unwrap()
    };
    let signer = Signer { user: USER.to_owned(), fingerprint: fingerprint(&KEY) };
    for keyring in [
        ring(&KEY),
        [ring(&other), ring(&KEY)].concat(),
        armoured(&KEY).into_bytes(),
        format!("a comment\n{}\n{}", armoured(&other), armoured(&KEY)).into_bytes(),
    ] {
        assert_eq!(checked(&SIGNED, &keyring), Ok(signer.clone()));
    }
    assert_eq!(checked(&SIGNED.replace('\n', "\r\n"), &ring(&KEY)), Ok(signer));
}

#[test]
fn keys_with_passwords_and_subkeys() {
    let key = generated(Some("a password"), false);
    let bytes = key.to_bytes().unwrap();
    let sign_with = |password: Option<&str>| {
        sign(NAME, CHART, ARCHIVE, &bytes, password.map(Secret::new).as_ref())
    };
    assert!(checked(&sign_with(Some("a password")).unwrap(), &ring(&key)).is_ok());
    assert!(matches!(sign_with(Some("another")), Err(Error::Unsigned(_))));
    assert!(matches!(sign_with(None), Err(Error::Unsigned(_))));
    let key = generated(None, true);
    assert!(checked(&signed_by(&key), &ring(&key)).is_ok());
}

#[test]
fn other_archives_names_and_keys() {
    let expected = Digest::of(ARCHIVE);
    let found = Digest::of(b"other");
    let error = Error::OtherDigest { archive: NAME.to_owned(), expected, found };
    assert_eq!(verify(NAME, b"other", SIGNED.as_bytes(), &ring(&KEY)), Err(error));
    let error = Error::NotListed("web-1.2.3.tgz".to_owned());
    assert_eq!(verify("web-1.2.3.tgz", ARCHIVE, SIGNED.as_bytes(), &ring(&KEY)), Err(error));
    let error = Error::UnknownKey(fingerprint(&KEY));
    assert_eq!(checked(&SIGNED, &ring(&generated(None, false))), Err(error));
    for keyring in [&b""[..], b"nothing", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n"] {
        assert_eq!(checked(&SIGNED, keyring), Err(Error::NoKeys(String::new())));
    }
    let keybox = b"\0\0\0\x20\x01\x01\0\x02KBXf\0\0\0\0";
    assert_eq!(checked(&SIGNED, keybox), Err(Error::NoKeys(": it is a keybox of gpg".to_owned())));
}

#[track_caller]
fn not_one(provenance: &str, why: &str) {
    let error = Err(Error::NotOneMessage(why.to_owned()));
    assert_eq!(checked(provenance, &ring(&KEY)), error, "{provenance}");
}

#[test]
fn messages_that_are_not_one_signed_text() {
    not_one("", "it has no signature");
    not_one(CHART, "it has no signature");
    let parts = "it has other parts than a text and its signature";
    not_one(&format!("{}\n{}", *SIGNED, *SIGNED), parts);
    let signature = SIGNED.find("-----BEGIN PGP SIGNATURE").unwrap();
    not_one(&format!("{}\n{}", *SIGNED, &SIGNED[signature..]), parts);
    not_one(&SIGNED[..signature], parts);
    not_one(&SIGNED[signature..], parts);
    let around = "there is text around it, which nobody signed";
    not_one(&format!("{}\nfiles: {{}}", *SIGNED), around);
    not_one(&format!("files: {{}}\n{}", *SIGNED), around);
    assert!(matches!(checked(&"x".repeat(5 << 20), &ring(&KEY)), Err(Error::TooLarge(_))));
}

#[test]
fn changed_texts_and_signatures() {
    let changed = SIGNED.replace("name: api", "name: apj");
    assert_eq!(checked(&changed, &ring(&KEY)), Err(Error::BadSignature));
    let digest = Digest::of(ARCHIVE).to_string();
    let changed = SIGNED.replace(&digest, &Digest::of(b"other").to_string());
    assert_eq!(verify(NAME, b"other", changed.as_bytes(), &ring(&KEY)), Err(Error::BadSignature));
    // Whatever is changed, nothing panics, and nothing that was signed goes unnoticed.
    let signed = SIGNED.find(CHART).unwrap()..SIGNED.find("\n-----BEGIN PGP SIG").unwrap();
    for at in 0..SIGNED.len() {
        let mut bytes = SIGNED.clone().into_bytes();
        bytes[at] ^= 1;
        let checked = verify(NAME, ARCHIVE, &bytes, &ring(&KEY));
        assert!(checked.is_err() || !signed.contains(&at), "{at}");
    }
}

/// A message that a key signed in ways in which `sign` would not.
fn message(text: &str, more: Vec<SubpacketData>) -> String {
    let key = &KEY.primary_key;
    let mut config = SignatureConfig::v4(SignatureType::Text, key.algorithm(), HASH);
    config.hashed_subpackets = subpackets(more);
    let message = CleartextSignedMessage::new(text, config, key, &Password::empty()).unwrap();
    message.to_armored_string(ArmorOptions::default()).unwrap()
}

/// Nobody can make such a signature any more, so it is none: its hash is looked at first.
fn with_weak_hash() -> String {
    let key = &KEY.primary_key;
    let mut config = SignatureConfig::v4(SignatureType::Text, key.algorithm(), HashAlgorithm::Sha1);
    config.hashed_subpackets = subpackets(vec![]);
    let (real, _) = CleartextSignedMessage::from_string(&SIGNED).unwrap();
    let bytes = real.signatures()[0].signature().unwrap().clone();
    let signature = Signature::from_config(config, [0, 0], bytes).unwrap();
    let message = CleartextSignedMessage::new_many(&text(), |_| Ok(vec![signature])).unwrap();
    message.to_armored_string(ArmorOptions::default()).unwrap()
}

/// What every signature of the key says, and more.
fn subpackets(more: Vec<SubpacketData>) -> Vec<Subpacket> {
    let mut all = vec![SubpacketData::IssuerFingerprint(KEY.primary_key.fingerprint())];
    if !more.iter().any(|it| matches!(it, SubpacketData::SignatureCreationTime(_))) {
        all.push(SubpacketData::SignatureCreationTime(Timestamp::now()));
    }
    all.into_iter().chain(more).map(|data| Subpacket::regular(data).unwrap()).collect()
}

fn text() -> String {
    format!("{CHART}\n...\nfiles:\n  {NAME}: sha256:{}\n", Digest::of(ARCHIVE))
}

const HASH: HashAlgorithm = HashAlgorithm::Sha256;

#[test]
fn signatures_that_do_not_count() {
    let keyring = ring(&KEY);
    assert!(checked(&message(&text(), vec![]), &keyring).is_ok());
    let weak = with_weak_hash();
    assert_eq!(checked(&weak, &keyring), Err(Error::WeakHash("SHA1".to_owned())));
    let now = Timestamp::now().as_secs();
    let at = |seconds| SubpacketData::SignatureCreationTime(Timestamp::from_secs(seconds));
    let lasts = SubpacketData::SignatureExpirationTime(Duration::from_secs(60));
    let short = message(&text(), vec![lasts]);
    assert!(checked(&short, &keyring).is_ok());
    let later = Timestamp::from_secs(now + 61);
    assert_eq!(
        verify_at(later, NAME, ARCHIVE, short.as_bytes(), &keyring),
        Err(Error::ExpiredSignature)
    );
    for seconds in [now + 48 * 60 * 60, 1] {
        let signed = message(&text(), vec![at(seconds)]);
        assert_eq!(checked(&signed, &keyring), Err(Error::OfTheFuture));
    }
}

#[test]
fn texts_that_list_no_digest() {
    for (text, why) in [
        (CHART.to_owned(), "does not consist of a Chart.yaml and a list of digests"),
        (
            format!("{}\n...\nfiles: {{}}\n", text()),
            "does not consist of a Chart.yaml and a list of digests",
        ),
        (format!("{CHART}\n...\nfiles: [a\n"), "has a list of digests that is not valid YAML"),
        (format!("{CHART}\n...\nimages: {{}}\n"), "has no list of digests"),
        (
            format!("{CHART}\n...\nfiles:\n  {NAME}: sha256:00\n  {NAME}: sha256:01\n"),
            "has a list of digests that is not valid YAML",
        ),
        (
            format!("{CHART}\n...\nfiles:\n  {NAME}: md5:00\n"),
            "lists something that is no SHA-256 digest",
        ),
        (
            format!("{CHART}\n...\nfiles:\n  {NAME}: {}\n", Digest::of(ARCHIVE)),
            "lists something that is no SHA-256 digest",
        ),
    ] {
        let signed = message(&text, vec![]);
        assert_eq!(checked(&signed, &ring(&KEY)), Err(Error::NoDigests(why.to_owned())));
    }
}

/// The key with another signature of its own over its user.
fn certified(kind: SignatureType, more: Vec<SubpacketData>) -> SignedSecretKey {
    let mut key = KEY.clone();
    let mut config = SignatureConfig::v4(kind, key.primary_key.algorithm(), HASH);
    config.hashed_subpackets = subpackets(more);
    let user = &mut key.details.users[0];
    let signature: Signature = config
        .sign_certification(
            &key.primary_key,
            key.primary_key.public_key(),
            &Password::empty(),
            Tag::UserId,
            &user.id,
        )
        .unwrap();
    user.signatures.push(signature);
    key
}

#[test]
fn keys_that_may_not_sign_any_more() {
    let now = Timestamp::now();
    let soon = SubpacketData::SignatureCreationTime(Timestamp::from_secs(now.as_secs() + 1));
    let mut flags = KeyFlags::default();
    flags.set_sign(true);
    let lasts = SubpacketData::KeyExpirationTime(Duration::from_secs(60));
    let short = certified(
        SignatureType::CertPositive,
        vec![soon.clone(), lasts, SubpacketData::KeyFlags(flags)],
    );
    assert!(checked(&SIGNED, &ring(&short)).is_ok());
    let later = Timestamp::from_secs(now.as_secs() + 3600);
    let expired = verify_at(later, NAME, ARCHIVE, SIGNED.as_bytes(), &ring(&short));
    assert_eq!(expired, Err(Error::ExpiredKey(fingerprint(&KEY))));

    let mut flags = KeyFlags::default();
    flags.set_certify(true);
    let other = certified(SignatureType::CertPositive, vec![soon, SubpacketData::KeyFlags(flags)]);
    assert_eq!(checked(&SIGNED, &ring(&other)), Err(Error::MayNotSign(fingerprint(&KEY))));

    let revoked = Err(Error::Revoked(fingerprint(&KEY)));
    let user = certified(SignatureType::CertRevocation, vec![]);
    assert_eq!(checked(&SIGNED, &ring(&user)), revoked);
    let mut key = KEY.clone();
    let mut config =
        SignatureConfig::v4(SignatureType::KeyRevocation, key.primary_key.algorithm(), HASH);
    config.hashed_subpackets = subpackets(vec![]);
    let public = key.primary_key.public_key();
    let revocation = config.sign_key(&key.primary_key, &Password::empty(), public).unwrap();
    key.details.revocation_signatures.push(revocation);
    assert_eq!(checked(&SIGNED, &ring(&key)), revoked);
    // Nobody signed who the key belongs to.
    let mut key = KEY.clone();
    let other = generated(None, false);
    key.details.users[0].signatures = other.details.users[0].signatures.clone();
    assert_eq!(checked(&SIGNED, &ring(&key)), Err(Error::MayNotSign(fingerprint(&KEY))));
}

#[test]
fn what_cannot_be_signed() {
    let key = KEY.to_bytes().unwrap();
    let unsigned = |name: &str, chart: &str, key: &[u8]| {
        sign(name, chart, ARCHIVE, key, None).unwrap_err().to_string()
    };
    assert_eq!(
        unsigned(NAME, "name: api\n...\n", &key),
        "cannot sign: Chart.yaml has a line `...` of its own"
    );
    assert_eq!(unsigned("a b", CHART, &key), "cannot sign: `a b` is no name of an archive");
    assert_eq!(unsigned(NAME, CHART, &ring(&KEY)), "cannot sign: there is no secret key");
}

#[test]
fn whose_key_signs() {
    let key = || generated(None, false).to_bytes().unwrap();
    let (one, public) = (key(), ring(&generated(None, false)));
    assert_eq!(key_of(&one, "charts@").unwrap(), one);
    let both = [one.clone(), key()].concat();
    assert_eq!(key_of(&both, USER).unwrap(), one, "whoever is called exactly so comes first");
    let refused = |keyring: &[u8], name: &str| key_of(keyring, name).unwrap_err().to_string();
    let several = format!("the keyring has several keys with `charts@`: `{USER}`, `{USER}`");
    assert_eq!(refused(&both, "charts@"), several);
    assert_eq!(refused(&one, "nobody"), "the keyring has no secret key of `nobody`");
    assert_eq!(refused(&public, "charts@"), "the keyring holds no secret key that can be used");
}
