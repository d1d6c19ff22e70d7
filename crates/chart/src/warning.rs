//! What is odd about values: maps where something else is meant, and the other way round.

use gotmpl::Str;
use source::{Path, Problem, Problems, Segment, Span, Tree};

use crate::values::{Conflict, Effective, NoTable};

/// Where a value stands: in the user's values, else in those of the chart or the subchart that gives the default. A value
/// that nobody wrote is shown where its nearest written parent stands.
pub(crate) fn span_of(path: &[Segment], user: &Tree, chart: &Effective<'_>) -> Option<Span> {
    if user.find(path).is_some() {
        return user.span_of(path).cloned();
    }
    let mut found = None;
    let mut chart = Some(chart);
    let mut below = path;
    while let Some(here) = chart {
        let values = &here.chart.values;
        if values.find(below).is_some() {
            found = values.span_of(below).cloned();
        }
        let Some((Segment::Key(first), rest)) = below.split_first() else { break };
        chart = here.subcharts.iter().find(|subchart| *subchart.name == **first);
        below = rest;
    }
    found.or_else(|| user.span_of(path).cloned())
}

/// A subchart's section that is no map.
pub(crate) fn no_table(
    NoTable(path): &NoTable,
    place: &dyn Fn(&[Segment]) -> Option<Span>,
) -> Problem {
    let path = segments(path);
    let message =
        format!("`{}` must be a map: it holds the values of a subchart", Path(path.clone()));
    Problem::error("section-no-map", message).at(place(&path).as_ref(), "this is no map")
}

/// Each conflict once; merging meets some of them in several passes.
pub(crate) fn conflicts(
    mut conflicts: Vec<Conflict>,
    place: &dyn Fn(&[Segment]) -> Option<Span>,
) -> Problems {
    conflicts.sort();
    conflicts.dedup();
    let problem = |conflict: Conflict| {
        let path = segments(&conflict.path);
        let span = place(&path);
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
