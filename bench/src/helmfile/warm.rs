//! What charts of a repository cost over folders once there are a lock file and a cache: they should be nearly as quick.

use super::Scene;
use super::rendering::agreed;
use super::shelf::{CHARTS, Shelf};
use crate::cases::{milliseconds, ratio, write};
use crate::measure::in_turn;

/// Each takes milliseconds, and they differ by little.
const TIMES: usize = 10;

pub(super) fn line(scene: &Scene<'_>, shelf: &Shelf) -> Result<String, String> {
    let room = scene.room.join("warm");
    write(&room.join("regatta.yaml"), &shelf.manifest())?;
    write(&shelf.folders.join("regatta.yaml"), &shelf.manifest_of_folders())?;
    let environment = scene.environment(&room.join("home"))?;
    let programs = [
        scene.ours(&["template"], &room, &environment),
        scene.ours(&["template"], &shelf.folders, &environment),
    ];
    // Writes the lock file and fills the cache.
    agreed(&programs, "charts of a repository and of folders")?;
    let asked = shelf.repository.requests().len();
    let medians = in_turn(&programs, scene.bench.runs * TIMES)?;
    if shelf.repository.requests().len() != asked {
        return Err("a run with a lock file and a cache asked the repository".into());
    }
    Ok(format!(
        "\n`template` of {CHARTS} charts: of the repository with a lock file and a warm cache {}, of folders {}: {:.2}×.\n",
        milliseconds(medians[0]),
        milliseconds(medians[1]),
        ratio(medians[0], medians[1]),
    ))
}
