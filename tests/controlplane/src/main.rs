//! A playground: starts a control plane, tells its kubeconfig, and ends it at Enter or the end of input.

use std::io::{self, Write as _};
use std::time::Instant;

use controlplane::ControlPlane;

fn main() -> io::Result<()> {
    let start = Instant::now();
    let plane = ControlPlane::start();
    let text = format!(
        "export KUBECONFIG={}\n# ready after {:.1?}; Enter ends it\n",
        plane.kubeconfig().display(),
        start.elapsed()
    );
    // One write: a reader that wants the first line only may be gone before a second.
    io::stdout().write_all(text.as_bytes())?;
    io::stdin().read_line(&mut String::new())?;
    Ok(())
}
