//! What should be and what is there in; one complete plan out. Every decision about a target is made here, and nothing here
//! touches one: executors follow the steps of a `Plan` and compare digests.
//!
//! Landing next, with these signatures (this note goes then):
//! - `read(documents: &[Document], key: &ReleaseKey) -> (Vec<Object>, Problems)`, per release, where `Document { section, text,
//!   template, hook_events }` is what a chart rendered (CRD files whole; `List`s and several documents are taken apart);
//! - `settle(&mut Desired) -> Problems`, once over all releases: cluster scope of kinds whose CRD the stack brings, objects
//!   that two releases claim;
//! - `plan(&Desired, &Observed, &Options) -> Plan`, `destroy(&Observed, &Selection, &Options) -> Plan`, `Plan::has_changes()`,
//!   `Plan::without_prune(self)`; `secrets(&Desired, &Observed, &mut Redactor)`; `lines(from, to)`, a line diff for long texts;
//! - `directory::observe(root, stack: Option<&StackId>, &Desired or none) -> Result<Observed, Error>`,
//!   `directory::lock(root, stack) -> Result<Lock, Error>`, `directory::execute(root, &Plan, &Lock, &mut dyn FnMut(Event)) ->
//!   RunResult`; `Error::reason() -> Reason`.

pub mod object;

pub mod desired;
pub mod observed;

pub mod edit;
pub mod outcome;
pub mod refusal;

mod json;

pub mod event;
pub mod report;

pub use desired::{Declared, Desired, DesiredRelease, ImpureCall};
pub use edit::{Change, Edit, EditPath, Segment, Shown};
pub use event::Event;
pub use object::{HookEvent, Object, ObjectId, ObjectKey, Section};
pub use observed::{
    Inputs, Kept, Live, ObjectRecord, Observed, ObservedObject, ObservedRelease, RecordedChart,
    ReleaseKey, ReleaseRecord,
};
pub use outcome::{
    Action, Cause, Expect, Left, LeftReason, ObjectPlan, Operation, Options, Plan, Purpose,
    ReleaseAction, ReleasePlan, Step, Summary, Wave,
};
pub use refusal::{Refusal, RefusalReason};
pub use report::{Outcome, Reason, ReleaseResult, Report, RunResult, StackReport};
