//! Admission webhooks: what they call has to answer, or the server refuses whatever comes after them.

use std::collections::BTreeSet;

use source::{Node, Tree};

use super::State;
use super::fields::{at, is_true, kind, list, text};

/// The Services that webhooks of a configuration call, as namespace and name. One that may fail (`failurePolicy: Ignore`) stops
/// nobody, and what an address outside of the cluster does is not known.
pub fn backends(object: &Tree) -> BTreeSet<(&str, &str)> {
    let is_configuration =
        matches!(kind(object), "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration");
    let webhooks = if is_configuration { list(object, "webhooks") } else { &[] };
    let strict = webhooks.iter().filter(|it| text(it, "failurePolicy") != Some("Ignore"));
    let service = |webhook| {
        let service = at(webhook, "clientConfig.service")?;
        Some((text(service, "namespace")?, text(service, "name")?))
    };
    strict.filter_map(service).collect()
}

/// Whether one of a Service's EndpointSlices has an address that is ready; without a word about that it is.
pub fn is_backed<'a>(slices: impl IntoIterator<Item = &'a Tree>) -> bool {
    let endpoints = slices.into_iter().flat_map(|slice| list(slice, "endpoints"));
    let ready = |it: &Tree| at(it, "conditions.ready").is_none() || is_true(it, "conditions.ready");
    endpoints.into_iter().any(ready)
}

/// Whether a Service leads to pods of this cluster, so that there may be some that are ready.
pub fn is_bound_to_pods(service: &Tree) -> bool {
    let selects = matches!(at(service, "spec.selector").map(|it| &it.node), Some(Node::Map(map)) if !map.is_empty());
    selects && text(service, "spec.type") != Some("ExternalName")
}

pub(super) fn state(object: &Tree, unanswered: bool) -> State {
    let backends = backends(object);
    if !unanswered || backends.is_empty() {
        return State::ready();
    }
    let names: Vec<String> =
        backends.iter().map(|(namespace, name)| format!("{namespace}/{name}")).collect();
    State::waiting(format!("waiting for pods behind Service {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Tree {
        source::yaml::read_bare(text).expect("valid YAML")
    }

    #[test]
    fn which_services_must_answer() {
        let check = |kind: &str, webhook: &str, expect: usize| {
            let object = tree(&format!("{{kind: {kind}, webhooks: [{{{webhook}}}, 7]}}"));
            assert_eq!(backends(&object).len(), expect, "{kind} {webhook}");
        };
        const SERVICE: &str = "clientConfig: {service: {namespace: shop, name: web}}";
        check("ValidatingWebhookConfiguration", SERVICE, 1);
        check("MutatingWebhookConfiguration", &format!("failurePolicy: Fail, {SERVICE}"), 1);
        check("MutatingWebhookConfiguration", &format!("failurePolicy: Ignore, {SERVICE}"), 0);
        check("MutatingWebhookConfiguration", "clientConfig: {url: https://example.com}", 0);
        check("ValidatingAdmissionPolicy", SERVICE, 0);
    }

    #[test]
    fn who_answers() {
        let check = |endpoints: &str, expect: bool| {
            assert_eq!(is_backed(&[tree(&format!("{{endpoints: {endpoints}}}"))]), expect);
        };
        check("null", false);
        check("[]", false);
        check("[{conditions: {ready: false}}]", false);
        check("[{conditions: {ready: false}}, {conditions: {ready: true}}]", true);
        check("[{addresses: [10.0.0.1]}]", true);
        let check = |spec: &str, expect: bool| {
            assert_eq!(is_bound_to_pods(&tree(&format!("{{spec: {spec}}}"))), expect, "{spec}");
        };
        check("{selector: {app: web}}", true);
        check("{selector: {}}", false);
        check("{}", false);
        check("{type: ExternalName, selector: {app: web}}", false);
    }
}
