//! Whether a run may write what it keeps beside its objects, asked before its first write.

use futures_util::future::try_join_all;
use plan::live::rights::{Right, beside_objects};
use plan::live::wish::json;
use source::Tree;

use super::Order;
use crate::Error;
use crate::client::{Client, map};
use crate::status::Denied;

const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/// # Errors
/// `Error::Denied` with every rule that is missing.
pub(super) async fn check(order: &Order<'_>) -> Result<(), Error> {
    let client = &order.connection.client;
    let rights = beside_objects(order.plan, order.state_namespace);
    let asked = rights.into_iter().map(|right| missing(client, right));
    let denied: Vec<Denied> = try_join_all(asked).await?.into_iter().flatten().collect();
    match denied.is_empty() {
        true => Ok(()),
        false => Err(Error::Denied { place: client.place().clone(), denied }),
    }
}

async fn missing(client: &Client, right: Right) -> Result<Option<Denied>, Error> {
    let Right { namespace, group, resource, verb } = right;
    let attributes = map(vec![
        ("namespace", namespace.as_str().into()),
        ("group", group.into()),
        ("resource", resource.into()),
        ("verb", verb.into()),
    ]);
    let review = map(vec![
        ("apiVersion", "authorization.k8s.io/v1".into()),
        ("kind", "SelfSubjectAccessReview".into()),
        ("spec", map(vec![("resourceAttributes", attributes)])),
    ]);
    let answer = match client.post_review(REVIEWS, &json(&review)).await {
        Ok(answer) => answer,
        // Who may not even ask finds out by trying.
        Err(error) if error.is_forbidden() || error.is_not_found() => return Ok(None),
        Err(error) => return Err(error),
    };
    let allowed = answer.get("status").and_then(|status| status.get("allowed"));
    Ok((allowed != Some(&Tree::from(true))).then(|| Denied {
        user: String::new(),
        verb: verb.to_owned(),
        resource: resource.to_owned(),
        group: group.to_owned(),
        namespace: Some(namespace),
    }))
}
