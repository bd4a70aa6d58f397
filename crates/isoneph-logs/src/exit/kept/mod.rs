//! How long each cloud keeps what somebody deleted: soft deletion, recycle bins, backups that outlive what they are of.
//!
//! The periods are the longest that we know the services to keep things for, and a proposal. What stands in no list is not final:
//! nobody has looked its service up.

mod aws;
mod azure;
mod google;

use super::ListedItem;

/// What a service does with a thing that somebody deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeping {
    /// It is gone at once.
    Not,
    /// It is kept for so many days at most.
    For(i64),
    /// It is kept for so many days at most where that was set while it was there, or where it was of a kind that is.
    Perhaps(i64),
    /// Its automatic backups stay for so many days at most, where the order says so.
    AsOrdered(i64),
    /// A last copy is made of it; the answer names the copy.
    AsAnswered,
}

/// One way of keeping, the operations of deletion, and Terraform's types of the things. Azure's operations say the type
/// that an identity holds.
type Kept = (Keeping, &'static [&'static str], &'static [&'static str]);

/// The longest that any service is known to keep what was deleted, in days. It stands in for what nobody knows.
pub(super) const LONGEST_KNOWN: i64 = 366;

fn lists(provider: &str) -> &'static [Kept] {
    match provider {
        "aws" => aws::KEPT,
        "azure" => azure::KEPT,
        "google" => google::KEPT,
        _ => &[],
    }
}

/// What becomes of a thing that an operation deletes; `None` where no list has the operation.
pub(super) fn by_operation(provider: &str, operation_name: &str) -> Option<Keeping> {
    let found = lists(provider).iter().find(|(_, operations, _)| operations.contains(&operation_name));
    found.map(|(keeping, ..)| *keeping)
}

/// What becomes of a thing, by what it is; `None` where no list has its type.
pub(super) fn by_type(item: &ListedItem) -> Option<Keeping> {
    let provider = item.provider.as_deref()?;
    let native_type = item.type_name().unwrap_or_default();
    let found = lists(provider).iter().find(|(_, _, types)| types.contains(&native_type));
    let in_identity = || by_operation(provider, &format!("{}/delete", type_in(&item.id.to_lowercase())?));
    found.map(|(keeping, ..)| *keeping).or_else(|| in_identity().filter(|_| provider == "azure"))
}

/// The type in an identity of Azure, in lower case: `microsoft.sql/servers/databases`.
pub(super) fn type_in(id: &str) -> Option<String> {
    const GROUP: &str = "microsoft.resources/subscriptions/resourcegroups";
    let Some((_, path)) = id.rsplit_once("/providers/") else {
        let parts: Vec<&str> = id.split('/').collect();
        return matches!(parts[..], ["", "subscriptions", _, "resourcegroups", _]).then(|| GROUP.to_owned());
    };
    let (namespace, names) = path.split_once('/')?;
    let types: Vec<&str> = names.split('/').step_by(2).collect();
    Some(format!("{namespace}/{}", types.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::Catalogue;

    #[test]
    fn no_operation_and_no_type_stands_in_two_lists() {
        for provider in ["aws", "azure", "google"] {
            let mut known = std::collections::BTreeSet::new();
            for (_, operations, types) in lists(provider) {
                for name in operations.iter().chain(*types) {
                    assert!(known.insert(*name), "{provider} {name}");
                    assert_eq!(*name, name.to_lowercase());
                }
            }
        }
    }

    #[test]
    fn no_period_is_longer_than_the_one_that_stands_in_for_what_nobody_knows() {
        for (keeping, operations, _) in ["aws", "azure", "google"].into_iter().flat_map(lists) {
            if let Keeping::For(days) | Keeping::Perhaps(days) | Keeping::AsOrdered(days) = keeping {
                assert!((1..=LONGEST_KNOWN).contains(days), "{operations:?}");
            }
        }
    }

    #[test]
    fn the_usual_stores_that_are_critical_to_delete_are_looked_up() {
        let catalogue = Catalogue::proposed().unwrap();
        let deletes = |name: &str| name.ends_with("/delete") || name.contains(":Delete") || name.contains(".delete");
        let known = |platform: &str, name: &str| by_operation(platform, &name.to_lowercase()).is_some();
        let all = catalogue.operations();
        let storage = all.iter().filter(|o| o.class.as_str() == "storage" && o.act.as_str() == "delete");
        let storage: Vec<_> = storage.filter(|o| o.platform != "kubernetes" && deletes(&o.name)).collect();
        let looked_up = storage.iter().filter(|o| known(&o.platform, &o.name)).count();
        assert!(looked_up >= 80, "{looked_up} of {}", storage.len());
    }

    #[test]
    fn the_type_of_azure_stands_in_the_identity() {
        let database = "/subscriptions/1/resourcegroups/g/providers/microsoft.sql/servers/s/databases/d";
        assert_eq!(type_in(database).as_deref(), Some("microsoft.sql/servers/databases"));
        let container = "/subscriptions/1/resourcegroups/g/providers/microsoft.storage/storageaccounts/a/blobservices/default/containers/c";
        assert_eq!(type_in(container).as_deref(), Some("microsoft.storage/storageaccounts/blobservices/containers"));
        let group = "/subscriptions/1/resourcegroups/g";
        assert_eq!(type_in(group).as_deref(), Some("microsoft.resources/subscriptions/resourcegroups"));
        assert_eq!(type_in("acme"), None);
    }
}
