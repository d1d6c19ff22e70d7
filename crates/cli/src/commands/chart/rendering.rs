//! What `chart template` and `chart lint` render a chart with.

use std::sync::Arc;

use chart::{Input, Limits, NoLookup, ReleaseInfo};
use clap::Args;
use source::Tree;
use stack::Compat;

use super::values::Values;
use crate::args::{Charts, Helm, Kube};
use crate::render::{self, Run};
use crate::report::Failure;
use crate::shell::Shell;

#[derive(Args, Debug)]
pub struct Rendering {
    #[command(flatten)]
    pub values: Values,
    /// Namespace of the release
    #[arg(short, long, value_name = "NAME", default_value = "default")]
    pub namespace: String,
    /// Do not check values against values.schema.json
    #[arg(long)]
    pub skip_schema_validation: bool,
    /// Whose rules hold
    #[arg(
        long,
        value_name = "HELM",
        default_value = "helm4",
        env = "REGATTA_COMPAT",
        hide_env = true
    )]
    pub compat: Helm,
    #[command(flatten)]
    pub kube: Kube,
}

impl Rendering {
    pub fn run(&self, charts: &Charts, shell: &Shell) -> Result<Run, Failure> {
        Run::new(&self.kube, charts, shell)
    }

    pub fn values(&self) -> Result<Tree, Failure> {
        self.values.merged(Compat::from(self.compat))
    }

    /// A first revision, and no cluster.
    pub fn input<'a>(&self, run: &Run, name: &str, values: &'a Tree) -> Result<Input<'a>, Failure> {
        Ok(Input {
            values,
            release: ReleaseInfo {
                name: name.to_owned(),
                namespace: self.namespace.clone(),
                revision: 1,
                is_upgrade: false,
            },
            capabilities: Arc::new(run.capabilities(None)?),
            lookup: Arc::new(NoLookup),
            seed: run.seed_of(name),
            now: Arc::clone(&run.now),
            dialect: render::dialect(Compat::from(self.compat)),
            skip_schema_validation: self.skip_schema_validation,
            subchart_notes: false,
            limits: Limits::default(),
        })
    }
}
