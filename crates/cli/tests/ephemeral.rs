//! Many stacks of one environment side by side.

use crate::sandbox::Sandbox;

#[test]
fn two_instances_live_side_by_side() {
    let sandbox = Sandbox::example("ephemeral-e2e");
    let mut session = Vec::new();
    for line in [
        "apply -e e2e --yes -q --input build=pr-41",
        "apply -e e2e --yes -q --input build=PR/42",
        "status -e e2e --all-instances",
        "destroy -e e2e --yes",
        "destroy -e e2e --yes -q --instance pr-41",
        "status -e e2e --all-instances",
        "destroy -e e2e --yes -q --all-instances",
        "status -e e2e --all-instances",
    ] {
        session.push(sandbox.run(line).to_string());
    }
    insta::assert_snapshot!(session.join("\n"));
    assert_eq!(sandbox.tree("out"), [] as [&str; 0]);
}

#[test]
fn an_environment_without_instances_is_one_stack() {
    let sandbox = Sandbox::example("ephemeral-e2e");
    insta::assert_snapshot!(sandbox.session(&["list -e demo", "list -e e2e --instance pr-7"]));
}
