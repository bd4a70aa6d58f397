//! The groups that an interface carries. Where a plan does not show which of several they are, each of them may be one: what
//! none of them lets pass does not pass, and what all of them let pass does.

use super::Reading;
use super::groups::{default_group, default_of};
use crate::model::aws::build::is_network;
use crate::model::aws::estate::{Estate, Interface};
use crate::model::terraform::Ids;

/// The groups of an interface, as far as they are known.
#[derive(Default)]
pub(super) struct Carried {
    /// Those that it has.
    sure: Vec<String>,
    /// Those of which it may have any; where none is sure, it has one of them.
    maybe: Vec<String>,
    /// Whether it may have others.
    open: bool,
}

impl Carried {
    /// Puts the groups on an interface.
    pub(super) fn on(self, interface: Interface) -> Interface {
        Interface { groups: self.sure, maybe_groups: self.maybe, open_groups: self.open, ..interface }
    }
}

/// What something carries in a subnet by a field that names groups: without any, the network's default one.
pub(super) fn carried(estate: &Estate, reading: &Reading<'_>, subnet: &str, groups: &Ids) -> Carried {
    let vpc = estate.subnets.get(subnet).map(|held| held.vpc.as_str()).unwrap_or_default();
    // Of candidates none is sure.
    let mut sure = if groups.choice { Vec::new() } else { groups.found.clone() };
    if !groups.open && !groups.choice {
        if sure.is_empty() {
            sure.push(default_group(vpc));
        }
        return Carried { sure, ..Carried::default() };
    }
    match candidates(estate, reading, vpc, groups) {
        Some(mut maybe) => {
            maybe.push(default_group(vpc));
            maybe.sort_unstable();
            maybe.dedup();
            Carried { sure, maybe, open: false }
        }
        None => {
            // Groups that exist but are not shown are one unknown group.
            sure.push(format!("groups known after apply in {vpc}"));
            Carried { sure, maybe: Vec::new(), open: true }
        }
    }
}

/// The groups of which a field may name any, where these are all. A group is of the network in which it is carried, and all
/// groups of a network that is only to be made are so themselves.
fn candidates(estate: &Estate, reading: &Reading<'_>, vpc: &str, groups: &Ids) -> Option<Vec<String>> {
    let document = reading.document;
    estate.vpcs.get(vpc).filter(|held| held.folder == reading.folder && !held.looked_up)?;
    // An interface may carry groups of another network that are shared with its own.
    let shared = document.of_kind(&["aws_vpc_security_group_vpc_association"]).next().is_some();
    if is_network(vpc) || shared {
        return None;
    }
    let here = |id: &String| {
        let of = estate.groups.get(id).map(|group| group.vpc.as_str()).unwrap_or_default();
        of.is_empty() || of == vpc
    };
    let named: Vec<String> =
        groups.found.iter().map(|id| default_of(reading, id).unwrap_or_else(|| id.clone())).collect();
    let shown = (!groups.open || groups.older) && !groups.lost;
    if shown && named.iter().all(|id| estate.groups.contains_key(id)) {
        return Some(named.into_iter().filter(here).collect());
    }
    // What refers to nothing at all is what nobody shows.
    let refers = groups.lost || groups.older || groups.choice || !groups.found.is_empty();
    (refers && !document.may_make_more()).then(|| estate.groups.keys().filter(|id| here(id)).cloned().collect())
}
