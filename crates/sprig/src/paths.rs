//! Paths with slashes: Go's path package. Helm runs where path/filepath means the same, so the `os…` forms are equal.

use gotmpl::{Functions, Str};

use crate::Dialect;

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("base", base);
    functions.alias("osBase", "base");
    functions.add("dir", |path: Str| {
        let end = path.as_bytes().iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
        clean(&path.as_bytes()[..end])
    });
    functions.alias("osDir", "dir");
    functions.add("clean", |path: Str| clean(path.as_bytes()));
    functions.alias("osClean", "clean");
    functions.add("ext", ext);
    functions.alias("osExt", "ext");
    functions.add("isAbs", |path: Str| path.as_bytes().starts_with(b"/"));
    functions.alias("osIsAbs", "isAbs");
}

fn base(path: Str) -> Str {
    if path.is_empty() {
        return ".".into();
    }
    let end = path.as_bytes().iter().rposition(|byte| *byte != b'/').map_or(0, |at| at + 1);
    let trimmed = &path.as_bytes()[..end];
    match trimmed.rsplit(|byte| *byte == b'/').next() {
        None | Some(b"") => "/".into(),
        Some(last) => last.into(),
    }
}

fn ext(path: Str) -> Str {
    let last = path.as_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    last.iter().rposition(|byte| *byte == b'.').map_or("".into(), |dot| last[dot..].into())
}

/// The shortest path that means the same, by text alone.
fn clean(path: &[u8]) -> Str {
    let rooted = path.starts_with(b"/");
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => match parts.last() {
                Some(last) if *last != b".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(part),
            },
            _ => parts.push(part),
        }
    }
    let joined = parts.join(&b'/');
    match (rooted, joined.is_empty()) {
        (true, _) => [b"/", joined.as_slice()].concat().into(),
        (false, true) => ".".into(),
        (false, false) => joined.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let check = |path: &str, cleaned: &str, last: &str, extension: &str| {
            assert_eq!(clean(path.as_bytes()).to_text(), cleaned, "clean {path:?}");
            assert_eq!(base(path.into()).to_text(), last, "base {path:?}");
            assert_eq!(ext(path.into()).to_text(), extension, "ext {path:?}");
        };
        check("", ".", ".", "");
        check("/", "/", "/", "");
        check("//a//", "/a", "a", "");
        check("a/b/../c.tar.gz", "a/c.tar.gz", "c.tar.gz", ".gz");
        check("../../a", "../../a", "a", "");
        check("/../a/./b/..", "/a", "..", ".");
        check("a/..", ".", "..", ".");
        check("a.b/c", "a.b/c", "c", "");
    }
}
