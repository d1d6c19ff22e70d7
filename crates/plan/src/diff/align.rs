//! Two sequences side by side: which items are the same, and which gaps lie between them.

use std::ops::Range;

/// A stretch of both sequences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stretch {
    Same {
        from: Range<usize>,
        to: Range<usize>,
    },
    /// What stood in `from` was replaced by what stands in `to`; one of them may be empty.
    Gap {
        from: Range<usize>,
        to: Range<usize>,
    },
}

/// Above this many comparisons the middle is one gap: correct, only longer than need be.
const MOST_CELLS: usize = 4_000_000;

/// A longest common subsequence, after what both begin and end with.
pub(crate) fn align<T: PartialEq>(from: &[T], to: &[T]) -> Vec<Stretch> {
    let head = from.iter().zip(to).take_while(|(from, to)| from == to).count();
    let tails = from[head..].iter().rev().zip(to[head..].iter().rev());
    let tail = tails.take_while(|(from, to)| from == to).count();
    let from_middle = head..from.len() - tail;
    let to_middle = head..to.len() - tail;

    let mut stretches = Vec::new();
    push_same(&mut stretches, 0, 0, head);
    middle(from, to, from_middle.clone(), to_middle.clone(), &mut stretches);
    push_same(&mut stretches, from_middle.end, to_middle.end, tail);
    stretches
}

fn middle<T: PartialEq>(
    from: &[T],
    to: &[T],
    from_range: Range<usize>,
    to_range: Range<usize>,
    stretches: &mut Vec<Stretch>,
) {
    let (rows, columns) = (from_range.len(), to_range.len());
    if rows == 0 && columns == 0 {
        return;
    }
    if rows == 0 || columns == 0 || rows.saturating_mul(columns) > MOST_CELLS {
        stretches.push(Stretch::Gap { from: from_range, to: to_range });
        return;
    }

    // `length[r][c]`: how long the common subsequence of what follows row r and column c is.
    let width = columns + 1;
    let mut length = vec![0_u32; (rows + 1) * width];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            length[row * width + column] =
                if from[from_range.start + row] == to[to_range.start + column] {
                    length[(row + 1) * width + column + 1] + 1
                } else {
                    length[(row + 1) * width + column].max(length[row * width + column + 1])
                };
        }
    }

    let (mut row, mut column) = (0, 0);
    while row < rows || column < columns {
        let (gap_row, gap_column) = (row, column);
        let equal = |row: usize, column: usize| {
            row < rows
                && column < columns
                && from[from_range.start + row] == to[to_range.start + column]
        };
        while (row < rows || column < columns) && !equal(row, column) {
            let down = row < rows
                && (column == columns
                    || length[(row + 1) * width + column] >= length[row * width + column + 1]);
            if down {
                row += 1;
            } else {
                column += 1;
            }
        }
        if (gap_row, gap_column) != (row, column) {
            stretches.push(Stretch::Gap {
                from: from_range.start + gap_row..from_range.start + row,
                to: to_range.start + gap_column..to_range.start + column,
            });
        }
        let mut count = 0;
        while equal(row + count, column + count) {
            count += 1;
        }
        push_same(stretches, from_range.start + row, to_range.start + column, count);
        row += count;
        column += count;
    }
}

fn push_same(stretches: &mut Vec<Stretch>, from: usize, to: usize, count: usize) {
    if count > 0 {
        stretches.push(Stretch::Same { from: from..from + count, to: to..to + count });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches() {
        let check = |from: &str, to: &str, expect: &str| {
            let from: Vec<char> = from.chars().collect();
            let to: Vec<char> = to.chars().collect();
            let shown: Vec<String> = align(&from, &to)
                .into_iter()
                .map(|stretch| match stretch {
                    Stretch::Same { from: range, .. } => from[range].iter().collect(),
                    Stretch::Gap { from: gone, to: came } => format!(
                        "[{}>{}]",
                        from[gone].iter().collect::<String>(),
                        to[came].iter().collect::<String>()
                    ),
                })
                .collect();
            assert_eq!(shown.join(" "), expect);
        };
        check("", "", "");
        check("abc", "abc", "abc");
        check("abc", "axc", "a [b>x] c");
        check("abc", "bc", "[a>] bc");
        check("", "ab", "[>ab]");
        check("abcbdab", "bdcaba", "[a>] b [cb>] d [>c] ab [>a]");
    }
}
