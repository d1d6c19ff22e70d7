//! Tests of the repository as a whole: layers, tidiness, and rendering against real Helm.

mod layers;
mod probes;
mod tidy;
