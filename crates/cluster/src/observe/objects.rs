//! One object: what lives under its address, and what the server would make of the apply.

use std::collections::BTreeMap;

use plan::live::targets::served;
use plan::live::{
    Answer, Contested, Decision, NamespaceState, Policy, Seen, Target, conflict, definition,
};
use plan::{ObjectKey, ReleaseKey};
use source::Tree;

use crate::Error;
use crate::client::{Apply, Client, MANAGER, Pick};

type Found = Option<((ReleaseKey, ObjectKey), Seen)>;

/// Nothing for an object whose kind the cluster does not know: it cannot be asked about.
pub(super) async fn look(
    client: &Client,
    target: Target,
    namespaces: &BTreeMap<String, NamespaceState>,
    policy: Policy,
) -> Result<Found, Error> {
    let Target { release, key, address, wish, predicted } = target;
    let Some(address) = address else { return Ok(None) };
    let namespace = address.namespace.as_ref().and_then(|name| namespaces.get(name));
    let unasked = predicted || namespace == Some(&NamespaceState::Missing);
    let body = wish.and_then(Result::ok).map(|wish| wish.body);
    let path = address.path();
    let live = async {
        match unasked {
            true => Ok(None),
            false => client.get(&path).await,
        }
    };
    let answer = async {
        match body {
            None => Ok(None),
            Some(body) if unasked => Ok(Some(Answer::Predicted { body })),
            Some(body) => attempt(client, &address, body, policy).await.map(Some),
        }
    };
    let (live, answer) = tokio::join!(live, answer);
    let (live, answer) = (live?, answer?);
    let instances = instances(client, live.as_ref(), answer.as_ref()).await?;
    Ok(Some(((release, key), Seen { address, live, answer, instances })))
}

/// Counts the objects of a definition that an apply would make smaller.
async fn instances(
    client: &Client,
    live: Option<&Tree>,
    answer: Option<&Answer>,
) -> Result<Option<usize>, Error> {
    let (Some(live), Some(Answer::Applied { result, .. })) = (live, answer) else {
        return Ok(None);
    };
    if definition::losses(live, result).is_empty() {
        return Ok(None);
    }
    let Some(api) = served(live).into_iter().next() else { return Ok(None) };
    let all = api.address("", "").everywhere();
    let pick = Pick { metadata_only: true, ..Pick::default() };
    match client.list(&all.collection(), pick).await {
        Ok(list) => Ok(Some(list.items.len())),
        Err(error) if error.is_forbidden() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The very apply that would be sent, as a dry run. Where others manage fields of it, a second one without the fields that are
/// left to them.
async fn attempt(
    client: &Client,
    address: &plan::Address,
    body: Tree,
    policy: Policy,
) -> Result<Answer, Error> {
    let error = match dry_run(client, address, &body, false).await {
        Ok(result) => return Ok(Answer::Applied { result, body, contested: Vec::new() }),
        Err(error) => error,
    };
    if error.conflicts().is_empty() {
        return refused(error, body);
    }
    let contested: Vec<Contested> = conflict::decide(&error.conflicts(), policy);
    if contested.iter().any(|one| one.decision == Decision::Refuse) {
        return Ok(Answer::Contested { body, contested });
    }
    let body = conflict::without_left(&body, &contested);
    match dry_run(client, address, &body, conflict::takes(&contested)).await {
        Ok(result) => Ok(Answer::Applied { result, body, contested }),
        Err(error) => refused(error, body),
    }
}

async fn dry_run(
    client: &Client,
    address: &plan::Address,
    body: &Tree,
    force: bool,
) -> Result<Tree, Error> {
    let how = Apply { dry_run: true, force, manager: MANAGER, strict: true };
    client.apply(address, &plan::live::wish::json(body), how).await
}

/// What the server says of this object is an answer; anything else is the world's fault.
fn refused(error: Error, body: Tree) -> Result<Answer, Error> {
    let Some(status) = error.status() else { return Err(error) };
    let message = status.message.clone();
    if error.is_immutable() {
        let fields = error.invalid_fields().into_iter().filter(|field| field.immutable);
        let fields = fields.map(|field| field.field).collect();
        return Ok(Answer::Immutable { body, fields, message });
    }
    // Strict field validation answers 500 for a field that the schema does not have.
    let unknown_field = status.code == 500 && message.contains("schema");
    if error.is_forbidden() && !error.is_denied_by_admission() && !error.is_quota() {
        return Err(error);
    }
    match status.code {
        400 | 403 | 404 | 409 | 413 | 422 => Ok(Answer::Rejected { body, message }),
        _ if unknown_field => Ok(Answer::Rejected { body, message }),
        _ => Err(error),
    }
}
