//! `.Capabilities`, which remembers what it was asked.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use gotmpl::{Call, CallError, Kind, List, ListType, Object, Signature, Str, Value};

use super::{NOTHING, ONE_TEXT, text};
use crate::{Capabilities, CapabilityQuestion, KubeVersion};

/// Questions of all templates of a render.
pub(crate) type Questions = Rc<RefCell<BTreeSet<CapabilityQuestion>>>;

/// What Helm says of itself. Builds differ in the rest, which no chart can rely on.
const HELM_VERSION: [(&str, &str); 5] = [
    ("Version", "v4.3.1"),
    ("GitCommit", ""),
    ("GitTreeState", ""),
    ("GoVersion", "go1.26.8"),
    ("KubeClientVersion", "v1.37"),
];

pub(crate) fn capabilities(capabilities: &Arc<Capabilities>, questions: &Questions) -> Value {
    Value::object(CapabilitiesObject {
        kube_version: Value::object(KubeVersionObject(capabilities.kube_version.clone())),
        api_versions: Value::object(VersionSet {
            capabilities: Arc::clone(capabilities),
            questions: Rc::clone(questions),
        }),
        helm_version: Value::object(HelmVersion),
    })
}

#[derive(Debug)]
struct CapabilitiesObject {
    kube_version: Value,
    api_versions: Value,
    helm_version: Value,
}

impl Object for CapabilitiesObject {
    fn type_name(&self) -> &'static str {
        "*common.Capabilities"
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "KubeVersion" => Some(self.kube_version.clone()),
            "APIVersions" => Some(self.api_versions.clone()),
            "HelmVersion" => Some(self.helm_version.clone()),
            _ => None,
        }
    }

    fn to_plain(&self) -> Value {
        Value::map([
            ("KubeVersion", plain(&self.kube_version)),
            ("APIVersions", plain(&self.api_versions)),
            ("HelmVersion", plain(&self.helm_version)),
        ])
    }

    fn print(&self) -> Str {
        let print = gotmpl::print_value;
        let [kube, apis, helm] =
            [&self.kube_version, &self.api_versions, &self.helm_version].map(print);
        format!("&{{{kube} {apis} {helm}}}").into()
    }
}

fn plain(value: &Value) -> Value {
    match value {
        Value::Object(object) => object.to_plain(),
        other => other.clone(),
    }
}

#[derive(Debug)]
struct KubeVersionObject(KubeVersion);

impl Object for KubeVersionObject {
    fn type_name(&self) -> &'static str {
        "common.KubeVersion"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Version" => Some(Value::from(self.0.version.as_str())),
            "Major" => Some(Value::from(self.0.major.as_str())),
            "Minor" => Some(Value::from(self.0.minor.as_str())),
            _ => None,
        }
    }

    fn has_method(&self, name: &str) -> bool {
        name == "String" || name == "GitVersion"
    }

    fn signature(&self, _: &str) -> Option<Signature> {
        Some(NOTHING)
    }

    fn method(&self, _: &Call<'_>, name: &str, _: &[Value]) -> Result<Value, CallError> {
        let text = if name == "String" { &self.0.normalized } else { &self.0.version };
        Ok(Value::from(text.as_str()))
    }

    fn to_plain(&self) -> Value {
        let field = |name| (name, self.field(name).unwrap_or_default());
        Value::map(["Version", "Major", "Minor"].map(field))
    }

    fn print(&self) -> Str {
        let KubeVersion { version, normalized, major, minor } = &self.0;
        format!("{{{version} {normalized} {major} {minor}}}").into()
    }

    /// `String()`
    fn print_in_place(&self) -> Option<Str> {
        Some(self.0.normalized.as_str().into())
    }
}

#[derive(Debug)]
struct VersionSet {
    capabilities: Arc<Capabilities>,
    questions: Questions,
}

impl Object for VersionSet {
    fn type_name(&self) -> &'static str {
        "common.VersionSet"
    }

    fn kind(&self) -> Kind {
        Kind::Slice
    }

    fn has_method(&self, name: &str) -> bool {
        name == "Has"
    }

    fn signature(&self, _: &str) -> Option<Signature> {
        Some(ONE_TEXT)
    }

    fn method(&self, _: &Call<'_>, _: &str, arguments: &[Value]) -> Result<Value, CallError> {
        let api = text(arguments)?.to_string();
        let answer = self.capabilities.api_versions.contains(&api);
        self.questions.borrow_mut().insert(CapabilityQuestion { api, answer });
        Ok(Value::Bool(answer))
    }

    fn underlying(&self) -> Option<Value> {
        let items = self.capabilities.api_versions.iter().map(|api| Value::from(api.as_str()));
        Some(Value::List(List::new(ListType::Strings, items.collect())))
    }

    fn print(&self) -> Str {
        format!("[{}]", self.capabilities.api_versions.join(" ")).into()
    }
}

#[derive(Debug)]
struct HelmVersion;

impl Object for HelmVersion {
    fn type_name(&self) -> &'static str {
        "version.BuildInfo"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn field(&self, name: &str) -> Option<Value> {
        let (_, value) = HELM_VERSION.iter().find(|(field, _)| *field == name)?;
        Some(Value::from(*value))
    }

    /// Go's JSON names; what is empty is left out.
    fn to_plain(&self) -> Value {
        let field = |name: &str| self.field(name).unwrap_or_default();
        Value::map([
            ("version", field("Version")),
            ("go_version", field("GoVersion")),
            ("kube_client_version", field("KubeClientVersion")),
        ])
    }

    fn print(&self) -> Str {
        let values: Vec<&str> = HELM_VERSION.iter().map(|(_, value)| *value).collect();
        format!("{{{}}}", values.join(" ")).into()
    }
}
