//! The releases of stacks as a table or as JSON.

use serde_json::{Value, json};
use stack::{Release, Stack, Target};

use crate::printer::Printer;
use crate::views::table::{count, table};

/// One section per stack: what and where it is, then its selected releases in the order of the waves.
pub fn text(stack: &Stack, printer: &Printer) -> String {
    let paint = printer.data_paint();
    let rows: Vec<_> = releases(stack)
        .map(|release| {
            [
                (release.wave + 1).to_string(),
                release.id.to_string(),
                release.namespace.to_string(),
                printer.chart(&release.chart),
                or_dash(needs(release)),
                or_dash(marks(release)),
            ]
        })
        .collect();
    let header = ["WAVE", "RELEASE", "NAMESPACE", "CHART", "NEEDS", "LABELS"];
    let shown = count(rows.len(), "release");
    format!(
        "{} · {shown} · {}\n{}",
        paint.bold(&stack.id.to_string()),
        target(stack, printer),
        table(header, &rows, paint)
    )
}

/// A flat list: one object per release, so that `jq` needs no second step.
pub fn json(stacks: &[&Stack]) -> Value {
    let release = |stack: &Stack, release: &Release| {
        json!({
            "workspace": stack.id.workspace,
            "environment": stack.id.environment,
            "instance": stack.id.instance,
            "release": release.id,
            "group": release.group,
            "name": release.name,
            "namespace": release.namespace,
            "cluster": release.cluster,
            "chart": release.chart.to_string(),
            "version": release.body.as_ref().and_then(|body| body.version.as_ref()),
            "wave": release.wave + 1,
            "needs": release.needs.iter().map(|need| &need.release).collect::<Vec<_>>(),
            "labels": release.labels,
            "protect": release.protect,
            "installed": release.installed,
        })
    };
    stacks.iter().flat_map(|stack| releases(stack).map(|one| release(stack, one))).collect()
}

/// `directory out/dev`, `cluster nonprod`.
pub fn target(stack: &Stack, printer: &Printer) -> String {
    match &stack.target {
        Target::Directory { path } => format!("directory {}", printer.path(path)),
        Target::Cluster(cluster) => format!("cluster {cluster}"),
    }
}

fn releases(stack: &Stack) -> impl Iterator<Item = &Release> {
    let all = stack.waves.iter().flatten().filter_map(|id| stack.releases.get(id));
    all.filter(|release| release.body.is_some())
}

fn needs(release: &Release) -> String {
    release.needs.iter().map(|need| need.release.as_str()).collect::<Vec<_>>().join(",")
}

fn marks(release: &Release) -> String {
    let mut marks: Vec<_> =
        release.labels.iter().map(|(label, value)| format!("{label}={value}")).collect();
    if release.protect {
        marks.push("(protected)".to_owned());
    }
    if !release.installed {
        marks.push("(not installed)".to_owned());
    }
    marks.join(",")
}

fn or_dash(text: String) -> String {
    if text.is_empty() { "-".to_owned() } else { text }
}
