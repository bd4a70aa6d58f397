//! Lists that clouds make of what there is in them: AWS Config, Resource Explorer and the tagging interface, Azure Resource Graph
//! and Resource Manager, Google's Cloud Asset Inventory. Each thing is a row of the table `resource`.
//!
//! - **Class of evidence: `configured`.** The provider says what is there.
//! - **Snapshot: `recorded`.** Such a list says where a thing is and whose it is, and nothing of how it is set up: it takes the
//!   place of no state of the same account.
//! - **Coverage: by type, and `partial` where more follows.** What a list can show of is in [`isoneph_model::native_type`]; of
//!   other types that it lacks nothing is said. Whether somebody narrowed the list down, it does not say: that it is
//!   complete is for its owner to declare.

mod answer;
mod aws;
mod azure;
mod google;
mod list;
mod tags;

#[cfg(test)]
mod tests;

use std::io::Read;

use isoneph_model::InputId;
use isoneph_tables::Sink;

use crate::head::{FirstKeys, Kind};
use crate::{Fault, Format};
use list::List;

/// The format, as soon as the first keys of a file tell it.
pub(crate) fn sniff(keys: &FirstKeys) -> Option<Format> {
    let is_delivered = keys.has("fileVersion") && keys.has("configurationItems");
    let is_answer = |root: &str| {
        keys.kind(&format!("{root}Results")) == Some(Kind::Array) && keys.kind(&format!("{root}QueryInfo")).is_some()
    };
    if is_delivered || is_answer("") || is_answer("0/") {
        Some(Format::AwsConfig)
    } else if explored(keys, "") || explored(keys, "0/") {
        Some(Format::AwsResourceExplorer)
    } else if keys.has("ResourceTagMappingList") || keys.has("0/ResourceTagMappingList") {
        Some(Format::AwsTagging)
    } else if azure::sniff(keys) {
        Some(Format::AzureResources)
    } else if google::sniff(keys) {
        Some(Format::GoogleAssets)
    } else {
        None
    }
}

/// What Resource Explorer found, perhaps nothing; alone or the first of a list of pages.
fn explored(keys: &FirstKeys, root: &str) -> bool {
    let has = |key: &str| keys.has(&format!("{root}Resources{key}"));
    let is_list = keys.kind(&format!("{root}Resources")) == Some(Kind::Array);
    has("/0/Arn") && has("/0/OwningAccountId") || is_list && keys.has(&format!("{root}ViewArn"))
}

/// Reads a list.
pub(crate) fn read(format: Format, reader: impl Read, input: InputId, sink: &mut Sink) -> Result<(), Fault> {
    let mut list = List::begin(format, input, sink);
    let read = match format {
        Format::AzureResources => list.read(reader, &["data", "Data"], azure::thing),
        Format::GoogleAssets => google::read(&mut list, reader),
        Format::AwsConfig => list.read(reader, &["configurationItems", "Results"], aws::config_item),
        Format::AwsResourceExplorer => list.read(reader, &["Resources"], aws::explored),
        _ => list.read(reader, &["ResourceTagMappingList"], aws::tagged),
    };
    list.finish(read.is_ok());
    read
}
