//! What stands in a cell for a person: a name, or a word that says that there is none.

use isoneph_model::fits_pattern;
use jiff::tz::TimeZone;

use super::state::{is_waiting, of_approval, plain};
use super::time::{day, instant};

/// What a text in the place of a person's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// It names somebody.
    Somebody,
    /// It says that there is nobody, or that nobody had to: `N/A`, `-`, `auto`.
    Nobody,
    /// It names a program: `github-actions[bot]`.
    Program,
    /// It says that somebody refused, or has not decided yet: `Bea Silva - declined`, `pending`.
    NotYet,
    /// It is no name, and says nothing for sure: `yes`, a date, `self`.
    Unclear,
}

/// What a text in the place of a person's name says.
pub fn naming(text: &str) -> Naming {
    let words = plain(text);
    match words.as_str() {
        // A question mark or a dash alone.
        "" => Naming::Nobody,
        words if NOBODY.contains(&words) => Naming::Nobody,
        _ if is_bot(text) => Naming::Program,
        words if NO_NAMES.contains(&words) => Naming::Unclear,
        words => match of_approval(words) {
            Some(true) => Naming::Unclear,
            Some(false) => Naming::NotYet,
            None if is_waiting(words) => Naming::NotYet,
            None if words.split(' ').all(|word| NO_WORDS.contains(&word)) => Naming::Nobody,
            None if is_a_date_or_number(text, words) => Naming::Unclear,
            None => Naming::Somebody,
        },
    }
}

#[rustfmt::skip]
const NOBODY: [&str; 53] = [
    "n a", "na", "none", "nobody", "no one", "noone", "nil", "null", "undefined", "empty", "blank",
    "unassigned", "not assigned", "unknown", "not applicable", "not required", "not needed",
    "no approval required", "no approval needed", "no approver", "no reviewer", "no approval", "tbd", "tbc",
    "tba", "to be determined", "to be confirmed", "to be decided", "missing", "auto", "automatic",
    "automated", "automatically", "auto approved", "auto approval", "automation", "system", "bot", "なし",
    "無し", "無", "該当なし", "該当無し", "該当者なし", "対象外", "未定", "未設定", "不要", "承認不要", "自動", "自動承認", "システム", "不明",
];

/// Of such words alone no name is made: `system (auto-approved)`, `not required by policy`.
#[rustfmt::skip]
const NO_WORDS: [&str; 34] = [
    "a", "an", "any", "applicable", "approval", "approved", "approver", "as", "assigned", "auto", "automatic",
    "automatically", "automated", "by", "change", "for", "is", "it", "n", "na", "needed", "no", "none", "not",
    "policy", "pre", "process", "required", "rule", "standard", "system", "the", "workflow", "yet",
];

#[rustfmt::skip]
const NO_NAMES: [&str; 9] = [
    "self", "self approved", "self approval", "myself", "me", "same", "本人", "自己承認", "同上",
];

/// Programs that approve and review under names of their own.
#[rustfmt::skip]
const BOTS: [&str; 12] = [
    "*[bot]", "github-actions*", "dependabot*", "renovate*", "copilot", "copilot-*", "*-copilot",
    "gitlab-bot", "mergify*", "project_*_bot*", "group_*_bot*", "*-bot",
];

fn is_bot(text: &str) -> bool {
    let lower = text.trim().to_lowercase();
    let account = lower.split('@').next().unwrap_or_default();
    BOTS.iter().any(|bot| fits_pattern(bot, &lower) || fits_pattern(bot, account))
}

fn is_a_date_or_number(text: &str, words: &str) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_month = |word: &str| MONTHS.iter().any(|month| word.starts_with(month)) && word.len() <= 9;
    let of_date = |word: &str| is_number(word) || is_month(word);
    day(text).is_some()
        || instant(text, Some(&TimeZone::UTC)).is_ok()
        || words.split(' ').any(is_number) && words.split(' ').all(of_date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_name_nobody_are_no_approvers() {
        for text in "N/A;n/a;-;—;?;none;TBD;null;N.A.;auto;system;not required;nobody;unassigned;\
            system (auto-approved);not required by policy;なし;該当なし;..."
            .split(';')
        {
            assert_eq!(naming(text), Naming::Nobody, "{text}");
        }
    }

    #[test]
    fn bots_are_programs() {
        for text in "github-actions[bot];Copilot;dependabot[bot]@x;release-bot;project_12_bot_ab1".split(';') {
            assert_eq!(naming(text), Naming::Program, "{text}");
        }
    }

    #[test]
    fn a_refusal_and_a_decision_to_come_are_no_approval() {
        for text in "pending;rejected;Rejected by Bea Silva;Bea Silva (pending);Bea Silva - declined;未承認;\
            no;false;not approved;awaiting Bea Silva;承認待ち;佐藤（承認待ち）;却下;waiting for CAB"
            .split(';')
        {
            assert_eq!(naming(text), Naming::NotYet, "{text}");
        }
    }

    #[test]
    fn what_is_no_name_says_nothing_for_sure() {
        for text in "yes;true;Approved;承認済み;2026-11-09;9 Nov 2026;09.11.2026 10:00;4711;self".split(';') {
            assert_eq!(naming(text), Naming::Unclear, "{text}");
        }
    }

    #[test]
    fn names_are_names() {
        for text in "Bea Silva;bea.silva@example.com;CAB;May Jansen;佐藤;Dr. No;Approved by Bea Silva;\
            Bea Silva 2026-11-09;Nobody Owens;Abbott;auto-team lead"
            .split(';')
        {
            assert_eq!(naming(text), Naming::Somebody, "{text}");
        }
    }
}
