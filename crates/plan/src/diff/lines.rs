//! The lines that differ between two long texts, with a little around them.

use super::align::{Stretch, align};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Context(String),
    Removed(String),
    Added(String),
    /// So many equal lines are left out.
    Folded(usize),
}

/// A line diff with `context` equal lines kept on each side of a change. Line ends are not part of the lines.
pub fn lines(from: &str, to: &str, context: usize) -> Vec<Line> {
    let from: Vec<&str> = from.split_inclusive('\n').collect();
    let to: Vec<&str> = to.split_inclusive('\n').collect();
    let stretches = align(&from, &to);
    let last = stretches.len().saturating_sub(1);
    let mut lines = Vec::new();
    for (position, stretch) in stretches.into_iter().enumerate() {
        match stretch {
            Stretch::Same { from: range, .. } => {
                let head = if position == 0 { 0 } else { context };
                let tail = if position == last { 0 } else { context };
                let equal = &from[range];
                if equal.len() <= head + tail + 1 {
                    lines.extend(equal.iter().map(|line| Line::Context(bare(line))));
                } else {
                    let (first, rest) = equal.split_at(head);
                    let (folded, end) = rest.split_at(rest.len() - tail);
                    lines.extend(first.iter().map(|line| Line::Context(bare(line))));
                    lines.push(Line::Folded(folded.len()));
                    lines.extend(end.iter().map(|line| Line::Context(bare(line))));
                }
            }
            Stretch::Gap { from: gone, to: came } => {
                lines.extend(from[gone].iter().map(|line| Line::Removed(bare(line))));
                lines.extend(to[came].iter().map(|line| Line::Added(bare(line))));
            }
        }
    }
    lines
}

fn bare(line: &str) -> String {
    line.strip_suffix('\n').unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_what_is_far_from_a_change() {
        let check = |from: &str, to: &str, expect: &str| {
            let shown: Vec<String> = lines(&from.replace(' ', "\n"), &to.replace(' ', "\n"), 1)
                .into_iter()
                .map(|line| match line {
                    Line::Context(text) => text,
                    Line::Removed(text) => format!("-{text}"),
                    Line::Added(text) => format!("+{text}"),
                    Line::Folded(count) => format!("…{count}"),
                })
                .collect();
            assert_eq!(shown.join(" "), expect);
        };
        check("a b c d e f", "a b c x e f", "…2 c -d +x e f");
        check("a b c d e f g h", "a x c d e f y h", "a -b +x c …2 f -g +y h");
        check("a", "a b", "-a +a +b");
        check("", "a", "+a");
        check("a a", "a a", "…2");
    }
}
