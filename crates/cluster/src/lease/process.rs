//! This process as a holder, and whether a holder was a process of this computer that has ended.

use std::fs;
use std::path::Path;

use super::Holder;

/// This process. `run` is the URL of the CI job, if there is one.
pub fn here(run: Option<String>) -> Holder {
    let process = std::process::id();
    let host = read("/proc/sys/kernel/hostname").or_else(|| read("/etc/hostname"));
    let started = [space(), started(process)].map(Option::unwrap_or_default).join(".");
    Holder { host: host.unwrap_or_else(|| "this computer".to_owned()), process, started, run }
}

/// True only where it is certain: the holder ran on this computer since it was booted, process numbers mean here what they meant
/// there, and its number belongs to no process or to a later one. Elsewhere than on Linux nothing is.
pub fn is_dead(holder: &Holder) -> bool {
    let Some(space) = space() else { return false };
    let Some(recorded) = holder.started.strip_prefix(&format!("{space}.")) else { return false };
    if recorded.is_empty() || !sees_all() {
        return false;
    }
    started(holder.process).is_none_or(|started| started != recorded)
}

/// What tells one space of process numbers from all others: the boot of the computer, and the container on it.
fn space() -> Option<String> {
    let boot = read("/proc/sys/kernel/random/boot_id")?;
    let namespace = fs::read_link("/proc/self/ns/pid").ok()?;
    let number: String = namespace.to_string_lossy().chars().filter(char::is_ascii_digit).collect();
    Some(format!("{boot}.{number}"))
}

/// Other users' processes can be hidden; then a number that is not seen says nothing.
fn sees_all() -> bool {
    Path::new("/proc/1").exists()
}

/// When a process started, in ticks since the boot: the 22nd field of its `stat` (proc(5)).
fn started(process: u32) -> Option<String> {
    let stat = read(&format!("/proc/{process}/stat"))?;
    // The second field is a name in parentheses, which may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(19).map(str::to_owned)
}

#[expect(clippy::disallowed_methods, reason = "the system tells about processes in files")]
fn read(path: &str) -> Option<String> {
    let text = String::from_utf8_lossy(&fs::read(path).ok()?).trim().to_owned();
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_living_and_the_dead() {
        let here = here(None);
        assert!(!is_dead(&here));
        assert_eq!(Holder::read(&here.to_string()).as_ref(), Some(&here));

        let check = |change: fn(&mut Holder), expect: bool| {
            let mut holder = here.clone();
            change(&mut holder);
            assert_eq!(is_dead(&holder), expect, "{holder:?}");
        };
        // The number belongs to a later process, or to none.
        check(|holder| holder.started.push('0'), true);
        check(|holder| holder.process = u32::MAX, true);
        // Another computer, another boot, another container, another program.
        check(|holder| holder.started.insert(0, 'x'), false);
        check(|holder| holder.started.clear(), false);
        check(|holder| holder.started.truncate(holder.started.rfind('.').unwrap() + 1), false);
    }
}
