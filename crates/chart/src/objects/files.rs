//! `.Files`: the chart's other files (pkg/engine/files.go).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::Arc;

use gotmpl::{
    Call, CallError, Kind, List, ListType, MapRef, MapType, NamedMap, Object, Signature, Str, Value,
};
use source::{Map, Tree, yaml};

use super::{NOTHING, ONE_TEXT, text};
use crate::File;
use crate::glob::Glob;

static BYTES: NamedMap = NamedMap { name: "map[string][]uint8", methods: &[] };

/// A map from path to bytes, in the order of the paths.
#[derive(Debug)]
pub(crate) struct Files(BTreeMap<String, File>);

impl Files {
    pub(crate) fn new(files: &[File]) -> Self {
        Self(files.iter().map(|file| (file.path.clone(), file.clone())).collect())
    }

    fn glob(&self, pattern: &str) -> Self {
        let glob = Glob::new(pattern);
        let matching = self.0.iter().filter(|(path, _)| glob.matches(path));
        Self(matching.map(|(path, file)| (path.clone(), file.clone())).collect())
    }

    /// Without the last newline; an absent or empty file has no lines.
    fn lines(&self, path: &str) -> Value {
        let Some(bytes) = self.0.get(path).map(File::bytes).filter(|bytes| !bytes.is_empty())
        else {
            return Value::List(List::new(ListType::Strings, Vec::new()));
        };
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        Value::strings(bytes.split(|byte| *byte == b'\n').map(Str::from))
    }

    /// Contents by the last part of the path, as YAML; of two files of one name the later path counts.
    fn by_name(&self, content: impl Fn(&[u8]) -> String) -> Value {
        let mut map = Map::new();
        for (path, file) in &self.0 {
            let name = path.rsplit('/').next().unwrap_or(path);
            map.insert(name.into(), Tree::from(content(file.bytes()).as_str()));
        }
        let yaml = yaml::write(&Tree::from(map), yaml::Dialect::Helm).unwrap_or_default();
        Value::from(yaml.strip_suffix('\n').unwrap_or(&yaml))
    }
}

impl Object for Files {
    fn type_name(&self) -> &'static str {
        "engine.files"
    }

    fn kind(&self) -> Kind {
        Kind::Map
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.0.get(name).map(bytes)
    }

    fn missing(&self) -> Value {
        Value::List(List::nil(ListType::Bytes))
    }

    fn has_method(&self, name: &str) -> bool {
        ["Get", "GetBytes", "Glob", "AsConfig", "AsSecrets", "Lines"].contains(&name)
    }

    fn signature(&self, name: &str) -> Option<Signature> {
        Some(if name.starts_with("As") { NOTHING } else { ONE_TEXT })
    }

    fn method(&self, _: &Call<'_>, name: &str, arguments: &[Value]) -> Result<Value, CallError> {
        Ok(match name {
            "AsConfig" => self.by_name(|bytes| String::from_utf8_lossy(bytes).into_owned()),
            "AsSecrets" => self.by_name(sprig::base64),
            "Get" => {
                let found = self.0.get(&*text(arguments)?.to_text());
                Value::Str(found.map_or_else(Str::default, |file| Str::from(file.bytes())))
            }
            "GetBytes" => match self.0.get(&*text(arguments)?.to_text()) {
                Some(found) => bytes(found),
                None => Value::List(List::new(ListType::Bytes, Vec::new())),
            },
            "Glob" => Value::object(self.glob(&text(arguments)?.to_text())),
            _ => self.lines(&text(arguments)?.to_text()),
        })
    }

    /// Its elements are bytes: functions that want a map of anything refuse it.
    fn underlying(&self) -> Option<Value> {
        let map = MapRef::new(MapType::Named(&BYTES));
        for (path, file) in &self.0 {
            map.insert(path.as_str(), bytes(file));
        }
        Some(map.into())
    }

    fn print(&self) -> Str {
        let mut text = String::from("map[");
        for (position, (path, file)) in self.0.iter().enumerate() {
            let space = if position == 0 { "" } else { " " };
            let bytes = FileBytes(file.shared_bytes()).print();
            write!(text, "{space}{path}:{bytes}").expect("writing to a String cannot fail");
        }
        text.push(']');
        text.into()
    }
}

/// A `[]uint8` that stays the file's own bytes until somebody looks at single ones.
#[derive(Debug)]
struct FileBytes(Arc<[u8]>);

fn bytes(file: &File) -> Value {
    Value::Object(Rc::new(FileBytes(file.shared_bytes())))
}

impl Object for FileBytes {
    fn type_name(&self) -> &'static str {
        "[]uint8"
    }

    fn kind(&self) -> Kind {
        Kind::Slice
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::List(List::bytes(&self.0)))
    }

    /// As JSON it is base64.
    fn to_plain(&self) -> Value {
        Value::from(sprig::base64(&self.0))
    }

    fn print(&self) -> Str {
        let numbers: Vec<String> = self.0.iter().map(u8::to_string).collect();
        format!("[{}]", numbers.join(" ")).into()
    }
}
