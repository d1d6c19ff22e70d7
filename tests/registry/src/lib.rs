//! Support for the tests of what is fetched: places on this machine that serve charts as the ones in the world do, and
//! as they should not.
