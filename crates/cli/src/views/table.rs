//! Columns that line up.

use crate::printer::Paint;

/// Rows under a header, two spaces between columns, as narrow as they can be; the last column is not padded.
pub fn table<const N: usize>(header: [&str; N], rows: &[[String; N]], paint: Paint) -> String {
    let mut widths = header.map(columns);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(columns(cell));
        }
    }
    let line = |cells: [&str; N]| {
        let mut line = String::new();
        for (position, (cell, width)) in cells.iter().zip(widths).enumerate() {
            line.push_str(cell);
            if position + 1 < N {
                line.push_str(&" ".repeat(width - columns(cell) + 2));
            }
        }
        line.trim_end().to_owned()
    };
    let mut text = paint.dim(&line(header));
    text.push('\n');
    for row in rows {
        text.push_str(&line(row.each_ref().map(String::as_str)));
        text.push('\n');
    }
    text
}

/// How many columns a text takes: one for each character.
pub fn columns(text: &str) -> usize {
    text.chars().count()
}

/// At most so many columns, the cut marked.
pub fn cut(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// Words over as many indented lines as they need. A word that is longer than a line stands alone on one.
pub fn wrap(text: &str, indent: usize, width: usize) -> String {
    let mut wrapped = String::new();
    for line in text.lines() {
        let mut column = 0;
        for word in line.split_whitespace() {
            if column == 0 || column + 1 + columns(word) > width {
                if column > 0 {
                    wrapped.push('\n');
                }
                wrapped.push_str(&" ".repeat(indent));
                column = indent;
            } else {
                wrapped.push(' ');
                column += 1;
            }
            wrapped.push_str(word);
            column += columns(word);
        }
        wrapped.push('\n');
    }
    wrapped
}

/// What somebody else wrote must not steer a terminal.
pub fn plain(text: &str) -> String {
    text.chars().filter(|character| *character == '\t' || !character.is_control()).collect()
}

/// `1 release`, `2 releases`.
pub fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows =
            [["api".into(), "ä".into(), "x".into()], ["b".into(), "two".into(), String::new()]];
        assert_eq!(
            table(["ID", "B", "C"], &rows, Paint::default()),
            "ID   B    C\napi  ä    x\nb    two\n"
        );
        assert_eq!(wrap("one two three", 2, 9), "  one two\n  three\n");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(count(1, "release"), "1 release");
    }
}
