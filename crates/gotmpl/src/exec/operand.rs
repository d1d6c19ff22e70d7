//! A value while it is being worked on, with what Go's `reflect.Value` knows besides.

use crate::Value;

/// A value, and whether Go sees it through a variable of type `interface {}`. The nil interface and the invalid value
/// are both `Value::Nil`, but a field of the first is an error and a field of the second nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Operand {
    pub value: Value,
    pub is_interface: bool,
}

impl Operand {
    /// A value of its own type; of nil, the invalid value.
    pub(super) fn concrete(value: Value) -> Self {
        Self { value, is_interface: false }
    }

    /// A value in an interface: an element of a map or list.
    pub(super) fn interface(value: Value) -> Self {
        Self { value, is_interface: true }
    }

    /// What a function returned: a nil only fits into an interface.
    pub(super) fn returned(value: Value) -> Self {
        let is_interface = value.is_nil();
        Self { value, is_interface }
    }

    pub(super) fn invalid() -> Self {
        Self::default()
    }

    pub(super) fn is_invalid(&self) -> bool {
        !self.is_interface && self.value.is_nil()
    }

    pub(super) fn is_nil_interface(&self) -> bool {
        self.is_interface && self.value.is_nil()
    }

    /// What was in the interface: how pipelines pass values on.
    pub(super) fn into_concrete(self) -> Self {
        Self::concrete(self.value)
    }

    /// The name of Go's static type.
    pub(super) fn static_type(&self) -> &'static str {
        if self.is_interface { "interface {}" } else { crate::type_name(&self.value) }
    }
}
