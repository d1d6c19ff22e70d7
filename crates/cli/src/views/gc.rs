//! Stacks whose time is over.

use plan::Reason;
use serde_json::{Value, json};
use stack::StackId;

use crate::printer::Paint;
use crate::views::table::table;

#[derive(Clone, Debug)]
pub struct Over {
    pub stack: StackId,
    pub place: String,
    /// Where its inventory lies.
    pub namespace: String,
    pub expires: String,
    pub releases: usize,
    /// How its destruction ended, where that was asked for.
    pub result: Option<Reason>,
}

pub fn text(all: &[Over], paint: Paint) -> String {
    if all.is_empty() {
        return "no ephemeral stack outlived its time\n".to_owned();
    }
    let rows: Vec<_> = all
        .iter()
        .map(|it| {
            [
                it.stack.to_string(),
                it.place.clone(),
                it.namespace.clone(),
                it.releases.to_string(),
                it.expires.clone(),
            ]
        })
        .collect();
    table(["STACK", "CLUSTER", "NAMESPACE", "RELEASES", "EXPIRED"], &rows, paint)
}

pub fn json(all: &[Over]) -> Value {
    let one = |it: &Over| {
        json!({
            "stack": it.stack.to_string(),
            "cluster": it.place,
            "namespace": it.namespace,
            "releases": it.releases,
            "expires": it.expires,
            "result": it.result,
        })
    };
    Value::Array(all.iter().map(one).collect())
}
