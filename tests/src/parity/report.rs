//! Verdicts as a table with figures under it.

use std::fmt::Write as _;

use super::{Case, Verdict};

/// Figures of a run. What could not be tried counts for nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub tried: usize,
    /// The same objects, or refused by both.
    pub agree: usize,
    pub same_bytes: usize,
    /// Cases that Helm renders the same each time.
    pub repeatable: usize,
    pub differ: usize,
    pub only_helm_refuses: usize,
    pub only_we_refuse: usize,
    pub both_refuse: usize,
    pub not_tried: usize,
    pub documents: usize,
}

impl Summary {
    /// How many of those tried agree, in percent.
    pub fn percent(&self) -> f64 {
        if self.tried == 0 { 0.0 } else { self.agree as f64 * 100.0 / self.tried as f64 }
    }
}

/// The table, and the figures. With `all`, cases that agree have a line too.
pub fn report(cases: &[Case], verdicts: &[Verdict], all: bool) -> (String, Summary) {
    let mut summary = Summary::default();
    let mut text = String::new();
    for (case, verdict) in cases.iter().zip(verdicts) {
        count(&mut summary, verdict);
        let (word, detail) = words(verdict);
        if all || !detail.is_empty() {
            let detail = detail.lines().take(6).collect::<Vec<_>>().join("\n    ");
            let line = format!("{word:<18} {}\n    {detail}", case.name());
            writeln!(text, "{}", line.trim_end()).expect("text takes all");
        }
    }
    let Summary { tried, agree, same_bytes, repeatable, documents, .. } = summary;
    writeln!(
        text,
        "\n{agree} of {tried} cases agree ({:.1} %), {documents} documents; {same_bytes} of {repeatable} repeatable \
         cases byte for byte\n{} differ, only Helm refuses {}, only Regatta refuses {}, both refuse {}; {} not tried \
         (dependencies not in charts/)",
        summary.percent(),
        summary.differ,
        summary.only_helm_refuses,
        summary.only_we_refuse,
        summary.both_refuse,
        summary.not_tried,
    )
    .expect("text takes all");
    (text, summary)
}

fn count(summary: &mut Summary, verdict: &Verdict) {
    if *verdict == Verdict::NotTried {
        summary.not_tried += 1;
        return;
    }
    summary.tried += 1;
    match verdict {
        Verdict::Same { bytes, masked, documents } => {
            summary.agree += 1;
            summary.documents += documents;
            summary.repeatable += usize::from(*masked == 0);
            summary.same_bytes += usize::from(*bytes);
        }
        Verdict::BothRefuse => {
            summary.agree += 1;
            summary.both_refuse += 1;
        }
        Verdict::Differs(_) => summary.differ += 1,
        Verdict::OnlyHelmRefuses(_) => summary.only_helm_refuses += 1,
        Verdict::OnlyWeRefuse(_) => summary.only_we_refuse += 1,
        Verdict::NotTried => {}
    }
}

/// A word for the case, and what a reader must look at.
fn words(verdict: &Verdict) -> (&'static str, &str) {
    match verdict {
        Verdict::Same { bytes: true, .. } => ("same", ""),
        Verdict::Same { masked: 0, .. } => ("same objects", "the texts differ"),
        Verdict::Same { .. } => ("same but random", ""),
        Verdict::BothRefuse => ("both refuse", ""),
        Verdict::Differs(place) => ("DIFFERS", place),
        Verdict::OnlyHelmRefuses(error) => ("ONLY HELM REFUSES", error),
        Verdict::OnlyWeRefuse(error) => ("ONLY WE REFUSE", error),
        Verdict::NotTried => ("not tried", ""),
    }
}
