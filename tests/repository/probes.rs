//! Every probe gives what real Helm gave when its golden was written, but for those that `differences.txt` explains.

use std::collections::BTreeSet;

use tests::probe::{Family, Outcome, Probe, families};

#[test]
fn templates_give_what_helm_gives() {
    let families = families();
    let mut known: BTreeSet<&str> = include_str!("../probes/differences.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect();
    let found: Vec<Difference> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            families.iter().map(|family| scope.spawn(|| differences(family))).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker ends")).collect()
    });
    let new: Vec<&Difference> =
        found.iter().filter(|difference| !known.remove(difference.name.as_str())).collect();
    let texts: Vec<&str> = new.iter().map(|difference| difference.text.as_str()).collect();
    let total: usize = families.iter().map(|family| family.probes.len()).sum();
    assert!(
        new.is_empty(),
        "{} of {total} probes differ from Helm:\n{}",
        new.len(),
        texts.join("\n")
    );
    assert!(known.is_empty(), "these agree now, take them out of differences.txt: {known:#?}");
}

struct Difference {
    /// As a line of `differences.txt` says it.
    name: String,
    text: String,
}

fn differences(family: &Family) -> Vec<Difference> {
    family.probes.iter().filter_map(|probe| difference(family, probe)).collect()
}

fn difference(family: &Family, probe: &Probe) -> Option<Difference> {
    let ours = family.render(probe);
    let agree = match (&ours, &probe.expected) {
        (Outcome::Output(ours), Outcome::Output(theirs)) => ours == theirs,
        // Our errors have words of their own.
        (Outcome::Error(_), Outcome::Error(_)) => true,
        _ => false,
    };
    let name = format!("{}: {}", family.name, probe.template.escape_debug());
    let text = format!("{name}\n  helm {:?}\n  ours {ours:?}", probe.expected);
    (!agree).then_some(Difference { name, text })
}
