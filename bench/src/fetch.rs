//! What is measured of fetching, as a process of its own: the newest version of each chart of a repository.

use std::path::Path;

use pull::{Access, Cache, Session, archive, index};

/// `fetch URL CACHE CHART…`
pub(crate) fn fetch(words: &[String]) -> Result<(), String> {
    let [url, cache, charts @ ..] = words else {
        return Err("fetch wants a repository, a cache and charts".into());
    };
    let session = Session::new(Cache::at(Path::new(cache)));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("start a runtime: {error}"))?;
    let all = charts.iter().map(|chart| newest(&session, url, chart));
    runtime.block_on(futures_util::future::try_join_all(all)).map(drop)
}

async fn newest(session: &Session, url: &str, chart: &str) -> Result<(), String> {
    let access = Access::default();
    let offered = index::offers(session, url, chart, &access).await;
    let offered = offered.map_err(|error| error.to_string())?;
    let offer = offered.first().ok_or_else(|| format!("{chart} has no versions"))?;
    let fetched = archive::fetch(session, &offer.urls[0], &access, Some(url), offer.digest).await;
    fetched.map(drop).map_err(|error| error.to_string())
}
