//! Free memory and disk, so that a run that cannot fit is refused before it starts.

use std::path::Path;

use super::cost::Cost;
use super::error::{Exit, Failure};
use super::words::size;
use crate::config::Code;

/// Free memory and disk, bytes; `None` if the system does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Resources {
    /// Memory available without swapping.
    pub memory: Option<f64>,
    /// Disk space where the results go.
    pub disk: Option<f64>,
}

/// Memory and disk that a run needs, bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Requirements {
    /// Peak memory.
    pub memory: f64,
    /// Peak disk space while results are written.
    pub disk: f64,
}

impl Requirements {
    /// Estimates the needs of a run; `files` is the size of all files but the state, bytes.
    pub fn of(cost: &Cost, paths: u64, threads: usize, files: f64) -> Requirements {
        // While a state is replaced, there are two.
        Requirements { memory: cost.memory_bytes(threads), disk: files + 2.0 * cost.state_bytes(paths) }
    }
}

impl Resources {
    /// Asks the system, for results in a folder that need not exist yet.
    pub fn of(folder: &Path) -> Resources {
        Resources { memory: memory(), disk: disk(folder) }
    }

    /// Refuses a run that does not fit; unknown resources count as sufficient.
    pub fn take(&self, need: Requirements, folder: &Path) -> Result<(), Failure> {
        if let Some(free) = self.memory.filter(|free| need.memory > *free) {
            let message = format!("the run needs about {} of memory", size(need.memory));
            return Err(Failure::coded(Exit::Usage, Code::MemoryNeeded, message)
                .help(format!("{} are free", size(free)))
                .help("fewer threads (-j) need less, and so do longer periods"));
        }
        if let Some(free) = self.disk.filter(|free| need.disk > *free) {
            let message = format!("the results need about {} in `{}`", size(need.disk), folder.display());
            return Err(Failure::coded(Exit::Output, Code::DiskNeeded, message)
                .help(format!("{} are free", size(free)))
                .help_by("out", "name a folder on another disk with -o")
                .help_by("draws", "leave out what is largest: --draws"));
        }
        Ok(())
    }
}

/// The smallest of the system's free memory, what the cgroups (Slurm, systemd, containers) still allow, and what this
/// process may still map (`ulimit -v`), bytes.
fn memory() -> Option<f64> {
    let text = |path: &str| std::fs::read_to_string(path).ok();
    let kilobytes = |path: &str, label: &str| {
        let found = text(path)?.lines().find_map(|line| line.strip_prefix(label).map(str::to_owned))?;
        Some(found.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? * 1024.0)
    };
    let available = kilobytes("/proc/meminfo", "MemAvailable:");
    let limits = text("/proc/self/limits").unwrap_or_default();
    let mapped = kilobytes("/proc/self/status", "VmSize:").unwrap_or(0.0);
    let address_space = address_space(&limits).map(|most| (most - mapped).max(0.0));
    let group = text("/proc/self/cgroup").unwrap_or_default();
    let groups = groups(&group).into_iter().filter_map(|folder| {
        let number = |file: &str| text(&format!("{folder}/{file}"))?.trim().parse::<f64>().ok();
        Some((number("memory.max")? - number("memory.current").unwrap_or(0.0)).max(0.0))
    });
    groups.chain(available).chain(address_space).reduce(f64::min)
}

/// Parses the address space limit from `/proc/self/limits`, bytes; `None` if unlimited.
fn address_space(limits: &str) -> Option<f64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The folders of a process's cgroup and its parents, each of which may have a limit; parses `/proc/self/cgroup`.
fn groups(cgroup: &str) -> Vec<String> {
    const ROOT: &str = "/sys/fs/cgroup";
    let own = cgroup.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or_default();
    let above = Path::new(own).ancestors().filter(|above| !above.as_os_str().is_empty());
    let mut folders: Vec<String> = above.map(|above| format!("{ROOT}/{}", above.display())).collect();
    folders.push(ROOT.to_owned());
    folders
}

/// Free disk space of the folder, or of its nearest existing parent, bytes.
#[cfg(unix)]
fn disk(folder: &Path) -> Option<f64> {
    let whole = std::path::absolute(folder).ok()?;
    let there = whole.ancestors().find(|ancestor| ancestor.exists())?;
    let about = rustix::fs::statvfs(there).ok()?;
    Some(about.f_bavail as f64 * about.f_frsize as f64)
}

#[cfg(not(unix))]
fn disk(_folder: &Path) -> Option<f64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_taken_and_what_does_not_is_refused_with_what_there_is() {
        let here = Path::new("o");
        let need = Requirements { memory: 3e9, disk: 5e6 };
        let take = |memory, disk| Resources { memory, disk }.take(need, here);
        assert!(take(Some(4e9), Some(6e6)).is_ok());
        assert!(take(None, None).is_ok());
        let memory = take(Some(2e9), Some(6e6)).unwrap_err();
        assert_eq!(memory.exit(), Exit::Usage);
        assert!(memory.screen(false).contains("[S704]") && memory.screen(false).contains("2.0 GB are free"));
        let disk = take(Some(4e9), Some(4e6)).unwrap_err();
        assert_eq!(disk.exit(), Exit::Output);
        assert!(disk.screen(false).contains("[S705]") && disk.screen(false).contains("4.0 MB are free"));
    }

    #[test]
    fn limits_of_processes_and_groups() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max resident set          unlimited            unlimited            bytes     \n\
                      Max address space         61440000             unlimited            bytes     \n";
        assert_eq!(address_space(limits), Some(61_440_000.0));
        assert_eq!(address_space(&limits.replace("61440000", "unlimited")), None);
        assert_eq!(address_space(""), None);
        let folders = groups("1:cpu:/x\n0::/slurm/job_7/step_0\n");
        let expected = ["/slurm/job_7/step_0", "/slurm/job_7", "/slurm", ""];
        assert_eq!(folders, expected.map(|end| format!("/sys/fs/cgroup{end}")));
        assert_eq!(groups("0::/\n"), ["/sys/fs/cgroup"]);
        assert_eq!(groups(""), ["/sys/fs/cgroup"]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_machine_has_room() {
        let room = Resources::of(Path::new("output/not/there/yet"));
        assert!(room.memory.is_some_and(|bytes| bytes > 1e6));
        assert!(room.disk.is_some_and(|bytes| bytes > 1e3));
    }
}
