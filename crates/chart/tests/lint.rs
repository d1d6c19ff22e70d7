//! What lint finds in the charts of `fixtures/lint-charts`; Helm finds the same.

use crate::{broken, disk};

#[test]
fn lint_charts() {
    let folder = disk::fixtures("lint-charts");
    for name in disk::names(&folder) {
        let values = disk::given(&folder, &name);
        let chart = disk::load(&folder, &name).expect("it loads");
        let problems = chart::lint(&chart, &disk::input(&values));
        let shown: Vec<String> = problems.iter().map(broken::shown).collect();
        insta::with_settings!({ omit_expression => true, description => name.clone() }, {
            insta::assert_snapshot!(name, shown.join("\n"));
        });
    }
}
