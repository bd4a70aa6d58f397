//! Which streams of events should be there: those that trails of the inventory record, and those that digests speak of.

use std::collections::BTreeSet;

use arrow::array::{Array, BooleanArray, RecordBatch, StringArray};
use isoneph_tables::{Inventory, TableId};

use super::Stream;
use crate::digest::DigestReport;

/// What is in scope.
#[derive(Debug, Clone, Copy, Default)]
pub struct InScope<'a> {
    /// Accounts.
    pub accounts: &'a [String],
    /// Regions.
    pub regions: &'a [String],
}

/// The streams to expect: of the inventory's table `audit_trail`, of digests, and of the accounts in scope. A trail of all
/// regions, and an account in scope, are expected in the regions of the scope, for which somebody answers; regions that
/// nobody named are not guessed: an account of which no region is known is expected as a whole.
pub fn expected_streams(inventory: &Inventory, scope: InScope<'_>, digests: Option<&DigestReport>) -> Vec<Stream> {
    let mut streams: BTreeSet<Stream> = BTreeSet::new();
    if let Some(table) = TableId::find("audit_trail") {
        of_trails(inventory.table(table), scope, &mut streams);
    }
    for chain in digests.iter().flat_map(|report| &report.chains) {
        streams.insert(of_aws(&chain.account, &chain.region));
    }
    streams.extend(scope.accounts.iter().filter_map(|account| as_a_whole(account)));
    for account in scope.accounts.iter().filter(|account| is_aws(account)) {
        let regions = scope.regions.iter().filter(|region| is_region_of_aws(region));
        streams.extend(regions.map(|region| of_aws(account, region)));
    }
    streams.into_iter().collect()
}

/// The stream of an account of which no region is known. By its number alone an account of Google Cloud is no more than a
/// word.
fn as_a_whole(account: &str) -> Option<Stream> {
    if is_aws(account) {
        return Some(of_aws(account, ""));
    }
    let account = account.to_ascii_lowercase();
    is_azure(&account).then(|| Stream { provider: "azure".to_owned(), account, region: String::new() })
}

fn of_aws(account: &str, region: &str) -> Stream {
    Stream { provider: "aws".to_owned(), account: account.to_owned(), region: region.to_owned() }
}

/// The activity log of Azure and the audit log of Google Cloud name regions for few events only: of AWS alone a region
/// without events says something.
fn of_trails(trails: &RecordBatch, scope: InScope<'_>, streams: &mut BTreeSet<Stream>) {
    let text = |name: &str, row: usize| {
        let column = trails.column_by_name(name).and_then(|c| c.as_any().downcast_ref::<StringArray>());
        column.filter(|column| column.is_valid(row)).map(|column| column.value(row)).unwrap_or_default()
    };
    let flag = |name: &str, row: usize| {
        let column = trails.column_by_name(name).and_then(|c| c.as_any().downcast_ref::<BooleanArray>());
        column.is_some_and(|column| column.is_valid(row) && column.value(row))
    };
    let recording =
        |row: &usize| text("provider", *row) == "aws" && flag("enabled", *row) && flag("management_events", *row);
    for row in (0..trails.num_rows()).filter(recording) {
        let own = [text("region", row).to_owned()];
        let regions = if flag("all_regions", row) { scope.regions } else { &own };
        let others = if flag("organisation", row) { scope.accounts } else { &[] };
        let accounts = others.iter().map(String::as_str).chain([text("account", row)]);
        for account in accounts.filter(|account| is_aws(account)) {
            let regions = regions.iter().filter(|region| !region.is_empty() && *region != "global");
            streams.extend(regions.map(|region| of_aws(account, region)));
        }
    }
}

/// A scope can name accounts of several clouds; those of AWS have twelve digits.
fn is_aws(account: &str) -> bool {
    account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())
}

/// A scope can name regions of several clouds; those of AWS are `eu-west-3` and `eusc-de-east-1`, while Google Cloud has `europe-west3` and Azure
/// `westeurope`.
fn is_region_of_aws(region: &str) -> bool {
    let mut parts = region.split('-');
    let (first, last) = (parts.next().unwrap_or_default(), parts.next_back().unwrap_or_default());
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let between: Vec<&str> = parts.collect();
    matches!(first.len(), 2 | 4)
        && is_word(first)
        && !between.is_empty()
        && between.into_iter().all(is_word)
        && is_number(last)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Subscriptions and tenants of Azure have UUIDs.
fn is_azure(account: &str) -> bool {
    let parts: Vec<&str> = account.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12] && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use isoneph_tables::Sink;

    use super::{InScope, Stream, as_a_whole, expected_streams, is_region_of_aws};

    #[test]
    fn accounts_of_aws_are_expected_in_the_regions_of_aws_that_a_scope_names() {
        let nothing = Sink::default().finish().unwrap();
        let expected = |accounts: &[&str], regions: &[&str]| {
            let [accounts, regions] =
                [accounts, regions].map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>());
            let scope = InScope { accounts: &accounts, regions: &regions };
            expected_streams(&nothing, scope, None).iter().map(Stream::name).collect::<Vec<_>>()
        };
        let regions = ["eu-west-3", "global", "westeurope", "europe-west3"];
        assert_eq!(expected(&["111111111111"], &regions), ["aws/111111111111/", "aws/111111111111/eu-west-3"]);
        let subscription = "0a0b0c0d-0000-0000-0000-00000000000a";
        assert_eq!(expected(&[subscription, "kumo"], &regions), [format!("azure/{subscription}/")]);
        assert_eq!(expected(&[], &regions), Vec::<String>::new());
    }

    #[test]
    fn regions_of_aws_are_told_by_how_they_are_written() {
        for region in ["eu-west-3", "us-gov-east-1", "ap-southeast-2", "eusc-de-east-1"] {
            assert!(is_region_of_aws(region), "{region}");
        }
        for region in
            ["europe-west3", "germanywestcentral", "global", "us-east", "eu", "", "us-east1-b", "eu--1", "eusc-x-"]
        {
            assert!(!is_region_of_aws(region), "{region}");
        }
    }

    #[test]
    fn accounts_in_scope_are_expected_where_their_cloud_is_plain() {
        let cloud = |account: &str| as_a_whole(account).map(|stream| (stream.provider, stream.account));
        let told = |provider: &str, account: &str| Some((provider.to_owned(), account.to_owned()));
        assert_eq!(cloud("111111111111"), told("aws", "111111111111"));
        let subscription = "0a0b0c0d-0000-0000-0000-00000000000a";
        assert_eq!(cloud(&subscription.to_uppercase()), told("azure", subscription));
        assert_eq!((cloud("kumo-analytics"), cloud("0a0b0c0d-0000")), (None, None));
    }
}
