//! `index.yaml` of an HTTP repository: fetched when it changed, kept in a form in which one chart is found without reading
//! the others, and asked for the versions of a chart.

mod error;
mod json;
mod kept;
mod listing;
mod open;
mod resolve;
mod yaml;

pub use error::Error;

pub(crate) use open::Opened;

use serde::{Deserialize, Serialize};

use crate::{Access, Digest, Session, http, shown};

/// A version of a chart that a repository offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// A version by the rules of Masterminds/semver, as the index writes it.
    pub version: String,
    /// Where its archive lies, best place first; never empty. Absolute; some indexes name charts of registries (`oci://`).
    pub urls: Vec<String>,
    /// Of the archive, if the index says it.
    pub digest: Option<Digest>,
    pub deprecated: bool,
    pub app_version: String,
    pub description: String,
}

/// A chart that a search found, as its newest version describes it: the newest stable one if there is any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub name: String,
    pub version: String,
    pub app_version: String,
    pub description: String,
    pub keywords: Vec<String>,
    pub deprecated: bool,
}

/// All versions of a chart that the repository at `url` offers, newest first. The index is asked for once per session;
/// where its server is down, what an earlier run has kept counts only offline.
pub async fn offers(
    session: &Session,
    url: &str,
    chart: &str,
    access: &Access,
) -> Result<Vec<Offer>, Error> {
    let found = open::read(session, url, access, |kept| kept.chart(chart)).await?;
    match found {
        Ok(entries) => {
            let base = http::address(url)?;
            Ok(entries.into_iter().map(|entry| resolve::offer(&base, entry)).collect())
        }
        Err(near) => {
            Err(Error::NoChart { url: shown::address(url), chart: chart.to_owned(), near })
        }
    }
}

/// The charts whose name, keywords or description hold a term in any case, sorted by name; an empty term finds all.
pub async fn search(
    session: &Session,
    url: &str,
    term: &str,
    access: &Access,
) -> Result<Vec<Found>, Error> {
    let mut found = open::read(session, url, access, kept::Kept::newest).await?;
    let term = term.to_lowercase();
    let holds = |text: &String| text.to_lowercase().contains(&term);
    found.retain(|chart| {
        holds(&chart.name) || holds(&chart.description) || chart.keywords.iter().any(holds)
    });
    Ok(found)
}
