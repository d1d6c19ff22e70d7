//! Inputs that failed once, when they were found by `tests/fuzz/run`.

use tests::fuzz::{Target, crashes};

#[test]
fn what_failed_once_runs_now() {
    for target in Target::ALL {
        for (path, input) in crashes(target) {
            println!("{}", path.display());
            target.run(&input);
        }
    }
}
