//! A chart, values and capabilities in; rendered documents, hooks, CRDs and notes out, as Helm would print them. Knows neither
//! the manifest nor a network, and touches no disk: files come in as bytes.

pub mod capabilities;
pub mod file;
pub mod ignore;
pub mod input;
pub mod metadata;
pub mod pattern;
pub mod rendered;

mod chart;

pub use capabilities::{Capabilities, KubeVersion};
pub use chart::{Chart, lint, load, load_archive, print_template, render};
pub use file::File;
pub use ignore::Ignore;
pub use input::{Input, Limits, Lookup, NoLookup, ReleaseInfo};
pub use metadata::{Dependency, Maintainer, Metadata};
pub use rendered::{
    CapabilityQuestion, CrdFile, Document, Hook, HookEvent, ImpureCall, LookupCall, PrintOptions,
    Rendered, Report,
};
pub use sprig::Dialect;
