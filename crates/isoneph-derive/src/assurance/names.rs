//! Names of products, environments and regions as documents spell them.

/// What is left of a name when spelling does not count: lower case, letters and digits only.
fn key(name: &str) -> String {
    let half_width = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    name.chars().map(half_width).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The names in a name: `Amazon Simple Storage Service (Amazon S3)` is both. What stands in brackets is a name only if
/// it shares a word with the rest or is short for it; `(preview)` is none.
fn names(name: &str) -> Vec<String> {
    let mut names = vec![key(name)];
    if let Some((before, rest)) = name.split_once('(')
        && let Some((inside, after)) = rest.rsplit_once(')')
    {
        names.push(key(&format!("{before} {after}")));
        if is_short_for(inside, before) {
            names.push(key(inside));
        }
    }
    names.retain(|name| !name.is_empty());
    names.sort();
    names.dedup();
    names
}

fn is_short_for(inside: &str, before: &str) -> bool {
    let words =
        |text: &str| -> Vec<String> { text.split_whitespace().map(key).filter(|word| !word.is_empty()).collect() };
    let (inside, before) = (words(inside), words(before));
    let initials: String = before.iter().filter_map(|word| word.chars().next()).collect();
    let initials_of = |word: &String| word.len() > 1 && initials.contains(word.as_str());
    inside.iter().any(|word| before.contains(word) || initials_of(word))
}

/// Whether two names of products are one, in one of their forms.
pub(super) fn same_product(one: &str, other: &str) -> bool {
    let other = names(other);
    names(one).iter().any(|name| other.contains(name))
}

/// Whether a name may be meant: one holds all words of the other. Never counted, only shown.
pub(super) fn resembles(one: &str, other: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).map(key).filter(|w| w.len() > 1).collect()
    };
    let (one, other) = (words(one), words(other));
    let holds = |a: &[String], b: &[String]| !b.is_empty() && b.iter().all(|word| a.contains(word));
    holds(&one, &other) || holds(&other, &one)
}

/// Whether two environments are one. The usual one goes without a name, or by one of these.
pub(super) fn same_environment(one: Option<&str>, other: Option<&str>) -> bool {
    let usual = |name: Option<&str>| {
        let key = name.map(key).unwrap_or_default();
        if ["commercial", "public", "publiccloud", "global", "standard"].contains(&key.as_str()) {
            String::new()
        } else {
            key
        }
    };
    usual(one) == usual(other)
}

/// Whether two regions are one.
pub(super) fn same_region(one: &str, other: &str) -> bool {
    key(one) == key(other)
}

/// Whether it says that all regions are in scope.
pub(super) fn all_regions(region: &str) -> bool {
    ["all", "allregions", "global", "worldwide"].contains(&key(region).as_str())
}

/// Whether two names in law are one. Punctuation and case do not count, the form of the company does.
pub(super) fn same_legal_name(one: &str, other: &str) -> bool {
    key(one) == key(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_goes_by_its_long_and_its_short_name() {
        assert!(same_product("Amazon S3", "Amazon Simple Storage Service (Amazon S3)"));
        assert!(same_product("AMAZON  ec2", "Amazon EC2"));
        assert!(same_product("Key Management Service", "Key Management Service (KMS)"));
        assert!(same_product("KMS", "Key Management Service (KMS)"));
        assert!(!same_product("preview", "Fabric (preview)"));
        assert!(!same_product("Azure Monitor", "Azure Key Vault"));
        assert!(!same_product("", "()"));
    }

    #[test]
    fn what_resembles_is_not_the_same() {
        assert!(resembles("Azure Storage", "Storage") && !same_product("Azure Storage", "Storage"));
        assert!(!resembles("Azure Monitor", "Azure Storage"));
    }

    #[test]
    fn the_usual_environment_goes_without_a_name() {
        assert!(same_environment(None, Some("Commercial")));
        assert!(!same_environment(None, Some("Azure Government")));
        assert!(same_environment(Some("azure government"), Some("Azure Government")));
    }
}
