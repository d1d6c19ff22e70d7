//! The functions that charts call: Sprig 3.3 and Helm's own, with Go's type rules. Clock and randomness come in as inputs.

pub mod date;
pub mod duration;
pub mod semver;
pub mod tree;
pub mod world;

mod go;
mod limits;
mod runes;
#[cfg(test)]
mod testing;

mod cases;
mod convert;
mod crypto;
mod decimal;
mod defaults;
mod dicts;
mod encode;
mod helm;
mod json;
mod json_write;
mod lists;
mod math;
mod merge;
mod network;
mod paths;
mod random;
mod reflect;
mod regex;
mod sequences;
mod split;
mod strings;
mod toml;
mod urls;
mod uuid;
mod wrap;
mod yaml;

pub use crypto::{InvalidKey, PublicKey};
pub use encode::base64;
pub use world::{Dialect, Impure, Lookup, Now, World};
pub use yaml::to_yaml;

use std::sync::{Arc, LazyLock};

use gotmpl::Functions;

/// What each file brings, in the order in which Helm builds its table: Sprig first, then what Helm replaces.
const FAMILIES: &[fn(&mut Functions, Dialect)] = &[
    strings::register,
    cases::register,
    split::register,
    wrap::register,
    convert::register,
    math::register,
    sequences::register,
    lists::register,
    dicts::register,
    merge::register,
    defaults::register,
    reflect::register,
    encode::register,
    regex::register,
    paths::register,
    urls::register,
    semver::register,
    date::register,
    duration::register,
    crypto::register,
    random::register,
    uuid::register,
    network::register,
    json::register,
    yaml::register,
    toml::register,
    helm::register,
];

/// Every function of a dialect, by name: Sprig's table without `env` and `expandenv`, and Helm's (pkg/engine/funcs.go).
/// Built once per process.
pub fn functions(dialect: Dialect) -> &'static Arc<Functions> {
    static HELM_4: LazyLock<Arc<Functions>> = LazyLock::new(|| table(Dialect::Helm4));
    static HELM_3: LazyLock<Arc<Functions>> = LazyLock::new(|| table(Dialect::Helm3));
    match dialect {
        Dialect::Helm4 => &HELM_4,
        Dialect::Helm3 => &HELM_3,
    }
}

fn table(dialect: Dialect) -> Arc<Functions> {
    let mut functions = Functions::default();
    for register in FAMILIES {
        register(&mut functions, dialect);
    }
    Arc::new(functions)
}
