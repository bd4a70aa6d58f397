//! Whether sshd lets somebody in without a key.

use super::ssh::{Value, no_default, normalised, value};
use super::{Readings, Setting, pam_ways};
use crate::guest::Candidate;
use crate::guest::pam::Rule;
use crate::guest::sshd::Block;

/// Keywords that decide it.
pub(super) const KEYWORDS: [&str; 5] = [
    "passwordauthentication",
    "authenticationmethods",
    "usepam",
    "kbdinteractiveauthentication",
    "challengeresponseauthentication",
];

/// Whether somebody without a key gets in: `no`, `second-factor` (PAM asks for more than a password), or what does it.
pub(super) fn of(readings: &Readings<'_>, block: Option<&Block>) -> Setting {
    let id = "sshd.password-logins";
    let value_of = |keyword: &str| value(readings, block, keyword);
    let (Some(password), Some(methods)) = (value_of(KEYWORDS[0]), value_of(KEYWORDS[1])) else {
        return no_default(readings, id, KEYWORDS[0]);
    };
    let Some((interactive, says)) = readings.sshd.interactive(block) else {
        return no_default(readings, id, KEYWORDS[3]);
    };
    let values = [&password, &methods].into_iter();
    let mut parts: Vec<Candidate> = values.filter_map(|value| Some(value.effective.as_ref()?.won.clone())).collect();
    parts.extend(says);
    let is_off = |value: &Value| normalised(&value.text) == "no";
    let pam = value_of(KEYWORDS[2]);
    // Where a line switches PAM off nothing is there that would ask.
    let off = pam.as_ref().filter(|pam| is_off(pam)).and_then(|pam| pam.effective.as_ref()).map(|own| own.won.clone());
    parts.extend(off.iter().cloned());
    let make = |value: &str| {
        let origin = if parts.is_empty() {
            Setting::default(id, value, "defaults of the installed OpenSSH")
        } else {
            Setting::explicit(id, value)
        };
        origin.parts(&parts)
    };
    let lists: Vec<&str> = methods.text.split_whitespace().collect();
    if methods.text != "any"
        && !lists.is_empty()
        && lists.iter().all(|list| list.split(',').any(|one| one == "publickey"))
    {
        return make("no").note("AuthenticationMethods asks for a key in every list");
    }
    let mut ways = Vec::new();
    if !is_off(&password) {
        ways.push("password");
    }
    if interactive && off.is_none() {
        let asks = asks_second_factor(readings);
        if asks && pam.is_none() {
            return no_default(readings, id, KEYWORDS[2]);
        }
        let factor = asks && pam.is_some_and(|pam| !is_off(&pam));
        ways.push(if factor { "second-factor" } else { "keyboard-interactive" });
    }
    make(&if ways.is_empty() { "no".to_owned() } else { ways.join(" ") })
}

/// Modules of PAM that ask for a one-time code or a token.
const FACTORS: [&str; 7] =
    ["pam_google_authenticator", "pam_oath", "pam_duo", "pam_u2f", "pam_yubico", "pam_radius_auth", "pam_privacyidea"];

/// Whether nobody gets through sshd's PAM stack without a second factor. With `nullok` those without one do.
fn asks_second_factor(readings: &Readings<'_>) -> bool {
    let factor = |rule: &Rule| FACTORS.contains(&rule.module.as_str()) && !rule.has("nullok");
    pam_ways::cannot_do_without(&readings.pam.items("sshd", "auth"), &factor)
}

/// Pairs of blocks looked at, at most.
const PAIRS: usize = 2000;

/// What two blocks let in together that neither does alone: one asks for no key any more, the other takes passwords.
pub(super) fn together(readings: &Readings<'_>) -> Vec<Setting> {
    let blocks: Vec<&Block> = readings.sshd.blocks_setting(&KEYWORDS).collect();
    let pairs =
        blocks.iter().enumerate().flat_map(|(at, one)| blocks[at + 1..].iter().map(move |other| (*one, *other)));
    let alone = |block: &Block| of(readings, Some(block)).value;
    let row = |(one, other): (&Block, &Block)| {
        let both = one.with(other);
        let setting = of(readings, Some(&both));
        let is_new = ![alone(one), alone(other)].contains(&setting.value);
        let setting = match one.meets(other).filter(|_| is_new) {
            Some(meet) => Some(setting).filter(|_| meet),
            None if is_new => {
                let why = "whether a connection can match both blocks hangs on patterns";
                Some(Setting::unknown(&setting.id, "not-understood", why).at(one.place.clone()))
            }
            None => None,
        };
        setting.map(|setting| setting.scope(format!("Match {}", both.criteria)))
    };
    pairs.take(PAIRS).filter_map(row).collect()
}
