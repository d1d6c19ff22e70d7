//! Charts that cosign signed: only the right key over the right digest counts.

use pull::cache::Shelf;
use pull::cosign::{Error, verify};
use pull::lock::{Entry, Pin};
use pull::{Cache, Digest, Session, Source, oci, vendor};
use registry::key::{Key, Kind};
use registry::oci::Registry;
use source::base64;

use super::helm::Helm;
use super::{Place, api, packed, plain, push};

const REPOSITORY: &str = "charts/api";
const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// A registry with one chart in it.
struct Shop {
    registry: Registry,
    place: Place,
    digest: Digest,
}

impl Shop {
    async fn new() -> Self {
        let (registry, place, helm) = (Registry::open(), Place::new(), Helm::new());
        let pushed = push(&place, &registry, &packed(&helm, "1.0.0"), &plain()).await;
        Self { registry, place, digest: pushed.digest }
    }

    async fn verify(&self, key: &str) -> Result<(), Error> {
        verify(&self.place.session, &api(&self.registry), self.digest, key, &plain()).await
    }

    fn put(&self, bytes: &[u8]) -> String {
        let digest = format!("sha256:{}", Digest::of(bytes));
        self.registry.put_blob(REPOSITORY, &digest, bytes);
        digest
    }

    /// An image of one layer, under a tag or its digest; gives its digest and size.
    fn put_image(
        &self,
        tag: Option<&str>,
        kind: &str,
        layer: &[u8],
        more: &str,
    ) -> (String, usize) {
        let (config, content) = (self.put(b"{}"), self.put(layer));
        let size = layer.len();
        let manifest = format!(
            r#"{{"schemaVersion":2,"mediaType":"{IMAGE}",
                 "config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{config}","size":2}},
                 "layers":[{{"mediaType":"{kind}","digest":"{content}","size":{size}{more}}}]}}"#
        );
        let digest = format!("sha256:{}", Digest::of(manifest.as_bytes()));
        self.registry.put_manifest(REPOSITORY, tag.unwrap_or(&digest), IMAGE, &manifest);
        (digest, manifest.len())
    }

    /// As cosign 2 does it: the text that names `digest` is said to have this signature.
    fn sign(&self, digest: Digest, sign: impl Fn(&[u8]) -> Vec<u8>) {
        let text = format!(
            r#"{{"critical":{{"identity":{{"docker-reference":"r/api"}},"image":{{"docker-manifest-digest":"sha256:{digest}"}},"type":"cosign container image signature"}},"optional":null}}"#
        );
        let signature = base64::encode(&sign(text.as_bytes()));
        let more =
            format!(r#","annotations":{{"dev.cosignproject.cosign/signature":"{signature}"}}"#);
        let tag = format!("sha256-{}.sig", self.digest);
        let kind = "application/vnd.dev.cosign.simplesigning.v1+json";
        self.put_image(Some(&tag), kind, text.as_bytes(), &more);
    }

    /// As cosign 3 does it where the registry does not list referrers: a statement of this type about `digest`, `listed` with this
    /// type.
    fn attest(&self, digest: Digest, predicate: &str, key: &Key, listed: &str) {
        let statement = format!(
            r#"{{"_type":"https://in-toto.io/Statement/v1","subject":[{{"digest":{{"sha256":"{digest}"}}}}],"predicateType":"{predicate}","predicate":{{}}}}"#
        );
        let kind = "application/vnd.in-toto+json";
        let signed = format!("DSSEv1 {} {kind} {} {statement}", kind.len(), statement.len());
        let signature = base64::encode(&key.sign(signed.as_bytes()));
        let payload = base64::encode(statement.as_bytes());
        let bundle = format!(
            r#"{{"mediaType":"{BUNDLE}","verificationMaterial":{{"publicKey":{{"hint":"x"}}}},"dsseEnvelope":{{"payload":"{payload}","payloadType":"{kind}","signatures":[{{"sig":"{signature}"}}]}}}}"#
        );
        let (manifest, size) = self.put_image(None, BUNDLE, bundle.as_bytes(), "");
        let index = format!(
            r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[{{"mediaType":"{IMAGE}","digest":"{manifest}","size":{size},"artifactType":"{listed}"}}]}}"#
        );
        let tag = format!("sha256-{}", self.digest);
        self.registry.put_manifest(REPOSITORY, &tag, INDEX, &index);
    }
}

#[tokio::test]
async fn the_right_key_over_the_right_digest() {
    for kind in [Kind::P256, Kind::P384, Kind::Ed25519] {
        let (mut shop, key, other) = (Shop::new().await, Key::new(kind), Key::new(kind));
        shop.sign(shop.digest, |text| key.sign(text));
        let error = shop.verify(&other.public()).await.unwrap_err();
        assert!(matches!(error, Error::Untrusted { signatures: 1, .. }), "{kind:?}: {error}");
        shop.verify(&key.public()).await.unwrap();

        let before = shop.registry.requests().len();
        shop.verify(&key.public()).await.unwrap();
        assert_eq!(shop.registry.requests().len(), before, "a good signature is kept");
        shop.place.session.offline = true;
        shop.verify(&key.public()).await.unwrap();
        let error = shop.verify(&other.public()).await.unwrap_err();
        assert!(matches!(error, Error::Oci(oci::Error::Offline { .. })), "{error}");
    }
}

#[tokio::test]
async fn what_is_vendored_holds_its_signature() {
    let (shop, key) = (Shop::new().await, Key::new(Kind::P256));
    shop.sign(shop.digest, |text| key.sign(text));
    shop.verify(&key.public()).await.unwrap();
    let (address, session) = (api(&shop.registry), &shop.place.session);
    let entry = Entry {
        source: Source::Oci { address: address.clone() },
        version: "1.0.0".to_owned(),
        pin: Pin::Manifest { digest: shop.digest },
        asked: ["1.0.0".to_owned()].into(),
    };
    let items = vendor::of_entry(session, &entry, &plain()).await.unwrap();
    let folder = shop.place.path().join("vendor");
    vendor::vendor(session, &folder, &items).unwrap();

    let shelf = Shelf::open(&folder).unwrap().unwrap();
    let cache = Cache::at(&shop.place.path().join("empty")).with_shelf(shelf);
    let mut elsewhere = Session::new(cache);
    elsewhere.offline = true;
    verify(&elsewhere, &address, shop.digest, &key.public(), &plain()).await.unwrap();
}

#[tokio::test]
async fn what_is_not_signed_is_refused() {
    let (shop, key) = (Shop::new().await, Key::new(Kind::P256));
    let error = shop.verify(&key.public()).await.unwrap_err();
    let chart = format!("oci://{}@sha256:{}", api(&shop.registry), shop.digest);
    assert_eq!(error.to_string(), format!("`{chart}` is not signed"));
    let error = shop.verify("no key").await.unwrap_err();
    assert!(matches!(error, Error::Key(_)), "{error}");
}

#[tokio::test]
async fn a_signature_of_something_else_is_refused() {
    let (shop, key) = (Shop::new().await, Key::new(Kind::P256));
    shop.sign(Digest::of(b"another chart"), |text| key.sign(text));
    let error = shop.verify(&key.public()).await.unwrap_err();
    assert!(matches!(error, Error::Untrusted { .. }), "{error}");
    shop.sign(shop.digest, |_| key.sign(b"another text"));
    let error = shop.verify(&key.public()).await.unwrap_err();
    assert!(matches!(error, Error::Untrusted { .. }), "{error}");
    shop.sign(shop.digest, |_| Vec::new());
    let error = shop.verify(&key.public()).await.unwrap_err();
    assert!(matches!(error, Error::Untrusted { .. }), "{error}");
}

#[tokio::test]
async fn bundles_that_refer_to_the_chart() {
    const SIGNED: &str = "https://sigstore.dev/cosign/sign/v1";
    let key = Key::new(Kind::P256);
    // The second is what cosign 2.6 and 3.1 write.
    for listed in [BUNDLE, "application/vnd.oci.empty.v1+json"] {
        let shop = Shop::new().await;
        shop.attest(shop.digest, SIGNED, &key, listed);
        shop.verify(&key.public()).await.unwrap();
        let error = shop.verify(&Key::new(Kind::P256).public()).await.unwrap_err();
        assert!(matches!(error, Error::Untrusted { .. }), "{error}");
    }

    let refused = async |digest: fn(&Shop) -> Digest, predicate: &str| {
        let shop = Shop::new().await;
        shop.attest(digest(&shop), predicate, &key, BUNDLE);
        let error = shop.verify(&key.public()).await.unwrap_err();
        assert!(matches!(error, Error::Untrusted { .. }), "{predicate}: {error}");
    };
    refused(|_| Digest::of(b"another chart"), SIGNED).await;
    // A list of parts that the same key signed says nothing about the chart's worth.
    refused(|shop| shop.digest, "https://spdx.dev/Document").await;
}
