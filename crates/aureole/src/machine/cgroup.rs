//! What the control group of this process grants: versions 2 and 1, and both at once.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// Processors' worth of time, such as 1.5: the least that the group or one above it grants; `None` without a limit.
pub(super) fn quota(root: &Path) -> Option<f64> {
    let groups = groups(root);
    let two = groups.iter().filter_map(|group| share(&fs::read_to_string(group.join("cpu.max")).ok()?));
    let one = groups.iter().filter_map(|group| {
        let read = |name| fs::read_to_string(group.join(name)).ok();
        let (quota, period) = (read("cpu.cfs_quota_us")?, read("cpu.cfs_period_us")?);
        share(&format!("{} {}", quota.trim(), period.trim()))
    });
    two.chain(one).min_by(f64::total_cmp)
}

/// Bytes of memory: the least that the group or one above it grants; `None` without a limit.
pub(super) fn memory(root: &Path) -> Option<u64> {
    groups(root).iter().filter_map(|group| fs::read_to_string(group.join("memory.max")).ok()?.trim().parse().ok()).min()
}

/// The folders of the groups that this process is in, and of all above them.
fn groups(root: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let mounts = root.join("sys/fs/cgroup");
    let mut found = Vec::new();
    for line in text.lines() {
        // `0::/group` in version 2, `4:cpu,cpuacct:/group` in version 1.
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(group)) = (fields.next(), fields.next()) else { continue };
        let places = match controllers {
            "" => vec![mounts.clone(), mounts.join("unified")],
            list if list.split(',').any(|name| name == "cpu") => vec![mounts.join(list), mounts.join("cpu")],
            _ => continue,
        };
        // A container may see the name that its group has outside: what is not there is looked for above.
        let inside: PathBuf =
            Path::new(group).components().filter(|part| matches!(part, Component::Normal(_))).collect();
        for place in places {
            found.extend(inside.ancestors().map(|above| place.join(above)));
        }
    }
    found
}

/// The share in `QUOTA PERIOD`, both in microseconds; none in `max 100000` and `-1 100000`.
fn share(text: &str) -> Option<f64> {
    let (quota, period) = text.trim().split_once(' ')?;
    let share = quota.parse::<f64>().ok()? / period.parse::<f64>().ok()?;
    Some(share).filter(|share| share.is_finite() && *share > 0.0)
}

#[cfg(test)]
mod tests {
    use super::super::tree::tree;
    use super::*;

    #[test]
    fn a_quota_is_in_processors_and_max_is_none() {
        assert_eq!(share("150000 100000\n"), Some(1.5));
        for text in ["max 100000\n", "-1 100000", "0 0", "", "1", "x y", "nan 1", "5 0"] {
            assert_eq!(share(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_least_quota_above_counts() {
        let root = tree(&[
            ("proc/self/cgroup", "0::/slurm/job/step\n"),
            ("sys/fs/cgroup/slurm/job/step/cpu.max", "max 100000"),
            ("sys/fs/cgroup/slurm/job/cpu.max", "400000 100000"),
            ("sys/fs/cgroup/slurm/cpu.max", "1600000 100000"),
            ("sys/fs/cgroup/slurm/memory.max", "4096"),
            ("sys/fs/cgroup/slurm/job/memory.max", "max"),
        ]);
        assert_eq!(quota(root.path()), Some(4.0));
        assert_eq!(memory(root.path()), Some(4096));
    }

    #[test]
    fn version_1_is_read_too_and_from_inside_a_container() {
        let root = tree(&[
            ("proc/self/cgroup", "5:cpu,cpuacct:/docker/0123\n3:memory:/docker/0123\n0::/\n"),
            ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "250000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
        ]);
        assert_eq!(quota(root.path()), Some(2.5));
        let none = tree(&[
            ("proc/self/cgroup", "5:cpu:/\n"),
            ("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"),
            ("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"),
        ]);
        assert_eq!(quota(none.path()), None);
    }

    #[test]
    fn garbage_sets_no_limit() {
        let root =
            tree(&[("proc/self/cgroup", "\n::\n0\nx:cpu\n0::/../../etc\n"), ("sys/fs/cgroup/cpu.max", "\0\u{1}")]);
        assert_eq!(quota(root.path()), None);
        assert_eq!(quota(&root.path().join("nothing")), None);
    }
}
