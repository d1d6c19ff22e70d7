//! Rules for Chart.yaml.

use source::{Node, Problem, Problems, Source, Tree, yaml};
use sprig::semver::{Constraint, Version};

use crate::{Chart, Metadata};

/// Every key that Helm knows.
const KEYS: [&str; 17] = [
    "name",
    "home",
    "sources",
    "version",
    "description",
    "keywords",
    "maintainers",
    "icon",
    "apiVersion",
    "condition",
    "tags",
    "appVersion",
    "deprecated",
    "annotations",
    "kubeVersion",
    "dependencies",
    "type",
];

pub(super) fn lint(chart: &Chart) -> Problems {
    let Some(file) = chart.raw.iter().find(|file| file.path == "Chart.yaml") else {
        return Problems::new();
    };
    let name = format!("{}/Chart.yaml", chart.origin);
    let source = Source::new(name, &**file.text());
    let Ok(read) = yaml::read(&source, yaml::Options::HELM) else { return Problems::new() };
    let mut findings = Findings { tree: read.value, problems: Problems::new() };
    findings.keys();
    findings.versions(&chart.metadata);
    findings.people_and_places(&chart.metadata);
    findings.by_api_version(&chart.metadata);
    findings.problems
}

struct Findings {
    tree: Tree,
    problems: Problems,
}

impl Findings {
    fn error(&mut self, key: &str, message: String, label: &str) {
        let span = self.tree.get(key).and_then(|tree| tree.span.as_ref());
        self.problems.push(Problem::error("lint-chart-file", message).at(span, label));
    }

    fn warning(&mut self, key: &str, message: String, label: &str) {
        let span = self.tree.get(key).and_then(|tree| tree.span.as_ref());
        self.problems.push(Problem::warning("lint-chart-file", message).at(span, label));
    }

    fn keys(&mut self) {
        let Some(map) = self.tree.as_map() else { return };
        for (key, value) in map {
            if !KEYS.contains(&&**key) {
                let message = format!("Helm does not know `{key}` in Chart.yaml");
                self.problems.push(
                    Problem::warning("lint-chart-file", message)
                        .at(value.key_span.as_ref(), "an unknown key"),
                );
            }
        }
    }

    fn versions(&mut self, metadata: &Metadata) {
        for key in ["version", "appVersion"] {
            let wrong = self
                .tree
                .get(key)
                .is_some_and(|tree| !matches!(tree.node, Node::Text(_) | Node::Null));
            if wrong {
                self.error(key, format!("`{key}` must be text"), "put it into quotes");
            }
        }
        let above_zero = Constraint::parse(">0.0.0-0").ok();
        let version = Version::parse(&metadata.version).ok();
        if let (Some(above_zero), Some(version)) = (above_zero, version)
            && !above_zero.check(&version)
        {
            self.error(
                "version",
                "`version` must be above 0.0.0".to_owned(),
                "not a version of a chart",
            );
        }
        if Version::parse_strict(&metadata.version).is_err() {
            let message = format!("`{}` is not a full semantic version", metadata.version);
            self.warning("version", message, "three numbers make one: `1.2.3`");
        }
    }

    fn people_and_places(&mut self, metadata: &Metadata) {
        for maintainer in &metadata.maintainers {
            if maintainer.name.is_empty() {
                let message = "each maintainer needs a `name`".to_owned();
                self.error("maintainers", message, "one of them has none");
            } else if !maintainer.email.is_empty() && !is_email(&maintainer.email) {
                let message = format!("`{}` is no e-mail address", maintainer.email);
                self.error("maintainers", message, "one of them has it");
            } else if !maintainer.url.is_empty() && !is_url(&maintainer.url) {
                let message = format!("`{}` is no URL", maintainer.url);
                self.error("maintainers", message, "one of them has it");
            }
        }
        for source in &metadata.sources {
            if !is_request_url(source) {
                self.error("sources", format!("`{source}` is no URL"), "one of them");
            }
        }
        if metadata.icon.is_empty() {
            let message = "an `icon` is recommended";
            self.problems.push(Problem::advice("lint-chart-file", message));
        } else if !is_request_url(&metadata.icon) {
            self.error("icon", format!("`{}` is no URL", metadata.icon), "must be one");
        }
    }

    fn by_api_version(&mut self, metadata: &Metadata) {
        if self.tree.get("apiVersion").is_none_or(Tree::is_null) {
            let message = "Chart.yaml needs an `apiVersion`: `v1` or `v2`".to_owned();
            self.error("apiVersion", message, "");
        }
        if metadata.api_version == "v2" {
            return;
        }
        if self
            .tree
            .get("dependencies")
            .and_then(Tree::as_list)
            .is_some_and(|list| !list.is_empty())
        {
            let message = "`dependencies` belong into requirements.yaml before `apiVersion: v2`";
            self.error("dependencies", message.to_owned(), "Helm 2 does not read them here");
        }
        if !metadata.kind.is_empty() {
            let message = "`type` needs `apiVersion: v2`".to_owned();
            self.error("type", message, "Helm 2 does not know it");
        }
    }
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !host.starts_with('.') && !text.contains(' ')
    })
}

/// With or without a scheme, but with a host that can be one.
fn is_url(text: &str) -> bool {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    !text.contains(char::is_whitespace) && (host == "localhost" || host.contains('.'))
}

/// With a scheme.
fn is_request_url(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
            && !rest.is_empty()
            && !rest.contains(' ')
    })
}
