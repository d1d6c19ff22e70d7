//! Calling registered functions from unit tests, as an executor would.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use gotmpl::function::Executor;
use gotmpl::{Call, CallError, Place, Str, Value};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::{Dialect, World, functions};

struct Nowhere;

impl Executor for Nowhere {
    fn execute(&self, _: &str, _: &Value) -> Result<Str, CallError> {
        Ok("".into())
    }

    fn execute_text(&self, text: &Str, _: &Value) -> Result<Str, CallError> {
        Ok(text.clone())
    }

    fn place(&self) -> Place {
        Place { template: "test".into(), range: 0..0, line: 1, column: 0 }
    }
}

/// A world with a fixed seed at 2024-02-03 04:05:06.7 in Berlin.
pub(crate) fn world(seed: u64) -> World {
    let now = || {
        let zone = jiff::tz::TimeZoneDatabase::bundled().get("Europe/Berlin").expect("bundled");
        jiff::Timestamp::new(1_706_929_506, 700_000_000).expect("in range").to_zoned(zone)
    };
    World {
        dialect: Dialect::Helm4,
        random: RefCell::new(ChaCha20Rng::seed_from_u64(seed)),
        now: Arc::new(LazyLock::new(now)),
        lookup: Rc::new(|_, _| Ok(Value::Nil)),
        impure: RefCell::default(),
    }
}

/// Calls a function by name; arguments must already be of the parameters' types.
pub(crate) fn call(world: &World, name: &str, arguments: &[Value]) -> Result<Value, CallError> {
    let functions = functions(Dialect::Helm4);
    let function = functions.get(name).expect("a registered function");
    (function.run)(&Call { executor: &Nowhere, state: world as &dyn Any }, arguments)
}

/// The printed result or the error's text.
pub(crate) fn shown(world: &World, name: &str, arguments: &[Value]) -> String {
    match call(world, name, arguments) {
        Ok(Value::Str(text)) => text.to_string(),
        Ok(Value::Object(object)) => object.print().to_string(),
        Ok(other) => format!("{other:?}"),
        Err(CallError::Message(text)) => text,
        Err(other) => format!("{other:?}"),
    }
}
