//! Tests of the repository as a whole: layers, tidiness, rendering and records against real Helm, and what fuzzing found.

mod fuzz;
mod layers;
mod probes;
mod records;
mod tidy;
