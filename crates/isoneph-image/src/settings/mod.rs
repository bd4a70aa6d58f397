//! The catalogued settings of a guest: for each one a value, its origin, and how it came about.

mod accounts;
mod audit;
mod boot;
mod facts;
mod filesystem;
mod firewall;
mod image;
mod kernel;
mod listening;
mod logging;
mod mounts;
mod pam_ways;
mod passwords;
mod permissions;
mod services;
mod setting;
mod software;
mod ssh;
mod ssh_logins;
mod sudo;

pub use facts::{AccountFact, Facts, Options, PackageFact, ReleaseFact, WalkFact, examine};
pub use setting::{Origin, Reason, Role, Setting, Step};

use crate::guest::accounts::Accounts;
use crate::guest::audit::Audit;
use crate::guest::boot::Boot;
use crate::guest::cloud_init::CloudInit;
use crate::guest::crontab::Job;
use crate::guest::firewall::Firewalls;
use crate::guest::hygiene::LeftOvers;
use crate::guest::inetd::InetService;
use crate::guest::login_defs::LoginDefs;
use crate::guest::modprobe::Modprobe;
use crate::guest::mounts::Mount;
use crate::guest::os::OperatingSystem;
use crate::guest::packages::Packages;
use crate::guest::pam::Pam;
use crate::guest::rsyslog::Target;
use crate::guest::sshd::Sshd;
use crate::guest::sudoers::Sudoers;
use crate::guest::sysctl::{Appliers, Sysctl};
use crate::guest::systemd::Manager;
use crate::guest::time_sync::Daemon;
use crate::guest::updates::Updates;
use crate::guest::{self, Guest, Known};

/// What the settings are made of: every subsystem, read once.
pub(crate) struct Readings<'g> {
    pub(crate) guest: &'g Guest<'g>,
    pub(crate) os: Known<OperatingSystem>,
    pub(crate) packages: Known<Packages>,
    pub(crate) manager: Known<Manager>,
    pub(crate) accounts: Known<Accounts>,
    pub(crate) login_defs: Known<LoginDefs>,
    pub(crate) pam: Known<Pam>,
    pub(crate) sshd: Known<Sshd>,
    pub(crate) sudoers: Known<Sudoers>,
    pub(crate) sysctl: Known<Sysctl>,
    pub(crate) modprobe: Known<Modprobe>,
    pub(crate) boot: Known<Boot>,
    pub(crate) jobs: Known<Vec<Job>>,
    pub(crate) inetd: Known<Vec<InetService>>,
    pub(crate) mounts: Known<Vec<Mount>>,
    pub(crate) left_overs: Known<LeftOvers>,
    pub(crate) cloud_init: Known<CloudInit>,
    pub(crate) firewalls: Known<Firewalls>,
    pub(crate) updates: Known<Updates>,
    pub(crate) audit: Known<Audit>,
    pub(crate) rsyslog: Known<Vec<Target>>,
    pub(crate) syslog_ng: Known<Vec<Target>>,
    pub(crate) clocks: Known<Vec<Daemon>>,
}

impl<'g> Readings<'g> {
    /// Reads every subsystem.
    pub(crate) fn read(guest: &'g Guest<'g>) -> Self {
        let os = guest.watched(|| guest::os::read(guest));
        let packages = guest::packages::read(guest);
        let mut manager = guest::systemd::read(guest);
        let boot = guest::boot::read(guest);
        manager.facts.take_arguments(guest, &boot.entries);
        let sshd = guest::sshd::read(guest, &packages, &manager);
        let accounts = guest::accounts::read(guest);
        let ufw = guest::firewall::ufw_is_on(guest, &manager);
        let appliers = Appliers { systemd: manager.has_systemd(), ufw };
        Self {
            login_defs: guest::login_defs::read(guest),
            pam: guest::pam::read(guest),
            sudoers: guest::sudoers::read(guest, &os.hostname),
            sysctl: guest::sysctl::read(guest, appliers),
            modprobe: guest::modprobe::read(guest),
            boot,
            jobs: guest::crontab::read(guest),
            inetd: guest::inetd::read(guest, &packages, &manager),
            mounts: guest::mounts::read(guest, &manager),
            left_overs: guest::hygiene::read(guest, &accounts, &sshd),
            cloud_init: guest::cloud_init::read(guest),
            firewalls: guest::firewall::read(guest, &manager),
            updates: guest::updates::read(guest, &packages, &manager, os.family),
            audit: guest::audit::read(guest, &manager),
            rsyslog: guest::rsyslog::read(guest),
            syslog_ng: guest::logging::syslog_ng(guest),
            clocks: guest::time_sync::read(guest, &manager),
            accounts,
            os,
            packages,
            manager,
            sshd,
            guest,
        }
    }
}

/// The settings that the guest's configuration decides, without a walk over its files.
fn of_configuration(readings: &Readings<'_>, day: jiff::civil::Date) -> Vec<Setting> {
    let mut settings = Vec::new();
    settings.extend(ssh::settings(readings));
    settings.extend(accounts::settings(readings));
    settings.extend(passwords::settings(readings));
    settings.extend(sudo::settings(readings));
    settings.extend(permissions::settings(readings));
    settings.extend(mounts::settings(readings));
    settings.extend(kernel::settings(readings));
    settings.extend(boot::settings(readings));
    settings.extend(services::settings(readings));
    settings.extend(listening::settings(readings));
    settings.extend(firewall::settings(readings));
    settings.extend(software::settings(readings, day));
    settings.extend(audit::settings(readings));
    settings.extend(logging::settings(readings));
    settings.extend(image::settings(readings));
    settings
}
