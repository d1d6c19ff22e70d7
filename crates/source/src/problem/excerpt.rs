//! A text whose long lines are cut down to what is near its labels: miette prints whole lines, and at most 65,535 columns
//! of one.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::Source;

/// Bytes of a line that is shown whole.
const LONG: usize = 400;

/// Bytes shown on either side of where a label begins and where it ends.
const AROUND: usize = 120;

/// Bytes shown of a line with many labels; each may take the four columns of a tab.
const MOST: usize = 8_000;

const LEFT_OUT: &str = "…";

/// What miette reads: lines and columns are the source's, only the text is shorter.
#[derive(Debug)]
pub(super) struct Excerpt<'s> {
    source: &'s Source,
    cut: Option<Cut>,
}

#[derive(Debug, Default)]
struct Cut {
    text: String,
    /// What is left of the original, in order.
    pieces: Vec<Piece>,
}

#[derive(Debug)]
struct Piece {
    /// Where it starts in the original, and where in the text that was cut.
    original: usize,
    own: usize,
    length: usize,
}

impl<'s> Excerpt<'s> {
    pub(super) fn new(source: &'s Source, labels: &[Range<usize>]) -> Self {
        let is_long = source.text.split('\n').any(|line| line.len() > LONG);
        Self { source, cut: is_long.then(|| Cut::new(&source.text, labels)) }
    }

    /// Where a range of the original lies in what miette reads.
    pub(super) fn span(&self, range: &Range<usize>) -> SourceSpan {
        let place = |offset| self.cut.as_ref().map_or(offset, |cut| cut.own(offset));
        let start = place(range.start);
        SourceSpan::new(start.into(), place(range.end).saturating_sub(start))
    }
}

impl SourceCode for Excerpt<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let original = |own| self.cut.as_ref().map_or(own, |cut| cut.original(own));
        let start = original(span.offset());
        let end = original(span.offset() + span.len());
        let whole = SourceSpan::new(start.into(), end.saturating_sub(start));
        let place = self.source.text.read_span(&whole, before, after)?;
        let text = self.cut.as_ref().map_or(&self.source.text, |cut| &cut.text);
        let contents = text.read_span(span, before, after)?;
        Ok(Box::new(MietteSpanContents::new_named(
            self.source.name.clone(),
            contents.data(),
            *contents.span(),
            place.line(),
            place.column(),
            place.line_count(),
        )))
    }
}

impl Cut {
    fn new(text: &str, labels: &[Range<usize>]) -> Self {
        let mut points: Vec<usize> =
            labels.iter().flat_map(|label| [label.start, label.end]).collect();
        points.sort_unstable();
        let mut cut = Self::default();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.trim_end_matches('\n').len();
            if end - start > LONG {
                let first = points.partition_point(|point| *point < start);
                let last = points.partition_point(|point| *point <= end);
                cut.windows(text, start..end, &points[first..last]);
            } else {
                cut.keep(text, start..end);
            }
            cut.keep(text, end..start + line.len());
            start += line.len();
        }
        cut
    }

    /// What is near the points of a line; its beginning where there are none.
    fn windows(&mut self, text: &str, line: Range<usize>, points: &[usize]) {
        let around = AROUND.min(MOST / 2 / points.len().max(1));
        let mut windows: Vec<Range<usize>> = Vec::new();
        for point in points {
            let start = boundary(text, point.saturating_sub(around)).max(line.start);
            let end = boundary(text, point + around).min(line.end);
            match windows.last_mut() {
                Some(before) if start <= before.end + LEFT_OUT.len() => before.end = end,
                _ => windows.push(start..end),
            }
        }
        if windows.is_empty() {
            windows.push(line.start..boundary(text, line.start + AROUND));
        }
        let mut shown = line.start;
        for window in windows {
            self.leave_out(shown..window.start);
            shown = window.end;
            self.keep(text, window);
        }
        self.leave_out(shown..line.end);
    }

    fn keep(&mut self, text: &str, range: Range<usize>) {
        self.pieces.push(Piece {
            original: range.start,
            own: self.text.len(),
            length: range.len(),
        });
        self.text.push_str(&text[range]);
    }

    fn leave_out(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.text.push_str(LEFT_OUT);
        }
    }

    fn own(&self, original: usize) -> usize {
        let after = self.pieces.partition_point(|piece| piece.original <= original);
        let Some(piece) = after.checked_sub(1).map(|index| &self.pieces[index]) else { return 0 };
        piece.own + (original - piece.original).min(piece.length)
    }

    fn original(&self, own: usize) -> usize {
        let after = self.pieces.partition_point(|piece| piece.own <= own);
        let Some(piece) = after.checked_sub(1).map(|index| &self.pieces[index]) else { return 0 };
        piece.original + (own - piece.own).min(piece.length)
    }
}

/// The end of the character in which an offset lies.
fn boundary(text: &str, offset: usize) -> usize {
    (offset..text.len()).find(|offset| text.is_char_boundary(*offset)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use crate::problem::tests::render;
    use crate::{Problem, Source, Span};

    /// The report of labels, by where they start and how long they are.
    fn report(text: &str, labels: &[(usize, usize)]) -> String {
        let source = Source::new("values.json", text);
        let label = |problem: Problem, (start, length): &(usize, usize)| {
            problem.at(Some(&Span::new(&source, *start..start + length)), format!("at {start}"))
        };
        render(&labels.iter().fold(Problem::warning("wide", "too wide"), label))
    }

    fn long(entries: usize) -> String {
        (0..entries).map(|index| format!("\"{index:05}\":1,")).collect()
    }

    #[test]
    fn what_is_near_the_labels_of_a_long_line_is_shown_with_its_place() {
        let text = format!("{{\n{}\"b\": 2}}\n", long(10_000));
        insta::assert_snapshot!(report(&text, &[(100_002, 3)]));
        insta::assert_snapshot!(report(&text, &[(100_002, 3), (12, 7), (50_002, 7)]));
        insta::assert_snapshot!(report(&text, &[(0, 1)]));
    }

    #[test]
    fn labels_over_several_lines() {
        let text = format!("a: 1\n{}\nb: 2\n{}\nc: 3\n", long(7_000), long(7_000));
        insta::assert_snapshot!(report(&text, &[(69_900, 30)]));
        insta::assert_snapshot!(report(&text, &[(69_900, 500)]));
        insta::assert_snapshot!(report(&text, &[(60_000, 60_000)]));
    }

    #[test]
    fn tabs_and_wide_characters_take_their_columns() {
        let tabs = format!("{}x", "\t".repeat(70_000));
        insta::assert_snapshot!(report(&tabs, &[(70_000, 1)]));
        let wide = format!("{}x", "船".repeat(30_000));
        insta::assert_snapshot!(report(&wide, &[(90_000, 1), (45_001, 1)]));
    }

    #[test]
    fn nothing_is_too_much_for_a_line() {
        let text = "\t".repeat(30_000);
        let labels: Vec<(usize, usize)> = (0..100).map(|index| (index * 300, 1)).collect();
        assert!(report(&text, &labels).contains("values.json:1:1]"));
        for length in 0..10 {
            let text = "é\r\n".repeat(300) + &"é".repeat(500) + "\r\n";
            report(&text, &[(1_195 + length, length), (2_190 + length, length), (9_999, 3)]);
        }
    }
}
