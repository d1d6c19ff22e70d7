//! Parsed files, each distinct content once per process.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use gotmpl::Parsed;
use memchr::memmem;
use sprig::Dialect;

use crate::File;

/// Parsed files by dialect, name and text.
type Cache = BTreeMap<(Dialect, Arc<str>), BTreeMap<Arc<str>, Arc<Parsed>>>;

/// What every template's name has in it, and few texts.
static IN_NAMES: LazyLock<memmem::Finder<'_>> =
    LazyLock::new(|| memmem::Finder::new("/templates/"));

static CACHE: LazyLock<Mutex<Cache>> = LazyLock::new(Mutex::default);

/// Partials of one text are one tree, wherever copies of them lie: many charts bring the same library chart several times.
/// A text that knows its own name, of which it might define a template, is alone; and a mistake is not remembered, since it
/// says where it stands.
pub(super) fn parsed(
    name: &Arc<str>,
    file: &File,
    dialect: Dialect,
) -> Result<Arc<Parsed>, gotmpl::Error> {
    let text = file.text();
    let is_partial = file.name().starts_with('_');
    let knows_name = || memmem::find(text.as_bytes(), name.as_bytes()).is_some();
    let is_shared = is_partial && !(IN_NAMES.find(text.as_bytes()).is_some() && knows_name());
    let key = if is_shared { file.name().into() } else { Arc::clone(name) };
    let cache = || CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(parsed) =
        cache().get(&(dialect, Arc::clone(&key))).and_then(|texts| texts.get(&**text))
    {
        return Ok(Arc::clone(parsed));
    }
    let parsed = gotmpl::parse(name, Arc::clone(text), sprig::functions(dialect))?;
    let mut cache = cache();
    let texts = cache.entry((dialect, key)).or_default();
    texts.insert(Arc::clone(&parsed.text), Arc::clone(&parsed));
    Ok(parsed)
}
