//! The name that someone probably meant.

/// The candidate that is nearest to a name, if one is near: a slip or two, more only in long names.
pub fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            let length = name.chars().count().max(candidate.chars().count());
            *distance <= (length / 3).clamp(1, 3) && *distance < length
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// Swapped neighbours count as one slip, and so does the place of `-` and `_`.
fn distance(a: &str, b: &str) -> usize {
    let bare = |text: &str| text.replace(['-', '_'], "");
    match strsim::osa_distance(a, b) {
        0 => 0,
        distance if bare(a) == bare(b) => distance.min(1),
        distance => distance,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expect: Option<&str>) {
        let known = ["db", "api", "postgres", "replicas", "createNamespace", "load-test", "web"];
        assert_eq!(suggest(name, known), expect, "{name}");
    }

    #[test]
    fn near_names() {
        check("bd", Some("db"));
        check("ap", Some("api"));
        check("replica", Some("replicas"));
        check("Replicas", Some("replicas"));
        check("postgers", Some("postgres"));
        check("createnamespace", Some("createNamespace"));
        check("loadtest", Some("load-test"));
        check("x", None);
        check("worker", None);
        check("", None);
    }
}
