//! No input panics: valid fixtures, broken at random places that are the same on every run.

use manifest::Manifest;

use crate::disk::{Disk, Question, directives, list, root, text};

/// What is put in: signs that mean something to YAML, to expressions, or to nobody.
const PIECES: [&str; 16] = [
    "",
    "${{",
    "}}",
    "{",
    "]",
    ": ",
    "\n",
    "  ",
    "null",
    "5",
    "[[",
    "*a",
    "&a ",
    "'",
    "\u{10FF53}",
    "ü",
];

#[test]
fn broken_manifests_do_not_panic() {
    let folder = root().join("fixtures/manifests/valid");
    let mut state = 1_u64;
    let mut random = |below: usize| {
        // Numerical Recipes' generator; any would do.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits fit") % below.max(1)
    };
    for file in list(&folder, ".yaml") {
        let whole = text(&file);
        let question = whole.split("# ask").nth(1).unwrap_or_default().trim_start_matches('\n');
        let question = Question::new(&directives(question));
        for _ in 0..150 {
            let mut broken: Vec<char> = whole.chars().collect();
            for _ in 0..=random(2) {
                let at = random(broken.len());
                let until = (at + random(12)).min(broken.len());
                broken.splice(at..until, PIECES[random(PIECES.len())].chars());
            }
            let broken: String = broken.into_iter().collect();
            let files = Broken { disk: Disk(folder.clone()), text: broken };
            // Whether it still reads does not matter here.
            drop(question.ask("broken.yaml", &folder, |ask| {
                Manifest::open(&files, ask.file)?.read(&files, ask)
            }));
        }
    }
}

/// The fixtures' folder with one more file.
struct Broken {
    disk: Disk,
    text: String,
}

impl source::Files for Broken {
    fn read(&self, path: &str) -> Result<Vec<u8>, source::FileError> {
        match path {
            "broken.yaml" => Ok(self.text.clone().into_bytes()),
            path => self.disk.read(path),
        }
    }

    fn list(&self, directory: &str) -> Result<Vec<source::Entry>, source::FileError> {
        self.disk.list(directory)
    }
}
