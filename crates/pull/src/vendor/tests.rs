//! What lies in `vendor/`, and how it is found there.

use super::{Changes, Kind, Vendored, vendor};
use crate::cache::Shelf;
use crate::{Cache, Digest, Session};

fn item(digest: Digest, link: Option<&str>) -> Vendored {
    let link = link.map(str::to_owned);
    Vendored { name: "api".into(), version: "1.0.0+b/x".into(), kind: Kind::Archive, digest, link }
}

#[test]
fn what_is_vendored_is_found_without_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::new(Cache::at(&folder.path().join("cache")));
    let shelf = folder.path().join("vendor");
    let one = session.cache.keep(b"one").unwrap();
    let two = session.cache.keep(b"two").unwrap();
    let wanted = [item(one, None), item(two, Some("git abc https://h/r//charts/a b"))];
    let names = ["api-1.0.0+b-x-3fc4ccfe.tgz".to_owned(), "api-1.0.0+b-x-7692c3ad.tgz".to_owned()];
    let changes = vendor(&session, &shelf, &wanted).unwrap();
    assert_eq!(changes, Changes { written: names.to_vec(), ..Changes::default() });
    let changes = vendor(&session, &shelf, &wanted).unwrap();
    assert_eq!(changes, Changes { kept: names.to_vec(), ..Changes::default() });

    let elsewhere = Cache::at(&folder.path().join("none"));
    let opened = || elsewhere.clone().with_shelf(Shelf::open(&shelf).unwrap().unwrap());
    assert_eq!(opened().blob(one).unwrap().as_deref(), Some(&b"one"[..]));
    assert_eq!(opened().link("git abc https://h/r//charts/a b").unwrap(), Some(two));
    assert!(!folder.path().join("none").exists());

    // Named as we would name it, and listed by nobody.
    std::fs::File::create(shelf.join("kept-by-somebody-0a1b2c3d.tgz")).unwrap();
    std::fs::File::create(shelf.join(&names[0])).unwrap();
    let error = opened().blob(two).unwrap_err().to_string();
    assert!(error.contains("as `charts.txt` says"), "{error}");
    let changes = vendor(&session, &shelf, &wanted[..1]).unwrap();
    let expect =
        Changes { written: vec![], kept: names[1..].to_vec(), removed: names[..1].to_vec() };
    assert_eq!(changes, expect);
    assert!(shelf.join("kept-by-somebody-0a1b2c3d.tgz").exists());
    assert_eq!(opened().blob(two).unwrap(), None);
}

#[test]
fn what_a_merge_left_in_the_list_is_removed_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::new(Cache::at(&folder.path().join("cache")));
    let shelf = folder.path().join("vendor");
    let [ours, theirs] = [&b"ours"[..], b"theirs"].map(|bytes| session.cache.keep(bytes).unwrap());
    let mut sides = Vec::new();
    for side in [theirs, ours] {
        vendor(&session, &shelf, &[item(side, None)]).unwrap();
        let list = crate::cache::read(&shelf.join("charts.txt")).unwrap().unwrap();
        sides.push(String::from_utf8(list).unwrap());
    }
    let merged = format!("<<<<<<< ours\n{}=======\n{}>>>>>>> theirs\n", sides[1], sides[0]);
    crate::cache::write::whole(&shelf, &shelf.join("charts.txt"), merged.as_bytes()).unwrap();
    assert!(Shelf::open(&shelf).is_err());
    let changes = vendor(&session, &shelf, &[item(theirs, None)]).unwrap();
    assert_eq!(changes.removed.len(), 1, "{changes:?}");
    assert!(Shelf::open(&shelf).unwrap().is_some());
}

#[test]
fn a_list_that_leads_elsewhere_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Shelf::open(folder.path()).unwrap(), None);
    let digest = Digest::of(b"x");
    for file in ["../x.tgz", "/etc/passwd", ".x", "a\\b", ""] {
        let text = format!("# a comment\n\nsha256:{digest} {file}\n");
        crate::cache::write::whole(
            folder.path(),
            &folder.path().join("charts.txt"),
            text.as_bytes(),
        )
        .unwrap();
        let error = Shelf::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("line 3 is not `sha256:DIGEST FILE`"), "{error}");
    }
}
