//! What a process gives up before it looks at an image.

use super::Request;
use serde::{Deserialize, Serialize};

/// How far something was enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Enforced {
    /// As meant.
    Full,
    /// In part: the kernel is older than what was asked of it.
    Partial,
    /// Not at all: the kernel, or the system, does not know it.
    None,
}

/// What a process is limited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// Limits on memory, CPU time, and files written.
    pub limits: Enforced,
    /// No files but the images (Landlock).
    pub files: Enforced,
    /// No calls of the system but those that reading needs; no network among them (seccomp).
    pub calls: Enforced,
}

/// Confines this process, as far as the system can.
pub(super) fn confine(request: &Request) -> Confinement {
    Confinement { limits: limit(request), files: files(request), calls: calls() }
}

#[cfg(unix)]
fn limit(request: &Request) -> Enforced {
    use rlimit::Resource;
    let limits = request.limits;
    let wanted = [
        (Resource::CORE, 0, 0),
        // At the soft limit the process is sent SIGXCPU, which ends it and says why.
        (Resource::CPU, limits.cpu_seconds, limits.cpu_seconds.saturating_add(2)),
        (Resource::FSIZE, limits.spool, limits.spool),
        (Resource::NOFILE, 256, 256),
    ];
    let mut results: Vec<bool> = wanted.into_iter().map(|(what, soft, hard)| lower(what, soft, hard)).collect();
    #[cfg(any(target_os = "linux", target_os = "android"))]
    results.push(lower(Resource::AS, limits.memory, limits.memory));
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    results.push(false);
    match (results.iter().all(|done| *done), results.iter().any(|done| *done)) {
        (true, _) => Enforced::Full,
        (false, true) => Enforced::Partial,
        (false, false) => Enforced::None,
    }
}

/// Sets a limit; one that is lower already stays.
#[cfg(unix)]
fn lower(what: rlimit::Resource, soft: u64, hard: u64) -> bool {
    let Ok((_, highest)) = rlimit::getrlimit(what) else { return false };
    rlimit::setrlimit(what, soft.min(highest), hard.min(highest)).is_ok()
}

#[cfg(not(unix))]
fn limit(_: &Request) -> Enforced {
    Enforced::None
}

#[cfg(target_os = "linux")]
fn files(request: &Request) -> Enforced {
    use landlock::{
        ABI, Access as _, AccessFs, AccessNet, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetStatus,
    };
    let mut paths = request.paths.clone();
    paths.extend(request.paths.iter().flat_map(|path| crate::container::companions(path)));
    paths.extend(request.access.backing_directory.clone());
    let restrict = || -> Result<RulesetStatus, landlock::RulesetError> {
        let abi = ABI::V5;
        let ruleset =
            Ruleset::default().handle_access(AccessFs::from_all(abi))?.handle_access(AccessNet::from_all(abi))?;
        let read = AccessFs::ReadFile | AccessFs::ReadDir;
        let rules = landlock::path_beneath_rules(paths, read);
        Ok(ruleset.create()?.add_rules(rules)?.restrict_self()?.ruleset)
    };
    match restrict() {
        Ok(RulesetStatus::FullyEnforced) => Enforced::Full,
        Ok(RulesetStatus::PartiallyEnforced) => Enforced::Partial,
        Ok(RulesetStatus::NotEnforced) | Err(_) => Enforced::None,
    }
}

#[cfg(not(target_os = "linux"))]
fn files(_: &Request) -> Enforced {
    Enforced::None
}

#[cfg(target_os = "linux")]
fn calls() -> Enforced {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};
    let Ok(architecture) = TargetArch::try_from(std::env::consts::ARCH) else { return Enforced::None };
    // A call that is not listed fails as if not permitted: the scan ends with an error that says so.
    let denied = SeccompAction::Errno(1);
    let rules = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    let filter = SeccompFilter::new(rules, denied, SeccompAction::Allow, architecture);
    let program = filter.and_then(BpfProgram::try_from);
    match program.map_err(|_| ()).and_then(|program| seccompiler::apply_filter_all_threads(&program).map_err(|_| ())) {
        Ok(()) => Enforced::Full,
        Err(()) => Enforced::None,
    }
}

#[cfg(not(target_os = "linux"))]
fn calls() -> Enforced {
    Enforced::None
}

/// What reading files, keeping memory and ending in order need, and no more.
#[cfg(target_os = "linux")]
const ALLOWED: &[i64] = &[
    libc::SYS_read,
    libc::SYS_pread64,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_pwrite64,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_openat,
    libc::SYS_newfstatat,
    libc::SYS_fstat,
    libc::SYS_statx,
    libc::SYS_getdents64,
    libc::SYS_readlinkat,
    libc::SYS_fcntl,
    libc::SYS_dup,
    libc::SYS_getcwd,
    libc::SYS_copy_file_range,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_tgkill,
    libc::SYS_exit,
    libc::SYS_exit_group,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_open,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_stat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lstat,
];
