//! The index of a repository, once per session: asked for with what the cache knows of it, read when it changed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::kept::{self, Damaged, Kept};
use super::listing::Listing;
use super::{Error, json, resolve, yaml};
use crate::http::{self, Answer, Request};
use crate::{Access, Cache, Digest, Login, Session, shown};

/// The most bytes that an index may have.
const LARGEST: u64 = 256 << 20;

/// The indexes of a session, failures too: a repository that is down is not asked again for each of its charts.
#[derive(Default)]
pub(crate) struct Opened(Mutex<BTreeMap<(String, Access), Cell>>);

type Cell = Arc<OnceCell<Result<Arc<Kept>, Error>>>;

impl Opened {
    fn cell(&self, url: &str, access: &Access) -> Cell {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(cells.entry((url.to_owned(), access.clone())).or_default())
    }

    /// Lets the index be opened anew, unless another has done so already.
    fn forget(&self, url: &str, access: &Access, cell: &Cell) {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (url.to_owned(), access.clone());
        if cells.get(&key).is_some_and(|known| Arc::ptr_eq(known, cell)) {
            cells.remove(&key);
        }
    }
}

/// Reads something of a repository's index. Where the cache turns out damaged, the index is fetched once more.
pub(super) async fn read<T>(
    session: &Session,
    url: &str,
    access: &Access,
    part: impl Fn(&Kept) -> Result<T, Damaged>,
) -> Result<T, Error> {
    let opened = &session.shared.indexes;
    let mut is_second = false;
    loop {
        let cell = opened.cell(url, access);
        let open = || async { open(session, url, access, is_second).await.map(Arc::new) };
        let kept = cell.get_or_init(open).await.clone()?;
        match part(&kept) {
            Ok(found) => return Ok(found),
            Err(Damaged) if is_second => {
                let reason = "the cache of it is damaged again and again".to_owned();
                return Err(Error::Invalid { url: shown::address(url), reason });
            }
            Err(Damaged) => opened.forget(url, access, &cell),
        }
        is_second = true;
    }
}

async fn open(session: &Session, url: &str, access: &Access, anew: bool) -> Result<Kept, Error> {
    let index = resolve::index(url)?;
    let shown = shown::without_secrets(&index);
    let path = path(&session.cache, url, access);
    let kept = Kept::open(&path).filter(|_| !anew);
    if session.offline {
        return kept.ok_or_else(|| http::Error::Offline { url: shown }.into());
    }
    let have = kept.as_ref().map(Kept::validators);
    let request = Request {
        what: &format!("index of {}", shown::address(url)),
        home: index.clone(),
        url: index,
        access,
        limit: LARGEST,
        packed: true,
        have: have.as_ref(),
    };
    let found = match (http::get(session, &request).await?, kept) {
        (Answer::Unchanged, Some(kept)) => return Ok(kept),
        (Answer::Found(found), kept) => {
            let digest = Digest::of(&found.bytes);
            if let Some(kept) = kept.filter(|kept| kept.came_as(digest)) {
                return Ok(kept);
            }
            found
        }
        (Answer::Unchanged, None) => {
            let reason =
                "the server says that it has not changed, and nothing was there".to_owned();
            return Err(Error::Invalid { url: shown, reason });
        }
    };
    let session = session.clone();
    let parsed = tokio::task::spawn_blocking(move || {
        let invalid = |reason: String| Error::Invalid { url: shown.clone(), reason };
        let listing = parse(&found.bytes).map_err(invalid)?;
        if let (count, Some(first)) = (listing.skipped.count, &listing.skipped.first) {
            let message = format!("{count} entries of `{shown}` are passed over: {first}");
            session.watch.warn(&message);
        }
        let bytes = kept::write(&listing, Digest::of(&found.bytes), &found.validators);
        session.cache.write(&path, &bytes)?;
        Kept::open(&path).ok_or_else(|| invalid("the cache of it cannot be read".to_owned()))
    });
    parsed.await.unwrap_or_else(|panicked| std::panic::resume_unwind(panicked.into_panic()))
}

fn parse(bytes: &[u8]) -> Result<Listing, String> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| format!("byte {} is no UTF-8", error.valid_up_to()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('<') {
        return Err("it is a page for people".to_owned());
    }
    // As in Helm, what is not JSON may still be YAML.
    if text.trim_start().starts_with('{')
        && let Ok(listing) = json::read(text)
    {
        return Ok(listing);
    }
    yaml::read(text)
}

/// One file per repository and user: what one may see is not shown to another.
fn path(cache: &Cache, url: &str, access: &Access) -> PathBuf {
    let user = match &access.login {
        Some(Login::Basic { username, .. }) => username.clone(),
        // A token does not say whose it is. Only the digest of all this is kept.
        Some(Login::Bearer { token }) => format!("\n{}", token.reveal()),
        None => String::new(),
    };
    cache.index(&format!("{user}\n{url}"))
}
