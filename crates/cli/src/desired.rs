//! From what charts rendered to what a stack should be, in the words of `plan`.

use std::collections::BTreeSet;

use chart::Rendered;
use plan::{
    Content, Declared, DeletePolicy, Desired, DesiredRelease, Document, Hook, HookEvent,
    ImpureCall, Inputs, Lookup, OutputLogPolicy, RecordedChart, ReleaseKey, Section,
};
use source::{Problem, Problems};
use stack::{Compat, Crds, Release, Stack};

use crate::render::{Job, dialect};

/// One release, with every reason why a rendered document cannot be an object. Costly enough to be done side by side.
pub fn release(job: &Job<'_>, rendered: &Rendered) -> Result<DesiredRelease, Problems> {
    let key = key(job.release);
    let (objects, problems) = plan::read(&documents(job, rendered), &key);
    if !problems.is_empty() {
        return Err(problems.into_iter().map(|one| of_release(one, job.release)).collect());
    }
    let metadata = &job.chart.metadata;
    Ok(DesiredRelease {
        id: job.release.id.clone(),
        key,
        wave: job.release.wave,
        needs: job.release.needs.clone(),
        labels: job.release.labels.clone(),
        protect: job.release.protect,
        chart: RecordedChart {
            name: metadata.name.clone(),
            version: metadata.version.clone(),
            app_version: metadata.app_version.clone(),
        },
        inputs: inputs(job, rendered),
        objects,
        impure: impure(rendered),
        lookups: lookups(job, rendered),
        settings: job.body.settings.clone(),
        content: content(job, rendered)?,
    })
}

/// What the stack should be, or every reason why its releases cannot stand side by side.
pub fn desired(stack: &Stack, releases: Vec<DesiredRelease>) -> Result<Desired, Problems> {
    let mut desired = Desired {
        stack: stack.id.clone(),
        selection: stack.selection.clone(),
        declared: stack.releases.values().map(declared).collect(),
        releases,
    };
    let problems = plan::settle(&mut desired);
    if problems.is_empty() { Ok(desired) } else { Err(problems) }
}

/// What templates asked; where no cluster is asked, nothing was.
fn lookups(job: &Job<'_>, rendered: &Rendered) -> Vec<Lookup> {
    let given = |word: &str| (!word.is_empty()).then(|| word.to_owned());
    let lookup = |call: &chart::LookupCall| Lookup {
        api_version: call.api_version.clone(),
        kind: call.kind.clone(),
        namespace: given(&call.namespace),
        name: given(&call.name),
        template: call.template.to_string(),
        line: call.line,
        digest: plan::hex(&call.digest),
    };
    let asked = rendered.report.lookups.iter().filter(|_| job.keeps_records);
    asked.map(lookup).collect()
}

/// What a record keeps; nothing where there are no records.
fn content(job: &Job<'_>, rendered: &Rendered) -> Result<Option<Content>, Problems> {
    if !job.keeps_records {
        return Ok(None);
    }
    let chart =
        chart::stored(&job.chart, &job.values, dialect(job.body.compat)).map_err(|problems| {
            problems.into_iter().map(|one| of_release(one, job.release)).collect::<Problems>()
        })?;
    let documents = documents(job, rendered);
    Ok(Some(Content {
        config: job.values.clone(),
        chart,
        manifest: plan::record::manifest::write(&documents),
        hooks: documents.iter().filter_map(plan::hooks::to_record).collect(),
        notes: rendered.notes.clone(),
        back_to: None,
    }))
}

pub fn key(release: &Release) -> ReleaseKey {
    ReleaseKey {
        cluster: release.cluster.clone(),
        namespace: release.namespace.clone(),
        name: release.name.clone(),
    }
}

fn declared(release: &Release) -> Declared {
    Declared {
        id: release.id.clone(),
        key: key(release),
        selected: release.body.is_some(),
        installed: release.installed,
    }
}

fn documents<'a>(job: &Job<'_>, rendered: &'a Rendered) -> Vec<Document<'a>> {
    let crds = rendered.crds.iter().filter(|_| job.body.settings.crds != Crds::Skip).map(|crd| {
        Document { section: Section::Crd, text: crd.file.text(), template: &crd.source, hook: None }
    });
    let hooks = rendered.hooks.iter().map(|hook| Document {
        section: Section::Hook,
        text: &hook.document.text,
        template: &hook.document.source,
        hook: Some(self::hook(hook)),
    });
    let manifests = rendered.manifests.iter().map(|document| Document {
        section: Section::Manifest,
        text: &document.text,
        template: &document.source,
        hook: None,
    });
    crds.chain(hooks).chain(manifests).collect()
}

fn hook(hook: &chart::Hook) -> Hook {
    let events = hook.events.iter().filter_map(|event| HookEvent::parse(event.as_str()));
    Hook {
        events: events.collect(),
        weight: hook.weight,
        delete_policies: hook.delete_policies.iter().map(|it| DeletePolicy::parse(it)).collect(),
        output_log_policies: hook
            .output_log_policies
            .iter()
            .map(|it| OutputLogPolicy::parse(it))
            .collect(),
    }
}

/// Digests of everything that decided what was rendered, the clock and randomness aside.
fn inputs(job: &Job<'_>, rendered: &Rendered) -> Inputs {
    let capabilities = &job.capabilities;
    let mut seen = vec![capabilities.kube_version.version.as_str()];
    // Named only where it is not what everybody has, so that what was recorded before there was a choice stays as it is.
    seen.extend((job.body.compat == Compat::Helm3).then_some("helm3"));
    match job.keeps_records {
        // A cluster gets new APIs all the time: those count that the chart asked about.
        true => {
            let questions = rendered.report.capability_questions.iter();
            seen.extend(questions.filter(|one| one.answer).map(|one| one.api.as_str()));
        }
        false => seen.extend(capabilities.api_versions.iter().map(String::as_str)),
    }
    Inputs {
        chart: job.chart.digest().to_owned(),
        values: plan::digest(canonical(&job.values).as_bytes()),
        capabilities: plan::digest(seen.join("\n").as_bytes()),
    }
}

/// Equal values give equal texts: sorted keys, numbers as Helm sees them.
fn canonical(values: &source::Tree) -> String {
    source::json::write(values, source::json::Html::Plain, source::json::Layout::Compact)
        .unwrap_or_else(|why| why)
}

/// Each place once, however often a loop or a certificate's many draws came by.
fn impure(rendered: &Rendered) -> Vec<ImpureCall> {
    let mut seen = BTreeSet::new();
    let call = |call: &chart::ImpureCall| ImpureCall {
        function: call.function.to_owned(),
        template: call.template.to_string(),
        line: call.line,
        rendering: call.rendering.to_string(),
    };
    rendered.report.impure.iter().map(call).filter(|call| seen.insert(call.clone())).collect()
}

fn of_release(mut problem: Problem, release: &Release) -> Problem {
    problem.trace.push(format!("in release `{}`", release.id));
    problem
}
