//! What a directory holds of a stack, without changing anything in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use plan::{Desired, Kept, Live, Observed, ObservedRelease};
use stack::StackId;

use crate::disk::Disk;
use crate::index::{self, Inventory};
use crate::{Error, layout};

/// Reads the index and every file that it names, and whatever stands where a desired object belongs. A directory of another
/// stack is refused; with no stack given, any owner is welcome. What a killed run left is read as what it is.
pub fn observe(
    root: &Path,
    stack: Option<&StackId>,
    desired: Option<&Desired>,
) -> Result<Observed, Error> {
    let disk = Disk::new(root);
    let mut observed = Observed { unfinished: disk.has_leftover(), ..Observed::default() };
    let mut inventory = Inventory::default();
    if let Some(recorded) = index::load(&disk)? {
        if let Some(stack) = stack {
            index::check_owner(&disk, &recorded, stack)?;
        }
        observed.stack = Some(recorded.stack);
        observed.unfinished |= recorded.unfinished.is_some();
        inventory = recorded.inventory;
    }

    let mut known: BTreeSet<String> = BTreeSet::new();
    for record in inventory.releases {
        let places = record.objects.iter().map(|object| object.place.as_str());
        let live =
            places.clone().map(|place| disk.live(place)).collect::<Result<Vec<Live>, _>>()?;
        known.extend(places.map(str::to_owned));
        observed.releases.push(ObservedRelease { record, live });
    }
    for kept in inventory.kept {
        let live = disk.live(&kept.object.place)?;
        known.insert(kept.object.place.clone());
        observed.kept.push(Kept { release: kept.release, record: kept.object, live });
    }
    observed.places = desired.map(layout::places).unwrap_or_default();
    observed.unrecorded = unrecorded(&disk, observed.places.values(), &known)?;
    Ok(observed)
}

fn unrecorded<'a>(
    disk: &Disk,
    places: impl Iterator<Item = &'a String>,
    known: &BTreeSet<String>,
) -> Result<BTreeMap<String, Live>, Error> {
    let mut unrecorded = BTreeMap::new();
    for place in places.filter(|place| !known.contains(*place)) {
        let live = disk.live(place)?;
        if live != Live::Missing {
            unrecorded.insert(place.clone(), live);
        }
    }
    Ok(unrecorded)
}
