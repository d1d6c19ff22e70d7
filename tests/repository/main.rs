//! Tests of the repository as a whole: layers and tidiness.

mod layers;
mod tidy;
