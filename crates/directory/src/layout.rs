//! Where each object goes: a path below the directory that says what it holds, is lower case, and is one object's alone.

use std::collections::BTreeMap;

use plan::{Desired, ObjectKey, ReleaseKey, Section, digest};

/// Longer names are cut; file systems allow 255 bytes, and a file's own suffixes come on top.
const LONGEST_NAME: usize = 200;

/// The place of every desired object. Two objects that would share one (names that differ in case only) get a hash of what
/// they are; the one whose name is lower case keeps the plain place.
pub(crate) fn places(desired: &Desired) -> BTreeMap<(ReleaseKey, ObjectKey), String> {
    let mut claims: BTreeMap<String, Vec<(&ReleaseKey, &ObjectKey)>> = BTreeMap::new();
    for release in &desired.releases {
        for object in &release.objects {
            let place = place(&release.key, &object.key, None);
            claims.entry(place).or_default().push((&release.key, &object.key));
        }
    }
    let mut places = BTreeMap::new();
    for (plain, mut claimants) in claims {
        claimants.sort_by_key(|(release, object)| {
            (object.id.name.chars().any(char::is_uppercase), *release, *object)
        });
        for (position, (release, object)) in claimants.into_iter().enumerate() {
            let place = match position {
                0 => plain.clone(),
                _ => place(release, object, Some(&hash(release, object))),
            };
            places.insert((release.clone(), object.clone()), place);
        }
    }
    places
}

fn place(release: &ReleaseKey, object: &ObjectKey, hash: Option<&str>) -> String {
    let id = &object.id;
    let mut name = escaped(&id.kind);
    if !id.group.is_empty() {
        name = format!("{name}.{}", escaped(&id.group));
    }
    name = format!("{name}-{}", escaped(&id.name));
    if let Some(namespace) = id.namespace.as_deref()
        && namespace != release.namespace.as_str()
    {
        name = format!("{name}@{}", escaped(namespace));
    }
    if name.len() > LONGEST_NAME {
        // All of it is ASCII, so any byte is a boundary.
        name = format!("{}~{}", &name[..LONGEST_NAME - 9], short(&name));
    }
    if object.ordinal > 0 {
        name = format!("{name}~{}", object.ordinal + 1);
    }
    if let Some(hash) = hash {
        name = format!("{name}~{hash}");
    }
    let cluster = release.cluster.as_ref().map(|cluster| format!("{cluster}/")).unwrap_or_default();
    let section = match object.section {
        Section::Crd => "crds/",
        Section::Hook => "hooks/",
        Section::Manifest => "",
    };
    format!("{cluster}{}/{}/{section}{name}.yaml", release.namespace, release.name)
}

/// Lower case letters, digits, `.`, `-` and `_` stand for themselves, capitals become small, all else its bytes as `%3a`.
fn escaped(part: &str) -> String {
    let mut escaped = String::with_capacity(part.len());
    for byte in part.bytes() {
        match byte.to_ascii_lowercase() {
            plain @ (b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_') => escaped.push(plain as char),
            other => escaped = format!("{escaped}%{other:02x}"),
        }
    }
    escaped
}

fn hash(release: &ReleaseKey, object: &ObjectKey) -> String {
    let id = &object.id;
    let namespace = id.namespace.as_deref().unwrap_or_default();
    short(&format!(
        "{release}\n{:?}\n{}\n{}\n{namespace}\n{}\n{}",
        object.section, id.group, id.kind, id.name, object.ordinal
    ))
}

fn short(text: &str) -> String {
    digest(text.as_bytes())[..8].to_owned()
}

#[cfg(test)]
mod tests;
