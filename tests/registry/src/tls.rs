//! What servers and clients show each other: good certificates, and ones that nobody should trust.

use std::sync::Arc;

use controlplane::{Authority, Pair};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

/// A server with a certificate; with an authority it wants one of every client that this authority signed.
///
/// # Panics
/// Where the pair is none.
pub fn server(pair: &Pair, clients: Option<&Authority>) -> Arc<ServerConfig> {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("the versions fit the provider");
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(certificate(&authority.certificate)).expect("an authority can be trusted");
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
            builder.with_client_cert_verifier(verifier.build().expect("there is an authority"))
        }
    };
    let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).expect("it is a key");
    let config = builder.with_single_cert(vec![certificate(&pair.certificate)], key);
    Arc::new(config.expect("the key fits the certificate"))
}

fn certificate(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).expect("it is a certificate")
}
