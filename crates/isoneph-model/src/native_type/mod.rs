//! What one type of thing is called: by Terraform, and by the lists that clouds make of what there is in them.
//!
//! Sources: the types that AWS Config records and Resource Explorer finds, the resource types of Azure Resource Manager, the
//! asset types of Cloud Asset Inventory. What stands here is what can hold data, run, or let somebody in.

mod aws;
mod azure;
mod google;
mod plain;

/// A type, by all its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NativeType {
    /// The table that describes such things; `other` for none.
    pub table: &'static str,
    /// Terraform's types; none where it has no word for such things.
    pub terraform: &'static [&'static str],
    /// The words of clouds' lists; Azure's in lower case.
    pub listed: &'static [&'static str],
    /// Whether a list knows such a thing by the identity that Terraform has for it, or by one that ends as that does. Where it does
    /// not, a thing that a list lacks may be there under another name.
    pub same_identity: bool,
}

/// A type of which identities agree.
const fn same(table: &'static str, terraform: &'static [&'static str], listed: &'static [&'static str]) -> NativeType {
    NativeType { table, terraform, listed, same_identity: true }
}

/// A type of which lists have other identities than Terraform.
const fn other(table: &'static str, terraform: &'static [&'static str], listed: &'static [&'static str]) -> NativeType {
    NativeType { table, terraform, listed, same_identity: false }
}

/// The types of a cloud.
pub fn of_provider(provider: &str) -> &'static [NativeType] {
    match provider {
        "aws" => aws::TYPES,
        "azure" => azure::TYPES,
        "google" => google::TYPES,
        _ => &[],
    }
}

/// The type that a list calls by this word.
pub fn of_list(word: &str) -> Option<&'static NativeType> {
    let of_azure = word.to_ascii_lowercase();
    let find = |provider: &str, word: &str| of_provider(provider).iter().find(|one| one.listed.contains(&word));
    find("aws", word).or_else(|| find("google", word)).or_else(|| find("azure", &of_azure))
}

/// Whether a word is one that clouds' lists have, for a type of which nothing is known: what its things hold, and what is kept
/// of them. Terraform's words have no punctuation.
pub fn is_unheard(word: &str) -> bool {
    let plain = [plain::AWS, plain::AZURE, plain::GOOGLE];
    let is_plain = |word: &str| plain.iter().any(|words| words.binary_search(&word).is_ok());
    word.contains([':', '/'])
        && of_list(word).is_none()
        && !is_plain(word)
        && !is_plain(word.to_ascii_lowercase().as_str())
}

/// Terraform's first word for a type, whoever names it.
pub fn in_terraform(word: &str) -> &str {
    of_list(word).and_then(|known| known.terraform.first().copied()).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_word_names_one_type() {
        for provider in ["aws", "azure", "google"] {
            let mut known = BTreeSet::new();
            for one in of_provider(provider) {
                assert!(!one.listed.is_empty() && (!one.same_identity || !one.terraform.is_empty()), "{one:?}");
                for word in one.terraform.iter().chain(one.listed) {
                    assert!(known.insert(*word), "{word} stands twice");
                }
                assert!(one.listed.iter().all(|word| provider != "azure" || *word == word.to_lowercase()), "{one:?}");
            }
        }
    }

    #[test]
    fn what_is_neither_known_nor_without_data_is_unheard_of() {
        for words in [plain::AWS, plain::AZURE, plain::GOOGLE] {
            assert!(words.is_sorted(), "they are searched in their order");
            assert!(words.iter().all(|word| of_list(word).is_none() && !is_unheard(word)));
        }
        assert!(is_unheard("AWS::Timestream::Table") && is_unheard("microsoft.foo/bars"));
        assert!(!is_unheard("Microsoft.Network/routeTables") && !is_unheard("ec2:volume"));
        assert!(!is_unheard("aws_timestreamwrite_table"), "Terraform's own");
    }

    #[test]
    fn a_word_of_a_list_is_found_however_azure_spells_it() {
        assert_eq!(in_terraform("AWS::EC2::Volume"), "aws_ebs_volume");
        assert_eq!(in_terraform("ec2:volume"), "aws_ebs_volume");
        assert_eq!(in_terraform("Microsoft.Compute/disks"), "azurerm_managed_disk");
        assert_eq!(in_terraform("compute.googleapis.com/Disk"), "google_compute_disk");
        assert_eq!(in_terraform("aws_instance"), "aws_instance");
        assert_eq!(in_terraform("AWS::Unheard::Of"), "AWS::Unheard::Of");
    }
}
