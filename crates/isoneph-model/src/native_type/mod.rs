//! What one type of thing is called: by Terraform, and by the lists that clouds make of what there is in them.
//!
//! Sources: the types that AWS Config records and Resource Explorer finds, the resource types of Azure Resource Manager, the
//! asset types of Cloud Asset Inventory. What stands here is what can hold data, run, or let somebody in.

mod aws;
mod azure;
mod google;

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
    fn a_word_of_a_list_is_found_however_azure_spells_it() {
        assert_eq!(in_terraform("AWS::EC2::Volume"), "aws_ebs_volume");
        assert_eq!(in_terraform("ec2:volume"), "aws_ebs_volume");
        assert_eq!(in_terraform("Microsoft.Compute/disks"), "azurerm_managed_disk");
        assert_eq!(in_terraform("compute.googleapis.com/Disk"), "google_compute_disk");
        assert_eq!(in_terraform("aws_instance"), "aws_instance");
        assert_eq!(in_terraform("AWS::Unheard::Of"), "AWS::Unheard::Of");
    }
}
