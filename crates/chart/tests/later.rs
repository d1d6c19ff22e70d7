//! Files that are read when somebody looks into them: one that cannot be read stops the render that needed it.

use chart::File;
use source::{Map, Tree};

use crate::disk;

fn check(template: &str, expect: Result<(), &str>) {
    let failing = || Err("it changed while it was read".to_owned());
    let files = vec![
        File::new("Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        File::new("templates/a.yaml", template),
        File::later("docs/large.txt", 1 << 20, Box::new(failing)),
    ];
    let chart = chart::load("web", files).expect("it loads");
    let values = Tree::from(Map::new());
    let problems = chart::render(&chart, &disk::input(&values)).map(drop);
    let messages = problems.map_err(|problems| problems[0].message.clone());
    assert_eq!(messages, expect.map_err(str::to_owned), "{template}");
}

#[test]
fn what_could_not_be_read_stops_a_render_that_needs_it() {
    let refused = Err("read `web/docs/large.txt`: it changed while it was read");
    check("a: b", Ok(()));
    check("a: {{ .Files.Get \"docs/large.txt\" | quote }}", refused);
    check("{{ (.Files.Glob \"docs/*\").AsConfig }}", refused);
    check("{{ fail (.Files.Get \"docs/large.txt\") }}", refused);
}
