//! Ctrl-C and termination: the first asks the run to end after the write in flight, a second ends it at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::report::Reason;

/// The signal that came, if one did.
#[derive(Clone, Debug, Default)]
pub struct Interrupted(Arc<AtomicUsize>);

impl Interrupted {
    /// From now on signals are only noted. Until this is called they end the program as ever, which is right for a reader.
    pub fn watch() -> io::Result<Self> {
        let came = Arc::new(AtomicUsize::new(0));
        for signal in [SIGINT, SIGTERM] {
            let seen = Arc::new(AtomicBool::new(false));
            // In this order: the first signal finds the flag unset, the second finds it set and ends the program.
            flag::register_conditional_default(signal, Arc::clone(&seen))?;
            flag::register(signal, seen)?;
            flag::register_usize(signal, Arc::clone(&came), usize::try_from(signal).unwrap_or(0))?;
        }
        Ok(Self(came))
    }

    pub fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    pub fn reason(&self) -> Option<Reason> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            signal if signal == SIGTERM as usize => Some(Reason::Terminated),
            _ => Some(Reason::Interrupted),
        }
    }
}
