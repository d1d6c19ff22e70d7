//! The control plane behaves as the tests of other crates take for granted.

use controlplane::ControlPlane;

#[test]
fn the_api_answers() {
    let (status, version) = ControlPlane::shared().get("/version");
    assert_eq!((status, &version["gitVersion"]), (200, &"v1.36.3".into()));
}
