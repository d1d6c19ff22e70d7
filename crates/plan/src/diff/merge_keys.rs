//! By which fields Kubernetes tells the items of a list apart.

use source::{Node, Tree};

/// A field, and what counts where it is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MergeKey {
    pub(crate) field: &'static str,
    pub(crate) default: Option<&'static str>,
}

const fn key(field: &'static str) -> MergeKey {
    MergeKey { field, default: None }
}

const PROTOCOL: MergeKey = MergeKey { field: "protocol", default: Some("TCP") };

/// Lists by the name of their field, as the `x-kubernetes-list-map-keys` and patch merge keys of Kubernetes' OpenAPI
/// document have them. Several sets of keys: the first that every item has.
const TABLE: &[(&str, &[&[MergeKey]])] = &[
    ("conditions", &[&[key("type")]]),
    ("containers", &[&[key("name")]]),
    ("env", &[&[key("name")]]),
    ("ephemeralContainers", &[&[key("name")]]),
    ("hostAliases", &[&[key("ip")], &[key("hostname")]]),
    ("imagePullSecrets", &[&[key("name")]]),
    ("initContainers", &[&[key("name")]]),
    ("matchConditions", &[&[key("name")]]),
    ("ownerReferences", &[&[key("uid")]]),
    ("ports", &[&[key("containerPort"), PROTOCOL], &[key("port"), PROTOCOL], &[key("name")]]),
    ("resourceClaims", &[&[key("name")]]),
    ("schedulingGates", &[&[key("name")]]),
    ("secrets", &[&[key("name")]]),
    (
        "subjects",
        &[&[key("kind"), key("name"), MergeKey { field: "namespace", default: Some("") }]],
    ),
    ("topologySpreadConstraints", &[&[key("topologyKey"), key("whenUnsatisfiable")]]),
    ("versions", &[&[key("name")]]),
    ("volumeDevices", &[&[key("devicePath")]]),
    ("volumeMounts", &[&[key("mountPath")]]),
    ("volumes", &[&[key("name")]]),
    ("webhooks", &[&[key("name")]]),
];

/// Any other list whose items all have different names.
const OTHERWISE: &[&[MergeKey]] = &[&[key("name")]];

/// The identity of an item: its merge keys with their values.
pub(crate) type Identity = Vec<(&'static str, String)>;

/// The identities of the items of both lists; none where no set of keys tells all of them apart.
pub(crate) fn identities(
    field: Option<&str>,
    from: &[Tree],
    to: &[Tree],
) -> Option<(Vec<Identity>, Vec<Identity>)> {
    let sets =
        TABLE.iter().find(|(name, _)| Some(*name) == field).map_or(OTHERWISE, |(_, sets)| *sets);
    sets.iter().find_map(|keys| Some((distinct(keys, from)?, distinct(keys, to)?)))
}

fn distinct(keys: &[MergeKey], list: &[Tree]) -> Option<Vec<Identity>> {
    let identities: Vec<Identity> =
        list.iter().map(|item| identity(keys, item)).collect::<Option<_>>()?;
    let mut sorted: Vec<&Identity> = identities.iter().collect();
    sorted.sort();
    sorted.dedup();
    (sorted.len() == identities.len()).then_some(identities)
}

fn identity(keys: &[MergeKey], item: &Tree) -> Option<Identity> {
    item.as_map()?;
    keys.iter()
        .map(|key| {
            let value = match item.get(key.field).map(|value| &value.node) {
                None | Some(Node::Null) => key.default?.to_owned(),
                Some(Node::Text(text)) => text.to_string(),
                Some(Node::Int(int)) => int.to_string(),
                Some(Node::Uint(int)) => int.to_string(),
                Some(_) => return None,
            };
            Some((key.field, value))
        })
        .collect()
}
