//! Waves: which releases go side by side and which must wait, from what each one needs.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use petgraph::algo::kosaraju_scc;
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

    // Kosaraju's components come in reverse topological order of the edges: what is needed comes first. Unlike Tarjan's,
    // petgraph's does not recurse, so that a long chain needs no deep stack.
    let mut level = vec![0_usize; graph.len()];
    let mut cycles = Vec::new();
    for component in kosaraju_scc(&petgraph) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Until;

    /// Reads `a: b c?; b:` into a graph; `?` makes a need optional.
    fn graph(text: &str) -> Graph {
        let id = |text: &str| ReleaseId::new(text).unwrap();
        text.split("; ")
            .map(|entry| {
                let (name, needs) = entry.split_once(':').unwrap();
                let need = |word: &str| Need {
                    release: id(word.trim_end_matches('?')),
                    until: Until::Ready,
                    optional: word.ends_with('?'),
                };
                (id(name), needs.split_whitespace().map(need).collect())
            })
            .collect()
    }

    fn join(ids: &[ReleaseId]) -> String {
        ids.iter().map(ReleaseId::as_str).collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let got = match waves(&graph(text)) {
            Ok(waves) => waves.iter().map(|wave| join(wave)).collect::<Vec<_>>().join(" | "),
            Err(cycles) => {
                let told = cycles.iter().map(|cycle| format!("cycle {}", join(&cycle.0)));
                told.collect::<Vec<_>>().join(", ")
            }
        };
        assert_eq!(got, expect, "{text}");
    }

    #[test]
    fn levels_keep_the_declared_order() {
        check("a:", "a");
        check("b:; a:", "b a");
        check("c: b; b: a; a:", "a | b | c");
        check("d: b c; c: a; b: a; a:", "a | c b | d");
        check("late: a; a:; early:", "a early | late");
    }

    #[test]
    fn cycles_name_all_members() {
        check("a: a", "cycle a");
        check("a: b; b: a; c: a", "cycle a b");
        check("x: b; a: b; b: c; c: a; p: q; q: p", "cycle a b c, cycle p q");
    }

    #[test]
    fn a_long_chain_needs_no_deep_stack() {
        let id = |number: usize| ReleaseId::new(&format!("r{number}")).unwrap();
        let need = |release| Need { release, until: Until::Ready, optional: false };
        let chain: Graph = (0..20_000)
            .map(|at| (id(at), if at == 0 { vec![] } else { vec![need(id(at - 1))] }))
            .collect();
        assert_eq!(waves(&chain).unwrap().len(), 20_000);
    }

    #[test]
    fn edges_through_excluded_releases_are_contracted() {
        let check = |text: &str, excluded: &[&str], expect: &str| {
            let excluded = excluded.iter().map(|id| ReleaseId::new(id).unwrap()).collect();
            let contracted = contract(graph(text), &excluded);
            let entry = |(id, needs): (&ReleaseId, &Vec<Need>)| {
                let need = |need: &Need| {
                    format!(" {}{}", need.release, if need.optional { "?" } else { "" })
                };
                format!("{id}:{}", needs.iter().map(need).collect::<String>())
            };
            assert_eq!(contracted.iter().map(entry).collect::<Vec<_>>().join("; "), expect);
        };
        check("a: b; b: c; c:", &["b"], "a: c; c:");
        check("a: b d; b: c; c:; d: c", &["b", "d"], "a: c; c:");
        check("a: b?; b: c; c:", &["b"], "a: c?; c:");
        check("a: b; b: a", &["b"], "a: a");
        check("a: b; b: b c; c: b", &["b", "c"], "a:");
    }
}
