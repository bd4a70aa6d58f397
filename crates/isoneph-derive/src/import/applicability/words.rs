//! Words of statements of applicability: states and reasons.

use isoneph_register::kinds::{Implementation, Inclusion};

use crate::import::{key, read_word};

pub(super) fn read_status(text: &str) -> Option<Implementation> {
    read_word(text).or_else(|| match key(text).as_str() {
        "fully implemented"
        | "done"
        | "complete"
        | "completed"
        | "in place"
        | "yes"
        | "operational"
        | "umgesetzt"
        | "vollständig umgesetzt"
        | "ja"
        | "実施済"
        | "実施"
        | "実施済み"
        | "対応済"
        | "対応済み" => Some(Implementation::Implemented),
        "in progress"
        | "partially implemented"
        | "partially"
        | "partly"
        | "partly implemented"
        | "ongoing"
        | "teilweise umgesetzt"
        | "teilweise"
        | "in umsetzung"
        | "一部実施"
        | "実施中" => Some(Implementation::Partial),
        "to do" | "open" | "planned for" | "to be implemented" | "geplant" | "計画中" | "予定" => {
            Some(Implementation::Planned)
        }
        "no"
        | "not done"
        | "none"
        | "not started"
        | "not yet implemented"
        | "nicht umgesetzt"
        | "nein"
        | "未実施"
        | "未対応" => Some(Implementation::NotImplemented),
        _ => None,
    })
}

/// A reason is told by the words in it, unless they deny it: `not required by law` is no legal reason.
pub(super) fn read_reason(text: &str) -> Option<Inclusion> {
    read_word(text).or_else(|| {
        let key = key(text);
        let named = |words: &[&str]| words.iter().any(|word| key.contains(word));
        match key.as_str() {
            "lr" => Some(Inclusion::Legal),
            "co" => Some(Inclusion::Contractual),
            "br" | "bp" => Some(Inclusion::BestPractice),
            "rra" | "ra" => Some(Inclusion::Risk),
            _ if denies(text) => None,
            _ if named(&["legal", "law", "regulat", "statut", "gesetz", "法令", "法的"]) => Some(Inclusion::Legal),
            _ if named(&["contract", "vertrag", "vertraglich", "契約"]) => Some(Inclusion::Contractual),
            _ if named(&["customer", "client", "kunde", "顧客"]) => Some(Inclusion::Customer),
            _ if named(&["risk", "risiko", "リスク"]) => Some(Inclusion::Risk),
            _ if named(&["best practice", "good practice", "business", "bewährte", "ベストプラクティス", "事業"]) => {
                Some(Inclusion::BestPractice)
            }
            _ => None,
        }
    })
}

/// Whether a text says that something is not.
pub(super) fn denies(text: &str) -> bool {
    let key = key(text);
    let words = ["no", "not", "non", "never", "without", "neither", "nor", "none", "nicht", "kein", "keine", "ohne"];
    key.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
        || ["ない", "なし", "無し", "不要", "ません"].iter().any(|word| key.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_that_is_denied_is_none() {
        assert_eq!(read_reason("required by law"), Some(Inclusion::Legal));
        assert_eq!(read_reason("Risikobewertung"), Some(Inclusion::Risk));
        for text in ["not required by law", "no contract asks for it", "契約上の要求なし", "ohne Vertrag"] {
            assert_eq!(read_reason(text), None, "{text}");
        }
    }
}
