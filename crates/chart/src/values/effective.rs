//! A chart as it takes part in one render: under its alias, with the subcharts that are enabled and the values that were
//! imported.

use std::sync::Arc;

use gotmpl::MapRef;
use source::Tree;
use sprig::Dialect;

use super::convert::to_tree;
use super::given::Given;
use crate::{Chart, Dependency};

#[derive(Clone)]
pub(crate) struct Effective<'a> {
    pub(crate) chart: &'a Chart,
    /// The alias, or the chart's own name.
    pub(crate) name: String,
    /// What its templates' names begin with: `shop/charts/db`. In Helm 4, an alias reaches the subcharts of the aliased chart
    /// and no deeper, unless those list dependencies themselves; in Helm 3 not even those.
    pub(crate) path: String,
    pub(crate) defaults: Defaults<'a>,
    /// What Chart.yaml lists and is enabled; none where it has no list.
    pub(crate) listed: Option<Vec<&'a Dependency>>,
    /// Tags, conditions and aliases have been looked at. Helm does not come to charts below one that lists nothing.
    pub(crate) is_settled: bool,
    pub(crate) subcharts: Vec<Self>,
}

/// A chart's own values: as written, or after imports.
#[derive(Clone)]
pub(crate) enum Defaults<'a> {
    Written(&'a Tree),
    Imported(MapRef),
}

impl Defaults<'_> {
    pub(crate) fn given(&self) -> Given<'_> {
        match self {
            Self::Written(tree) => Given::written(tree),
            Self::Imported(map) => Given::imported(map),
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
    pub(crate) fn new(chart: &'a Chart, dialect: Dialect) -> Self {
        Self::at(chart, chart.metadata.name.clone(), dialect)
    }

    fn at(chart: &'a Chart, path: String, dialect: Dialect) -> Self {
        let subchart = |subchart: &'a Arc<Chart>| {
            Self::at(subchart, format!("{path}/charts/{}", subchart.metadata.name), dialect)
        };
        Self {
            chart,
            name: chart.metadata.name.clone(),
            defaults: Defaults::Written(chart.values(dialect)),
            listed: chart.metadata.dependencies.as_ref().map(|list| list.iter().collect()),
            is_settled: false,
            subcharts: chart.dependencies.iter().map(subchart).collect(),
            path,
        }
    }

    /// What a listed dependency is called here: its alias only where aliases have been looked at.
    pub(crate) fn name_of(&self, dependency: &'a Dependency) -> &'a str {
        if self.is_settled { dependency.key() } else { &dependency.name }
    }

    /// Puts a subchart, which may have got another name, below its parent.
    pub(crate) fn place_below(&mut self, parent: &str) {
        self.path = format!("{parent}/charts/{}", self.name);
    }

    /// The same for everything below it.
    pub(crate) fn place_all_below(&mut self, parent: &str) {
        self.place_below(parent);
        let Self { path, subcharts, .. } = self;
        subcharts.iter_mut().for_each(|below| below.place_all_below(path));
    }
}
