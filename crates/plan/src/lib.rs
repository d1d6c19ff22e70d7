//! What should be and what is there in; one complete plan out. Every decision about a target is made here, and nothing here
//! touches one: executors follow the steps of a `Plan` and compare digests.
//!
//! `read` makes objects of what a chart rendered, release by release; `settle` looks at all of them together; `plan` and
//! `destroy` compare with what was observed; `recover` makes sense of a run that was killed; `readiness`
//! says what an applied object still waits for. `hooks` knows what runs around an apply, and `record` how Helm keeps a release
//! in a cluster.

pub mod api;
pub mod hooks;
pub mod object;
pub mod read;
pub mod settle;

pub mod desired;
pub mod observed;
pub mod recover;

pub mod decide;
pub mod diff;
pub mod edit;
pub mod live;
pub mod outcome;
pub mod refusal;
pub mod secrets;

pub mod readiness;
pub mod record;

pub mod event;
pub mod lookup;
pub mod report;

mod digest;
mod json;
mod kinds;

pub use api::{Address, Api, Apis};
pub use decide::{destroy, plan};
pub use desired::{Content, Declared, Desired, DesiredRelease, ImpureCall};
pub use diff::diff;
pub use diff::lines::{Line, lines};
pub use digest::{digest, hex};
pub use edit::{Change, Edit, EditPath, Segment, Shown};
pub use event::{Event, Phase};
pub use hooks::{DeletePolicy, Hook, HookEvent, OutputLogPolicy};
pub use kinds::is_custom;
pub use lookup::Lookup;
pub use object::{Definition, Object, ObjectId, ObjectKey, Section};
pub use observed::{
    Inputs, Kept, Live, ObjectRecord, Observed, ObservedObject, ObservedRelease, RecordedChart,
    ReleaseKey, ReleaseRecord,
};
pub use outcome::{
    Action, Cause, Deferral, Expect, HookRun, Left, LeftReason, NamespacePlan, ObjectPlan,
    Operation, Options, Plan, Purpose, ReleaseAction, ReleasePlan, Step, Summary, Wave,
};
pub use read::{Document, read};
pub use recover::recover;
pub use refusal::{Refusal, RefusalReason};
pub use report::{
    ObjectFailure, ObjectNote, Outcome, Reason, ReleaseResult, Report, RollbackFailure, RunResult,
    StackReport,
};
pub use secrets::{learn, secrets, secrets_of_observed};
pub use settle::settle;
