//! Errors with the place that Go would give them, and the calls that led there.

use std::sync::Arc;

use super::{Exec, Failure};
use crate::error::Frame;
use crate::parse::line_and_column;
use crate::{Error, ErrorKind, Place};

impl Exec<'_> {
    pub(super) fn fail(&self, message: impl Into<String>) -> Failure {
        self.fail_as(ErrorKind::Execute, message)
    }

    pub(super) fn fail_as(&self, kind: ErrorKind, message: impl Into<String>) -> Failure {
        Box::new(Error {
            message: message.into(),
            kind,
            place: self.place_of_node(),
            executing: Arc::clone(self.running.name),
            node: self.tree.show(self.node),
            trace: Vec::new(),
            seen: Vec::new(),
        })
    }

    pub(super) fn place_of_node(&self) -> Place {
        let node = self.tree.node(self.node);
        let (line, column) = line_and_column(&self.tree.text, node.at as usize);
        let range = node.start as usize..node.end as usize;
        Place { template: Arc::clone(self.running.file), range, line, column }
    }

    /// Adds the call that is at the current node to an error from inside it.
    pub(super) fn called_by(&self, mut error: Failure, message: String) -> Failure {
        error.trace.push(Frame {
            template: Arc::clone(self.running.name),
            place: self.place_of_node(),
            node: self.tree.show(self.node),
            message,
        });
        error
    }

    /// As `called_by`, for the `template` action.
    pub(super) fn called_by_template(&self, mut error: Failure) -> Failure {
        // Go names only the innermost; endless recursion need not list what it went through.
        if error.trace.len() < 100 {
            error.trace.push(Frame {
                template: Arc::clone(self.running.name),
                place: self.place_of_node(),
                node: String::new(),
                message: String::new(),
            });
        }
        error
    }
}
