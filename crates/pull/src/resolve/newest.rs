//! Which versions there would be: what `deps list` compares the pinned ones with.

use futures_util::stream::{self, StreamExt as _};

use crate::{Error, Failure, Narrowed, Session, Source, Wanted, choose, index, oci};

/// The newest versions that a source has; none where it has no versions, as git and archives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Newest {
    /// That fits what is asked for.
    pub fitting: Option<String>,
    /// Stable, of all.
    pub stable: Option<String>,
}

/// For each that is wanted, in that order. Offline what the cache knows of indexes counts.
pub async fn newest(session: &Session, wanted: &[Wanted]) -> Result<Vec<Newest>, Vec<Failure>> {
    let work = wanted.iter().map(|one| async move { (one, versions(session, one).await) });
    let mut newest = Vec::new();
    let mut failures = Vec::new();
    let mut results = stream::iter(work).buffered(session.downloads.max(1));
    while let Some((one, result)) = results.next().await {
        let chosen = result.and_then(|versions| {
            let pick = |narrowed: &Narrowed| {
                let position = choose::newest(narrowed, versions.iter().map(String::as_str))?;
                Ok::<_, Error>(position.map(|position| versions[position].clone()))
            };
            Ok(Newest { fitting: pick(&one.narrowed)?, stable: pick(&Narrowed::Newest)? })
        });
        match chosen {
            Ok(chosen) => newest.push(chosen),
            Err(error) => failures.push(Failure::of(one, error)),
        }
    }
    if failures.is_empty() { Ok(newest) } else { Err(failures) }
}

async fn versions(session: &Session, wanted: &Wanted) -> Result<Vec<String>, Error> {
    let access = &wanted.access;
    match &wanted.source {
        Source::Repository { url, chart } => {
            let offers = index::offers(session, url, chart, access).await?;
            Ok(offers.into_iter().map(|offer| offer.version).collect())
        }
        Source::Oci { address } => Ok(oci::versions(session, address, access).await?),
        Source::Git { .. } | Source::Archive { .. } => Ok(Vec::new()),
    }
}
