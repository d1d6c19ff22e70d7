//! The pods behind the Services that webhooks call, which have to answer before anything else is sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use plan::readiness::{backends, is_backed, is_bound_to_pods};
use source::Tree;
use tokio::sync::Notify;

use super::collection::Collection;
use super::hub::{How, Hub};
use super::store::Known;

/// What is followed of Services, by their namespaces and names.
#[derive(Default)]
pub(super) struct Backing {
    slices: BTreeMap<(String, String), Arc<Collection>>,
    /// Those that have no pod that is ready.
    services: BTreeMap<(String, String), Arc<Collection>>,
}

impl Backing {
    /// Whether no pod is ready behind one of the Services. A Service that is not there yet is nobody's to wait for, and who may
    /// not look believes that all is well.
    pub(super) fn is_missing(
        &mut self,
        hub: &Hub,
        webhooks: &Tree,
        listener: &Arc<Notify>,
    ) -> bool {
        let mut is_missing = false;
        // Each of them is followed from the first look on.
        for backend in backends(webhooks) {
            is_missing |= self.lacks_pods(hub, backend, listener);
        }
        is_missing
    }

    fn lacks_pods(
        &mut self,
        hub: &Hub,
        (namespace, name): (&str, &str),
        listener: &Arc<Notify>,
    ) -> bool {
        let heard = |collection: Arc<Collection>| {
            collection.listen(listener);
            collection
        };
        let key = (namespace.to_owned(), name.to_owned());
        let slices = self.slices.entry(key.clone()).or_insert_with(|| {
            let path = format!("/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices");
            heard(hub.open_labelled(path, format!("kubernetes.io/service-name={name}")))
        });
        let slices = slices.store();
        if slices.is_unlisted || is_backed(slices.objects()) {
            self.services.remove(&key);
            return false;
        }
        if !slices.is_listed {
            return true;
        }
        let service = self.services.entry(key).or_insert_with(|| {
            let services =
                hub.open(format!("/api/v1/namespaces/{namespace}/services"), How::Single);
            services.add_name(name);
            heard(services)
        });
        let services = service.store();
        match services.find(name, None) {
            Known::Object(service) => is_bound_to_pods(&service),
            Known::Deleted(_) => false,
            Known::Nothing => !services.is_blind,
        }
    }
}
