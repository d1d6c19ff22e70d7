//! Which desired object is which recorded one: by id, else by what it is about.

use super::objects::Scene;
use crate::{Object, ObjectId, ObservedObject, ObservedRelease, Section};

pub(super) struct Pair<'a> {
    pub(super) object: &'a Object,
    pub(super) recorded: Option<(Match, ObservedObject<'a>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Same,
    /// The same template drew another name this time, from equal inputs.
    Redrawn,
    /// Most of the content under a name that differs in its last part.
    Renamed,
}

pub(super) struct Pairing<'a> {
    /// Every desired object, in its order.
    pub(super) pairs: Vec<Pair<'a>>,
    /// What is recorded and no longer desired, in the order of deletion.
    pub(super) gone: Vec<ObservedObject<'a>>,
}

impl<'a> Pairing<'a> {
    pub(super) fn new(scene: &Scene<'a>, observed: Option<&'a ObservedRelease>) -> Self {
        let mut open: Vec<ObservedObject<'a>> =
            observed.into_iter().flat_map(ObservedRelease::objects).collect();
        let mut pairs: Vec<Pair<'a>> =
            scene.release.objects.iter().map(|object| Pair { object, recorded: None }).collect();

        // After an interrupted move two places are recorded for one object: the right one counts.
        for same_place in [true, false] {
            match_each(&mut pairs, &mut open, Match::Same, |object, recorded| {
                recorded.record.key == object.key
                    && (!same_place || recorded.record.place == scene.place(object))
            });
        }
        if scene.same_inputs {
            match_each(&mut pairs, &mut open, Match::Redrawn, |object, recorded| {
                redrawn(object, recorded) && !scene.impure(object).is_empty()
            });
        }
        match_renamed(&mut pairs, &mut open);
        open.sort_by_key(|recorded| {
            let key = &recorded.record.key;
            (crate::kinds::deletion_rank(key.section, &key.id), key)
        });
        Self { pairs, gone: open }
    }
}

/// Gives each object that has no partner yet the first open record that fits.
fn match_each<'a>(
    pairs: &mut [Pair<'a>],
    open: &mut Vec<ObservedObject<'a>>,
    how: Match,
    fits: impl Fn(&Object, &ObservedObject<'a>) -> bool,
) {
    for pair in pairs.iter_mut().filter(|pair| pair.recorded.is_none()) {
        if let Some(index) = open.iter().position(|recorded| fits(pair.object, recorded)) {
            pair.recorded = Some((how, open.remove(index)));
        }
    }
}

fn redrawn(object: &Object, recorded: &ObservedObject<'_>) -> bool {
    recorded.record.template == object.template
        && recorded.record.key.section == object.key.section
        && alike(&recorded.record.key.id, object.id())
        && recorded.live.digest() == Some(&recorded.record.digest)
}

/// The same but for the name.
fn alike(a: &ObjectId, b: &ObjectId) -> bool {
    (&a.group, &a.kind, &a.namespace) == (&b.group, &b.kind, &b.namespace)
}

/// Pairs the most similar first. Only kinds that charts name after their content or version.
fn match_renamed<'a>(pairs: &mut [Pair<'a>], open: &mut Vec<ObservedObject<'a>>) {
    let mut candidates: Vec<(u32, usize, usize)> = Vec::new();
    for (position, pair) in pairs.iter().enumerate() {
        if pair.recorded.is_some() || !may_be_renamed(pair.object) {
            continue;
        }
        for (index, recorded) in open.iter().enumerate() {
            if let Some(score) = score(pair.object, recorded) {
                candidates.push((score, position, index));
            }
        }
    }
    candidates.sort_by_key(|&(score, position, index)| (std::cmp::Reverse(score), position, index));
    let mut taken = Vec::new();
    for (_, position, index) in candidates {
        if pairs[position].recorded.is_none() && !taken.contains(&index) {
            pairs[position].recorded = Some((Match::Renamed, open[index]));
            taken.push(index);
        }
    }
    taken.sort_unstable();
    for index in taken.into_iter().rev() {
        open.remove(index);
    }
}

fn may_be_renamed(object: &Object) -> bool {
    let id = object.id();
    object.key.section == Section::Manifest
        && matches!(
            (id.group.as_str(), id.kind.as_str()),
            ("", "ConfigMap" | "Secret") | ("batch", "Job")
        )
}

/// Per thousand, how alike two objects are; none where they are not one under two names: names must agree up to the last
/// part, or the template must be the same and half of the content.
fn score(object: &Object, recorded: &ObservedObject<'_>) -> Option<u32> {
    let record = recorded.record;
    let text = recorded.live.text()?;
    if record.keep
        || record.key.section != object.key.section
        || !alike(&record.key.id, object.id())
    {
        return None;
    }
    let same_stem =
        stem(&record.key.id.name).is_some_and(|one| Some(one) == stem(&object.id().name));
    let similar = similarity(text, &object.text);
    match same_stem {
        true => Some(1000 + similar),
        false => (record.template == object.template && similar >= 500).then_some(similar),
    }
}

/// A name without its last part, where that could be a hash or a version: `config` of `config-7d4f8b9c` and `config-v2`.
fn stem(name: &str) -> Option<&str> {
    let (stem, suffix) = name.rsplit_once('-')?;
    let drawn = suffix.len() >= 5 || suffix.chars().any(|c| c.is_ascii_digit());
    drawn.then_some(stem)
}

/// How many lines of both texts are also in the other, per thousand.
fn similarity(a: &str, b: &str) -> u32 {
    let sorted = |text: &str| -> Vec<String> {
        let mut lines: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
        lines.sort_unstable();
        lines
    };
    let (a, b) = (sorted(a), sorted(b));
    let (mut at_a, mut at_b, mut common) = (0, 0, 0_usize);
    while let (Some(one), Some(other)) = (a.get(at_a), b.get(at_b)) {
        match one.cmp(other) {
            std::cmp::Ordering::Less => at_a += 1,
            std::cmp::Ordering::Greater => at_b += 1,
            std::cmp::Ordering::Equal => {
                common += 1;
                at_a += 1;
                at_b += 1;
            }
        }
    }
    let all = (a.len() + b.len()).max(1);
    u32::try_from(common * 2000 / all).unwrap_or(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_of_names() {
        let check = |name: &str, expect: Option<&str>| assert_eq!(stem(name), expect, "{name}");
        check("config-7d4f8b9c", Some("config"));
        check("config-v2", Some("config"));
        check("api-config", Some("api"));
        check("api-db", None);
        check("config", None);
    }

    #[test]
    fn similarity_of_texts() {
        let check = |a: &str, b: &str, expect: u32| assert_eq!(similarity(a, b), expect);
        check("a\nb\n", "a\nb\n", 1000);
        check("a\nb\n", "a\nc\n", 500);
        check("a\n", "b\n", 0);
        check("", "", 0);
    }
}
