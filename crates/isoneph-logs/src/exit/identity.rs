//! What a thing is known by, however an inventory spells it.

use std::collections::{BTreeSet, HashMap};

use super::{ListedItem, Listing};

/// What identities begin with that are one of a kind wherever they are read.
const FULL: [&str; 8] =
    ["arn:", "/subscriptions/", "/providers/", "//", "https://", "projects/", "folders/", "organizations/"];

/// The key of a thing: the same for every spelling of its identity, another for everything else. What is no more than a
/// name is one thing in each account and region.
pub(super) fn key(item: &ListedItem) -> String {
    let (provider, id) = (item.provider.as_deref().unwrap_or_default(), item.id.as_str());
    match provider {
        // Azure's services give the same path with other capitals from one answer to the next.
        _ if is_full(id) && (provider == "azure" || id.starts_with('/') && !id.starts_with("//")) => id.to_lowercase(),
        "google" if is_full(id) => path_of_google(id),
        _ if is_full(id) => id.to_owned(),
        _ => {
            let account = item.account.as_deref().unwrap_or_default().to_lowercase();
            format!("{provider} {account} {} {id}", item.region.as_deref().unwrap_or_default())
        }
    }
}

/// Whether an identity is one of a kind, rather than a name.
pub(super) fn is_full(id: &str) -> bool {
    let is = |start: &&str| id.get(..start.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(start));
    FULL.iter().any(is)
}

/// `//compute.googleapis.com/projects/…`, `https://www.googleapis.com/compute/v1/projects/…`: the service and the path.
fn path_of_google(id: &str) -> String {
    let Some((host, path)) = id.trim_start_matches("https:").trim_start_matches('/').split_once('/') else {
        return id.to_owned();
    };
    let Some(at) = path.find("projects/").filter(|_| host.ends_with("googleapis.com")) else { return id.to_owned() };
    let service = host.split('.').next().filter(|service| *service != "www");
    let service = service.or_else(|| path[..at].split('/').next()).unwrap_or_default();
    format!("//{service}/{}", &path[at..])
}

/// What stands last in an identity, in lower case.
fn last(id: &str) -> String {
    id.rsplit(['/', ':']).next().unwrap_or(id).to_lowercase()
}

/// Things that say what they were made from, by how that ends, each with its key and what it says.
#[derive(Default)]
pub(super) struct Copies<'l>(HashMap<String, Vec<(&'l str, ListedItem)>>);

impl<'l> Copies<'l> {
    pub(super) fn add(&mut self, item: &ListedItem, key: &'l str) {
        for source in &item.made_from {
            let named = ListedItem { id: source.clone(), ..item.clone() };
            self.0.entry(last(source)).or_default().push((key, named));
        }
    }

    /// The keys of those that were made from a thing.
    pub(super) fn of(&self, item: &ListedItem) -> impl Iterator<Item = &'l str> {
        let own = key(item);
        let named = self.0.get(&last(&item.id)).into_iter().flatten();
        named.filter(move |(_, source)| own == key(source) || may_be_one(item, source)).map(|(key, _)| *key)
    }
}

/// Whether two identities with different keys may be the same thing's: one is how the other ends.
fn may_be_one(one: &ListedItem, other: &ListedItem) -> bool {
    let differ = |a: &Option<String>, b: &Option<String>| {
        a.as_deref().zip(b.as_deref()).is_some_and(|(a, b)| !a.eq_ignore_ascii_case(b))
    };
    let elsewhere = differ(&one.account, &other.account) || differ(&one.region, &other.region);
    if elsewhere || differ(&one.provider, &other.provider) {
        return false;
    }
    let (a, b) = (one.id.to_lowercase(), other.id.to_lowercase());
    if in_one_project(&a, &b) {
        return true;
    }
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short == long || long.strip_suffix(short.as_str()).is_some_and(|rest| rest.ends_with(['/', ':']))
}

/// Whether two identities of Google Cloud differ in nothing but the project, which one of them has by its number.
fn in_one_project(a: &str, b: &str) -> bool {
    let parts =
        |id: &str| id.strip_prefix("projects/")?.split_once('/').map(|(of, rest)| (of.to_owned(), rest.to_owned()));
    let is_number = |project: &str| project.bytes().all(|byte| byte.is_ascii_digit());
    parts(a).zip(parts(b)).is_some_and(|((one, a), (other, b))| a == b && (is_number(&one) || is_number(&other)))
}

/// What a listing shows, by key and by how identities end.
pub(super) struct Shown<'l> {
    listing: &'l Listing,
    /// Of each item.
    pub(super) keys: Vec<String>,
    known: BTreeSet<String>,
    by_end: HashMap<String, Vec<usize>>,
}

impl<'l> Shown<'l> {
    pub(super) fn of(listing: &'l Listing) -> Shown<'l> {
        let keys: Vec<String> = listing.items.iter().map(key).collect();
        let mut by_end: HashMap<String, Vec<usize>> = HashMap::new();
        for (number, item) in listing.items.iter().enumerate() {
            by_end.entry(last(&item.id)).or_default().push(number);
        }
        Shown { listing, known: keys.iter().cloned().collect(), keys, by_end }
    }

    /// Whether it shows something that may be this thing under a name that an `earlier` listing, which shows the thing,
    /// had for nothing else.
    pub(super) fn may_show(&self, item: &ListedItem, earlier: &Shown<'_>) -> bool {
        let numbers = self.by_end.get(&last(&item.id)).into_iter().flatten();
        let mut new = numbers.filter(|number| !earlier.known.contains(&self.keys[**number]));
        new.any(|number| may_be_one(item, &self.listing.items[*number]))
    }
}
