//! A probe through our own renderer.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use chart::{
    Capabilities, Dialect, File, Hook, Input, KubeVersion, Limits, NoLookup, ReleaseInfo, Rendered,
};
use source::{Problems, Source, Tree};

use super::{Family, Outcome, Probe, Shows};

impl Family {
    /// What our own renderer makes of a probe.
    pub fn render(&self, probe: &Probe, dialect: Dialect) -> Outcome {
        match self.rendered(probe, dialect) {
            Ok(rendered) => Outcome::Output(self.shown(&rendered)),
            Err(problems) => {
                let words: Vec<&str> =
                    problems.iter().map(|problem| problem.message.as_str()).collect();
                Outcome::Error(words.join("\n"))
            }
        }
    }

    fn rendered(&self, probe: &Probe, dialect: Dialect) -> Result<Rendered, Problems> {
        let chart = chart::load("probe", self.chart_files(probe))?;
        let given = Source::new("given", probe.given.clone().unwrap_or_default());
        let given = chart::read_values(&given, Dialect::Helm3, &mut Problems::new())?;
        chart::render(&chart, &input(&given, dialect))
    }

    fn chart_files(&self, probe: &Probe) -> Vec<File> {
        let metadata = "apiVersion: v2\nname: probe\nversion: 1.2.3\nappVersion: \"4.5\"\n";
        // An empty text is as good as none, as in the writer of the goldens.
        let values = probe.values.as_ref().filter(|values| !values.is_empty());
        let template = match self.shows {
            Shows::Notes => "templates/NOTES.txt",
            Shows::Manifests => "templates/a.yaml",
        };
        let mut files = std::collections::BTreeMap::from([
            ("Chart.yaml", metadata),
            ("values.yaml", values.unwrap_or(&self.values)),
        ]);
        if !self.helpers.is_empty() {
            files.insert("templates/_helpers.tpl", &self.helpers);
        }
        let more = self.files.iter().chain(&probe.files);
        files.extend(more.map(|(name, text)| (name.as_str(), text.as_str())));
        files.insert(template, &probe.template);
        files.into_iter().map(|(path, text)| File::new(path, text.as_bytes())).collect()
    }

    fn shown(&self, rendered: &Rendered) -> String {
        if self.shows == Shows::Notes {
            return rendered.notes.clone();
        }
        let mut text = String::new();
        for document in &rendered.manifests {
            writeln!(text, "# {}\n{}", document.source, document.text).expect("text takes all");
        }
        for hook in &rendered.hooks {
            let Hook { document, events, weight, delete_policies, .. } = hook;
            let events: Vec<&str> = events.iter().map(|event| event.as_str()).collect();
            let (events, policies) = (events.join(" "), delete_policies.join(" "));
            writeln!(text, "# hook {} [{events}] {weight} [{policies}]", document.source)
                .expect("text takes all");
            writeln!(text, "{}", document.text).expect("text takes all");
        }
        text
    }
}

/// What the writer of the goldens tells Helm as well.
fn input(given: &Tree, dialect: Dialect) -> Input<'_> {
    let capabilities = Capabilities {
        kube_version: KubeVersion::parse("v1.33.4").expect("a version"),
        ..Capabilities::default()
    };
    Input {
        values: given,
        release: ReleaseInfo {
            name: "probe-release".to_owned(),
            namespace: "probe-space".to_owned(),
            revision: 1,
            is_upgrade: false,
        },
        capabilities: Arc::new(capabilities),
        lookup: Arc::new(NoLookup),
        seed: [7; 32],
        now: Arc::new(LazyLock::new(|| {
            let now = jiff::Timestamp::new(1_750_000_000, 123_456_789).expect("in range");
            now.to_zoned(jiff::tz::TimeZone::UTC)
        })),
        dialect,
        skip_schema_validation: false,
        subchart_notes: false,
        limits: Limits::default(),
    }
}
