//! The charts of one repository pinned and fetched, with empty caches each time.

use super::Scene;
use super::shelf::{CHARTS, Shelf};
use crate::cases::write;
use crate::measure::{Sample, median, sample};
use crate::pulling::row;

pub(super) fn table(scene: &Scene<'_>, shelf: &Shelf) -> Result<String, String> {
    let mut samples = <[Vec<Sample>; 3]>::default();
    for round in 0..=scene.bench.runs {
        for (position, samples) in samples.iter_mut().enumerate() {
            let room = scene.room.join(format!("fetching-{round}-{position}"));
            write(&room.join("regatta.yaml"), &shelf.manifest())?;
            write(&room.join("helmfile.yaml"), &shelf.helmfile())?;
            let environment = scene.environment(&room.join("home"))?;
            let once = match position {
                0 => sample(&scene.ours(&["deps", "lock"], &room, &environment))?,
                1 => sample(&scene.theirs(&["deps"], &room, &environment))?,
                _ => sample(&scene.theirs(&["fetch"], &room, &environment))?,
            };
            if position == 0 {
                all_are_locked(&room)?;
            }
            // The first round warms up.
            if round > 0 {
                samples.push(once);
            }
        }
    }
    let [ours, deps, fetch] = samples.map(median);
    let mut table = format!(
        "\n| {CHARTS} charts of one repository, empty caches | regatta | helmfile | faster | regatta peak | helmfile peak |\n|---|---|---|---|---|---|\n",
    );
    table.push_str(&row("`deps lock`, against `helmfile deps`", ours, deps));
    table.push_str(&row("`deps lock`, against `helmfile fetch`", ours, fetch));
    Ok(table)
}

#[expect(clippy::disallowed_methods, reason = "the benchmark looks at what it measured")]
fn all_are_locked(room: &std::path::Path) -> Result<(), String> {
    let lock = std::fs::read_to_string(room.join("regatta.lock"))
        .map_err(|error| format!("read regatta.lock: {error}"))?;
    match lock.matches("sha256: ").count() {
        CHARTS => Ok(()),
        other => Err(format!("`deps lock` pinned {other} charts of {CHARTS}")),
    }
}
