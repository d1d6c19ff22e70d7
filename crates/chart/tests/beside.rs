//! A second thread changes nothing of what a render gives, nor of what it refuses.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use chart::{Chart, File, Lookup, PrintOptions, Threads};
use source::{Map, Tree};

use crate::{broken::shown, disk};

struct TwoThreads;

impl Threads for TwoThreads {
    fn beside(&self, there: &(dyn Fn() + Sync), here: &mut dyn FnMut(bool)) {
        thread::scope(|scope| {
            scope.spawn(there);
            here(true);
        });
    }
}

/// Enough files, and large enough, that another thread is asked. They run each other by name and by path.
fn large(more: &[(&str, &str)]) -> Chart {
    let mut files = vec![
        File::new("Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        File::new("templates/_names.tpl", "{{ define \"name\" }}n{{ . }}{{ end }}"),
        File::new("templates/shared.yaml", "{{ define \"shared\" }}from a file{{ end }}"),
        File::new("templates/path.yaml", "path: {{ .Template.BasePath }}"),
    ];
    for number in 0..100 {
        let padding = "# padding\n".repeat(100);
        let text = format!(
            "{padding}name: {{{{ include \"name\" {number} }}}}\nshared: {{{{ template \"shared\" }}}}\n\
             chance: {{{{ randAlphaNum 5 }}}}\nsum: {{{{ include (print $.Template.BasePath \"/path.yaml\") $ | sha256sum }}}}\n"
        );
        files.push(File::new(format!("templates/{number}.yaml"), text));
    }
    files.extend(more.iter().map(|(path, text)| File::new(*path, text)));
    chart::load("web", files).expect("it loads")
}

/// What is printed, or what its author reads.
fn outcome(chart: &Chart, threads: &dyn Threads) -> Result<String, String> {
    let values = Tree::from(Map::new());
    let rendered = chart::render_beside(chart, &disk::input(&values), threads)
        .map_err(|problems| problems.iter().map(shown).collect::<String>())?;
    let print = chart::print_template(&rendered, &PrintOptions::default());
    Ok(print.expect("every file is shown"))
}

fn check(more: &[(&str, &str)]) -> Result<String, String> {
    let alone = outcome(&large(more), &chart::OneThread);
    let chart = large(more);
    for _ in 0..3 {
        assert_eq!(outcome(&chart, &TwoThreads), alone);
    }
    alone
}

/// Counts its questions.
#[derive(Default)]
struct Asked(AtomicUsize);

impl Lookup for Asked {
    fn lookup(&self, _: &str, _: &str, _: &str, _: &str) -> Result<Tree, String> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Tree::from(Map::new()))
    }
}

#[test]
fn nothing_is_asked_for_templates_that_have_a_mistake() {
    let asks = "{{ $_ := lookup \"v1\" \"Secret\" \"\" \"\" }}";
    for (mistake, expect) in [("", 1), ("{{ if }}", 0)] {
        let chart = large(&[("templates/z.yaml", asks), ("templates/a.yaml", mistake)]);
        let (values, lookup) = (Tree::from(Map::new()), Arc::new(Asked::default()));
        let asked = Arc::clone(&lookup);
        let input = chart::Input { lookup, ..disk::input(&values) };
        assert_eq!(chart::render(&chart, &input).is_ok(), mistake.is_empty());
        assert_eq!(asked.0.load(Ordering::Relaxed), expect, "{mistake}");
    }
}

#[test]
fn two_threads_give_what_one_gives() {
    let text = check(&[]).expect("it renders");
    assert_eq!(text.matches("shared: from a file").count(), 100);
}

#[test]
fn a_mistake_in_any_template_is_told_before_failures_of_others() {
    let fails = ("templates/z.yaml", "{{ fail \"no\" }}");
    assert!(check(&[fails]).expect_err("it fails").contains("no"));
    let mistakes = [("templates/b.yaml", "\n{{ if }}"), ("templates/_c.tpl", "{{ end }}")];
    let told = check(&[fails, mistakes[0], mistakes[1]]).expect_err("it cannot be parsed");
    assert!(told.contains("b.yaml:2") && told.contains("_c.tpl:1"), "{told}");
    assert!(!told.contains("z.yaml"), "{told}");
}
