//! `getHostByName`, which renders never resolve: Helm answers nothing unless told otherwise, and so do we.

use gotmpl::{Functions, Str};

use crate::Dialect;

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("getHostByName", |_name: Str| "");
}
