//! Support for the tests of the whole repository: real Helm, fixtures.
