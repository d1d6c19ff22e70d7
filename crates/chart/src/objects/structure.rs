//! Go structs of which templates see the fields, and lists of them: what Helm 3 shows of a chart's metadata.

use std::rc::Rc;

use gotmpl::{Kind, Object, Str, Value, print_value, truth};

/// A struct, or a pointer to one.
#[derive(Debug)]
pub(crate) struct Struct {
    /// Go's name of the type; that of a pointer begins with `*`.
    pub(crate) type_name: &'static str,
    /// A struct whose fields are this one's too, by the name of the field that holds it.
    pub(crate) embedded: Option<(&'static str, Rc<Self>)>,
    pub(crate) fields: Vec<Field>,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) json: &'static str,
    /// Written even where it is empty.
    pub(crate) always: bool,
    pub(crate) value: Value,
}

impl Field {
    /// One that JSON does without where it is empty.
    pub(crate) fn new(name: &'static str, json: &'static str, value: Value) -> Self {
        Self { name, json, always: false, value }
    }

    pub(crate) fn always(name: &'static str, json: &'static str, value: Value) -> Self {
        Self { name, json, always: true, value }
    }
}

impl Struct {
    fn is_pointer(&self) -> bool {
        self.type_name.starts_with('*')
    }
}

impl Object for Struct {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn kind(&self) -> Kind {
        if self.is_pointer() { Kind::Ptr } else { Kind::Struct }
    }

    fn field(&self, name: &str) -> Option<Value> {
        if let Some(field) = self.fields.iter().find(|field| field.name == name) {
            return Some(field.value.clone());
        }
        let (embedded, fields) = self.embedded.as_ref()?;
        if *embedded == name {
            return Some(Value::Object(Rc::clone(fields) as Rc<dyn Object>));
        }
        fields.field(name)
    }

    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        let embedded = self.embedded.as_ref().and_then(|(_, fields)| fields.json_fields());
        let written = self.fields.iter().filter(|field| field.always || truth(&field.value));
        let own = written.map(|field| (field.json, field.value.clone()));
        Some(embedded.into_iter().flatten().chain(own).collect())
    }

    fn go_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        let embedded = self.embedded.as_ref().and_then(|(_, fields)| fields.go_fields());
        let own = self.fields.iter().map(|field| (field.name, field.value.clone()));
        Some(embedded.into_iter().flatten().chain(own).collect())
    }

    fn print(&self) -> Str {
        let embedded = self.embedded.iter().map(|(_, fields)| fields.print());
        let own = self.fields.iter().map(|field| print_value(&field.value));
        let shown: Vec<String> = embedded.chain(own).map(|text| text.to_string()).collect();
        format!("{}{{{}}}", if self.is_pointer() { "&" } else { "" }, shown.join(" ")).into()
    }

    fn is_comparable(&self) -> bool {
        let is_plain = |field: &Field| match &field.value {
            Value::List(_) | Value::Map(_) => false,
            Value::Object(object) => object.is_comparable(),
            _ => true,
        };
        let embedded = || self.embedded.as_ref().is_none_or(|(_, fields)| fields.is_comparable());
        self.is_pointer() || (self.fields.iter().all(is_plain) && embedded())
    }
}

/// A list of structs.
#[derive(Debug)]
pub(crate) struct Slice {
    /// Go's name: `[]*chart.Maintainer`.
    pub(crate) type_name: &'static str,
    pub(crate) items: Value,
}

impl Object for Slice {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn kind(&self) -> Kind {
        Kind::Slice
    }

    fn underlying(&self) -> Option<Value> {
        Some(self.items.clone())
    }

    fn print(&self) -> Str {
        print_value(&self.items)
    }

    fn is_comparable(&self) -> bool {
        false
    }
}
