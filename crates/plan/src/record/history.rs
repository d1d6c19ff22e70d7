//! What the revisions of one release mean together: which one is in place, which one comes next, which ones go.

use std::fmt;

use source::Tree;
use stack::ReleaseName;

use super::decode::shown;
use super::{KEY_PREFIX, Status, Storage, Unreadable};

/// A revision as the labels of its Secret tell of it, so that nobody needs to decode ten records to know one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    pub release: ReleaseName,
    pub version: u64,
    pub status: Status,
    /// The name of the Secret.
    pub key: String,
    /// That of the Secret, too: another Secret may take its name.
    pub uid: Option<String>,
}

impl Revision {
    /// Reads the live object, or its metadata alone.
    pub fn read(object: &Tree) -> Result<Self, Unreadable> {
        Self::of_labels(&Storage::read(object))
            .map_err(|reason| Unreadable { object: shown(object), reason })
    }

    /// The object's name stands in for labels that somebody took away.
    fn of_labels(storage: &Storage) -> Result<Self, String> {
        let key = storage.metadata.get("name").and_then(Tree::as_str).unwrap_or_default();
        let of_key = key.strip_prefix(KEY_PREFIX).and_then(|rest| rest.rsplit_once(".v"));
        let release = storage.label("name").or(of_key.map(|(name, _)| name));
        let release = release.ok_or("it has no label `name`")?;
        let version = storage.label("version").or(of_key.map(|(_, version)| version));
        let version = version.ok_or("it has no label `version`")?;
        let number = version.parse().ok().filter(|number| *number > 0);
        Ok(Self {
            release: ReleaseName::new(release).map_err(|error| error.to_string())?,
            version: number.ok_or_else(|| format!("its label `version` is `{version}`"))?,
            status: storage.label("status").map(Status::parse).unwrap_or_default(),
            key: key.to_owned(),
            uid: storage.uid().map(str::to_owned),
        })
    }
}

/// All revisions of one release, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History(Vec<Revision>);

impl History {
    /// In any order.
    pub fn new(mut revisions: Vec<Revision>) -> Self {
        revisions.sort_by_key(|revision| revision.version);
        Self(revisions)
    }

    pub fn revisions(&self) -> &[Revision] {
        &self.0
    }

    pub fn last(&self) -> Option<&Revision> {
        self.0.last()
    }

    /// The newest that is marked deployed; after crashes there may be several.
    pub fn deployed(&self) -> Option<&Revision> {
        self.newest(&self.0, |status| status == Status::Deployed)
    }

    /// The one that an upgrade goes out from: the deployed one, or else the newest that was deployed or failed. Where Helm
    /// refuses because a run was killed, this is what that run went out from.
    pub fn current(&self) -> Option<&Revision> {
        let installed = self.since_uninstall();
        let once = |status| matches!(status, Status::Superseded | Status::Failed);
        self.deployed().or_else(|| self.newest(installed, once))
    }

    /// Those whose objects may be in place, oldest first: the last good one and all later ones, which failed or were killed.
    pub fn in_place(&self) -> &[Revision] {
        let Some(good) = self.last_good() else { return self.since_uninstall() };
        &self.0[self.0.partition_point(|revision| revision.version < good.version)..]
    }

    /// Where a failed run goes back to: the deployed one, or else the newest that once was.
    pub fn last_good(&self) -> Option<&Revision> {
        let installed = self.since_uninstall();
        let superseded = |status| status == Status::Superseded;
        self.deployed().or_else(|| self.newest(installed, superseded))
    }

    /// What the next revision is called, whatever became of the last one.
    pub fn next_version(&self) -> u64 {
        self.last().map_or(1, |last| last.version.saturating_add(1))
    }

    /// The ones that a newly deployed revision makes superseded.
    pub fn superseded_by(&self, version: u64) -> impl Iterator<Item = &Revision> {
        let older = move |revision: &&Revision| revision.version != version;
        self.0.iter().filter(|revision| revision.status == Status::Deployed).filter(older)
    }

    /// The ones that make room for one more, so that `limit` remain with it: the oldest, but never the deployed one
    /// (`removeLeastRecent` in Helm's `pkg/storage/storage.go`). A limit of 0 keeps all.
    pub fn to_prune(&self, limit: usize) -> Vec<&Revision> {
        let excess = match limit.checked_sub(1) {
            Some(room) => self.0.len().saturating_sub(room),
            None => 0,
        };
        let deployed = self.deployed().map(|deployed| deployed.version);
        let others = self.0.iter().filter(|revision| Some(revision.version) != deployed);
        others.take(excess).collect()
    }

    /// Where a rollback goes to: the revision that was asked for, whatever became of it, or else the newest before the last
    /// that was deployed once. (Helm takes the last but one, even where that failed.)
    pub fn rollback_target(&self, version: Option<u64>) -> Result<&Revision, NoTarget> {
        let earlier = &self.0[..self.0.len().saturating_sub(1)];
        let good = |status| matches!(status, Status::Deployed | Status::Superseded);
        let found = match version {
            Some(version) => self.0.iter().find(|revision| revision.version == version),
            None => self.newest(earlier, good),
        };
        let present = || self.0.iter().map(|it| (it.version, it.status)).collect();
        found.ok_or_else(|| NoTarget { asked: version, present: present() })
    }

    /// What `helm uninstall --keep-history` left counts for nothing but an explicit rollback.
    fn since_uninstall(&self) -> &[Revision] {
        let gone = |revision: &Revision| revision.status == Status::Uninstalled;
        let start = self.0.iter().rposition(gone).map_or(0, |position| position + 1);
        &self.0[start..]
    }

    fn newest<'a>(
        &'a self,
        among: &'a [Revision],
        is_it: impl Fn(Status) -> bool,
    ) -> Option<&'a Revision> {
        among.iter().rev().find(|revision| is_it(revision.status))
    }
}

/// There is nothing to roll back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoTarget {
    pub asked: Option<u64>,
    pub present: Vec<(u64, Status)>,
}

impl fmt::Display for NoTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.asked {
            Some(version) => write!(formatter, "there is no revision {version}")?,
            None => formatter.write_str("no earlier revision was ever deployed")?,
        }
        if self.present.is_empty() {
            return formatter.write_str(": the release has no records");
        }
        for (position, (version, status)) in self.present.iter().enumerate() {
            let before = if position == 0 { ": there are" } else { "," };
            write!(formatter, "{before} {version} ({status})")?;
        }
        Ok(())
    }
}

impl std::error::Error for NoTarget {}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::super::tests::data;
    use super::*;

    /// `1 superseded, 2 failed, 3 deployed`
    fn history(text: &str) -> History {
        let revision = |word: &str| {
            let (version, status) = word.split_once(' ').expect("a number and a status");
            let found = Status::ALL.into_iter().find(|it| it.as_str() == status);
            Revision {
                release: ReleaseName::new("web").expect("a name"),
                version: version.parse().expect("a number"),
                status: found.expect("a status"),
                key: String::new(),
                uid: None,
            }
        };
        History::new(text.split(", ").filter(|word| !word.is_empty()).map(revision).collect())
    }

    fn numbers<'a>(revisions: impl IntoIterator<Item = &'a Revision>) -> String {
        let numbers: Vec<_> = revisions.into_iter().map(|it| it.version.to_string()).collect();
        if numbers.is_empty() { "-".to_owned() } else { numbers.join(",") }
    }

    #[test]
    fn what_revisions_mean() {
        let mut table = String::new();
        for text in [
            "",
            "1 deployed",
            "1 superseded, 2 deployed",
            "1 deployed, 2 failed",
            "1 deployed, 2 deployed, 3 pending-upgrade",
            "1 failed",
            "1 pending-install",
            "1 superseded, 2 pending-upgrade",
            "1 superseded, 2 failed, 4 failed, 3 superseded",
            "1 uninstalled",
            "1 superseded, 2 uninstalled, 3 failed",
            "1 superseded, 2 uninstalling",
        ] {
            let it = history(text);
            let good = numbers(it.last_good());
            let back = numbers(it.rollback_target(None).ok());
            writeln!(
                table,
                "{:52} current {} in place {:5} good {good} back to {back} next {} supersede {}",
                text,
                numbers(it.current()),
                numbers(it.in_place()),
                it.next_version(),
                numbers(it.superseded_by(9)),
            )
            .expect("writing to a String cannot fail");
        }
        insta::assert_snapshot!(table, @r#"
                                                             current - in place -     good - back to - next 1 supersede -
        1 deployed                                           current 1 in place 1     good 1 back to - next 2 supersede 1
        1 superseded, 2 deployed                             current 2 in place 2     good 2 back to 1 next 3 supersede 2
        1 deployed, 2 failed                                 current 1 in place 1,2   good 1 back to 1 next 3 supersede 1
        1 deployed, 2 deployed, 3 pending-upgrade            current 2 in place 2,3   good 2 back to 2 next 4 supersede 1,2
        1 failed                                             current 1 in place 1     good - back to - next 2 supersede -
        1 pending-install                                    current - in place 1     good - back to - next 2 supersede -
        1 superseded, 2 pending-upgrade                      current 1 in place 1,2   good 1 back to 1 next 3 supersede -
        1 superseded, 2 failed, 4 failed, 3 superseded       current 4 in place 3,4   good 3 back to 3 next 5 supersede -
        1 uninstalled                                        current - in place -     good - back to - next 2 supersede -
        1 superseded, 2 uninstalled, 3 failed                current 3 in place 3     good - back to 1 next 4 supersede -
        1 superseded, 2 uninstalling                         current 1 in place 1,2   good 1 back to 1 next 3 supersede -
        "#);
    }

    #[test]
    fn pruning() {
        let check = |text: &str, limit: usize, expect: &str| {
            assert_eq!(numbers(history(text).to_prune(limit)), expect, "{text}, {limit}");
        };
        check("", 1, "-");
        check("1 superseded, 2 superseded, 3 deployed", 0, "-");
        check("1 superseded, 2 superseded, 3 deployed", 4, "-");
        check("1 superseded, 2 superseded, 3 deployed", 3, "1");
        check("1 superseded, 2 superseded, 3 deployed", 1, "1,2");
        check("1 deployed, 2 failed, 3 failed, 4 failed", 3, "2,3");
        check("1 failed, 2 failed", 1, "1,2");
    }

    #[test]
    fn rollbacks() {
        let check = |text: &str, version: Option<u64>, expect: &str| {
            let found = match history(text).rollback_target(version) {
                Ok(revision) => revision.version.to_string(),
                Err(error) => error.to_string(),
            };
            assert_eq!(found, expect);
        };
        let text = "1 superseded, 2 failed, 3 deployed";
        check(text, None, "1");
        check(text, Some(2), "2");
        check(
            text,
            Some(7),
            "there is no revision 7: there are 1 (superseded), 2 (failed), 3 (deployed)",
        );
        check("1 failed", None, "no earlier revision was ever deployed: there are 1 (failed)");
        check("", None, "no earlier revision was ever deployed: the release has no records");
    }

    #[test]
    fn revisions_are_read_from_labels() {
        let check = |metadata: &str, expect: &str| {
            let object = data(&format!(r#"{{"metadata":{metadata}}}"#));
            let found = match Revision::read(&object) {
                Ok(found) => format!("{} {} {}", found.release, found.version, found.status),
                Err(error) => error.reason,
            };
            assert_eq!(found, expect);
        };
        check(
            r#"{"name":"sh.helm.release.v1.web.v3","labels":{"name":"web","version":"3","status":"failed"}}"#,
            "web 3 failed",
        );
        check(r#"{"name":"sh.helm.release.v1.a.v1.v12"}"#, "a.v1 12 unknown");
        check(r#"{"name":"x"}"#, "it has no label `name`");
        check(r#"{"name":"x","labels":{"name":"web"}}"#, "it has no label `version`");
        check(
            r#"{"name":"x","labels":{"name":"web","version":"0"}}"#,
            "its label `version` is `0`",
        );
    }
}
