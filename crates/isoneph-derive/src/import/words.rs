//! Words as files write them.

use std::str::FromStr;

use isoneph_model::{ControlId, Role};
use isoneph_register::kinds::Holder;
use isoneph_workbook::heading_key;
use jiff::civil::Date;

/// The longest name of an object, less what makes a shortened one unique.
const LONGEST: usize = 180;

/// A name for an object: the parts with `/` between, what names cannot hold replaced by `-`.
pub fn object_name(parts: &[&str]) -> String {
    let allowed = |c: char| if c.is_alphanumeric() || "._-/:@+".contains(c) { c } else { '-' };
    let parts: Vec<String> = parts.iter().map(|part| part.trim().chars().map(allowed).collect()).collect();
    let name = parts.join("/");
    let name = if name.starts_with(char::is_alphanumeric) { name } else { format!("x{name}") };
    name.chars().take(LONGEST).collect()
}

/// Lower case, half-width, single spaces.
pub(crate) fn key(text: &str) -> String {
    heading_key(text)
}

/// One of our own words, in any spelling: `Not applicable`, `not_applicable`.
pub fn read_word<T: FromStr>(text: &str) -> Option<T> {
    key(text).replace(' ', "-").parse().ok()
}

/// A day: `2026-11-21`, `2026/11/21`, `2026.11.21`, `2026年11月21日`, with or without a time after it. Orders of day and
/// month that differ from country to country are not guessed.
pub fn read_date(text: &str) -> Option<Date> {
    let day = text.trim().split(['T', ' ']).next()?;
    let day = day.trim_end_matches('日').replace(['/', '.', '年', '月'], "-");
    let parts: Vec<&str> = day.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Yes or no, in the words and marks of forms.
pub(crate) fn read_yes_no(text: &str) -> Option<bool> {
    let key = key(text);
    let yes = ["yes", "y", "true", "applicable", "included", "include", "in scope", "適用", "適用する", "はい", "有"];
    let no = [
        "no",
        "n",
        "false",
        "not applicable",
        "non-applicable",
        "n/a",
        "na",
        "not-applicable",
        "excluded",
        "exclude",
        "out of scope",
        "適用外",
        "適用しない",
        "適用除外",
        "除外",
        "対象外",
        "いいえ",
        "無",
    ];
    match read_mark(text) {
        Mark::Set => Some(true),
        Mark::Cleared => Some(false),
        _ if yes.contains(&key.as_str()) => Some(true),
        _ if no.contains(&key.as_str()) => Some(false),
        _ => None,
    }
}

/// A tick in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Nothing.
    Empty,
    /// Ticked.
    Set,
    /// Ticked in part (`△`).
    Part,
    /// Marked as not.
    Cleared,
    /// Some text.
    Other,
}

pub(crate) fn read_mark(text: &str) -> Mark {
    match key(text).as_str() {
        "" => Mark::Empty,
        "x" | "✓" | "✔" | "☑" | "☒" | "●" | "○" | "◯" | "〇" | "◎" | "yes" | "y" | "1" | "true" | "レ" => {
            Mark::Set
        }
        "△" | "▲" | "partial" | "(x)" => Mark::Part,
        "-" | "–" | "—" | "×" | "✗" | "✘" | "☐" | "no" | "n" | "0" | "false" | "ー" | "−" => {
            Mark::Cleared
        }
        _ => Mark::Other,
    }
}

/// Who holds it: our own words and those of CAIQ, cloud providers and Japanese forms.
pub(crate) fn read_holder(text: &str) -> Option<Holder> {
    let words = key(text).replace(['-', '_'], " ");
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let holder = match words.as_str() {
        "provider"
        | "csp"
        | "csp owned"
        | "csp所有"
        | "cloud service provider"
        | "cloud provider"
        | "vendor"
        | "supplier"
        | "p"
        | "プロバイダ"
        | "事業者"
        | "クラウド事業者"
        | "クラウドサービスプロバイダ"
        | "provider responsibility" => Holder::Provider,
        "customer"
        | "csc"
        | "csc owned"
        | "csc所有"
        | "cloud service customer"
        | "client"
        | "tenant"
        | "user"
        | "c"
        | "you"
        | "カスタマ"
        | "利用者"
        | "お客様"
        | "お客さま"
        | "クラウドサービスカスタマ"
        | "customer responsibility" => Holder::Customer,
        "shared"
        | "both"
        | "joint"
        | "shared csp and csc"
        | "shared csp csc"
        | "cspとcscの共有"
        | "cspとcscで共有"
        | "p/c"
        | "s"
        | "共同"
        | "共有"
        | "双方"
        | "両者"
        | "shared responsibility" => Holder::Shared,
        "third party"
        | "3rd party"
        | "3rd party outsourced"
        | "third party outsourced"
        | "subprocessor"
        | "sub processor"
        | "第三者"
        | "shared csp and 3rd party"
        | "shared csp and third party"
        | "shared csp 3rd party" => Holder::ThirdParty,
        "nobody" | "none" | "nd" | "not determined" | "tbd" | "未定" | "なし" => Holder::Nobody,
        "not applicable" | "n/a" | "na" | "該当なし" | "対象外" => Holder::NotApplicable,
        _ => return None,
    };
    Some(holder)
}

/// The role that a word names.
pub(crate) fn read_role(text: &str) -> Option<Role> {
    match read_holder(text)? {
        Holder::Provider => Some(Role::Provider),
        Holder::Customer => Some(Role::Customer),
        _ => None,
    }
}

/// Controls in a cell: `9.2.1, CLD.6.3.1; A.8.15`. What is none is told.
pub(crate) fn read_controls(text: &str) -> (Vec<ControlId>, Vec<String>) {
    let (mut controls, mut other) = (Vec::new(), Vec::new());
    let words = text.split([',', ';', '\n', '、', '，', '；']).map(str::trim).filter(|word| !word.is_empty());
    for word in words {
        match word.parse() {
            Ok(control) => controls.push(control),
            Err(_) => other.push(word.to_owned()),
        }
    }
    (controls, other)
}

/// A text, or nothing: `-` and `n/a` say nothing.
pub(crate) fn sentence(text: &str) -> Option<String> {
    let empty = matches!(key(text).as_str(), "" | "-" | "–" | "—" | "n/a" | "na" | "none" | "なし" | "該当なし");
    (!empty).then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_are_read_where_their_order_is_beyond_doubt() {
        let day = Some(date(2026, 11, 2));
        for text in ["2026-11-02", "2026/11/2", "2026.11.02", "2026年11月2日", "2026-11-02T09:00:00"] {
            assert_eq!(read_date(text), day, "{text}");
        }
        for text in ["02/11/2026", "11-02-26", "2026-13-01", "", "soon"] {
            assert_eq!(read_date(text), None, "{text}");
        }
    }

    #[test]
    fn names_hold_what_names_may_hold() {
        for parts in [&["crm", "caiq", "A&A-01.1"][..], &["&", ""], &["日本", "x y"], &[&"x".repeat(500)]] {
            let name = object_name(parts);
            assert_eq!(isoneph_register::name_problem(&name), None, "{name}");
        }
    }

    #[test]
    fn holders_are_read_in_the_words_of_forms() {
        assert_eq!(read_holder("CSP-owned"), Some(Holder::Provider));
        assert_eq!(read_holder("Shared CSP and CSC"), Some(Holder::Shared));
        assert_eq!(read_holder("3rd-party outsourced"), Some(Holder::ThirdParty));
        assert_eq!(read_holder("クラウド事業者"), Some(Holder::Provider));
        assert_eq!(read_holder("somebody"), None);
    }
}
