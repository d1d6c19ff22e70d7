//! What Helm pushed comes to us as it is.

use std::sync::Arc;

use pull::oci::{self, At, Error, Package, fetch, versions};
use pull::resolve::{Policy, resolve};
use pull::{
    Access, ClientCertificate, Digest, Lock, Narrowed, Secret, Source, Trust, Wanted, http,
    provenance,
};
use registry::oci::{Auth, Registry};
use registry::repository::Repository;
use registry::signer::Signer;

use super::helm::Helm;
use super::{CREATED, Place, access, api, ours, packed, plain, push, version};

#[tokio::test]
async fn what_helm_pushes_we_pull() {
    let (registry, place, helm) = (Registry::open(), Place::new(), Helm::new());
    let archive = helm.package("api", "1.2.3+build.4", "");
    let provenance = "-----BEGIN PGP SIGNED MESSAGE-----\nnot checked here\n";
    std::fs::write(archive.with_extension("tgz.prov"), provenance).unwrap();
    let folder = format!("oci://{}/charts", registry.address);
    let said = helm.run(&["push", archive.to_str().unwrap(), &folder, "--plain-http"]);

    let fetched =
        fetch(&place.session, &api(&registry), &version("1.2.3+build.4"), &plain()).await.unwrap();
    assert!(said.contains(&format!("Digest: sha256:{}", fetched.digest)), "{said}");
    assert_eq!(place.archive(fetched.archive), std::fs::read(&archive).unwrap());
    assert_eq!(fetched.provenance.as_deref(), Some(provenance.as_bytes()));
    let shown = format!("oci://{}:1.2.3+build.4", api(&registry));
    let (began, ended) = (format!("began {shown}"), format!("ended {shown}"));
    assert_eq!(place.told.lines(), [&*began, &*ended, &*began, &*ended]);

    let pinned = At::Digest(fetched.digest);
    let before = registry.requests().len();
    let again = fetch(&place.session, &api(&registry), &pinned, &plain()).await.unwrap();
    assert_eq!(again, fetched);
    assert_eq!(registry.requests().len(), before, "a pinned chart in the cache needs no request");

    let mut place = place;
    place.session.offline = true;
    assert_eq!(fetch(&place.session, &api(&registry), &pinned, &plain()).await.unwrap(), fetched);
    let error = fetch(&place.session, &api(&registry), &version("1.2.3+build.4"), &plain()).await;
    assert!(matches!(error, Err(Error::Offline { .. })), "{error:?}");

    let other = Place::new();
    let fresh = fetch(&other.session, &api(&registry), &pinned, &plain()).await.unwrap();
    assert_eq!(fresh, fetched);
}

#[tokio::test]
async fn a_damaged_blob_is_fetched_again() {
    let (registry, place, helm) = (Registry::open(), Place::new(), Helm::new());
    let pushed = push(&place, &registry, &packed(&helm, "1.0.0"), &plain()).await;
    let at = At::Digest(pushed.digest);
    let fetched = fetch(&place.session, &api(&registry), &at, &plain()).await.unwrap();
    let blobs = place.path().join("cache/v1/blobs/sha256");
    for digest in [fetched.digest, fetched.archive].map(|digest| digest.to_string()) {
        std::fs::write(blobs.join(&digest[..2]).join(&digest), "damage").unwrap();
    }
    let again = fetch(&place.session, &api(&registry), &at, &plain()).await.unwrap();
    assert_eq!(again, fetched);
    assert_eq!(place.archive(fetched.archive), packed(&helm, "1.0.0"));
}

#[tokio::test]
async fn tags_are_versions() {
    let (registry, place, helm) = (Registry::open(), Place::new(), Helm::new());
    for version in ["1.9.0", "1.10.0", "2.0.0-rc.1", "1.10.0+build.2"] {
        push(&place, &registry, &packed(&helm, version), &plain()).await;
    }
    let found = versions(&place.session, &api(&registry), &plain()).await.unwrap();
    assert_eq!(found, ["2.0.0-rc.1", "1.10.0+build.2", "1.10.0", "1.9.0"]);
    let absent = format!("{}/charts/absent", registry.address);
    let error = versions(&place.session, &absent, &plain()).await.unwrap_err();
    let expect = format!("`{}` has no list of versions of `oci://{absent}`", registry.address);
    assert_eq!(error.to_string(), expect);
}

#[tokio::test]
async fn what_is_absent_is_named() {
    let (registry, place, helm) = (Registry::open(), Place::new(), Helm::new());
    push(&place, &registry, &packed(&helm, "1.0.0"), &plain()).await;
    let error =
        fetch(&place.session, &api(&registry), &version("2.0.0"), &plain()).await.unwrap_err();
    let host = &registry.address;
    assert_eq!(error.to_string(), format!("`{host}` has no `oci://{host}/charts/api:2.0.0`"));
    let digest = At::Digest(Digest::of(b"nothing"));
    let error = fetch(&place.session, &api(&registry), &digest, &plain()).await.unwrap_err();
    assert!(matches!(error, Error::Absent { .. }), "{error}");
}

#[tokio::test]
async fn logins_by_password_and_by_token() {
    let helm = Helm::new();
    for auth in [Auth::Basic, Auth::Token] {
        let (registry, place) = (Registry::start(auth, false), Place::new());
        let access = access(&registry, ours());
        push(&place, &registry, &packed(&helm, "1.0.0"), &access).await;
        let fetched =
            fetch(&place.session, &api(&registry), &version("1.0.0"), &access).await.unwrap();
        assert_eq!(place.archive(fetched.archive), packed(&helm, "1.0.0"));
        let found = versions(&place.session, &api(&registry), &access).await.unwrap();
        assert_eq!(found, ["1.0.0"]);

        let wrong = super::access(&registry, Some(("ci", "hunter2")));
        let error = fetch(&Place::new().session, &api(&registry), &version("1.0.0"), &wrong).await;
        let error = error.unwrap_err();
        let host = &registry.address;
        assert_eq!(error.to_string(), format!("`{host}` does not accept the login of `ci`"));
        let said = format!("{error} {error:?} {} {:?}", error.help().unwrap(), place.told.lines());
        assert!(said.contains(&format!("`regatta chart login {host}`")), "{said}");
        assert!(!said.contains("hunter2"), "{said}");

        let error = fetch(&place.session, &api(&registry), &version("1.0.0"), &plain()).await;
        let expect = format!("`{host}` wants a login for pulling `charts/api`");
        assert_eq!(error.unwrap_err().to_string(), expect);
    }
}

#[tokio::test]
async fn identity_tokens_are_exchanged() {
    let (registry, place, helm) = (Registry::start(Auth::Token, false), Place::new(), Helm::new());
    let access = access(&registry, Some(("<token>", registry::oci::IDENTITY_TOKEN)));
    push(&place, &registry, &packed(&helm, "1.0.0"), &access).await;
    fetch(&place.session, &api(&registry), &version("1.0.0"), &access).await.unwrap();
}

#[tokio::test]
async fn tokens_for_everybody() {
    let (registry, place, helm) = (Registry::start(Auth::Token, false), Place::new(), Helm::new());
    let archive = packed(&helm, "1.0.0");
    let package = Package { archive: &archive, provenance: None, created: CREATED };
    let folder = format!("{}/public", registry.address);
    let access = access(&registry, ours());
    oci::push(&place.session, &folder, package, &access).await.unwrap();
    let chart = format!("{folder}/api");
    let fetched = fetch(&place.session, &chart, &version("1.0.0"), &plain()).await.unwrap();
    assert_eq!(place.archive(fetched.archive), archive);
}

#[tokio::test]
async fn tls_with_an_authority_of_its_own() {
    let (registry, place, helm) = (Registry::start(Auth::Basic, true), Place::new(), Helm::new());
    let access = access(&registry, ours());
    push(&place, &registry, &packed(&helm, "1.0.0"), &access).await;
    fetch(&place.session, &api(&registry), &version("1.0.0"), &access).await.unwrap();

    let stranger = Access { ca: None, ..access.clone() };
    let place = Place::new();
    let error =
        fetch(&place.session, &api(&registry), &version("1.0.0"), &stranger).await.unwrap_err();
    assert!(matches!(error, Error::Http(http::Error::Untrusted { .. })), "{error}");
    assert_eq!(place.told.lines(), Vec::<String>::new(), "nothing is tried twice");

    let careless = Access { skip_tls_verify: true, ..stranger };
    fetch(&place.session, &api(&registry), &version("1.0.0"), &careless).await.unwrap();
    let told = format!("nobody checks the certificate of `{}`", registry.address);
    assert_eq!(place.told.lines()[0], told);
}

#[tokio::test]
async fn certificates_of_clients() {
    let registry = Registry::start(Auth::Certificate, true);
    let (place, helm) = (Place::new(), Helm::new());
    let pair = registry.client.as_ref().unwrap();
    let certificate = ClientCertificate {
        certificate: pair.certificate.clone().into_bytes(),
        key: Secret::new(pair.key.clone()),
    };
    let known = Access { certificate: Some(certificate), ..access(&registry, None) };
    push(&place, &registry, &packed(&helm, "1.0.0"), &known).await;
    fetch(&place.session, &api(&registry), &version("1.0.0"), &known).await.unwrap();
    let unknown = access(&registry, None);
    let place = Place::new();
    let error = fetch(&place.session, &api(&registry), &version("1.0.0"), &unknown).await;
    assert!(matches!(error, Err(Error::Http(_))), "{error:?}");
}

#[tokio::test]
async fn many_at_once() {
    let (registry, place, helm) = (Registry::start(Auth::Token, false), Place::new(), Helm::new());
    let access = access(&registry, ours());
    let versions: Vec<String> = (0..20).map(|patch| format!("1.0.{patch}")).collect();
    for version in &versions {
        push(&place, &registry, &packed(&helm, version), &access).await;
    }
    let fetching = versions.iter().map(|version| {
        let (session, address) = (place.session.clone(), api(&registry));
        let (at, access) = (At::Version(version.clone()), access.clone());
        tokio::spawn(async move { fetch(&session, &address, &at, &access).await })
    });
    for (fetched, version) in fetching.collect::<Vec<_>>().into_iter().zip(&versions) {
        let fetched = fetched.await.unwrap().unwrap();
        assert_eq!(place.archive(fetched.archive), packed(&helm, version));
    }
}

#[tokio::test]
async fn plain_http_only_when_asked() {
    let (registry, place, helm) = (Registry::open(), Place::new(), Helm::new());
    push(&place, &registry, &packed(&helm, "1.0.0"), &plain()).await;
    let error = fetch(&place.session, &api(&registry), &version("1.0.0"), &Access::default()).await;
    let error = error.unwrap_err();
    assert_eq!(error.to_string(), format!("`{}` speaks no TLS", registry.address));
}

#[tokio::test]
async fn an_image_is_no_chart() {
    let (registry, place) = (Registry::open(), Place::new());
    let config = b"{}";
    let digest = format!("sha256:{}", Digest::of(config));
    registry.put_blob("charts/api", &digest, config);
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
             "config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{digest}","size":2}},"layers":[]}}"#
    );
    let kind = "application/vnd.oci.image.manifest.v1+json";
    registry.put_manifest("charts/api", "1.0.0", kind, &manifest);
    let index = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json",
             "manifests":[{{"mediaType":"{kind}","digest":"sha256:{}","size":{},"platform":{{"os":"linux","architecture":"amd64"}}}}]}}"#,
        Digest::of(manifest.as_bytes()),
        manifest.len()
    );
    registry.put_manifest("charts/api", "2.0.0", "application/vnd.oci.image.index.v1+json", &index);
    let said = async |at: &str| {
        let error = fetch(&place.session, &api(&registry), &version(at), &plain()).await;
        error.unwrap_err().to_string().replace(&registry.address, "HOST")
    };
    assert_eq!(
        said("1.0.0").await,
        "`oci://HOST/charts/api:1.0.0` is a container image, not a chart"
    );
    assert_eq!(
        said("2.0.0").await,
        "`oci://HOST/charts/api:2.0.0` is an index of several images, not a chart"
    );
}

#[tokio::test]
async fn an_index_may_name_charts_of_a_registry() {
    let (registry, place, helm) = (Registry::open(), Place::new(), Helm::new());
    let archive = packed(&helm, "1.0.0");
    let signer = Signer::new("Charts <charts@example.com>", None);
    let signed =
        provenance::sign("api-1.0.0.tgz", "name: api", &archive, &signer.secret, None).unwrap();
    let package =
        Package { archive: &archive, provenance: Some(signed.as_bytes()), created: CREATED };
    let folder = format!("{}/charts", registry.address);
    oci::push(&place.session, &folder, package, &plain()).await.unwrap();
    let served = tempfile::tempdir().unwrap();
    let url = format!("oci://{}:1.0.0", api(&registry));
    let index =
        format!("apiVersion: v1\nentries:\n  api: [{{version: 1.0.0, urls: [\"{url}\"]}}]\n");
    std::fs::write(served.path().join("index.yaml"), index).unwrap();
    let repository = Repository::open(served.path());

    let (home, other, access) = (repository.url(), Place::new(), plain());
    let offered = pull::index::offers(&other.session, &home, "api", &plain()).await.unwrap();
    assert_eq!(offered[0].urls, [&*url]);
    let get = |expected| pull::archive::fetch(&other.session, &url, &access, Some(&home), expected);
    assert_eq!(get(None).await.unwrap(), archive);
    let asked = registry.requests().len();
    assert_eq!(get(Some(Digest::of(&archive))).await.unwrap(), archive);
    assert_eq!(registry.requests().len(), asked);
    let refused = get(Some(Digest::of(b"another"))).await.unwrap_err().to_string();
    assert!(refused.contains("has the SHA-256"), "{refused}");

    // The lock file that this makes is read again, and without a network.
    let wanted = [Wanted {
        source: Source::in_repository(&home, "api").unwrap().source,
        narrowed: Narrowed::Newest,
        access: Arc::new(access.clone()),
        trust: Trust { keyring: Some(signer.public.clone().into()), cosign_key: None },
        pinned: true,
        by: Vec::new(),
    }];
    let policy = Policy::default();
    let found = resolve(&other.session, &wanted, &Lock::default(), &policy).await.unwrap();
    let text = source::Source::new("regatta.lock", found.lock.write());
    let lock = Lock::read(&text).unwrap();
    assert_eq!(lock, found.lock);
    let mut offline = other.session.clone();
    offline.offline = true;
    let again = resolve(&offline, &wanted, &lock, &policy).await.unwrap();
    assert_eq!(again.charts, found.charts);
}
