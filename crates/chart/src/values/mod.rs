//! Values on their way into templates: Helm's merging of the user's values with the defaults of a chart and its subcharts.
//!
//! Merging works on the very maps that templates will see, because Go's maps are shared: where Helm lets a parent's and a
//! subchart's values be the same map, so do we.

mod coalesce;
mod convert;
mod dependencies;
mod effective;
mod given;
mod import;
mod path;
mod tables;

pub(crate) use coalesce::{Coalesce, Conflict, NoTable, coalesce_values};
pub(crate) use convert::{copy_map, from_tree, to_json};
pub(crate) use dependencies::{fits_range, process_dependencies};
use effective::Defaults;
pub(crate) use effective::Effective;
pub(crate) use path::table;

/// The key whose entries reach every subchart.
const GLOBAL: &str = "global";
