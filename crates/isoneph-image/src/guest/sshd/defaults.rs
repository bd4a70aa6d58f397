//! What OpenSSH does where no file says anything, by version. After the release notes and `servconf.c` of each version.

/// A version of OpenSSH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The number before the point.
    pub major: u64,
    /// The number after it.
    pub minor: u64,
}

impl Version {
    pub(super) const fn new(major: u64, minor: u64) -> Self {
        Self { major, minor }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The oldest version whose defaults are known here.
const OLDEST: Version = Version::new(6, 7);

/// The default of a keyword (lower case). `None`: not known for this version, or the keyword has no single default.
#[must_use]
pub fn default_of(keyword: &str, version: Version) -> Option<&'static str> {
    if version < OLDEST {
        return None;
    }
    Some(match keyword {
        "permitrootlogin" if version < Version::new(7, 0) => "yes",
        "permitrootlogin" => "prohibit-password",
        "permitemptypasswords" | "hostbasedauthentication" | "permituserenvironment" | "x11forwarding" => "no",
        "usepam" | "disableforwarding" => "no",
        "passwordauthentication" | "kbdinteractiveauthentication" | "ignorerhosts" | "strictmodes" => "yes",
        "allowtcpforwarding" => "yes",
        "permitopen" => "any",
        "maxauthtries" => "6",
        "maxsessions" => "10",
        "maxstartups" => "10:30:100",
        "logingracetime" => "120",
        "clientaliveinterval" => "0",
        "clientalivecountmax" => "3",
        "loglevel" => "INFO",
        "banner" => "none",
        "authenticationmethods" => "any",
        _ => return None,
    })
}
