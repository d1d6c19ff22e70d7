//! Tests of the repository as a whole: layers, tidiness, parity with Helm, examples.

fn main() {}
