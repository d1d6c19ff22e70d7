//! Who needs whom: as a tree, for Graphviz, for Mermaid.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use stack::{Release, ReleaseId, Stack, Until};

use crate::printer::Paint;
use crate::views::table::count;

/// A tree from what nobody needs down to what it needs. What was unfolded once is only named again.
pub fn tree(stack: &Stack, paint: Paint) -> String {
    let shown = shown(stack);
    let needed: BTreeSet<&ReleaseId> =
        shown.iter().flat_map(|release| needs(release, &shown)).map(|(need, _)| &need.id).collect();
    let mut text = format!(
        "{} · {}, {}\n",
        paint.bold(&stack.id.to_string()),
        count(shown.len(), "release"),
        count(waves(&shown).len(), "wave"),
    );
    let mut unfolded = BTreeSet::new();
    let mut roots: Vec<_> = shown.iter().filter(|release| !needed.contains(&release.id)).collect();
    roots.sort_by_key(|release| std::cmp::Reverse(release.wave));
    for root in roots {
        branch((root, Until::Ready), ["", ""], &shown, &mut unfolded, paint, &mut text);
    }
    text
}

fn branch<'a>(
    (release, until): (&'a Release, Until),
    [lead, below]: [&str; 2],
    shown: &[&'a Release],
    unfolded: &mut BTreeSet<&'a ReleaseId>,
    paint: Paint,
    text: &mut String,
) {
    let needs: Vec<_> = needs(release, shown).collect();
    let again = !needs.is_empty() && !unfolded.insert(&release.id);
    let note = if again { paint.dim(" (see above)") } else { String::new() };
    let wave = paint.dim(&format!("wave {}", release.wave + 1));
    let applied =
        if until == Until::Applied { paint.dim(", until applied") } else { String::new() };
    let _ = writeln!(text, "{}{}  {wave}{applied}{note}", paint.dim(lead), release.id);
    if again {
        return;
    }
    for (position, need) in needs.iter().enumerate() {
        let last = position + 1 == needs.len();
        let lead = format!("{below}{}", if last { "└─ " } else { "├─ " });
        let below = format!("{below}{}", if last { "   " } else { "│  " });
        branch(*need, [&lead, &below], shown, unfolded, paint, text);
    }
}

/// For `dot -Tsvg`: waves from left to right, arrows from what is needed to what needs it, dashed where it need not be ready.
pub fn dot(stack: &Stack) -> String {
    let shown = shown(stack);
    let mut text =
        format!("digraph \"{}\" {{\n  rankdir=LR\n  node [shape=box, style=rounded]\n", stack.id);
    for (number, wave) in waves(&shown) {
        let names: Vec<_> = wave.iter().map(|release| format!("\"{}\"", release.id)).collect();
        let _ = writeln!(text, "  {{ rank=same /* wave {number} */ {} }}", names.join("; "));
    }
    for release in &shown {
        for (need, until) in needs(release, &shown) {
            let style = if until == Until::Applied { " [style=dashed]" } else { "" };
            let _ = writeln!(text, "  \"{}\" -> \"{}\"{style}", need.id, release.id);
        }
    }
    text.push_str("}\n");
    text
}

/// For Markdown pages that draw Mermaid.
pub fn mermaid(stack: &Stack) -> String {
    let shown = shown(stack);
    // Mermaid takes dots and dashes for its own; ids of releases hold no `_`.
    let key = |id: &ReleaseId| format!("r_{}", id.as_str().replace(['.', '-'], "_"));
    let mut text = String::from("flowchart LR\n");
    for (number, wave) in waves(&shown) {
        let _ = writeln!(text, "  subgraph wave{number} [wave {number}]");
        for release in wave {
            let _ = writeln!(text, "    {}[\"{}\"]", key(&release.id), release.id);
        }
        text.push_str("  end\n");
    }
    for release in &shown {
        for (need, until) in needs(release, &shown) {
            let arrow = if until == Until::Applied { "-.->" } else { "-->" };
            let _ = writeln!(text, "  {} {arrow} {}", key(&need.id), key(&release.id));
        }
    }
    text
}

/// The selected releases, wave by wave.
fn shown(stack: &Stack) -> Vec<&Release> {
    let all = stack.waves.iter().flatten().filter_map(|id| stack.releases.get(id));
    all.filter(|release| release.body.is_some()).collect()
}

/// The shown releases that it needs, and how far each must have come.
fn needs<'a>(
    release: &Release,
    shown: &[&'a Release],
) -> impl Iterator<Item = (&'a Release, Until)> {
    let find = |id: &ReleaseId| shown.iter().find(|one| one.id == *id).copied();
    let needs = release.needs.iter().filter_map(|need| Some((find(&need.release)?, need.until)));
    needs.collect::<Vec<_>>().into_iter()
}

fn waves<'a>(shown: &[&'a Release]) -> Vec<(usize, Vec<&'a Release>)> {
    let mut waves: Vec<(usize, Vec<&Release>)> = Vec::new();
    for release in shown {
        match waves.last_mut() {
            Some((number, wave)) if *number == release.wave + 1 => wave.push(release),
            _ => waves.push((release.wave + 1, vec![release])),
        }
    }
    waves
}
