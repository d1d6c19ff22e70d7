//! A playground: starts a control plane, tells its kubeconfig, and ends it at Enter or the end of input.

use std::io::{self, Write as _};
use std::time::Instant;

use controlplane::ControlPlane;

fn main() -> io::Result<()> {
    let start = Instant::now();
    let plane = ControlPlane::start();
    let mut out = io::stdout();
    writeln!(out, "export KUBECONFIG={}", plane.kubeconfig().display())?;
    writeln!(out, "# ready after {:.1?}; Enter ends it", start.elapsed())?;
    out.flush()?;
    io::stdin().read_line(&mut String::new())?;
    Ok(())
}
