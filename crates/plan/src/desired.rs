//! What a stack should be: its selected releases rendered, and the names of all the others.

use std::collections::BTreeMap;

use serde::Serialize;
use source::Tree;
use stack::{Need, ReleaseId, Selection, Settings, StackId};

use crate::record::RecordedHook;
use crate::{Inputs, Lookup, Object, RecordedChart, ReleaseKey};

#[derive(Clone, Debug)]
pub struct Desired {
    pub stack: StackId,
    /// How the releases were selected: what a selector did not ask about is not pruned.
    pub selection: Selection,
    /// Every release of the environment in declared order, also those outside the selection.
    pub declared: Vec<Declared>,
    /// The selected ones that are to be installed, in declared order.
    pub releases: Vec<DesiredRelease>,
}

/// A release that the manifest has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    pub id: ReleaseId,
    pub key: ReleaseKey,
    pub selected: bool,
    /// False: it is removed if it is ours.
    pub installed: bool,
}

#[derive(Clone, Debug)]
pub struct DesiredRelease {
    pub id: ReleaseId,
    pub key: ReleaseKey,
    /// Its level in the graph of needs, from 0.
    pub wave: usize,
    pub needs: Vec<Need>,
    pub labels: BTreeMap<String, String>,
    pub protect: bool,
    pub chart: RecordedChart,
    /// Digests of what the rendering depended on.
    pub inputs: Inputs,
    /// CRDs, hooks and manifests, in the order of their installation.
    pub objects: Vec<Object>,
    pub impure: Vec<ImpureCall>,
    /// What its templates asked the cluster for; nothing where there is none.
    pub lookups: Vec<Lookup>,
    /// How it is applied; directories do not look at it.
    pub settings: Settings,
    /// What Helm's record keeps of it. None for directories, which keep no such record.
    pub content: Option<Content>,
}

/// What a record keeps beside objects that were sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    /// The values that the manifest gives, the chart's own aside.
    pub config: Tree,
    /// The chart as Helm stores it.
    pub chart: Tree,
    /// The text of all objects but hooks and `crds/`.
    pub manifest: String,
    pub hooks: Vec<RecordedHook>,
    pub notes: String,
    /// The revision that all of this was taken from; none for what was rendered.
    pub back_to: Option<u64>,
}

/// A call whose result depends on the clock or on randomness.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ImpureCall {
    /// `randAlphaNum`
    pub function: String,
    /// Where the call stands.
    pub template: String,
    pub line: usize,
    /// The file that was being rendered: the `template` of the objects that hold the result.
    pub rendering: String,
}
