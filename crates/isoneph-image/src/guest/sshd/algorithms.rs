//! Lists of ciphers, MACs and key exchanges: the installed version's defaults, and what `+`, `-` and `^` make of them.

use super::Version;
use crate::guest::glob::matches;

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlgorithmKind {
    /// `Ciphers`.
    Ciphers,
    /// `MACs`.
    Macs,
    /// `KexAlgorithms`.
    KeyExchange,
}

/// Who built the server, where that changes its defaults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Build {
    /// With the defaults of its version.
    #[default]
    Upstream,
    /// With algorithms that its version no longer has.
    Kept,
}

impl Build {
    /// Tells it by the version of the package.
    pub(super) fn of(version: &str) -> Self {
        let kept = version.contains("7.4p1") && [".el7", ".amzn2"].iter().any(|release| version.contains(release));
        if kept { Self::Kept } else { Self::Upstream }
    }
}

const CIPHERS: &str =
    "chacha20-poly1305@openssh.com aes128-ctr aes192-ctr aes256-ctr aes128-gcm@openssh.com aes256-gcm@openssh.com";

const MACS: &str = "umac-64-etm@openssh.com umac-128-etm@openssh.com hmac-sha2-256-etm@openssh.com \
    hmac-sha2-512-etm@openssh.com hmac-sha1-etm@openssh.com umac-64@openssh.com umac-128@openssh.com hmac-sha2-256 \
    hmac-sha2-512 hmac-sha1";

/// Key exchanges the server offers by default, each with the versions from which and before which it does.
const KEY_EXCHANGES: [(&str, Version, Version); 14] = [
    ("mlkem768x25519-sha256", Version::new(9, 9), NEVER),
    ("sntrup761x25519-sha512", Version::new(9, 9), NEVER),
    ("sntrup761x25519-sha512@openssh.com", Version::new(9, 0), NEVER),
    ("curve25519-sha256", Version::new(7, 4), NEVER),
    ("curve25519-sha256@libssh.org", FIRST, NEVER),
    ("ecdh-sha2-nistp256", FIRST, NEVER),
    ("ecdh-sha2-nistp384", FIRST, NEVER),
    ("ecdh-sha2-nistp521", FIRST, NEVER),
    ("diffie-hellman-group-exchange-sha256", FIRST, Version::new(10, 0)),
    ("diffie-hellman-group16-sha512", Version::new(7, 3), Version::new(10, 0)),
    ("diffie-hellman-group18-sha512", Version::new(7, 3), Version::new(10, 0)),
    ("diffie-hellman-group14-sha256", Version::new(7, 3), Version::new(10, 0)),
    ("diffie-hellman-group14-sha1", FIRST, Version::new(8, 2)),
    ("diffie-hellman-group1-sha1", FIRST, Version::new(6, 7)),
];
const FIRST: Version = Version::new(0, 0);
const NEVER: Version = Version::new(u64::MAX, 0);

/// What Red Hat's builds of 7.4 offer besides: Enterprise Linux 7 and Amazon Linux 2 kept what upstream had dropped.
const KEPT_CIPHERS: &str = "aes128-cbc aes192-cbc aes256-cbc blowfish-cbc cast128-cbc 3des-cbc";
const KEPT_KEY_EXCHANGES: &str = "diffie-hellman-group-exchange-sha1 diffie-hellman-group1-sha1";

fn defaults(kind: AlgorithmKind, version: Version, build: Build) -> Option<Vec<String>> {
    let mut names = of_upstream(kind, version)?;
    let kept = match (build, kind) {
        (Build::Kept, AlgorithmKind::Ciphers) => KEPT_CIPHERS,
        (Build::Kept, AlgorithmKind::KeyExchange) => KEPT_KEY_EXCHANGES,
        _ => "",
    };
    names.extend(kept.split_whitespace().map(str::to_owned));
    Some(names)
}

fn of_upstream(kind: AlgorithmKind, version: Version) -> Option<Vec<String>> {
    if version < Version::new(6, 7) {
        return None;
    }
    let list = |names: &str| names.split_whitespace().map(str::to_owned).collect();
    Some(match kind {
        AlgorithmKind::Ciphers => list(CIPHERS),
        AlgorithmKind::Macs => list(MACS),
        AlgorithmKind::KeyExchange => {
            let offered = KEY_EXCHANGES.iter().filter(|(_, from, before)| (*from..*before).contains(&version));
            offered.map(|(name, _, _)| (*name).to_owned()).collect()
        }
    })
}

/// The effective list. `None` when it depends on defaults that are not known.
#[must_use]
pub fn algorithms(
    kind: AlgorithmKind,
    configured: Option<&str>,
    (version, build): (Option<Version>, Build),
) -> Option<Vec<String>> {
    let base = || version.and_then(|version| defaults(kind, version, build));
    let Some(configured) = configured else { return base() };
    let names = |text: &str| {
        text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect::<Vec<_>>()
    };
    let Some(rest) = configured.get(1..).filter(|_| configured.starts_with(['+', '-', '^'])) else {
        return Some(names(configured));
    };
    let (base, named) = (base()?, names(rest));
    Some(match configured.as_bytes().first() {
        Some(b'-') => {
            base.into_iter().filter(|name| !named.iter().any(|pattern| matches(pattern, name, false))).collect()
        }
        Some(b'^') => named.iter().cloned().chain(base.into_iter().filter(|name| !named.contains(name))).collect(),
        _ => base.iter().cloned().chain(named.into_iter().filter(|name| !base.contains(name))).collect(),
    })
}
