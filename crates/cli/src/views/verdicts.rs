//! What the tests of releases came to: for people, for scripts, and as JUnit's XML for CI servers.

use std::fmt::Write as _;
use std::time::Duration;

use cluster::{ReleaseTests, Tested, Verdict};
use serde_json::{Value, json};
use stack::StackId;

use crate::printer::Paint;
use crate::views::table::{count, plain};

/// One stack's releases and their tests.
pub struct StackTests {
    pub stack: StackId,
    pub place: String,
    pub releases: Vec<ReleaseTests>,
}

impl StackTests {
    pub fn has_failed(&self) -> bool {
        self.count(Verdict::is_failed) > 0 || self.releases.iter().any(|one| one.error.is_some())
    }

    fn count(&self, is_it: impl Fn(&Verdict) -> bool) -> usize {
        let tests = self.releases.iter().flat_map(|release| &release.tests);
        tests.filter(|test| is_it(&test.verdict)).count()
    }
}

pub fn text(stacks: &[StackTests], paint: Paint) -> String {
    let mut text = String::new();
    for (position, stack) in stacks.iter().enumerate() {
        if position > 0 {
            text.push('\n');
        }
        let _ = writeln!(text, "{} · {}\n", paint.bold(&stack.stack.to_string()), stack.place);
        for release in &stack.releases {
            release_text(&mut text, release, paint);
        }
        text.push_str(&total(stack, paint));
    }
    text
}

fn release_text(text: &mut String, release: &ReleaseTests, paint: Paint) {
    let state = match release.revision {
        None => "not deployed",
        Some(_) if release.tests.is_empty() && release.error.is_none() => "no tests",
        Some(_) => "",
    };
    if !state.is_empty() {
        let _ = writeln!(text, "{}  {}", release.id, paint.dim(state));
        return;
    }
    let _ = writeln!(text, "{}", paint.bold(release.id.as_str()));
    for test in &release.tests {
        let seconds = paint.dim(&format!("{:.1}s", test.took.as_secs_f64()));
        let (mark, more) = match &test.verdict {
            Verdict::Passed => (paint.green("✔ passed "), seconds),
            Verdict::Failed(why) => (paint.red("✘ failed "), format!("{seconds}  {why}")),
            Verdict::Skipped => (paint.dim("- skipped"), String::new()),
        };
        let _ = writeln!(text, "{}", format!("  {mark} {}  {more}", test.object).trim_end());
        for line in log_lines(test) {
            let _ = writeln!(text, "      {}", paint.dim(&line));
        }
    }
    if let Some(error) = &release.error {
        let _ = writeln!(text, "  {} {error}", paint.red("✘ failed "));
    }
}

fn total(stack: &StackTests, paint: Paint) -> String {
    let (passed, failed) =
        (stack.count(|it| *it == Verdict::Passed), stack.count(Verdict::is_failed));
    let skipped = stack.count(|it| *it == Verdict::Skipped);
    if passed + failed + skipped == 0 && !stack.has_failed() {
        return format!("{} no release brings a test\n", paint.bold("Tests:"));
    }
    let mut parts = vec![format!("{passed} passed")];
    if failed > 0 || stack.has_failed() {
        parts.push(paint.red(&format!("{failed} failed")));
    }
    if skipped > 0 {
        parts.push(format!("{skipped} skipped"));
    }
    let of = count(passed + failed + skipped, "test");
    format!("\n{} {} of {of}\n", paint.bold("Tests:"), parts.join(", "))
}

pub fn json(stacks: &[StackTests]) -> Value {
    let log = |log: &cluster::PodLog| json!({ "pod": log.pod, "container": log.container, "lines": log.lines });
    let test = |test: &Tested| {
        let (verdict, cause) = match &test.verdict {
            Verdict::Passed => ("passed", None),
            Verdict::Failed(why) => ("failed", Some(why)),
            Verdict::Skipped => ("skipped", None),
        };
        json!({
            "object": test.object,
            "verdict": verdict,
            "cause": cause,
            "seconds": seconds(test.took),
            "logs": test.logs.iter().map(log).collect::<Vec<_>>(),
        })
    };
    let release = |release: &ReleaseTests| {
        json!({
            "release": release.id,
            "revision": release.revision,
            "error": release.error,
            "tests": release.tests.iter().map(test).collect::<Vec<_>>(),
        })
    };
    let stack = |stack: &StackTests| {
        json!({
            "stack": stack.stack.to_string(),
            "failed": stack.has_failed(),
            "releases": stack.releases.iter().map(release).collect::<Vec<_>>(),
        })
    };
    Value::Array(stacks.iter().map(stack).collect())
}

/// One suite for each release: what Jenkins, GitLab and GitHub's actions read.
pub fn junit(stacks: &[StackTests]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for stack in stacks {
        for release in &stack.releases {
            suite(&mut text, &format!("{}/{}", stack.stack, release.id), release);
        }
    }
    text.push_str("</testsuites>\n");
    text
}

fn suite(text: &mut String, name: &str, release: &ReleaseTests) {
    let number = |is_it: &dyn Fn(&Verdict) -> bool| {
        release.tests.iter().filter(|test| is_it(&test.verdict)).count()
    };
    let time: Duration = release.tests.iter().map(|test| test.took).sum();
    let _ = writeln!(
        text,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\">",
        escaped(name),
        release.tests.len(),
        number(&Verdict::is_failed),
        usize::from(release.error.is_some()),
        number(&|it| *it == Verdict::Skipped),
        seconds(time),
    );
    for test in &release.tests {
        let _ = writeln!(
            text,
            "    <testcase classname=\"{}\" name=\"{}\" time=\"{}\">",
            escaped(name),
            escaped(&test.object.to_string()),
            seconds(test.took),
        );
        match &test.verdict {
            Verdict::Passed => {}
            Verdict::Failed(why) => {
                let _ = writeln!(text, "      <failure message=\"{}\"/>", escaped(why));
            }
            Verdict::Skipped => text.push_str("      <skipped/>\n"),
        }
        let lines: Vec<String> = log_lines(test).collect();
        if !lines.is_empty() {
            let lines = escaped(&lines.join("\n"));
            let _ = writeln!(text, "      <system-out>{lines}</system-out>");
        }
        text.push_str("    </testcase>\n");
    }
    if let Some(error) = &release.error {
        let _ = writeln!(text, "    <system-err>{}</system-err>", escaped(error));
    }
    text.push_str("  </testsuite>\n");
}

/// With the pod, and its container where there are several.
fn log_lines(test: &Tested) -> impl Iterator<Item = String> {
    test.logs.iter().flat_map(|log| {
        let several = test.logs.iter().any(|other| other.container != log.container);
        let from = match several {
            true => format!("{}/{}", log.pod, log.container),
            false => log.pod.clone(),
        };
        log.lines.iter().map(move |line| format!("{from}: {}", plain(line)))
    })
}

fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}

/// For XML; characters that it cannot hold are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(character),
            '\u{fffe}' | '\u{ffff}' => {}
            other if other.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use plan::ObjectId;

    use super::*;

    fn test(name: &str, verdict: Verdict, lines: &[&str]) -> Tested {
        let object = ObjectId {
            group: String::new(),
            kind: "Pod".to_owned(),
            namespace: Some("shop".to_owned()),
            name: name.to_owned(),
        };
        let lines = lines.iter().map(|&line| line.to_owned()).collect();
        let log = cluster::PodLog { pod: name.to_owned(), container: "main".to_owned(), lines };
        let took = Duration::from_millis(1500);
        Tested { object, verdict, took, logs: vec![log] }
    }

    fn stacks() -> Vec<StackTests> {
        let api = ReleaseTests {
            id: "api".parse().unwrap(),
            revision: Some(3),
            tests: vec![
                test("api-ping", Verdict::Passed, &["pong"]),
                test("api-load", Verdict::Failed("exit \"1\" <&>".to_owned()), &["a\u{1b}[0m"]),
                test("api-last", Verdict::Skipped, &[]),
            ],
            error: None,
        };
        let tests = Vec::new();
        let web =
            ReleaseTests { id: "web".parse().unwrap(), revision: Some(1), tests, error: None };
        let stack = StackId {
            workspace: "shop".parse().unwrap(),
            environment: "dev".parse().unwrap(),
            instance: None,
        };
        vec![StackTests { stack, place: "test".to_owned(), releases: vec![api, web] }]
    }

    #[test]
    fn as_text() {
        insta::assert_snapshot!(text(&stacks(), Paint::default()), @r#"
        shop/dev · test

        api
          ✔ passed  Pod/api-ping  1.5s
              api-ping: pong
          ✘ failed  Pod/api-load  1.5s  exit "1" <&>
              api-load: a[0m
          - skipped Pod/api-last
        web  no tests

        Tests: 1 passed, 1 failed, 1 skipped of 3 tests
        "#);
    }

    #[test]
    fn as_junit() {
        insta::assert_snapshot!(junit(&stacks()), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites>
          <testsuite name="shop/dev/api" tests="3" failures="1" errors="0" skipped="1" time="4.5">
            <testcase classname="shop/dev/api" name="Pod/api-ping" time="1.5">
              <system-out>api-ping: pong</system-out>
            </testcase>
            <testcase classname="shop/dev/api" name="Pod/api-load" time="1.5">
              <failure message="exit &quot;1&quot; &lt;&amp;&gt;"/>
              <system-out>api-load: a[0m</system-out>
            </testcase>
            <testcase classname="shop/dev/api" name="Pod/api-last" time="1.5">
              <skipped/>
            </testcase>
          </testsuite>
          <testsuite name="shop/dev/web" tests="0" failures="0" errors="0" skipped="0" time="0">
          </testsuite>
        </testsuites>
        "#);
    }
}
