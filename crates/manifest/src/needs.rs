//! From what releases say to need to the graph: groups spread, excluded releases contracted, cycles told.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use source::{Problem, Problems, Span};
use stack::order::{self, Graph};
use stack::{Need, ReleaseId};

use crate::identity::Wanted;
use crate::members::Members;

/// What each release that exists needs, and the waves.
#[derive(Debug, Default)]
pub(crate) struct Order {
    pub(crate) graph: Graph,
    pub(crate) waves: Vec<Vec<ReleaseId>>,
}

pub(crate) fn order(
    members: &Members,
    wanted: &IndexMap<ReleaseId, Vec<Wanted>>,
) -> Result<Order, Problems> {
    let mut problems = Problems::new();
    let mut graph = Graph::new();
    let mut places: BTreeMap<(ReleaseId, ReleaseId), Span> = BTreeMap::new();
    for (id, wanted) in wanted {
        let mut needs: IndexMap<ReleaseId, Need> = IndexMap::new();
        for want in wanted {
            match targets(members, want) {
                Some(targets) => {
                    for release in targets {
                        if let Some(place) = &want.place {
                            places
                                .entry((id.clone(), release.clone()))
                                .or_insert_with(|| place.clone());
                        }
                        let need = Need {
                            release: release.clone(),
                            until: want.until,
                            optional: want.optional,
                        };
                        needs.entry(release).or_insert(need);
                    }
                }
                None => problems.push(unknown(members, id, want)),
            }
        }
        graph.insert(id.clone(), needs.into_values().collect());
    }
    let excluded: BTreeSet<ReleaseId> = members
        .all
        .values()
        .filter(|member| member.excluded)
        .map(|member| member.id.clone())
        .collect();
    let graph = order::contract(graph, &excluded);
    match order::waves(&graph) {
        Ok(waves) if problems.is_empty() => return Ok(Order { graph, waves }),
        Ok(_) => {}
        Err(cycles) => problems.extend(cycles.iter().map(|cycle| told(&cycle.0, &places))),
    }
    Err(problems)
}

/// The members that a need means; empty for an optional one that nothing has, and for what another problem hides.
fn targets(members: &Members, want: &Wanted) -> Option<Vec<ReleaseId>> {
    let id = want.id.as_str();
    if let Some(group) = members.groups.get(id) {
        return Some(group.clone());
    }
    if let Some(member) = members.all.get(id) {
        return Some(vec![member.id.clone()]);
    }
    let group = id.split('.').next().unwrap_or(id);
    let hidden = members.unclear.iter().any(|unclear| unclear == id || unclear == group);
    (want.optional || hidden).then(Vec::new)
}

fn unknown(members: &Members, id: &ReleaseId, want: &Wanted) -> Problem {
    let known = members.all.keys().chain(members.groups.keys()).map(ReleaseId::as_str);
    let message = format!("release `{id}` needs `{}`, which no release is called", want.id);
    let problem =
        Problem::error("unknown-need", message).at(want.place.as_ref(), "no such release");
    crate::typed::near(problem, &want.id, known)
}

fn told(cycle: &[ReleaseId], places: &BTreeMap<(ReleaseId, ReleaseId), Span>) -> Problem {
    let steps: Vec<(&ReleaseId, &ReleaseId)> =
        cycle.iter().zip(cycle.iter().cycle().skip(1)).collect();
    let names: Vec<&str> = cycle.iter().chain(cycle.first()).map(ReleaseId::as_str).collect();
    let message = match cycle {
        [only] => format!("release `{only}` needs itself"),
        _ => format!("releases need each other: {}", names.join(" → ")),
    };
    let mut problem = Problem::error("cycle", message);
    for (from, to) in steps {
        let place = places.get(&(from.clone(), to.clone()));
        problem = problem.at(place, format!("`{from}` needs `{to}`"));
    }
    problem.help("take one of these needs out; `until: applied` does not open a circle")
}
