//! `genCA`, `genSelfSignedCert`, `genSignedCert`, their forms with a given key, `genPrivateKey` and `buildCustomCert`.

use std::net::IpAddr;
use std::rc::Rc;

use gotmpl::function::object;
use gotmpl::{
    Call, CallError, FromValue, Functions, Kind, List, Object, ParamType, Str, Value, print_value,
};

use super::key::PrivateKey;
use super::pem;
use super::rsa::RsaKey;
use super::x509::{self, Parent, Subject, Validity};
use crate::date::{Time, Zone};
use crate::duration::Duration;
use crate::{World, encode, random};

/// Certificates and their keys have this size; `genPrivateKey` makes larger ones.
const BITS: u32 = 2_048;

pub(super) fn register(functions: &mut Functions) {
    functions.add_with_call("genPrivateKey", gen_private_key);
    functions.add("buildCustomCert", build_custom_cert);
    functions.add_with_call("genCA", |call: &Call<'_>, name: Str, days: i64| {
        let key = new_key(call, "genCA");
        authority(call, "genCA", &name, days, &key)
    });
    functions.add_with_call("genCAWithKey", |call: &Call<'_>, name: Str, days: i64, key: Str| {
        authority(call, "genCAWithKey", &name, days, &given_key(&key)?)
    });
    functions.add_with_call(
        "genSelfSignedCert",
        |call: &Call<'_>, name: Str, addresses: List, names: List, days: i64| {
            let key = new_key(call, "genSelfSignedCert");
            let name = name.to_text();
            let subject = subject(&name, &addresses, &names).map_err(CallError::message)?;
            issue(call, "genSelfSignedCert", &subject, days, &key, None)
        },
    );
    functions.add_with_call(
        "genSelfSignedCertWithKey",
        |call: &Call<'_>, name: Str, addresses: List, names: List, days: i64, key: Str| {
            let key = given_key(&key)?;
            let name = name.to_text();
            let subject = subject(&name, &addresses, &names).map_err(CallError::message)?;
            issue(call, "genSelfSignedCertWithKey", &subject, days, &key, None)
        },
    );
    functions.add_with_call(
        "genSignedCert",
        |call: &Call<'_>, name: Str, addresses: List, names: List, days: i64, ca: Certificate| {
            let key = new_key(call, "genSignedCert");
            signed(call, "genSignedCert", (&name, &addresses, &names), days, &ca, &key)
        },
    );
    functions.add_with_call("genSignedCertWithKey", gen_signed_cert_with_key);
}

fn gen_signed_cert_with_key(
    call: &Call<'_>,
    name: Str,
    addresses: List,
    names: List,
    days: i64,
    ca: Certificate,
    key: Str,
) -> Result<Value, CallError> {
    let key = given_key(&key)?;
    signed(call, "genSignedCertWithKey", (&name, &addresses, &names), days, &ca, &key)
}

fn gen_private_key(call: &Call<'_>, kind: Str) -> String {
    let kind = kind.to_text();
    random::draw(call, "genPrivateKey", |random| PrivateKey::generate(random, &kind))
        .map_or_else(|| format!("Unknown type {kind}"), |key| key.to_pem())
}

fn build_custom_cert(certificate: Str, key: Str) -> Result<Value, CallError> {
    let build = || -> Result<Certificate, String> {
        let certificate = encode::from_base64(certificate.as_bytes())
            .map_err(|_| "unable to decode base64 certificate")?;
        let key = encode::from_base64(key.as_bytes())
            .map_err(|_| "unable to decode base64 private key")?;
        parent(&String::from_utf8_lossy(&certificate))?;
        PrivateKey::from_pem(&String::from_utf8_lossy(&key))
            .map_err(|error| format!("error parsing private key: {error}"))?;
        Ok(Certificate { certificate: certificate.into(), key: key.into() })
    };
    build().map(Into::into).map_err(CallError::message)
}

fn new_key(call: &Call<'_>, function: &'static str) -> PrivateKey {
    random::draw(call, function, |random| PrivateKey::Rsa(Box::new(RsaKey::generate(random, BITS))))
}

fn given_key(key: &Str) -> Result<PrivateKey, CallError> {
    PrivateKey::from_pem(&key.to_text())
        .map_err(|error| CallError::message(format!("parsing private key: {error}")))
}

fn authority(
    call: &Call<'_>,
    function: &'static str,
    name: &Str,
    days: i64,
    key: &PrivateKey,
) -> Result<Value, CallError> {
    let name = name.to_text();
    let subject = Subject { common_name: &name, addresses: vec![], names: vec![], authority: true };
    issue(call, function, &subject, days, key, None)
}

fn signed(
    call: &Call<'_>,
    function: &'static str,
    (name, addresses, names): (&Str, &List, &List),
    days: i64,
    ca: &Certificate,
    key: &PrivateKey,
) -> Result<Value, CallError> {
    let read = || -> Result<_, String> {
        let parent = parent(&ca.certificate.to_text())?;
        let signer = PrivateKey::from_pem(&ca.key.to_text())
            .map_err(|error| format!("error parsing private key: {error}"))?;
        Ok((parent, signer))
    };
    let (parent, signer) = read().map_err(CallError::message)?;
    let name = name.to_text();
    let subject = subject(&name, addresses, names).map_err(CallError::message)?;
    issue(call, function, &subject, days, key, Some((&parent, &signer)))
}

fn issue(
    call: &Call<'_>,
    function: &'static str,
    subject: &Subject<'_>,
    days: i64,
    key: &PrivateKey,
    parent: Option<(&Parent, &PrivateKey)>,
) -> Result<Value, CallError> {
    let serial = random::draw(call, function, random::bytes);
    let from = Time::now(&World::of(call).now).with_zone(Zone::Utc);
    let until = from.add(Duration(days.wrapping_mul(24 * 3_600_000_000_000)));
    let encoded = x509::create(subject, &Validity { from, until }, serial, key, parent)
        .map_err(|error| CallError::message(format!("error creating certificate: {error}")))?;
    let certificate = pem::encode("CERTIFICATE", &encoded).into();
    Ok(Certificate { certificate, key: key.to_pem().into() }.into())
}

fn parent(certificate: &str) -> Result<Parent, String> {
    let block = pem::decode(certificate).ok_or("unable to decode certificate")?;
    x509::parse(&block.bytes).ok_or_else(|| {
        "error parsing certificate: decodedCert.Bytes: x509: malformed certificate".to_owned()
    })
}

fn subject<'a>(name: &'a str, addresses: &List, names: &List) -> Result<Subject<'a>, String> {
    let address = |value: &Value| -> Result<IpAddr, String> {
        let Value::Str(text) = value else {
            return Err(format!("error parsing ip: {} is not a string", print_value(value)));
        };
        text.to_text().parse().map_err(|_| format!("error parsing ip: {text}"))
    };
    let alternative = |value: &Value| match value {
        Value::Str(text) => Ok(text.to_text().into_owned()),
        _ => {
            let value = print_value(value);
            Err(format!("error processing alternate dns name: {value} is not a string"))
        }
    };
    Ok(Subject {
        common_name: name,
        addresses: addresses.items.iter().map(address).collect::<Result<_, _>>()?,
        names: names.items.iter().map(alternative).collect::<Result<_, _>>()?,
        authority: false,
    })
}

/// Sprig's certificate: PEM texts in the fields `Cert` and `Key`.
#[derive(Clone, Debug)]
struct Certificate {
    certificate: Str,
    key: Str,
}

impl From<Certificate> for Value {
    fn from(certificate: Certificate) -> Self {
        Self::Object(Rc::new(certificate))
    }
}

impl FromValue for Certificate {
    const TYPE: ParamType = ParamType { name: "sprig.certificate", kind: Kind::Struct };

    fn from_value(value: &Value) -> Option<Self> {
        object::<Self>(value).cloned()
    }
}

impl Object for Certificate {
    fn type_name(&self) -> &'static str {
        "sprig.certificate"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Cert" => Some(self.certificate.clone().into()),
            "Key" => Some(self.key.clone().into()),
            _ => None,
        }
    }

    fn to_plain(&self) -> Value {
        let (certificate, key) = (self.certificate.clone(), self.key.clone());
        Value::map([("Cert", certificate.into()), ("Key", key.into())])
    }

    fn print(&self) -> Str {
        format!("{{{} {}}}", self.certificate, self.key).into()
    }
}
