//! The certificate authority of a control plane: made anew for each, in memory, with a few files beside.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

/// A certificate and its private key, both PEM.
pub struct Pair {
    pub certificate: String,
    pub key: String,
}

/// A certificate authority that nobody but a test trusts.
pub struct Authority {
    /// PEM: what clients and servers trust.
    pub certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    #[expect(clippy::new_without_default, reason = "each is another one")]
    pub fn new() -> Self {
        let mut params = named("test-authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = key();
        let certificate = params.self_signed(&key).expect("an authority can sign itself").pem();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// For a server at `127.0.0.1` or `localhost`, which may also be the client of another.
    pub fn server(&self, name: &str) -> Pair {
        let subjects = ["127.0.0.1", "localhost", "kubernetes.default.svc"].map(str::to_owned);
        let mut params = CertificateParams::new(subjects).expect("the names are ASCII");
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(&params)
    }

    /// For a server at another place, or one that nobody should trust any more.
    pub fn odd_server(&self, host: &str, expired: bool) -> Pair {
        let mut params = CertificateParams::new([host.to_owned()]).expect("the name is ASCII");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(&of_age(params, expired))
    }

    /// For a user, as Kubernetes reads it: the common name is the user, organizations are groups.
    pub fn client(&self, user: &str, group: &str, expired: bool) -> Pair {
        let mut params = named(user);
        if !group.is_empty() {
            params.distinguished_name.push(DnType::OrganizationName, group);
        }
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(&of_age(params, expired))
    }

    fn sign(&self, params: &CertificateParams) -> Pair {
        let key = key();
        let certificate = params.signed_by(&key, &self.issuer).expect("the authority can sign");
        Pair { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

/// A key pair for the tokens of service accounts, as (private, public) PEM.
pub(crate) fn account_key() -> (String, String) {
    let key = key();
    (key.serialize_pem(), key.public_key_pem())
}

fn key() -> KeyPair {
    KeyPair::generate().expect("the system gives random numbers")
}

fn of_age(mut params: CertificateParams, expired: bool) -> CertificateParams {
    if expired {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    }
    params
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}
