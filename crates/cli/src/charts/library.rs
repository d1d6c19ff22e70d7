//! The charts that a run has read, each once, whichever release, chart or environment asks for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chart::Chart;
use pull::{Digest, Source};
use source::Problems;

use super::Loaded;

/// Where a chart is read from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// A path of the repository.
    Folder(String),
    Archive {
        source: Source,
        version: String,
        archive: Digest,
    },
}

/// By place, and by what messages call the chart.
#[derive(Default)]
pub(super) struct Library {
    read: Mutex<BTreeMap<(Place, String), Arc<Loaded>>>,
    /// Archives of which nobody has said yet that they were read.
    unsaid: Mutex<BTreeSet<Place>>,
}

impl Library {
    /// The chart as it was read first; charts of several places may be read at once.
    pub(super) fn chart(
        &self,
        place: &Place,
        origin: &str,
        read: impl FnOnce() -> Result<Chart, Problems>,
    ) -> Result<Arc<Loaded>, Problems> {
        let key = (place.clone(), origin.to_owned());
        if let Some(known) = self.known().get(&key) {
            return Ok(Arc::clone(known));
        }
        let chart = Arc::new(Loaded::new(read()?));
        if matches!(place, Place::Archive { .. }) {
            self.unsaid().insert(place.clone());
        }
        Ok(Arc::clone(self.known().entry(key).or_insert(chart)))
    }

    /// The archives that were read since the last time, each once.
    pub(super) fn read_since(&self) -> BTreeSet<Place> {
        std::mem::take(&mut self.unsaid())
    }

    fn unsaid(&self) -> MutexGuard<'_, BTreeSet<Place>> {
        self.unsaid.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<(Place, String), Arc<Loaded>>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use chart::File;

    use super::*;

    #[test]
    fn a_chart_is_read_once() {
        let library = Library::default();
        let place = Place::Folder("charts/api".to_owned());
        let text = "apiVersion: v2\nname: api\nversion: 1.0.0\n";
        let read = || chart::load("api", vec![File::new("Chart.yaml", text)]);
        let first = library.chart(&place, "api", read).unwrap_or_else(|why| panic!("{why:?}"));
        let again = library.chart(&place, "api", || Err(Problems::new()));
        assert!(again.is_ok_and(|again| Arc::ptr_eq(&first, &again)));
    }
}
