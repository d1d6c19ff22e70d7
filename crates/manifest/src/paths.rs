//! Paths that files name: relative to the file that names them, never out of the repository.

/// From the folder of the naming file and what it says to a path from the repository's root. The error reads on after the
/// path: "… leaves the repository".
pub(crate) fn normalize(directory: &str, path: &str) -> Result<String, &'static str> {
    if path.starts_with('/') || path.starts_with('~') {
        return Err("must be relative to the file that names it");
    }
    if path.contains('\\') {
        return Err("must be written with `/`");
    }
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or("leaves the repository")?;
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// The folder of a file.
pub(crate) fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_forms() {
        let check = |directory: &str, path: &str, expect: Result<&str, &'static str>| {
            assert_eq!(normalize(directory, path), expect.map(str::to_owned), "{path}");
        };
        check("", "values/a.yaml", Ok("values/a.yaml"));
        check("deploy", "./values//a.yaml", Ok("deploy/values/a.yaml"));
        check("deploy/dev", "../../charts/api", Ok("charts/api"));
        check("deploy", "..", Ok(""));
        check("deploy", "../..", Err("leaves the repository"));
        check("", "/etc/passwd", Err("must be relative to the file that names it"));
        check("", "~/x", Err("must be relative to the file that names it"));
        check("", "a\\b", Err("must be written with `/`"));
    }
}
