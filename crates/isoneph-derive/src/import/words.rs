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
    match read_mark(text) {
        Mark::Set => Some(true),
        Mark::Cleared => Some(false),
        _ => yes_no_word(&key(text)),
    }
}

fn yes_no_word(key: &str) -> Option<bool> {
    match key.trim_end_matches('.') {
        "yes" | "y" | "true" | "applicable" | "applies" | "included" | "include" | "in scope" | "selected" | "ja"
        | "anwendbar" | "適用" | "適用する" | "対象" | "採用" | "はい" | "有" => Some(true),
        "no" | "n" | "false" | "not applicable" | "non-applicable" | "inapplicable" | "does not apply" | "n/a"
        | "na" | "n.a" | "not-applicable" | "excluded" | "exclude" | "not selected" | "not included"
        | "out of scope" | "not in scope" | "nein" | "nicht anwendbar" | "適用外" | "適用しない" | "適用除外"
        | "非適用" | "不適用" | "除外" | "対象外" | "不採用" | "いいえ" | "無" => Some(false),
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

/// Who holds it: our own words and those of CAIQ, FedRAMP, cloud providers and Japanese and German forms. Parties joined
/// by a word (`provider and customer`) share it. A remark in brackets is passed over unless it names a party as well:
/// `provider (customer on request)` is for people to read.
pub(crate) fn read_holder(text: &str) -> Option<Holder> {
    let words = key(text).replace(|c| is_dash(c) || c == '_', " ");
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    one_holder(&words)
        .or_else(|| {
            let (before, remark) = words.strip_suffix(')')?.split_once('(')?;
            let (before, remark) = (before.trim(), remark.trim());
            let alone = one_holder(before).or_else(|| joined_holders(before));
            match joined_holders(remark) {
                // `Shared (CSP and CSC)`: the remark says the same.
                Some(named) => alone.filter(|alone| *alone == named),
                None => alone.filter(|_| !names_a_party(remark)),
            }
        })
        .or_else(|| joined_holders(&words))
}

fn one_holder(words: &str) -> Option<Holder> {
    let bare = ["by ", "responsibility of "].iter().find_map(|prefix| words.strip_prefix(prefix)).unwrap_or(words);
    let bare = bare.strip_prefix("the ").unwrap_or(bare);
    let ends = [" owned", " only", " responsibility", " responsible", " managed", "所有", "の責任", "のみ"];
    let bare = ends.iter().find_map(|end| bare.strip_suffix(end)).unwrap_or(bare);
    let holder = match bare.trim_end_matches('.') {
        "provider"
        | "csp"
        | "cloud service provider"
        | "cloud provider"
        | "service provider"
        | "vendor"
        | "supplier"
        | "p"
        | "inherited from provider"
        | "inherited from csp"
        | "anbieter"
        | "cloud anbieter"
        | "dienstleister"
        | "プロバイダ"
        | "プロバイダー"
        | "事業者"
        | "クラウド事業者"
        | "クラウドサービスプロバイダ"
        | "クラウドサービスプロバイダー"
        | "クラウドサービス事業者" => Holder::Provider,
        "customer"
        | "csc"
        | "cloud service customer"
        | "cloud customer"
        | "client"
        | "tenant"
        | "user"
        | "c"
        | "you"
        | "customer configured"
        | "configured by customer"
        | "customer provided"
        | "provided by customer"
        | "kunde"
        | "cloud kunde"
        | "auftraggeber"
        | "カスタマ"
        | "カスタマー"
        | "顧客"
        | "利用者"
        | "クラウド利用者"
        | "クラウドサービス利用者"
        | "お客様"
        | "お客さま"
        | "クラウドサービスカスタマ"
        | "クラウドサービスカスタマー" => Holder::Customer,
        "shared" | "both" | "joint" | "p/c" | "s" | "shared csp csc" | "cspとcscの共有" | "cspとcscで共有"
        | "beide" | "gemeinsam" | "geteilt" | "共同" | "共有" | "共通" | "双方" | "両者" => Holder::Shared,
        "third party"
        | "3rd party"
        | "3rd party outsourced"
        | "third party outsourced"
        | "subprocessor"
        | "sub processor"
        | "subcontractor"
        | "unterauftragnehmer"
        | "第三者"
        | "再委託先"
        | "shared csp 3rd party" => Holder::ThirdParty,
        "nobody" | "none" | "nd" | "not determined" | "tbd" | "未定" | "なし" => Holder::Nobody,
        "not applicable" | "n/a" | "na" | "n.a" | "entfällt" | "nicht anwendbar" | "該当なし" | "対象外" => {
            Holder::NotApplicable
        }
        _ => return None,
    };
    Some(holder)
}

/// `CSP and CSC`, `shared provider/customer`. What a provider shares with a third party is not the customer's; what a
/// customer shares with one has no word here.
fn joined_holders(words: &str) -> Option<Holder> {
    let shared = ["shared between ", "shared by ", "shared "].iter().find_map(|prefix| words.strip_prefix(prefix));
    let mut parts = vec![shared.unwrap_or(words)];
    for word in [" and ", " und ", "&", "+", "/", ",", ";", "、", "・", "と"] {
        parts = parts.into_iter().flat_map(|part| part.split(word)).collect();
    }
    let parts: Vec<&str> = parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect();
    let mut holders = parts.iter().map(|part| one_holder(part)).collect::<Option<Vec<Holder>>>()?;
    holders.sort();
    holders.dedup();
    match holders.as_slice() {
        [Holder::Provider, Holder::Customer] => Some(Holder::Shared),
        [Holder::Provider, Holder::ThirdParty] => Some(Holder::ThirdParty),
        _ => None,
    }
}

fn names_a_party(words: &str) -> bool {
    let parties = [
        "provider",
        "csp",
        "vendor",
        "supplier",
        "customer",
        "csc",
        "client",
        "tenant",
        "user",
        "party",
        "shared",
        "joint",
        "anbieter",
        "kunde",
        "事業者",
        "利用者",
        "プロバイダ",
        "カスタマ",
        "お客",
        "顧客",
        "共",
    ];
    parties.iter().any(|party| words.contains(party))
}

/// A hyphen, in any of its forms.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
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
