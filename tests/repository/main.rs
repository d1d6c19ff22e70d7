//! Tests of the repository as a whole: layers, tidiness, and rendering and records against real Helm.

mod layers;
mod probes;
mod records;
mod tidy;
