//! Answers that do not say what they are of: the routes, propagations and associations of a transit gateway's table, and the
//! entries of a prefix list. A field beside the list says it, or the file's name.
//!
//! Sources: EC2 API reference, `SearchTransitGatewayRoutes`, `GetTransitGatewayRouteTablePropagations`,
//! `GetTransitGatewayRouteTableAssociations`, `GetManagedPrefixListEntries`: none of their answers has the identifier that was
//! asked for.

use serde_json::Value;

use super::{Place, hubs};
use crate::model::Problem;
use crate::model::address::AddressRange;
use crate::model::aws::estate::Estate;
use crate::model::json::{flag, is_given, list, text};

/// What a list is of: the field that may say it, and how the identifiers of such things begin.
type Kind = (&'static str, &'static str);

const TABLE: Kind = ("TransitGatewayRouteTableId", "tgw-rtb-");
const PREFIXES: Kind = ("PrefixListId", "pl-");

/// The lists of such answers, each with a field that its elements have and others of that name do not.
const LISTS: [(&str, &str, Kind); 4] = [
    ("Routes", "TransitGatewayAttachments", TABLE),
    ("TransitGatewayRouteTablePropagations", "TransitGatewayAttachmentId", TABLE),
    ("Associations", "TransitGatewayAttachmentId", TABLE),
    ("Entries", "Cidr", PREFIXES),
];

/// The list of such an answer that an object holds, if it is one.
fn list_of(object: &Value, path: &str) -> Option<(&'static str, Kind)> {
    let is_one = |(key, field, kind): &&(&'static str, &str, Kind)| {
        let Some(held) = object.get(*key).and_then(Value::as_array) else { return false };
        let told = held.iter().any(|one| is_given(one, field)) || (*key == "Routes" && is_search(object));
        told || (held.is_empty() && identifier(object, *kind, path).is_some())
    };
    LISTS.iter().find(is_one).map(|(key, _, kind)| (*key, *kind))
}

/// Whether it is what a search for routes answers with. Routes that are black holes have no attachment.
fn is_search(object: &Value) -> bool {
    is_given(object, "AdditionalRoutesAvailable")
}

/// Whether an object is such an answer.
pub(super) fn recognises(object: &Value, path: &str) -> bool {
    list_of(object, path).is_some()
}

/// What an answer is of: what a field beside the list says, else the one identifier of that kind in the file's name.
fn identifier(object: &Value, (field, prefix): Kind, path: &str) -> Option<String> {
    if let Some(id) = text(object, field) {
        return Some(id.to_owned());
    }
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let begins = |at: usize| name[..at].bytes().next_back().is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let mut found: Vec<String> = name
        .match_indices(prefix)
        .filter(|(at, _)| begins(*at))
        .filter_map(|(at, _)| {
            let rest = &name[at + prefix.len()..];
            let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len());
            (end > 0).then(|| format!("{prefix}{}", &rest[..end]))
        })
        .collect();
    found.dedup();
    match found.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// Takes such an answer into the estate; the list that was read, so that nobody looks at it once more.
pub(super) fn read(
    estate: &mut Estate,
    object: &Value,
    place: &Place<'_>,
    cut: bool,
    problems: &mut Vec<Problem>,
) -> Option<&'static str> {
    let (key, kind) = list_of(object, place.path)?;
    let locator = format!("#/{key}");
    let Some(id) = identifier(object, kind, place.path) else {
        let (field, prefix) = kind;
        let message = format!(
            "nothing says of what this is: name the file after it (`{prefix}….json`), or write {field} beside {key}"
        );
        problems.push(Problem::unread(place.source, &locator, &message));
        return Some(key);
    };
    // A page of an answer says less than the others together.
    let other = if cut { None } else { estate.told.differs(&format!("{id} {key}"), object, &[key], &locator) };
    problems.extend(other.as_ref().map(|other| other.problem(&id, place.source, &locator)));
    let held = list(object, key);
    match key {
        "Routes" => {
            let whole = !cut && flag(object, "AdditionalRoutesAvailable") == Some(false);
            hubs::searched(estate, &id, held, whole && other.is_none());
        }
        "Associations" => hubs::associated(estate, &id, held, !cut && other.is_none()),
        "Entries" => entries(estate, &id, held, !cut && other.is_none()),
        _ => hubs::propagated(estate, &id, held, !cut && other.is_none()),
    }
    Some(key)
}

fn entries(estate: &mut Estate, id: &str, held: &[Value], whole: bool) {
    let read: Vec<AddressRange> = held.iter().filter_map(|entry| AddressRange::parse(text(entry, "Cidr")?)).collect();
    if whole && read.len() == held.len() {
        estate.open_lists.remove(id);
    } else {
        estate.open_lists.insert(id.to_owned());
    }
    estate.prefix_lists.entry(id.to_owned()).or_default().extend(read);
}
