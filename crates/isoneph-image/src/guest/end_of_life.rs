//! How long a release of a distribution gets security fixes: a dated table, with where each date comes from.

use super::os::OperatingSystem;
use jiff::civil::Date;
use serde::Deserialize;

/// The table in this crate.
const TABLE: &str = include_str!("../../catalogue/end-of-life.toml");

/// All releases.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndOfLife {
    /// When the table was last looked over.
    pub reviewed: Date,
    /// The releases.
    pub release: Vec<Release>,
}

/// One release.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// `ID` of os-release.
    pub id: String,
    /// `VERSION_ID`, or the part of it that names the release.
    pub version: String,
    /// Last day on which everybody gets security fixes.
    pub ends: Date,
    /// Last day of free fixes by others (long-term support), where there is such a thing.
    pub extended: Option<Date>,
    /// Last day of fixes for a fee.
    pub paid: Option<Date>,
}

/// Where a release stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Fixed by its makers.
    Full,
    /// Fixed for free by others, perhaps not in all parts.
    Extended,
    /// Fixed for those who pay.
    Paid,
    /// Fixed by nobody.
    Ended,
}

impl EndOfLife {
    /// The table of this crate.
    ///
    /// # Panics
    /// Never: a test reads the table.
    #[must_use]
    pub fn table() -> Self {
        toml::from_str(TABLE).expect("the table in this crate is read by a test")
    }

    /// The release that a guest runs: the longest version that its own begins with.
    #[must_use]
    pub fn find(&self, os: &OperatingSystem) -> Option<&Release> {
        // SUSE's editions for SAP and for desktops are releases of its server.
        let id = if matches!(os.id.as_str(), "sles_sap" | "sled") { "sles" } else { os.id.as_str() };
        let names = |release: &&Release| {
            release.id == id
                && os
                    .version
                    .strip_prefix(release.version.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.release.iter().filter(names).max_by_key(|release| release.version.len())
    }
}

impl Release {
    /// Where it stands on a day.
    #[must_use]
    pub fn support(&self, day: Date) -> Support {
        let until = |end: Option<Date>| end.is_some_and(|end| day <= end);
        if day <= self.ends {
            Support::Full
        } else if until(self.extended) {
            Support::Extended
        } else if until(self.paid) {
            Support::Paid
        } else {
            Support::Ended
        }
    }
}
