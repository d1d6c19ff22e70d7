//! Charts from `fixtures/`: what they render to, and how broken ones are told.

mod beside;
mod broken;
mod disk;
mod later;
mod lint;
mod partials;
mod plain;
mod rendered;
