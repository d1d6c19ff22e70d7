//! How the program is linked.

#[expect(clippy::disallowed_methods, reason = "which is where cargo says what it builds")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    // To a fixed address, as Go's programs are: else the system applies 33,000 relocations at each start and copies the
    // pages that they lie on, which takes half the time of a small render.
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
