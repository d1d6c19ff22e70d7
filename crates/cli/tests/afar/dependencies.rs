//! What a chart of the workspace lists and does not bring: found, pinned and laid into it without a file being written.

use std::fmt::Write as _;

use super::{rendered, said};
use crate::sandbox::Sandbox;
use crate::shelf::{MAP, Shelf, packed};

/// A chart of the workspace that lists others, and brings none.
const SHOP: &str = "\
apiVersion: v2
name: shop
version: 0.1.0
dependencies:
  - { name: api, version: ^1, repository: \"@shelf\" }
  - { name: api, version: ^1, repository: \"alias:shelf\", alias: second }
  - { name: beside, version: \"*\", repository: \"file://../beside\" }
  - { name: web, version: 3.x, repository: SHELF, condition: web.enabled }
";

fn with_dependencies(shelf: &Shelf) -> Sandbox {
    let shop = SHOP.replace("SHELF", &shelf.repository.url());
    let files = [
        ("charts/shop/Chart.yaml", shop.as_str()),
        ("charts/shop/templates/map.yaml", MAP),
        ("charts/beside/Chart.yaml", "apiVersion: v2\nname: beside\nversion: 0.5.0\n"),
        ("charts/beside/templates/map.yaml", MAP),
    ];
    shelf.workspace("  shop: { chart: ./charts/shop }\n  again: { chart: ./charts/shop }\n", &files)
}

#[test]
fn dependencies_of_a_chart_of_the_workspace() {
    let shelf = Shelf::with(&[("api", "1.0.0"), ("web", "3.0.0")]);
    let sandbox = with_dependencies(&shelf);
    let before = sandbox.tree("charts");
    let expect = |api: &str, web: &str| {
        let mut all = Vec::new();
        for release in ["again", "shop"] {
            all.push(format!("{release}-api {api}"));
            all.push(format!("{release}-beside 0.5.0"));
            all.push(format!("{release}-second {api}"));
            all.push(format!("{release}-shop 0.1.0"));
            all.push(format!("{release}-web {web}"));
        }
        all
    };
    assert_eq!(rendered(&sandbox), expect("1.0.0", "3.0.0"));
    assert_eq!(shelf.asked(), ["/api-1.0.0.tgz", "/index.yaml", "/web-3.0.0.tgz"]);
    shelf.put("api", "1.1.0");
    shelf.put("web", "3.1.0");
    assert_eq!(rendered(&sandbox), expect("1.0.0", "3.0.0"));
    sandbox.run("deps update web").succeeds();
    assert_eq!(rendered(&sandbox), expect("1.0.0", "3.1.0"));

    // What Chart.lock has chosen is taken, as Helm does.
    let url = shelf.repository.url();
    let chosen = format!(
        "dependencies:\n- {{ name: web, version: 3.0.0, repository: \"{url}\" }}\ndigest: sha256:x\ngenerated: \"2025-01-01T00:00:00Z\"\n"
    );
    sandbox.write("charts/shop/Chart.lock", &chosen);
    assert_eq!(rendered(&sandbox), expect("1.0.0", "3.0.0"));
    // Unless Chart.yaml asks for something else by now.
    sandbox.edit("charts/shop/Chart.yaml", "version: 3.x", "version: ~3.1");
    let warned = sandbox.run("template").succeeds();
    assert!(said(&shelf, &warned).contains("which no longer fits `~3.1`"), "{warned}");
    assert_eq!(rendered(&sandbox), expect("1.0.0", "3.1.0"));
    std::fs::remove_file(sandbox.path("charts/shop/Chart.lock")).unwrap();

    // What `charts/` brings is taken, and nothing is asked for.
    let asked = shelf.asked().len();
    std::fs::create_dir(sandbox.path("charts/shop/charts")).unwrap();
    let archive = packed("api", "1.0.5", "");
    std::fs::write(sandbox.path("charts/shop/charts/api-1.0.5.tgz"), archive).unwrap();
    assert_eq!(rendered(&sandbox), expect("1.0.5", "3.1.0"));
    assert_eq!(shelf.asked().len(), asked);
    std::fs::remove_dir_all(sandbox.path("charts/shop/charts")).unwrap();
    assert_eq!(sandbox.tree("charts"), before);
}

/// They are read side by side.
#[test]
fn what_many_charts_of_the_workspace_list_is_fetched_once() {
    let shelf = Shelf::with(&[("api", "1.0.0"), ("web", "3.0.0")]);
    let (mut files, mut releases) = (Vec::new(), String::new());
    for number in 0..12 {
        let chart = format!("charts/c{number}/Chart.yaml");
        let lists = ["api", "web"].map(|name| {
            format!("  - {{ name: {name}, version: \">=1\", repository: \"@shelf\" }}\n")
        });
        let lists = lists.concat();
        files.push((
            chart,
            format!("apiVersion: v2\nname: c{number}\nversion: 1.0.0\ndependencies:\n{lists}"),
        ));
        writeln!(releases, "  r{number}: {{ chart: ./charts/c{number} }}").unwrap();
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let sandbox = shelf.workspace(&releases, &files);
    sandbox.run("deps lock").succeeds();
    assert_eq!(shelf.asked(), ["/api-1.0.0.tgz", "/index.yaml", "/web-3.0.0.tgz"]);
    shelf.put("api", "1.1.0");
    shelf.put("web", "3.1.0");
    let moved = sandbox.run("deps update").succeeds();
    let all = rendered(&sandbox);
    assert_eq!(
        all.iter().filter(|line| line.ends_with("api 1.1.0")).count(),
        12,
        "{all:?}\n{moved}"
    );
    assert_eq!(
        all.iter().filter(|line| line.ends_with("web 3.1.0")).count(),
        12,
        "{all:?}\n{moved}"
    );
    assert_eq!(shelf.asked().len(), 6);
}

/// Helm writes `charts/` and we do not; what comes of it is the same to the byte.
#[test]
fn it_renders_as_helm_renders_it_with_what_it_has_built() {
    let shelf = Shelf::with(&[("api", "1.0.0"), ("web", "3.0.0")]);
    let url = shelf.repository.url();
    let metadata = SHOP.replace("SHELF", &url).replace("\"@shelf\"", &format!("\"{url}\""));
    let sandbox = with_dependencies(&shelf);
    sandbox.write(
        "charts/shop/Chart.yaml",
        &metadata.replace("\"alias:shelf\"", &format!("\"{url}\"")),
    );
    for values in ["web: { enabled: true }\n", "web: { enabled: false }\n"] {
        sandbox.write("charts/shop/values.yaml", values);
        let ours = sandbox.run("template --release shop").succeeds().stdout;
        let helm = |arguments: &[&str]| {
            let done = std::process::Command::new(registry::helm4())
                .args(arguments)
                .current_dir(sandbox.path(""))
                .env("HOME", sandbox.path(".helm"))
                .output()
                .unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            String::from_utf8(done.stdout).unwrap()
        };
        helm(&["dependency", "update", "charts/shop"]);
        let theirs = helm(&["template", "shop", "charts/shop", "--namespace", "shop"]);
        assert_eq!(ours, theirs);
        // With what Helm built, too.
        assert_eq!(sandbox.run("template --release shop").succeeds().stdout, theirs);
        std::fs::remove_dir_all(sandbox.path("charts/shop/charts")).unwrap();
        std::fs::remove_file(sandbox.path("charts/shop/Chart.lock")).unwrap();
    }
}

/// The manifest's login for an address goes to this very address, whoever names it, and to no other.
#[test]
fn logins_follow_the_address() {
    let shelf = Shelf::with(&[("api", "1.0.0"), ("web", "3.0.0")]);
    let sandbox = with_dependencies(&shelf);
    let url = format!("\"{}\"", shelf.repository.url());
    let with_login = format!("{{ url: {url}, username: ci, password: secret-word }}");
    sandbox.edit("regatta.yaml", &url, &with_login);
    let other = format!("\"{}\"", shelf.repository.other_url());
    sandbox.edit("charts/shop/Chart.yaml", "\"alias:shelf\"", &other);
    sandbox.run("diff").succeeds();
    let known = |path: &str| -> Vec<bool> {
        let requests = shelf.repository.requests_for(path);
        requests.iter().map(|one| one.header("authorization").is_some()).collect()
    };
    assert_eq!(known("/web-3.0.0.tgz"), [true]);
    let mut indexes = known("/index.yaml");
    indexes.sort();
    assert_eq!(indexes, [false, true]);
}

#[test]
fn dependencies_that_cannot_be_had() {
    let shelf = Shelf::with(&[("api", "2.0.0")]);
    let sandbox = with_dependencies(&shelf);
    sandbox.edit("charts/shop/Chart.yaml", "alias:shelf", "@shelv");
    sandbox.edit("charts/shop/Chart.yaml", "version: \"*\"", "version: ^9");
    let refused = sandbox.run("diff").exits(1);
    insta::assert_snapshot!(said(&shelf, &refused));
    // A repository that no release names, so that nobody has missed its password before.
    let manifest = sandbox.read("regatta.yaml");
    let url = format!("\"{}\"", shelf.repository.url());
    let secret =
        format!("{{ url: {url}, username: ci, password: \"${{{{ inputs.password }}}}\" }}");
    sandbox.edit("regatta.yaml", &url, &secret);
    sandbox.edit("regatta.yaml", "releases:", "inputs: { password: { secret: true } }\nreleases:");
    let refused = said(&shelf, &sandbox.run("diff").exits(1));
    let expect = "the repository `shelf` cannot be used: ";
    assert!(refused.contains(expect), "{refused}");
    sandbox.write("regatta.yaml", &manifest);
    // They lead in a circle.
    let metadata = |name: &str, other: &str| {
        format!(
            "apiVersion: v2\nname: {name}\nversion: 1.0.0\ndependencies: [{{ name: {other}, version: \"*\", repository: \"file://../{other}\" }}]\n"
        )
    };
    sandbox.write("charts/shop/Chart.yaml", &metadata("shop", "beside"));
    sandbox.write("charts/beside/Chart.yaml", &metadata("beside", "shop"));
    let refused = sandbox.run("diff").exits(1);
    assert!(refused.stderr.contains("lead on more than"), "{refused}");
}

/// Helm would render what lies in `charts/`, whatever its version, and beside the one that fits once that is there too.
#[test]
fn a_chart_in_charts_that_does_not_fit_is_replaced() {
    let shelf = Shelf::with(&[("api", "1.1.0")]);
    let chart = "apiVersion: v2\nname: front\nversion: 1.0.0\ndependencies:\n- { name: api, version: ^1, repository: '@shelf' }\n";
    let files = [
        ("front/Chart.yaml", chart),
        ("front/charts/api/Chart.yaml", "apiVersion: v2\nname: api\nversion: 0.9.0\n"),
        ("front/charts/api/templates/map.yaml", MAP),
    ];
    let sandbox = shelf.workspace("  front: { chart: ./front }\n", &files);
    assert_eq!(rendered(&sandbox), ["front-api 1.1.0"]);
    let said = sandbox.run("template").succeeds().stderr;
    assert!(said.contains("is version 0.9.0, which does not fit `^1`"), "{said}");
}

/// As Helm packs them: each in a place of its own.
#[test]
fn two_versions_of_one_chart_stay_apart() {
    let shelf = Shelf::with(&[]);
    let front = "apiVersion: v2\nname: front\nversion: 1.0.0\ndependencies:\n\
        - { name: api, version: 1.x, repository: 'file://../one', alias: old }\n\
        - { name: api, version: 2.x, repository: 'file://../two', alias: new }\n\
        - { name: other, version: '*', repository: 'file://../two' }\n";
    let good = front.rsplit_once("- {").unwrap().0;
    let files = [
        ("front/Chart.yaml", good),
        ("one/Chart.yaml", "apiVersion: v2\nname: api\nversion: 1.0.0\n"),
        ("one/templates/map.yaml", MAP),
        ("one/templates/more.yaml", MAP),
        ("two/Chart.yaml", "apiVersion: v2\nname: api\nversion: 2.0.0\n"),
        ("two/templates/map.yaml", MAP),
    ];
    let sandbox = shelf.workspace("  front: { chart: ./front }\n", &files);
    assert_eq!(rendered(&sandbox), ["front-new 2.0.0", "front-old 1.0.0", "front-old 1.0.0"]);
    sandbox.write("front/Chart.yaml", front);
    let refused = said(&shelf, &sandbox.run("template").exits(1));
    assert!(refused.contains("is the chart `api`, where `other` is listed"), "{refused}");
}

/// A range takes what the lock file has for another one, so that it matters who asks first: never the faster thread.
#[test]
fn which_versions_are_pinned_does_not_depend_on_threads() {
    let shelf = Shelf::with(&[("api", "1.0.0"), ("api", "1.1.0")]);
    let chart = |name: &str, range: &str| {
        format!(
            "apiVersion: v2\nname: {name}\nversion: 1.0.0\ndependencies: [{{ name: api, version: {range}, repository: '@shelf' }}]\n"
        )
    };
    let (slow, fast) = (chart("slow", "~1.0"), chart("zfast", "^1"));
    let files = [("slow/Chart.yaml", slow.as_str()), ("zfast/Chart.yaml", fast.as_str())];
    let sandbox = shelf.workspace("  a: { chart: ./zfast }\n  b: { chart: ./slow }\n", &files);
    for number in 0..2_000 {
        sandbox.write(&format!("slow/files/{number}"), "");
    }
    sandbox.run("deps lock").succeeds();
    let lock = sandbox.read("regatta.lock");
    assert!(lock.contains("version: 1.0.0") && !lock.contains("version: 1.1.0"), "{lock}");
}
