//! Inputs that failed once, when they were found by `tests/fuzz/run`.

use tests::fuzz::crashes;

#[test]
fn what_failed_once_runs_now() {
    let crashes = crashes();
    assert!(!crashes.is_empty(), "tests/fuzz/crashes holds nothing");
    for (target, path, input) in crashes {
        println!("{}", path.display());
        target.run(&input);
    }
}
