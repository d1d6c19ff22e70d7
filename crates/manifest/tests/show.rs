//! Stacks and problems as text for snapshots.

use std::fmt::Write as _;

use miette::{GraphicalReportHandler, GraphicalTheme};
use source::{Node, Problems, Tree};
use stack::{Body, Content, Need, Origin, Release, Stack, Until};

/// Every problem as a terminal of 80 columns shows it, without colour.
pub(crate) fn problems(problems: &Problems) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(80)
        .with_links(false);
    let mut shown = String::new();
    for problem in problems {
        writeln!(shown, "[{}]", problem.id).expect("a String takes all");
        handler.render_report(&mut shown, &problem.report()).expect("a String takes all");
    }
    shown.trim_end().to_owned()
}

/// A stack, defaults left out.
pub(crate) fn stack(stack: &Stack) -> String {
    let mut shown = format!("stack {}\n", stack.id);
    let chain: Vec<&str> = stack.chain.iter().map(|name| name.as_str()).collect();
    let mut line = |text: String| {
        shown.push_str(&text);
        shown.push('\n');
    };
    line(format!("chain {}", chain.join(" < ")));
    line(format!("target {:?} namespace {}", stack.target, stack.namespace));
    if let Some(state) = &stack.state {
        line(format!("state {state}"));
    }
    if stack.protected || stack.ephemeral.is_some() || stack.prune != stack::Prune::Ask {
        line(format!(
            "protected {} {:?} prune {:?}",
            stack.protected, stack.ephemeral, stack.prune
        ));
    }
    for cluster in stack.clusters.values() {
        line(format!("cluster {} {:?} {:?}", cluster.name, cluster.contexts, cluster.uid));
    }
    for (name, repository) in &stack.repositories {
        line(format!("repository {name} {repository:?}"));
    }
    for (number, wave) in stack.waves.iter().enumerate() {
        let ids: Vec<&str> = wave.iter().map(|id| id.as_str()).collect();
        line(format!("wave {number}: {}", ids.join(" ")));
    }
    for one in stack.releases.values() {
        line(release(one));
    }
    shown
}

fn release(release: &Release) -> String {
    let mut shown = format!("\nrelease {} wave {}", release.id, release.wave);
    let mut add = |text: String| write!(shown, "{text}").expect("a String takes all");
    if let Some(group) = &release.group {
        add(format!(" of {group}"));
    }
    add(format!(": {}/{}", release.namespace, release.name));
    if let Some(cluster) = &release.cluster {
        add(format!(" on {cluster}"));
    }
    add(format!(" chart {}", release.chart));
    if release.protect {
        add(" protected".to_owned());
    }
    if !release.installed {
        add(" not installed".to_owned());
    }
    if !release.labels.is_empty() {
        add(format!(" {:?}", release.labels));
    }
    for Need { release, until, optional } in &release.needs {
        add(format!("\n  needs {release}"));
        if *until != Until::Ready {
            add(format!(" until {until:?}"));
        }
        if *optional {
            add(" optional".to_owned());
        }
    }
    match &release.body {
        Some(one) => add(body(one)),
        None => add("\n  not selected".to_owned()),
    }
    shown
}

fn body(body: &Body) -> String {
    let mut shown = String::new();
    let mut add = |text: String| write!(shown, "\n  {text}").expect("a String takes all");
    let options = format!(
        "version {:?} crds {:?} wait {:?} timeout {:?} history {} {:?} {:?}",
        body.version,
        body.settings.crds,
        body.settings.wait,
        body.settings.timeout,
        body.settings.history,
        body.settings.on_failure,
        body.settings.fail_fast
    );
    if options
        != "version None crds Create wait Jobs timeout 300s history 10 Rollback FailFast { restarts: 3, image_pull: 60s, config_error: 60s }"
    {
        add(options);
    }
    let rare = format!(
        "{} {} {} {} {:?} {:?} {:?} {:?}",
        body.settings.create_namespace,
        body.settings.take_ownership,
        body.settings.force,
        body.skip_schema_validation,
        body.settings.description,
        body.kube_version,
        body.api_versions,
        body.was
    );
    if rare != "true false false false None None [] None" {
        add(format!("rare {rare}"));
    }
    if body.compat != stack::Compat::default() {
        add(format!("compat {:?}", body.compat));
    }
    if !body.pinned || body.provenance != stack::Provenance::default() {
        add(format!("pinned {} {:?}", body.pinned, body.provenance));
    }
    for rule in &body.settings.readiness {
        let ready: Vec<String> =
            rule.ready.iter().map(|(path, value)| format!("{path}={}", tree(value))).collect();
        add(format!("ready {} {}", rule.kind, ready.join(" ")));
    }
    for layer in &body.values {
        let origin = match &layer.origin {
            Origin::File { path } => path.clone(),
            Origin::Inline { place } => place.clone(),
            Origin::Flag { text } => text.clone(),
        };
        let content = match &layer.content {
            Content::Values(values) => tree(values),
            Content::Edits(edits) => {
                let one = |edit: &stack::set::Edit| {
                    format!("{} := {}", source::Path(edit.route.clone()), tree(&edit.value))
                };
                edits.iter().map(one).collect::<Vec<_>>().join(", ")
            }
        };
        add(format!("{origin}: {content}"));
    }
    shown
}

/// One line; secrets are shown as what they are, with a mark.
fn tree(value: &Tree) -> String {
    let mark = if value.secret { "!secret " } else { "" };
    let shown = match &value.node {
        Node::Null => "null".to_owned(),
        Node::Bool(value) => value.to_string(),
        Node::Int(value) => value.to_string(),
        Node::Uint(value) => value.to_string(),
        Node::Float(value) => format!("{value:?}"),
        Node::Text(text) => format!("{text:?}"),
        Node::List(list) => format!("[{}]", list.iter().map(tree).collect::<Vec<_>>().join(", ")),
        Node::Map(map) => {
            let entry =
                |(key, value): (&std::sync::Arc<str>, &Tree)| format!("{key}: {}", tree(value));
            format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    };
    format!("{mark}{shown}")
}
