//! The functions that charts call: Sprig 3.3 and Helm's own, with Go's type rules. Clock and randomness come in as inputs.

pub mod date;
pub mod duration;
pub mod semver;
pub mod world;

pub use world::{Dialect, Impure, Lookup, World};

use gotmpl::Functions;

/// Every function of a dialect, by name: Sprig's table without `env` and `expandenv`, and Helm's (pkg/engine/funcs.go).
pub fn functions(dialect: Dialect) -> Functions {
    let mut functions = Functions::default();
    semver::register(&mut functions, dialect);
    date::register(&mut functions, dialect);
    duration::register(&mut functions, dialect);
    functions
}
