//! Which distribution the guest is.

use super::{Guest, Text, words};
use serde::{Deserialize, Serialize};

/// Distributions that lay out their files alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Debian, Ubuntu and those made of them.
    Debian,
    /// Red Hat Enterprise Linux, Fedora, Alma, Rocky, Oracle, Amazon Linux.
    RedHat,
    /// SUSE Linux Enterprise, openSUSE.
    Suse,
    /// Alpine.
    Alpine,
    /// Any other.
    Other,
}

/// What the guest says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatingSystem {
    /// `ID` of os-release, such as `debian`; empty when there is none.
    pub id: String,
    /// `VERSION_ID`, such as `12`; empty when there is none.
    pub version: String,
    /// `PRETTY_NAME`.
    pub name: String,
    /// The family it belongs to.
    pub family: Family,
    /// The file that says so; empty when none does.
    pub path: String,
    /// Host name in `/etc/hostname`; empty when none.
    pub hostname: String,
}

/// Reads os-release, else the release files of older systems.
#[must_use]
pub fn read(guest: &Guest<'_>) -> OperatingSystem {
    let file = ["/etc/os-release", "/usr/lib/os-release"].into_iter().find_map(|path| guest.text(path));
    let value = |key: &str| file.as_ref().and_then(|text| release_value(text, key)).unwrap_or_default();
    let hostname = guest.text("/etc/hostname");
    let hostname = hostname.as_ref().and_then(|text| text.settings(&['#']).next().map(|(_, line)| line.to_owned()));
    let (mut id, like) = (value("ID"), value("ID_LIKE"));
    let mut version = value("VERSION_ID");
    let mut path = file.as_ref().map_or(String::new(), |text| text.path().to_owned());
    if file.is_none()
        && let Some(text) = guest.text("/etc/redhat-release")
    {
        // "CentOS release 6.10 (Final)"
        let first = text.content().to_ascii_lowercase();
        id = first.split_whitespace().next().unwrap_or_default().to_owned();
        version = first
            .split_whitespace()
            .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
            .unwrap_or_default()
            .to_owned();
        text.path().clone_into(&mut path);
    }
    let family = family(&id, &like);
    OperatingSystem { name: value("PRETTY_NAME"), id, version, family, path, hostname: hostname.unwrap_or_default() }
}

fn release_value(text: &Text, key: &str) -> Option<String> {
    let mut found = None;
    for (_, line) in text.settings(&['#']) {
        if let Some((name, value)) = line.split_once('=')
            && name == key
        {
            found = words(value).into_iter().next();
        }
    }
    found
}

fn family(id: &str, like: &str) -> Family {
    let of = |word: &str| match word {
        "debian" | "ubuntu" | "linuxmint" | "kali" | "raspbian" => Some(Family::Debian),
        "rhel" | "fedora" | "centos" | "almalinux" | "rocky" | "ol" | "amzn" | "red" => Some(Family::RedHat),
        "sles" | "suse" | "opensuse" | "opensuse-leap" | "opensuse-tumbleweed" | "sle-micro" => Some(Family::Suse),
        "alpine" => Some(Family::Alpine),
        _ => None,
    };
    of(id).or_else(|| like.split_whitespace().find_map(of)).unwrap_or(Family::Other)
}
