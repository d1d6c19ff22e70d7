//! Many objects of one kind by a list, part by part: what was not asked for is dropped as soon as a part is read.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use plan::Address;
use plan::live::{Listing, listing};
use source::Tree;

use super::name_of;
use crate::Error;
use crate::client::{CHUNK, Client, List, Part, Pick, RESTARTS};

/// What the lists show of the objects that are wanted. What they do not show may be there all the same.
pub(super) async fn read(
    client: &Client,
    listings: &[Listing],
) -> Result<BTreeMap<Address, Tree>, Error> {
    let lists = join_all(listings.iter().map(|listing| list(client, listing))).await;
    let lists: Vec<_> = lists.into_iter().collect::<Result<_, _>>()?;
    Ok(lists.into_iter().flatten().collect())
}

/// Ends when everything is found, at the end of the collection, or when more is looked through than it is worth.
async fn list(client: &Client, listing: &Listing) -> Result<BTreeMap<Address, Tree>, Error> {
    let collection = listing.collection.collection();
    let selector = listing::selector();
    let pick = Pick { labels: &selector, ..Pick::default() };
    let mut found = BTreeMap::new();
    let (mut token, mut looked_through, mut restarts) = (String::new(), 0, 0);
    loop {
        let limit = Some(CHUNK.min(listing.most() - looked_through));
        let mut list = List::default();
        token = match client.part(&collection, pick, Part { limit, token: &token }, &mut list).await
        {
            Ok(next) => next,
            Err(error) if error.is_gone() && restarts < RESTARTS => {
                restarts += 1;
                (token, looked_through) = (String::new(), 0);
                continue;
            }
            // A role may allow to get objects and not to list them. Each will say for itself what is wrong with it.
            Err(error) if error.status().is_some() => return Ok(found),
            Err(error) => return Err(error),
        };
        looked_through += list.items.len();
        for item in list.items {
            let name = name_of(&item);
            if listing.names.contains(name) {
                let address = Address { name: name.to_owned(), ..listing.collection.clone() };
                found.insert(address, item);
            }
        }
        let is_enough = found.len() == listing.names.len() || looked_through >= listing.most();
        if token.is_empty() || is_enough {
            return Ok(found);
        }
    }
}
