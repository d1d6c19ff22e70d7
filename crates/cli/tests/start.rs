//! `init`, `version`, `schema`, `completion`: what works without a workspace.

use crate::sandbox::Sandbox;

#[test]
fn init_writes_a_workspace_and_never_over_one() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.session(&[
        "init shop",
        "init shop",
        "init --name Shop!",
        "version"
    ]));
    assert_eq!(
        sandbox.tree("shop"),
        [
            "shop/.gitignore",
            "shop/charts/service/Chart.yaml",
            "shop/charts/service/templates/_helpers.tpl",
            "shop/charts/service/templates/deployment.yaml",
            "shop/charts/service/templates/service.yaml",
            "shop/charts/service/values.yaml",
            "shop/regatta.yaml",
            "shop/values/web.yaml",
        ]
    );
    assert!(sandbox.read("shop/regatta.yaml").contains("name: shop\n"));
}

#[test]
fn schemas_are_json() {
    let sandbox = Sandbox::new();
    for what in ["manifest", "plan", "events"] {
        assert!(sandbox.run(&format!("schema {what}")).succeeds().json().is_object());
    }
}

#[test]
fn completion_knows_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Sandbox::new().run(&format!("completion {shell}")).succeeds().stdout;
        assert!(script.contains("destroy"), "{shell}");
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let sandbox = Sandbox::example("microservices");
    let mut child = sandbox.command(&["graph", "-e", "*", "-o", "dot"]).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
