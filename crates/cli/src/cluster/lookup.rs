//! What charts may ask a cluster while they are rendered.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chart::Lookup;
use source::{Map, Redactor, Tree};

use super::Opened;

/// `lookup` of templates: read-only, each question asked once.
pub(super) struct Asked {
    opened: Opened,
    answers: Mutex<BTreeMap<[String; 4], Result<Tree, String>>>,
    secrets: Arc<Mutex<Redactor>>,
}

impl Lookup for Asked {
    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Tree, String> {
        let question = [api_version, kind, namespace, name].map(str::to_owned);
        if let Some(answer) = self.answers.lock().expect("no holder panics").get(&question) {
            return answer.clone();
        }
        let answer = self.ask(api_version, kind, namespace, name);
        if let ("v1", "Secret", Ok(answer)) = (api_version, kind, &answer) {
            self.learn(answer);
        }
        self.answers.lock().expect("no holder panics").insert(question, answer.clone());
        answer
    }
}

impl Asked {
    /// What Secrets hold that were asked for is added to `secrets`.
    pub(super) fn new(opened: &Opened, secrets: &Arc<Mutex<Redactor>>) -> Self {
        let (opened, secrets) = (opened.clone(), Arc::clone(secrets));
        Self { opened, answers: Mutex::default(), secrets }
    }

    fn learn(&self, answer: &Tree) {
        let mut secrets = self.secrets.lock().expect("no holder panics");
        let items = answer.get("items").and_then(Tree::as_list).unwrap_or_default();
        // Records are large, packed, and shown by nobody.
        let is_record = |secret: &&Tree| {
            let kind = secret.get("type").and_then(Tree::as_str).unwrap_or_default();
            kind.starts_with("helm.sh/") || kind.starts_with("regatta/")
        };
        for secret in items.iter().chain([answer]).filter(|secret| !is_record(secret)) {
            plan::learn(secret, &mut secrets);
        }
    }

    fn ask(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Tree, String> {
        let connection = &self.opened.connection;
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let Some(api) = connection.discovery.apis.find(group, version, kind) else {
            return Err(format!("the cluster has no kind `{kind}` in `{api_version}`"));
        };
        let mut address = api.address(namespace, name);
        if namespace.is_empty() {
            address.namespace = None;
        }
        let client = &connection.client;
        let empty = || Tree::from(Map::new());
        if !name.is_empty() {
            let found = self.opened.block_on(client.get(&address.path()));
            return found
                .map(|found| found.unwrap_or_else(empty))
                .map_err(|error| error.to_string());
        }
        let list =
            self.opened.block_on(client.list(&address.collection(), cluster::Pick::default()));
        let items = list.map_err(|error| error.to_string())?.items;
        let entries = [
            ("apiVersion", Tree::from(api_version)),
            ("kind", format!("{kind}List").as_str().into()),
            ("items", items.into()),
        ];
        Ok(entries.into_iter().map(|(key, value)| (key.into(), value)).collect::<Map>().into())
    }
}
