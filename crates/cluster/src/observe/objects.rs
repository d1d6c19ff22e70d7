//! Objects: what lives under their addresses, and what the server would make of the apply.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use plan::live::targets::served;
use plan::live::{
    Answer, Contested, Decision, Listing, NamespaceState, Policy, Seen, Target, conflict,
    definition, listings,
};
use plan::{Address, ObjectKey, ReleaseKey};
use source::Tree;

use super::lists;
use crate::Error;
use crate::client::{Apply, Client, MANAGER, Pick};

type Key = (ReleaseKey, ObjectKey);

/// A target whose kind the cluster knows: of others nothing can be asked.
struct Question {
    key: Key,
    address: Address,
    /// Whether there can be anything at all.
    exists: bool,
}

/// What lives under every address, and, at the same time, what an apply would make of it.
pub(super) async fn look(
    client: &Client,
    wanted: Vec<Target>,
    namespaces: &BTreeMap<String, NamespaceState>,
    policy: Policy,
) -> Result<BTreeMap<Key, Seen>, Error> {
    let exists = |target: &Target| {
        let namespace = target.address.as_ref().and_then(|address| address.namespace.as_ref());
        let state = namespace.and_then(|name| namespaces.get(name));
        !target.predicted && state != Some(&NamespaceState::Missing)
    };
    let listings = listings(wanted.iter().filter(|target| exists(target)));
    let (mut questions, mut bodies) = (Vec::new(), Vec::new());
    for target in wanted {
        let exists = exists(&target);
        let Some(address) = target.address else { continue };
        questions.push(Question { key: (target.release, target.key), address, exists });
        bodies.push(target.wish.and_then(Result::ok).map(|wish| wish.body));
    }
    let answers = questions.iter().zip(bodies).map(async |(question, body)| match body {
        None => Ok(None),
        Some(body) if !question.exists => Ok(Some(Answer::Predicted { body })),
        Some(body) => attempt(client, &question.address, body, policy).await.map(Some),
    });
    let (live, answers) = tokio::join!(live(client, &listings, &questions), join_all(answers));
    let seen = questions.into_iter().zip(live?).zip(answers).map(
        async |((Question { key, address, .. }, live), answer)| {
            let (live, answer) = (live?, answer?);
            let instances = instances(client, live.as_ref(), answer.as_ref()).await?;
            Ok((key, Seen { address, live, answer, instances }))
        },
    );
    // Of several errors the first in the order of the plan is told, whichever came first.
    join_all(seen).await.into_iter().collect()
}

/// The live object for each question: out of a list, and by a request of its own where no list shows it.
async fn live(
    client: &Client,
    listings: &[Listing],
    questions: &[Question],
) -> Result<Vec<Result<Option<Tree>, Error>>, Error> {
    let mut listed = lists::read(client, listings).await?;
    let each = questions.iter().map(|question| {
        let shown = listed.remove(&question.address);
        async move {
            match shown {
                None if question.exists => client.get(&question.address.path()).await,
                shown => Ok(shown),
            }
        }
    });
    Ok(join_all(each).await)
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
    address: &Address,
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
    address: &Address,
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
    if error.is_forbidden() && !error.is_denied_by_admission() && !error.is_quota() {
        return Err(error);
    }
    match status.code {
        400 | 403 | 404 | 409 | 413 | 422 => Ok(Answer::Rejected { body, message }),
        _ if status.is_untyped() => Ok(Answer::Rejected { body, message }),
        _ => Err(error),
    }
}
