//! Waves: which releases go side by side and which must wait, from what each one needs.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::{Need, ReleaseId};

/// What each release needs, in declared order. Every need leads to a key.
pub type Graph = IndexMap<ReleaseId, Vec<Need>>;

/// Releases that need each other, each followed by one that it needs; the last needs the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle(pub Vec<ReleaseId>);

/// The levels of the graph: a release is in the wave after the last of those that it needs. Declared order breaks ties.
/// Fails with every cycle.
pub fn waves(graph: &Graph) -> Result<Vec<Vec<ReleaseId>>, Vec<Cycle>> {
    let mut petgraph = DiGraph::<usize, ()>::new();
    let nodes: Vec<NodeIndex> = (0..graph.len()).map(|index| petgraph.add_node(index)).collect();
    for (index, needs) in graph.values().enumerate() {
        for need in needs {
            if let Some(needed) = graph.get_index_of(&need.release) {
                petgraph.add_edge(nodes[index], nodes[needed], ());
            }
        }
    }

    // Tarjan's components come in reverse topological order of the edges: what is needed comes first.
    let mut level = vec![0_usize; graph.len()];
    let mut cycles = Vec::new();
    for component in tarjan_scc(&petgraph) {
        let members: BTreeSet<usize> = component.iter().map(|node| petgraph[*node]).collect();
        let first = *members.first().expect("a component has a member");
        let needs_itself = petgraph.contains_edge(nodes[first], nodes[first]);
        if members.len() > 1 || needs_itself {
            cycles.push((first, round_trip(graph, &members, first)));
            continue;
        }
        level[first] = petgraph
            .neighbors(nodes[first])
            .map(|needed| level[petgraph[needed]] + 1)
            .max()
            .unwrap_or(0);
    }
    if !cycles.is_empty() {
        cycles.sort_by_key(|(first, _)| *first);
        return Err(cycles.into_iter().map(|(_, cycle)| cycle).collect());
    }

    let mut waves = vec![Vec::new(); level.iter().max().map_or(0, |last| last + 1)];
    for (id, level) in graph.keys().zip(level) {
        waves[level].push(id.clone());
    }
    Ok(waves)
}

/// Walks from the first member along needs inside the component until a member comes again, and keeps what lies between;
/// members that the walk missed are told by a further walk only through the problem that remains.
fn round_trip(graph: &Graph, members: &BTreeSet<usize>, first: usize) -> Cycle {
    let mut walked = Vec::new();
    let mut seen = BTreeMap::new();
    let mut at = first;
    while !seen.contains_key(&at) {
        seen.insert(at, walked.len());
        walked.push(at);
        let inside = |need: &Need| {
            graph.get_index_of(&need.release).filter(|needed| members.contains(needed))
        };
        at = graph[at]
            .iter()
            .find_map(inside)
            .expect("a member of a cycle needs another member of it");
    }
    let id = |index: &usize| graph.get_index(*index).expect("members are indices").0.clone();
    Cycle(walked[seen[&at]..].iter().map(id).collect())
}

/// Takes excluded releases out: who needs one needs what that one needs. Such an edge asks for what the excluded release
/// asked for, and is optional if any edge on the way is.
pub fn contract(mut graph: Graph, excluded: &BTreeSet<ReleaseId>) -> Graph {
    let whole = graph.clone();
    graph.retain(|id, _| !excluded.contains(id));
    for needs in graph.values_mut() {
        let mut kept: IndexMap<ReleaseId, Need> = IndexMap::new();
        let mut passed = BTreeSet::new();
        let mut open: Vec<Need> = needs.iter().rev().cloned().collect();
        while let Some(need) = open.pop() {
            if !excluded.contains(&need.release) {
                kept.entry(need.release.clone()).or_insert(need);
            } else if passed.insert(need.release.clone()) {
                for further in whole.get(&need.release).into_iter().flatten().rev() {
                    let optional = need.optional || further.optional;
                    open.push(Need { optional, ..further.clone() });
                }
            }
        }
        *needs = kept.into_values().collect();
    }
    graph
}
