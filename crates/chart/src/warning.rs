//! What is odd about values: maps where something else is meant, and the other way round.

use gotmpl::Str;
use source::{Path, Problem, Problems, Segment, Span, Tree};

use crate::values::{Conflict, Effective, NoTable};

/// Where values were written: in the user's values, else in those of the chart or the subchart that gives the default.
pub(crate) struct Places<'a> {
    pub(crate) user: &'a Tree,
    pub(crate) chart: &'a Effective<'a>,
}

impl Places<'_> {
    /// The first line of a value; of its nearest written parent where nobody wrote it.
    pub(crate) fn value(&self, path: &[Segment]) -> Option<Span> {
        let written = self.find(path).and_then(|tree| tree.span.as_ref());
        Some(first_line(written.or_else(|| self.user.span_of(path))?))
    }

    /// The key of a map's entry.
    pub(crate) fn key(&self, path: &[Segment]) -> Option<Span> {
        let key = self.find(path).and_then(|tree| tree.key_span.clone());
        key.or_else(|| self.value(path))
    }

    fn find(&self, path: &[Segment]) -> Option<&Tree> {
        let mut found = self.user.find(path);
        let mut chart = Some(self.chart);
        let mut below = path;
        // A parent's values win over those of its subchart.
        while let (None, Some(here)) = (found, chart) {
            found = here.chart.values.find(below);
            let Some((Segment::Key(first), rest)) = below.split_first() else { break };
            chart = here.subcharts.iter().find(|subchart| *subchart.name == **first);
            below = rest;
        }
        found
    }
}

/// A map or list of many lines is shown by its beginning.
fn first_line(span: &Span) -> Span {
    let length = span.text().lines().next().map_or(0, |line| line.trim_end().len());
    let start = span.start as usize;
    Span::new(&span.source, start..start + length)
}

/// A subchart's section that is no map.
pub(crate) fn no_table(NoTable(path): &NoTable, places: &Places<'_>) -> Problem {
    let path = segments(path);
    let message =
        format!("`{}` must be a map: it holds the values of a subchart", Path(path.clone()));
    Problem::error("section-no-map", message).at(places.value(&path).as_ref(), "this is no map")
}

/// Each conflict once; merging meets some of them in several passes.
pub(crate) fn conflicts(mut conflicts: Vec<Conflict>, places: &Places<'_>) -> Problems {
    conflicts.sort();
    conflicts.dedup();
    let problem = |conflict: Conflict| {
        let path = segments(&conflict.path);
        let span = places.value(&path);
        let path = Path(path);
        let (message, label) = if conflict.map_over_other {
            (
                format!("`{path}` is a map, and something else in the chart's own values"),
                "the chart's value does not count",
            )
        } else {
            (
                format!("`{path}` is a map in the chart's own values, and something else here"),
                "the chart's map does not count",
            )
        };
        Problem::warning("values-conflict", message).at(span.as_ref(), label)
    };
    conflicts.into_iter().map(problem).collect()
}

fn segments(path: &[Str]) -> Vec<Segment> {
    path.iter().map(|key| Segment::from(&*key.to_text())).collect()
}
