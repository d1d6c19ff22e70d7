//! Which names Kubernetes accepts, by kind.

/// Why a name is none; nothing where it is fine.
pub(super) fn wrong(kind: &str, name: &str) -> Option<&'static str> {
    match kind.to_lowercase().as_str() {
        "certificatesigningrequest" => None,
        "role" | "clusterrole" | "rolebinding" | "clusterrolebinding" => {
            let bad = name == "." || name == ".." || name.contains('/') || name.contains('%');
            bad.then_some("it may be neither `.` nor `..` nor contain `/` or `%`")
        }
        "service" => {
            let fine = is_label(name) && name.starts_with(|c: char| c.is_ascii_lowercase());
            (!fine).then_some(
                "it must have at most 63 lower-case letters, digits and `-`, begin with a letter and end with a letter or digit",
            )
        }
        "namespace" => (!is_label(name)).then_some(
            "it must have at most 63 lower-case letters, digits and `-`, and begin and end with a letter or digit",
        ),
        _ => {
            let fine = name.len() <= 253 && name.split('.').all(is_part);
            (!fine).then_some(
                "it must have at most 253 lower-case letters, digits, `-` and `.`, and begin and end with a letter or digit",
            )
        }
    }
}

fn is_label(name: &str) -> bool {
    name.len() <= 63 && is_part(name)
}

fn is_part(part: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    part.starts_with(plain) && part.ends_with(plain) && part.chars().all(|c| plain(c) || c == '-')
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[track_caller]
    fn check(kind: &str, name: &str, fine: bool) {
        assert_eq!(wrong(kind, name).is_none(), fine, "{kind} {name}");
    }

    #[test]
    fn names() {
        check("Pod", "a.b-c", true);
        check("Pod", "A", false);
        check("Pod", "", false);
        check("Service", "1a", false);
        check("Service", "a1", true);
        check("Namespace", "1a", true);
        check("ClusterRole", "system:Node", true);
        check("ClusterRole", "a/b", false);
        check("Anything", "a..b", false);
        check("CertificateSigningRequest", "whatever it is", true);
    }
}
