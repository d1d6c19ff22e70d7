//! What a chart lists under `dependencies` and does not bring in its `charts/`: what has to be found for it, and where.

use std::sync::Arc;

use chart::{Chart, Dependency, File};
use source::{Problem, Problems, Source as Text, Span, typed, yaml};

use crate::choose;

/// A dependency that is not in `charts/`, or only in a version that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub name: String,
    /// What fits: the version in Chart.lock if it fits what Chart.yaml asks for, else that. Empty for any.
    pub range: String,
    pub from: From,
    /// Where Chart.yaml lists it.
    pub place: Option<Span>,
}

/// Where a dependency is to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    /// `https://…` or `oci://…`
    Url(String),
    /// `@NAME` or `alias:NAME`: a repository that the manifest names.
    Named(String),
    /// `file://…`: a folder, relative to the chart's own.
    Folder(String),
}

#[derive(serde::Deserialize)]
struct LockFile {
    #[serde(default)]
    dependencies: Vec<Locked>,
}

#[derive(serde::Deserialize)]
struct Locked {
    name: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    repository: String,
}

/// What has to be found for a chart, in the order of Chart.yaml; each once, however many aliases it has. Dependencies that
/// are switched off by a condition are needed too, as with Helm: whether they are is known only with the values.
///
/// Says in `warnings` where Chart.lock no longer fits Chart.yaml.
pub fn missing(chart: &Chart, warnings: &mut Problems) -> Result<Vec<Missing>, Problems> {
    let listed = chart.metadata.dependencies.as_deref().unwrap_or_default();
    let absent: Vec<&Dependency> = listed.iter().filter(|one| !is_there(chart, one)).collect();
    if absent.is_empty() {
        return Ok(Vec::new());
    }
    let locked = lock_file(chart, warnings);
    let mut problems = Problems::new();
    let mut missing: Vec<Missing> = Vec::new();
    for one in absent {
        warnings.extend(unfit(chart, one));
        let from = match from(one) {
            Ok(from) => from,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let range = match row_of(one, listed, &locked) {
            Some(row) if fits(one, &row.version) => &row.version,
            Some(row) => {
                let message = format!(
                    "Chart.lock of `{}` names {} {}, which no longer fits `{}`",
                    chart.origin, row.name, row.version, one.version
                );
                warnings.push(
                    Problem::warning("lock-old", message)
                        .at(one.span.as_ref(), "the newest that fits is taken")
                        .help("`helm dependency update` writes Chart.lock anew"),
                );
                &one.version
            }
            None => &one.version,
        };
        let found =
            Missing { name: one.name.clone(), range: range.clone(), from, place: one.span.clone() };
        let is_same = |other: &Missing| {
            (&other.name, &other.range, &other.from) == (&found.name, &found.range, &found.from)
        };
        if !missing.iter().any(is_same) {
            missing.push(found);
        }
    }
    if problems.is_empty() { Ok(missing) } else { Err(problems) }
}

/// The files of a found dependency as its parent's `charts/` would hold them.
pub fn placed(name: &str, version: &str, archive: Vec<u8>) -> File {
    File::new(format!("charts/{name}-{version}.tgz"), archive)
}

/// The same for one that is no archive. Its version is in the folder's name, since a chart may be listed in several.
pub fn placed_files(name: &str, version: &str, files: &[File]) -> Vec<File> {
    let place = |file: &File| file.at(&format!("charts/{name}-{version}/{}", file.path));
    files.iter().map(place).collect()
}

/// The chart with the files of what was found in its `charts/`, and without what is stale there.
pub fn laid(chart: Chart, found: Vec<File>) -> Result<Chart, Problems> {
    let files = whole(&chart, found);
    load(&chart.origin, files, chart.warnings)
}

/// The files that [`laid`] loads.
pub fn whole(chart: &Chart, found: Vec<File>) -> Vec<File> {
    let stale = stale(chart);
    let is_stale = |file: &&File| {
        let below = |path: &String| file.path.strip_prefix(path.as_str());
        stale.iter().filter_map(below).any(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    chart.raw.iter().filter(|file| !is_stale(file)).cloned().chain(found).collect()
}

/// Loads a chart, and keeps what was said of it before.
pub fn load(origin: &str, files: Vec<File>, warnings: Problems) -> Result<Chart, Problems> {
    let mut chart = chart::load(origin, files)?;
    for warning in warnings {
        if !chart.warnings.contains(&warning) {
            chart.warnings.push(warning);
        }
    }
    Ok(chart)
}

/// What of `charts/` Chart.yaml lists by name and in no version that fits, as paths of the chart. Helm would render it beside
/// the one that fits, as if it were not listed.
fn stale(chart: &Chart) -> Vec<String> {
    let listed = chart.metadata.dependencies.as_deref().unwrap_or_default();
    let is_stale = |loaded: &&Arc<Chart>| {
        let mut same = listed.iter().filter(|one| one.name == loaded.metadata.name).peekable();
        same.peek().is_some() && !same.any(|one| fits(one, &loaded.metadata.version))
    };
    let stale = chart.dependencies.iter().filter(is_stale);
    let path = |loaded: &Arc<Chart>| {
        loaded.origin.strip_prefix(&chart.origin)?.strip_prefix('/').map(str::to_owned)
    };
    stale.filter_map(path).collect()
}

/// A chart of the right name that does not fit.
fn unfit(chart: &Chart, wanted: &Dependency) -> Option<Problem> {
    let loaded = chart.dependencies.iter().find(|one| one.metadata.name == wanted.name)?;
    let message = format!(
        "`{}` is version {}, which does not fit `{}`",
        loaded.origin, loaded.metadata.version, wanted.version
    );
    Some(
        Problem::warning("stale-dependency", message)
            .at(wanted.span.as_ref(), "one that fits is looked for instead")
            .help("nothing has to be done where one is found; Helm would render what lies in `charts/`"),
    )
}

fn is_there(chart: &Chart, wanted: &Dependency) -> bool {
    let mut same = chart.dependencies.iter().filter(|one| one.metadata.name == wanted.name);
    same.any(|loaded| fits(wanted, &loaded.metadata.version))
}

fn fits(wanted: &Dependency, version: &str) -> bool {
    choose::fits(&wanted.version, version).unwrap_or(false)
}

/// The row of Chart.lock that belongs to a dependency. A chart that is listed twice, under an alias, has a row for each, in
/// the order of Chart.yaml.
fn row_of<'a>(
    wanted: &Dependency,
    listed: &[Dependency],
    locked: &'a [Locked],
) -> Option<&'a Locked> {
    let is_same = |name: &str, repository: &str| {
        name == wanted.name && same_place(repository, &wanted.repository)
    };
    let before = listed.iter().take_while(|one| !std::ptr::eq(*one, wanted));
    let before = before.filter(|one| is_same(&one.name, &one.repository)).count();
    let rows: Vec<&Locked> =
        locked.iter().filter(|row| is_same(&row.name, &row.repository)).collect();
    let own = rows.get(before).filter(|row| fits(wanted, &row.version));
    own.or_else(|| rows.iter().find(|row| fits(wanted, &row.version))).or(rows.first()).copied()
}

fn from(dependency: &Dependency) -> Result<From, Problem> {
    let repository = dependency.repository.trim();
    if let Some(name) = repository.strip_prefix('@').or_else(|| repository.strip_prefix("alias:")) {
        return Ok(From::Named(name.to_owned()));
    }
    if let Some(path) = repository.strip_prefix("file://") {
        return Ok(From::Folder(path.to_owned()));
    }
    if repository.is_empty() {
        let message = format!(
            "the dependency `{}` is in no repository and not in `charts/`",
            dependency.name
        );
        return Err(Problem::error("missing-dependency", message)
            .at(dependency.span.as_ref(), "`repository` is missing here")
            .help("name its `repository`, or put the chart into `charts/`"));
    }
    Ok(From::Url(repository.to_owned()))
}

/// A slash at the end of a URL changes nothing.
fn same_place(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

/// What Chart.lock, or requirements.lock of an old chart, has chosen. One that cannot be read is as good as none.
fn lock_file(chart: &Chart, warnings: &mut Problems) -> Vec<Locked> {
    let named = |name: &str| chart.raw.iter().find(|file| file.path == name);
    let Some(file) = named("Chart.lock").or_else(|| named("requirements.lock")) else {
        return Vec::new();
    };
    let name = format!("{}/{}", chart.origin, file.path);
    let text: Arc<Text> = Text::new(name.clone(), String::from_utf8_lossy(file.bytes()));
    let tree = yaml::read(&text, yaml::Options::HELM).ok();
    match tree.and_then(|read| typed::read_once::<LockFile>(&read.value).ok()) {
        Some(file) => file.dependencies,
        None => {
            warnings.push(
                Problem::warning("lock-unreadable", format!("`{name}` cannot be read"))
                    .help("`helm dependency update` writes it anew"),
            );
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// What is missing of a chart with these lines in Chart.yaml, this Chart.lock and these charts in `charts/`.
    #[track_caller]
    fn check(dependencies: &str, lock: &str, charts: &[(&str, &str)], expect: &str) {
        let metadata = |name: &str, version: &str| {
            format!("apiVersion: v2\nname: {name}\nversion: {version}\n")
        };
        let mut files = vec![File::new(
            "Chart.yaml".to_owned(),
            format!("{}dependencies:\n{dependencies}", metadata("web", "1.0.0")).into_bytes(),
        )];
        if !lock.is_empty() {
            let text = format!("dependencies:\n{lock}digest: sha256:0\n");
            files.push(File::new("Chart.lock".to_owned(), text.into_bytes()));
        }
        for (name, version) in charts {
            let text = metadata(name, version).into_bytes();
            files.push(File::new(format!("charts/{name}/Chart.yaml"), text));
        }
        let chart = chart::load("web", files).unwrap();
        let mut warnings = Problems::new();
        let mut shown = String::new();
        match missing(&chart, &mut warnings) {
            Ok(all) => {
                for one in all {
                    writeln!(shown, "{} {:?} {:?}", one.name, one.range, one.from).unwrap();
                }
            }
            Err(problems) => {
                for problem in problems {
                    writeln!(shown, "problem: {}", problem.message).unwrap();
                }
            }
        }
        for warning in warnings {
            writeln!(shown, "warning: {}", warning.message).unwrap();
        }
        assert_eq!(shown.trim_end(), expect, "{dependencies}");
    }

    const DB: &str = "- { name: db, version: ^1, repository: 'https://charts.example.com' }\n";
    const LOCKED: &str =
        "- { name: db, version: 1.2.3, repository: 'https://charts.example.com/' }\n";

    #[test]
    fn what_charts_holds_is_not_missing() {
        check(DB, "", &[("db", "1.4.0")], "");
        check(DB, LOCKED, &[("db", "1.4.0")], "");
        check(
            DB,
            "",
            &[("db", "2.0.0")],
            "db \"^1\" Url(\"https://charts.example.com\")\nwarning: `web/charts/db` is version 2.0.0, which does not fit `^1`",
        );
    }

    #[test]
    fn the_lock_narrows_what_fits() {
        check(DB, LOCKED, &[], r#"db "1.2.3" Url("https://charts.example.com")"#);
        let old = LOCKED.replace("1.2.3", "0.9.0");
        check(
            DB,
            &old,
            &[],
            "db \"^1\" Url(\"https://charts.example.com\")\nwarning: Chart.lock of `web` names db 0.9.0, which no longer fits `^1`",
        );
        let elsewhere = LOCKED.replace("charts.example", "other.example");
        check(DB, &elsewhere, &[], r#"db "^1" Url("https://charts.example.com")"#);
    }

    #[test]
    fn places() {
        check(
            "- { name: a, version: '1', repository: '@stable' }\n",
            "",
            &[],
            r#"a "1" Named("stable")"#,
        );
        check("- { name: a, repository: 'alias:stable' }\n", "", &[], r#"a "" Named("stable")"#);
        check(
            "- { name: a, version: 0.1.0, repository: 'file://../a' }\n",
            "",
            &[],
            r#"a "0.1.0" Folder("../a")"#,
        );
        check(
            "- { name: a, version: ^1, repository: 'oci://r/charts' }\n",
            "",
            &[],
            r#"a "^1" Url("oci://r/charts")"#,
        );
        check(
            "- { name: a, version: ^1 }\n",
            "",
            &[],
            "problem: the dependency `a` is in no repository and not in `charts/`",
        );
    }

    #[test]
    fn each_entry_of_a_chart_has_its_own_row() {
        let other = DB.replace("name: db, version: ^1", "name: db, alias: other, version: '>=1'");
        let rows = format!("{LOCKED}{}", LOCKED.replace("1.2.3", "2.0.1"));
        let both = r#"db "1.2.3" Url("https://charts.example.com")
db "2.0.1" Url("https://charts.example.com")"#;
        check(&format!("{DB}{other}"), &rows, &[], both);
        // Where Chart.yaml was sorted anew since, what fits belongs together.
        let major = other.replace(">=1", "^2");
        let turned = r#"db "2.0.1" Url("https://charts.example.com")
db "1.2.3" Url("https://charts.example.com")"#;
        check(&format!("{major}{DB}"), &rows, &[], turned);
    }

    #[test]
    fn two_aliases_of_one_chart_are_found_once() {
        let twice = format!("{DB}{}", DB.replace("name: db", "name: db, alias: other"));
        check(&twice, "", &[], r#"db "^1" Url("https://charts.example.com")"#);
    }
}
