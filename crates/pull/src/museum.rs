//! Charts into ChartMuseum and what speaks its language (Harbor, Nexus, Artifactory and others once did): one request to
//! `/api/…/charts`, as the plugin `helm cm-push` makes it.

use reqwest::Url;

use crate::{Access, Digest, Session, http};

/// Where ChartMuseum takes charts.
#[derive(Clone, Copy, Debug)]
pub struct Museum<'a> {
    /// Of the repository, as charts are fetched from it.
    pub url: &'a str,
    /// The part of the repository's path below which the server lies; empty for its root.
    pub context_path: &'a str,
}

/// What is pushed.
#[derive(Clone, Copy, Debug)]
pub struct Upload<'a> {
    /// `NAME-VERSION.tgz`.
    pub name: &'a str,
    pub archive: &'a [u8],
    /// The file `.prov` beside it.
    pub provenance: Option<&'a [u8]>,
    /// Also over a version that is there already.
    pub force: bool,
}

/// Gives the archive's digest.
pub async fn push(
    session: &Session,
    museum: Museum<'_>,
    upload: Upload<'_>,
    access: &Access,
) -> Result<Digest, http::Error> {
    let mut url = address(museum)?;
    if upload.force {
        url.set_query(Some("force"));
    }
    let digest = Digest::of(upload.archive);
    // Nothing that is sent holds its own digest.
    let boundary = format!("regatta-{digest}");
    let mut parts = vec![("chart", upload.name.to_owned(), upload.archive)];
    parts.extend(upload.provenance.map(|it| ("prov", format!("{}.prov", upload.name), it)));
    let post = http::Post {
        what: upload.name,
        url,
        content_type: &format!("multipart/form-data; boundary={boundary}"),
        body: &form(&boundary, &parts),
    };
    http::post(session, access, &post).await?;
    Ok(digest)
}

/// `https://HOST/CONTEXT/ORG/REPO` → `https://HOST/CONTEXT/api/ORG/REPO/charts`.
fn address(museum: Museum<'_>) -> Result<Url, http::Error> {
    let mut url = http::address(museum.url)?;
    let context = museum.context_path.trim_matches('/');
    let path = url.path().trim_matches('/').to_owned();
    let below = match path.strip_prefix(context) {
        Some(below) if !context.is_empty() && (below.is_empty() || below.starts_with('/')) => below,
        _ => path.as_str(),
    };
    let parts = [context, "api", below.trim_matches('/'), "charts"];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    url.set_path(&parts.join("/"));
    url.set_query(None);
    Ok(url)
}

/// RFC 7578.
fn form(boundary: &str, parts: &[(&str, String, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, file, bytes) in parts {
        // A chart's name could break out of the quotes.
        let file: String = file.chars().filter(|it| !it.is_control() && *it != '"').collect();
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{file}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, context_path: &str, expect: &str) {
        assert_eq!(address(Museum { url, context_path }).unwrap().as_str(), expect, "{url}");
    }

    #[test]
    fn where_charts_are_taken() {
        check("https://h", "", "https://h/api/charts");
        check("https://h/org/repo/", "", "https://h/api/org/repo/charts");
        check("https://h/museum/org", "/museum", "https://h/museum/api/org/charts");
        check("https://h/museums", "museum", "https://h/museum/api/museums/charts");
    }

    #[test]
    fn a_name_stays_in_its_quotes() {
        let body = form("b", &[("chart", "a\"\r\nX: y".to_owned(), b"z")]);
        let body = String::from_utf8(body).unwrap();
        assert!(body.contains("filename=\"aX: y\"\r\n"), "{body}");
        assert!(body.ends_with("\r\n\r\nz\r\n--b--\r\n"), "{body}");
    }
}
