//! All revisions of one release, whole.

use plan::ReleaseKey;
use plan::record::Record;

use super::{core, records};
use crate::client::Pick;
use crate::{Connection, Error};

/// The records of a release, oldest first; none of one that was never installed.
///
/// # Errors
/// Also where a Secret with Helm's labels is no record.
pub async fn history(connection: &Connection, key: &ReleaseKey) -> Result<Vec<Record>, Error> {
    let client = &connection.client;
    let collection = core("secrets", Some(key.namespace.as_str()), "").collection();
    let labels = format!("owner=helm,name={}", key.name);
    let secrets = client.list(&collection, Pick { labels: &labels, ..Pick::default() }).await?;
    let mut records: Vec<Record> = secrets
        .items
        .iter()
        .map(|secret| records::decode(client, secret))
        .collect::<Result<_, _>>()?;
    records.sort_by_key(|record| record.version);
    Ok(records)
}
