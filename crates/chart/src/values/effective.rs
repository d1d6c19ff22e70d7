//! A chart as it takes part in one render: under its alias, with the subcharts that are enabled and the values that were
//! imported.

use std::sync::Arc;

use gotmpl::MapRef;
use source::Tree;

use super::convert::{copy_map, from_tree, to_tree};
use crate::{Chart, Dependency};

#[derive(Clone)]
pub(crate) struct Effective<'a> {
    pub(crate) chart: &'a Chart,
    /// The alias, or the chart's own name.
    pub(crate) name: String,
    /// What its templates' names begin with: `shop/charts/db`. In Helm, an alias reaches the subcharts of the aliased chart
    /// and no deeper, unless those list dependencies themselves.
    pub(crate) path: String,
    pub(crate) defaults: Defaults<'a>,
    /// What Chart.yaml lists and is enabled; none where it has no list.
    pub(crate) listed: Option<Vec<&'a Dependency>>,
    pub(crate) subcharts: Vec<Self>,
}

/// A chart's own values: as written, or after imports.
#[derive(Clone)]
pub(crate) enum Defaults<'a> {
    Written(&'a Tree),
    Imported(MapRef),
}

impl Defaults<'_> {
    /// A map of its own that may be changed.
    pub(crate) fn fresh(&self) -> MapRef {
        match self {
            Self::Written(tree) => match from_tree(tree) {
                gotmpl::Value::Map(map) => map,
                _ => MapRef::new(gotmpl::MapType::Any),
            },
            Self::Imported(map) => copy_map(map),
        }
    }

    pub(crate) fn to_tree(&self) -> Tree {
        match self {
            Self::Written(tree) => (*tree).clone(),
            Self::Imported(map) => to_tree(&gotmpl::Value::Map(map.clone())),
        }
    }
}

impl<'a> Effective<'a> {
    /// The chart with every subchart that it was loaded with.
    pub(crate) fn new(chart: &'a Chart) -> Self {
        Self::at(chart, chart.metadata.name.clone())
    }

    fn at(chart: &'a Chart, path: String) -> Self {
        let subchart = |subchart: &'a Arc<Chart>| {
            Self::at(subchart, format!("{path}/charts/{}", subchart.metadata.name))
        };
        Self {
            chart,
            name: chart.metadata.name.clone(),
            defaults: Defaults::Written(&chart.values),
            listed: chart.metadata.dependencies.as_ref().map(|list| list.iter().collect()),
            subcharts: chart.dependencies.iter().map(subchart).collect(),
            path,
        }
    }

    /// Puts a subchart, which may have got another name, below its parent.
    pub(crate) fn place_below(&mut self, parent: &str) {
        self.path = format!("{parent}/charts/{}", self.name);
    }
}
