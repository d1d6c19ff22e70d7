//! Field-level edits as lines: short values side by side, long texts as a line diff with what is equal folded.

use plan::{Change, Edit, Line, Shown, lines};
use source::Node;

use crate::printer::Paint;
use crate::views::table::columns;

/// Every edit, indented.
pub fn text<'a>(
    edits: impl IntoIterator<Item = &'a Edit>,
    indent: usize,
    paint: Paint,
    width: usize,
) -> String {
    let mut out = Lines { indent: " ".repeat(indent), paint, width, text: String::new() };
    for edit in edits {
        out.edit(edit);
    }
    out.text
}

struct Lines {
    indent: String,
    paint: Paint,
    width: usize,
    text: String,
}

#[derive(Clone, Copy)]
enum Mark {
    Added,
    Removed,
    Changed,
    Equal,
}

impl Lines {
    fn edit(&mut self, edit: &Edit) {
        let path = edit.path.to_string();
        match &edit.change {
            Change::Add { to } => self.whole(Mark::Added, &path, to),
            Change::Remove { from } => self.whole(Mark::Removed, &path, from),
            Change::Set { from, to } => self.set(&path, from, to),
            Change::Reorder { from, to } => {
                self.line(
                    Mark::Changed,
                    &format!("{path}: {} → {}", from.join(", "), to.join(", ")),
                );
            }
        }
    }

    fn set(&mut self, path: &str, from: &Shown, to: &Shown) {
        if let (Some(before), Some(after)) = (long(from), long(to)) {
            self.line(Mark::Changed, &format!("{path}:"));
            for line in lines(before, after, 2) {
                match line {
                    Line::Context(text) => self.line(Mark::Equal, &format!("  {text}")),
                    Line::Removed(text) => self.line(Mark::Removed, &format!("  {text}")),
                    Line::Added(text) => self.line(Mark::Added, &format!("  {text}")),
                    Line::Folded(number) => {
                        self.line(Mark::Equal, &format!("  … {number} equal lines"));
                    }
                }
            }
            return;
        }
        let side_by_side = format!("{path}: {} → {}", brief(from), brief(to));
        if is_scalar(from)
            && is_scalar(to)
            && columns(&side_by_side) + self.indent.len() + 2 <= self.width
        {
            self.line(Mark::Changed, &side_by_side);
        } else {
            self.line(Mark::Changed, &format!("{path}:"));
            self.value(Mark::Removed, from);
            self.value(Mark::Added, to);
        }
    }

    /// A value that comes or goes: behind its path where it is short, below it where it is not.
    fn whole(&mut self, mark: Mark, path: &str, value: &Shown) {
        if is_scalar(value) && long(value).is_none() {
            self.line(mark, &format!("{path}: {value}"));
        } else {
            self.line(mark, &format!("{path}:"));
            self.value(mark, value);
        }
    }

    fn value(&mut self, mark: Mark, value: &Shown) {
        let written = match value {
            Shown::Plain(tree) => match &tree.node {
                Node::Text(text) if text.contains('\n') => text.to_string(),
                _ if is_scalar(value) => value.to_string(),
                _ => source::yaml::write(tree, source::yaml::Dialect::Helm)
                    .unwrap_or_else(|_| value.to_string()),
            },
            Shown::Secret { .. } => value.to_string(),
        };
        for line in written.lines() {
            self.line(mark, &format!("  {line}"));
        }
    }

    fn line(&mut self, mark: Mark, line: &str) {
        let shown = match mark {
            Mark::Added => self.paint.green(&format!("+ {line}")),
            Mark::Removed => self.paint.red(&format!("- {line}")),
            Mark::Changed => format!("{} {line}", self.paint.yellow("~")),
            Mark::Equal => self.paint.dim(&format!("  {line}")),
        };
        self.text.push_str(&self.indent);
        self.text.push_str(shown.trim_end());
        self.text.push('\n');
    }
}

/// A value as it is, but of a digest only its beginning, which is enough to see that it is another one.
fn brief(value: &Shown) -> String {
    if let Shown::Plain(tree) = value
        && let Some(text) = tree.as_str()
        && text.len() >= 40
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        return format!("\"{}…\"", &text[..10]);
    }
    value.to_string()
}

/// Text of several lines, which is compared line by line.
fn long(value: &Shown) -> Option<&str> {
    match value {
        Shown::Plain(tree) => tree.as_str().filter(|text| text.trim_end().contains('\n')),
        Shown::Secret { .. } => None,
    }
}

fn is_scalar(value: &Shown) -> bool {
    match value {
        Shown::Plain(tree) => match &tree.node {
            Node::Map(map) => map.is_empty(),
            Node::List(list) => list.is_empty(),
            _ => true,
        },
        Shown::Secret { .. } => true,
    }
}
