//! Every invalid fixture has one mistake, and the snapshot shows how a user is told.

use manifest::Manifest;

use crate::disk::{Disk, Question, directives, list, root, text};
use crate::show;

#[test]
fn invalid_manifests_are_told_so() {
    let folder = root().join("fixtures/manifests/invalid");
    let files = list(&folder, ".yaml");
    assert!(!files.is_empty());
    for file in files {
        let name = file.file_name().expect("a file").to_string_lossy().into_owned();
        let question = Question::new(&directives(&text(&file)));
        let disk = Disk(folder.clone());
        let everything = directives(&text(&file)).iter().any(|(key, _)| key == "validate");
        let problems = question.ask(&name, &folder, |ask| {
            let manifest = Manifest::open(&disk, ask.file)?;
            match everything {
                true => manifest.validate(&disk, ask).map(|_| ()),
                false => manifest.read(&disk, ask).map(|_| ()),
            }
        });
        let Err(problems) = problems else { panic!("{name} is not refused") };
        insta::with_settings!({ snapshot_path => "snapshots/invalid", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name.trim_end_matches(".yaml"), show::problems(&problems));
        });
    }
}
