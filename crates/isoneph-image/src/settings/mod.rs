//! The catalogued settings of a guest: for each one a value, its origin, and how it came about.

mod accounts;
mod kernel;
mod passwords;
mod services;
mod setting;
mod ssh;

pub use setting::{Origin, Reason, Role, Setting, Step};

use crate::guest::accounts::Accounts;
use crate::guest::boot::Boot;
use crate::guest::crontab::Job;
use crate::guest::inetd::InetService;
use crate::guest::login_defs::LoginDefs;
use crate::guest::modprobe::Modprobe;
use crate::guest::os::OperatingSystem;
use crate::guest::packages::Packages;
use crate::guest::pam::Pam;
use crate::guest::sshd::Sshd;
use crate::guest::sudoers::Sudoers;
use crate::guest::sysctl::{Appliers, Sysctl};
use crate::guest::systemd::Manager;
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
}

impl<'g> Readings<'g> {
    /// Reads every subsystem.
    pub(crate) fn read(guest: &'g Guest<'g>) -> Self {
        let os = guest.watched(|| guest::os::read(guest));
        let packages = guest::packages::read(guest);
        let manager = guest::systemd::read(guest);
        let sshd = guest::sshd::read(guest, &packages, &manager);
        let appliers = Appliers { systemd: manager.has_systemd(), ufw: false };
        Self {
            accounts: guest::accounts::read(guest),
            login_defs: guest::login_defs::read(guest),
            pam: guest::pam::read(guest),
            sudoers: guest::sudoers::read(guest, &os.hostname),
            sysctl: guest::sysctl::read(guest, appliers),
            modprobe: guest::modprobe::read(guest),
            boot: guest::boot::read(guest),
            jobs: guest::crontab::read(guest),
            inetd: guest::inetd::read(guest),
            os,
            packages,
            manager,
            sshd,
            guest,
        }
    }
}

/// The settings that the guest's configuration decides, by id and scope.
#[must_use]
pub(crate) fn of_configuration(readings: &Readings<'_>) -> Vec<Setting> {
    let mut settings = Vec::new();
    settings.extend(ssh::settings(readings));
    settings.extend(accounts::settings(readings));
    settings.extend(passwords::settings(readings));
    settings.extend(kernel::settings(readings));
    settings.extend(services::settings(readings));
    settings
}
