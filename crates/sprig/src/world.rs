//! What functions may know beyond their arguments: a seed, a clock, a cluster to look into; and what they report back.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use gotmpl::{Call, CallError, Place, Str, Value};
use jiff::Zoned;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

/// Which Helm decides where the two differ. Each rule that differs is one named method or table entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    /// Helm 4.3.
    #[default]
    Helm4,
    /// Helm 3.22.
    Helm3,
}

/// A run's time, in the zone that Go would call local. Looked at when a template first asks for it: few do, and to find
/// the zone takes as long as to render a small chart.
pub type Now = Arc<LazyLock<Zoned>>;

/// `lookup`'s question: API version, kind, namespace, name (empty for a list). The place is that of the call.
pub type Lookup = dyn Fn(Place, [&Str; 4]) -> Result<Value, CallError>;

/// The state of one release's render, handed to the executor as `Call::state`.
pub struct World {
    pub dialect: Dialect,
    /// Seeded from (run seed, release id), so that the order of threads changes nothing.
    pub random: RefCell<ChaCha20Rng>,
    pub now: Now,
    pub lookup: Rc<Lookup>,
    pub impure: RefCell<Vec<Impure>>,
}

/// A call whose result depends on the clock or on randomness: it may differ in the next render.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impure {
    pub function: &'static str,
    pub place: Place,
}

impl World {
    /// The world of a render that begins.
    pub fn new(dialect: Dialect, seed: [u8; 32], now: Now, lookup: Rc<Lookup>) -> Self {
        let random = RefCell::new(ChaCha20Rng::from_seed(seed));
        Self { dialect, random, now, lookup, impure: RefCell::default() }
    }

    /// The world of the render that makes this call.
    pub fn of<'a>(call: &Call<'a>) -> &'a Self {
        call.state.downcast_ref().expect("charts are rendered with a `World` as state")
    }

    /// Notes that a call's result depends on the clock or on randomness.
    pub fn note_impure(&self, call: &Call<'_>, function: &'static str) {
        self.impure.borrow_mut().push(Impure { function, place: call.executor.place() });
    }
}
