//! Compares how we read YAML with how Helm's library does: `tests/yaml/run DIR`.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program that reads files, runs another and reports"
)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use serde_json::Value;
use source::json::{self, Html, Layout};
use source::{Tree, yaml};
use tests::fuzz::{Corpus, Target, input};

struct Case {
    name: String,
    text: String,
}

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let cases = match given.as_slice() {
        ["mutated", count] => count.parse().ok().map(|count| mutated(count, 1)),
        ["mutated", count, seed] => {
            count.parse().ok().zip(seed.parse().ok()).map(|(count, seed)| mutated(count, seed))
        }
        [folder] => {
            let mut cases = Vec::new();
            collect(Path::new(folder), Path::new(folder), &mut cases);
            Some(cases)
        }
        _ => None,
    };
    let Some(cases) = cases else {
        println!("usage: yaml DIR | yaml mutated COUNT [SEED]");
        return ExitCode::from(64);
    };
    let theirs = theirs(&cases);
    let (mut equal, mut both_refuse, mut differ) = (0, 0, 0);
    for (case, theirs) in cases.iter().zip(&theirs) {
        match (theirs, ours(&case.text)) {
            (Ok(theirs), Ok(ours)) if *theirs == ours => equal += 1,
            (Err(_), Err(_)) => both_refuse += 1,
            (theirs, ours) => {
                differ += 1;
                let shown = |result: &Result<Value, String>| match result {
                    Ok(value) => value.to_string(),
                    Err(error) => format!("refused: {error}"),
                };
                println!("{}\n  {:?}", case.name, case.text);
                println!("  helm {}\n  ours {}", shown(theirs), shown(&ours));
            }
        }
    }
    println!(
        "{} texts: {equal} read alike, {both_refuse} refused by both, {differ} read differently",
        cases.len()
    );
    if differ == 0 && !cases.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn ours(text: &str) -> Result<Value, String> {
    let tree = yaml::read_plain(text)?;
    let text = json::write(&tree, Html::Plain, Layout::Compact)?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

/// Our fixtures, changed at random. Two byte order marks at the beginning are left out: for them, Helm's library loses the
/// first character of every line.
fn mutated(count: u64, seed: u64) -> Vec<Case> {
    let corpus = Corpus::of(Target::Yaml);
    let case = |iteration| {
        let text = String::from_utf8_lossy(&input(&corpus, seed, iteration)).into_owned();
        Case { name: iteration.to_string(), text }
    };
    (0..count).map(case).filter(|case| !case.text.starts_with("\u{feff}\u{feff}")).collect()
}

/// What Helm's library makes of each text, from one run of its program.
fn theirs(cases: &[Case]) -> Vec<Result<Value, String>> {
    let mut child = Command::new(tests::helm::yaml_reader())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it was just built");
    let lines: String =
        cases.iter().map(|case| Value::from(&*case.text).to_string() + "\n").collect();
    let mut stdin = child.stdin.take().expect("it is piped");
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().expect("it can be waited for");
    writer.join().expect("writing does not panic").expect("it reads to the end");
    let answers = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>();
    let answers: Vec<_> = answers
        .map(|answer| answer.expect("it answers in JSON"))
        .map(|mut answer| match answer.get("error").and_then(Value::as_str) {
            Some(error) => Err(error.to_owned()),
            None => Ok(answer["value"].take()),
        })
        .collect();
    assert_eq!(answers.len(), cases.len(), "one answer for each text");
    answers
}

/// Every YAML file below a folder; one of the suite's sources, a list of tests, is the texts in it.
fn collect(root: &Path, folder: &Path, cases: &mut Vec<Case>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() && !path.is_symlink() {
            collect(root, &path, cases);
            continue;
        }
        let is_yaml = path.extension().is_some_and(|end| end == "yaml" || end == "yml");
        let Some(bytes) = is_yaml.then(|| std::fs::read(&path).ok()).flatten() else { continue };
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        match tests_of(&text) {
            Some(texts) => cases.extend(
                texts
                    .into_iter()
                    .enumerate()
                    .map(|(index, text)| Case { name: format!("{name}#{index}"), text }),
            ),
            None => cases.push(Case { name, text }),
        }
    }
}

/// The texts of a source of the suite, which writes what cannot be seen with signs of its own.
fn tests_of(text: &str) -> Option<Vec<String>> {
    let tree = yaml::read_bare(text).ok()?;
    let tests = tree.as_list()?;
    tests.first()?.get("yaml")?;
    let written = tests.iter().filter_map(|test| test.get("yaml").and_then(Tree::as_str));
    Some(written.map(unveiled).collect())
}

fn unveiled(text: &str) -> String {
    let mut text = text.replace('␣', " ").replace('»', "\t").replace('↵', "");
    text = text.replace('—', "").replace('←', "\r").replace('⇔', "\u{feff}");
    match text.strip_suffix("∎\n") {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}
