//! What `git.*` says in a manifest, asked of the git program only when an expression reads it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use manifest::GitFact;
use source::{Node, Tree};

/// Where CI systems say which branch they build: a checkout of a commit has none of its own.
const BRANCH_VARIABLES: &[&str] = &[
    "GITHUB_HEAD_REF",
    "GITHUB_REF_NAME",
    "CI_COMMIT_REF_NAME",
    "CHANGE_BRANCH",
    "BRANCH_NAME",
    "GIT_BRANCH",
    "BUILDKITE_BRANCH",
    "CIRCLE_BRANCH",
    "BITBUCKET_BRANCH",
    "BUILD_SOURCEBRANCHNAME",
];

/// The facts of one checkout, each asked at most once.
pub struct Git<'a> {
    root: &'a Path,
    environment: &'a BTreeMap<String, String>,
    known: RefCell<BTreeMap<GitFact, Result<Tree, String>>>,
}

impl<'a> Git<'a> {
    pub fn new(root: &'a Path, environment: &'a BTreeMap<String, String>) -> Self {
        Self { root, environment, known: RefCell::default() }
    }

    pub fn fact(&self, fact: GitFact) -> Result<Tree, String> {
        if let Some(known) = self.known.borrow().get(&fact) {
            return known.clone();
        }
        let answer = self.ask(fact);
        self.known.borrow_mut().insert(fact, answer.clone());
        answer
    }

    fn ask(&self, fact: GitFact) -> Result<Tree, String> {
        match fact {
            GitFact::Sha => self.required(&["rev-parse", "HEAD"]),
            GitFact::Short => self.required(&["rev-parse", "--short", "HEAD"]),
            GitFact::Branch => self.branch(),
            GitFact::Tag => match self.run(&["describe", "--tags", "--exact-match"])? {
                Some(tag) => Ok(Tree::from(tag.as_str())),
                None => self.complete().map(|()| Tree::new(Node::Null)),
            },
            GitFact::Describe => match self.run(&["describe", "--tags"])? {
                Some(description) => Ok(Tree::from(description.as_str())),
                // Without any tag git would name the commit, which in a shallow clone hides the tags that exist.
                None => {
                    self.complete().and_then(|()| self.required(&["rev-parse", "--short", "HEAD"]))
                }
            },
            GitFact::Dirty => {
                let status = self.run(&["status", "--porcelain"])?;
                let status = status.ok_or("this is no git repository")?;
                Ok(Tree::from(!status.is_empty()))
            }
        }
    }

    fn branch(&self) -> Result<Tree, String> {
        if let Some(branch) = self.run(&["symbolic-ref", "--quiet", "--short", "HEAD"])? {
            return Ok(Tree::from(branch.as_str()));
        }
        let told = BRANCH_VARIABLES.iter().find_map(|name| self.environment.get(*name));
        told.filter(|branch| !branch.is_empty())
            .map(|branch| Tree::from(branch.as_str()))
            .ok_or_else(|| {
                "no branch is checked out and no CI variable names one; set BRANCH_NAME".to_owned()
            })
    }

    /// An error for a shallow clone, which cannot tell what tags there are.
    fn complete(&self) -> Result<(), String> {
        match self.run(&["rev-parse", "--is-shallow-repository"])?.as_deref() {
            Some("false") => Ok(()),
            Some(_) => {
                Err("the clone is shallow; fetch the tags: git fetch --tags --unshallow".into())
            }
            None => Err("this is no git repository".to_owned()),
        }
    }

    fn required(&self, arguments: &[&str]) -> Result<Tree, String> {
        match self.run(arguments)? {
            Some(answer) => Ok(Tree::from(answer.as_str())),
            None => Err("this is no git repository, or it has no commit yet".to_owned()),
        }
    }

    /// One line from git, none where it says no.
    #[expect(clippy::disallowed_methods, reason = "git's facts are git's to tell")]
    fn run(&self, arguments: &[&str]) -> Result<Option<String>, String> {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(self.root)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("start `git`: {error}"))?;
        let text = || String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(output.status.success().then(text))
    }
}
