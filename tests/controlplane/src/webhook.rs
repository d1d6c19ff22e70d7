//! An admission webhook whose answers a test chooses.

use std::io::{self, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use crate::ControlPlane;
use crate::http::{self, Head};
use crate::kubeconfig::base64;

/// A server for as long as the test binary runs.
pub struct Webhook {
    port: u16,
    authority: String,
}

type Rule = dyn Fn(&Value) -> Result<(), String> + Send + Sync;

impl Webhook {
    /// Starts a server that asks the rule about the `request` of each AdmissionReview: allowed, or refused with a
    /// message.
    ///
    /// # Panics
    /// Where no port can be listened on.
    pub fn start(
        plane: &ControlPlane,
        rule: impl Fn(&Value) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("some port is free");
        let port = listener.local_addr().expect("a bound listener has an address").port();
        let config = server_config(plane);
        let rule: Arc<Rule> = Arc::new(rule);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (config, rule) = (Arc::clone(&config), Arc::clone(&rule));
                // An API server that goes away is no failure of the webhook.
                thread::spawn(move || client.and_then(|client| serve(client, config, &*rule)));
            }
        });
        Self { port, authority: plane.authority.certificate.clone() }
    }

    /// The `clientConfig` of a ValidatingWebhookConfiguration. Give that a `namespaceSelector`, so that it concerns
    /// your test alone.
    pub fn client_config(&self) -> Value {
        json!({
            "url": format!("https://127.0.0.1:{}/", self.port),
            "caBundle": base64(&self.authority),
        })
    }
}

fn server_config(plane: &ControlPlane) -> Arc<ServerConfig> {
    let pair = plane.authority.server("webhook");
    let certificate =
        CertificateDer::from_pem_slice(pair.certificate.as_bytes()).expect("it was just made");
    let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).expect("it was just made");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has the default versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("the key belongs to the certificate");
    Arc::new(config)
}

fn serve(client: TcpStream, config: Arc<ServerConfig>, rule: &Rule) -> io::Result<()> {
    client.set_nodelay(true)?;
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut reader = BufReader::new(StreamOwned::new(connection, client));
    while let Some(head) = Head::read(&mut reader)? {
        let mut text = Vec::new();
        http::body(&head, &mut reader, false, |piece| {
            text.extend_from_slice(piece);
            Ok(())
        })?;
        let review: Value = serde_json::from_slice(&text).map_err(io::Error::other)?;
        let request = &review["request"];
        let response = match rule(request) {
            Ok(()) => json!({"uid": request["uid"], "allowed": true}),
            Err(message) => {
                let status = json!({"message": message});
                json!({"uid": request["uid"], "allowed": false, "status": status})
            }
        };
        let answer = json!({
            "apiVersion": review["apiVersion"],
            "kind": review["kind"],
            "response": response,
        });
        http::answer(reader.get_mut(), 200, &[], &answer)?;
        reader.get_mut().flush()?;
    }
    Ok(())
}
