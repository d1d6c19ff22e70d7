//! Every valid fixture reads, and its stack is what the snapshot shows.

use manifest::Manifest;

use crate::disk::{Disk, Question, directives, list, root, text};
use crate::show;

#[test]
fn valid_manifests_make_these_stacks() {
    let folder = root().join("fixtures/manifests/valid");
    let files = list(&folder, ".yaml");
    assert!(!files.is_empty());
    for file in files {
        let name = file.file_name().expect("a file").to_string_lossy().into_owned();
        // A fixture may be asked more than once; each question begins with `# ask`.
        let content = text(&file);
        let mut shown = String::new();
        for question in content.split("# ask").skip(1).map(|part| part.trim_start_matches('\n')) {
            let directives = directives(question);
            let disk = Disk(folder.clone());
            let read = Question::new(&directives)
                .ask(&name, &folder, |ask| Manifest::open(&disk, ask.file)?.read(&disk, ask));
            let asked: Vec<String> =
                directives.iter().map(|(key, value)| format!("{key}: {value}")).collect();
            shown.push_str("=== ");
            shown.push_str(&asked.join(", "));
            shown.push('\n');
            shown.push_str(&match read {
                Ok(read) => show::stack(&read.stack) + &show::problems(&read.warnings),
                Err(problems) => panic!("{name}:\n{}", show::problems(&problems)),
            });
            shown.push('\n');
        }
        insta::with_settings!({ snapshot_path => "snapshots/valid", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name.trim_end_matches(".yaml"), shown.trim_end());
        });
    }
}
