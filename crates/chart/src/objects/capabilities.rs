//! `.Capabilities`, which remembers what it was asked.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use gotmpl::{Call, CallError, Kind, List, ListType, Object, Signature, Str, Value};

use sprig::Dialect;

use super::structure::{Field, Struct};
use super::{NOTHING, ONE_TEXT, text};
use crate::{Capabilities, CapabilityQuestion, KubeVersion};

/// Questions of all templates of a render.
pub(crate) type Questions = Rc<RefCell<BTreeSet<CapabilityQuestion>>>;

/// What a Helm of the dialect says of itself. Builds differ in the rest, which no chart can rely on.
fn helm_version(dialect: Dialect) -> Value {
    let field = |name, json, text: &str| Field::new(name, json, Value::from(text));
    let version = match dialect {
        Dialect::Helm4 => "v4.3.1",
        Dialect::Helm3 => "v3.22.0",
    };
    let mut fields = vec![
        field("Version", "version", version),
        field("GitCommit", "git_commit", ""),
        field("GitTreeState", "git_tree_state", ""),
        field("GoVersion", "go_version", "go1.26.8"),
    ];
    if dialect == Dialect::Helm4 {
        fields.push(field("KubeClientVersion", "kube_client_version", "v1.37"));
    }
    Value::object(Struct { type_name: "version.BuildInfo", embedded: None, fields })
}

/// Go's names of these types begin with their package.
fn type_name(dialect: Dialect, helm4: &'static str, helm3: &'static str) -> &'static str {
    match dialect {
        Dialect::Helm4 => helm4,
        Dialect::Helm3 => helm3,
    }
}

pub(crate) fn capabilities(
    capabilities: &Arc<Capabilities>,
    questions: &Questions,
    dialect: Dialect,
) -> Value {
    let kube_version = capabilities.kube_version.clone();
    Value::object(CapabilitiesObject {
        dialect,
        kube_version: Value::object(KubeVersionObject { dialect, kube_version }),
        api_versions: Value::object(VersionSet {
            dialect,
            capabilities: Arc::clone(capabilities),
            questions: Rc::clone(questions),
        }),
        helm_version: helm_version(dialect),
    })
}

#[derive(Debug)]
struct CapabilitiesObject {
    dialect: Dialect,
    kube_version: Value,
    api_versions: Value,
    helm_version: Value,
}

impl Object for CapabilitiesObject {
    fn type_name(&self) -> &'static str {
        type_name(self.dialect, "*common.Capabilities", "*chartutil.Capabilities")
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

    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        let fields = ["KubeVersion", "APIVersions", "HelmVersion"];
        Some(fields.map(|name| (name, self.field(name).unwrap_or_default())).to_vec())
    }

    fn print(&self) -> Str {
        let print = gotmpl::print_value;
        let [kube, apis, helm] =
            [&self.kube_version, &self.api_versions, &self.helm_version].map(print);
        format!("&{{{kube} {apis} {helm}}}").into()
    }
}

#[derive(Debug)]
struct KubeVersionObject {
    dialect: Dialect,
    kube_version: KubeVersion,
}

impl KubeVersionObject {
    /// `.Version`: Helm 3 has lost the suffix of a version that it was told.
    fn version(&self) -> &str {
        match self.dialect {
            Dialect::Helm4 => &self.kube_version.version,
            Dialect::Helm3 => &self.kube_version.normalized,
        }
    }
}

impl Object for KubeVersionObject {
    fn type_name(&self) -> &'static str {
        type_name(self.dialect, "common.KubeVersion", "chartutil.KubeVersion")
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Version" => Some(Value::from(self.version())),
            "Major" => Some(Value::from(self.kube_version.major.as_str())),
            "Minor" => Some(Value::from(self.kube_version.minor.as_str())),
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
        let text = if name == "String" { &self.kube_version.normalized } else { self.version() };
        Ok(Value::from(text))
    }

    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        let fields = ["Version", "Major", "Minor"];
        Some(fields.map(|name| (name, self.field(name).unwrap_or_default())).to_vec())
    }

    fn print(&self) -> Str {
        let KubeVersion { version, normalized, major, minor } = &self.kube_version;
        match self.dialect {
            Dialect::Helm4 => format!("{{{version} {normalized} {major} {minor}}}").into(),
            Dialect::Helm3 => format!("{{{normalized} {major} {minor}}}").into(),
        }
    }

    /// `String()`
    fn print_in_place(&self) -> Option<Str> {
        Some(self.kube_version.normalized.as_str().into())
    }
}

#[derive(Debug)]
struct VersionSet {
    dialect: Dialect,
    capabilities: Arc<Capabilities>,
    questions: Questions,
}

impl Object for VersionSet {
    fn type_name(&self) -> &'static str {
        type_name(self.dialect, "common.VersionSet", "chartutil.VersionSet")
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
