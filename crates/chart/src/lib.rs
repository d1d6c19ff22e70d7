//! A chart, values and capabilities in; rendered documents, hooks, CRDs and notes out, as Helm would print them. Knows neither
//! the manifest nor a network, and touches no disk: files come in as bytes.

pub mod capabilities;
pub mod file;
pub mod ignore;
pub mod input;
pub mod metadata;
pub mod pattern;
pub mod rendered;

mod archive;
mod chart;
mod compiled;
mod context;
mod decode;
mod definition;
mod execute;
mod failure;
mod glob;
mod head;
mod kind_order;
mod lint;
mod load;
mod manifest;
mod objects;
mod outputs;
mod package;
mod plain;
mod print;
mod reads;
mod render;
mod schema;
mod side_by_side;
mod split;
mod stored;
mod values;
mod warning;

pub use capabilities::{Capabilities, KubeVersion};
pub use chart::Chart;
pub use definition::{definition, described};
pub use file::File;
pub use ignore::Ignore;
pub use input::{Input, Limits, Lookup, NoLookup, ReleaseInfo};
pub use lint::lint;
pub use load::{Draft, identify, load, load_archive, read_values};
pub use metadata::{Dependency, Maintainer, Metadata};
pub use package::package;
pub use plain::plain;
pub use print::{print_files, print_template};
pub use render::{render, render_beside};
pub use rendered::{
    CapabilityQuestion, CrdFile, Document, Hook, HookEvent, ImpureCall, LookupCall, PrintOptions,
    Rendered, Report,
};
pub use side_by_side::{OneThread, Threads};
pub use sprig::{Dialect, Now};
pub use stored::stored;
