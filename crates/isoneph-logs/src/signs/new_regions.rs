//! Servers in regions that an account did not use before: where whoever took an account over likes to work, since nobody
//! looks there. Told by times alone, so that no request has to be read for it.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fold::{DAY, Folded, Key};

/// When accounts were first heard of, and when something was first asked for in each of their regions.
#[derive(Debug, Default)]
pub(super) struct NewRegions {
    accounts: HashMap<(String, String), i64>,
    regions: BTreeMap<Place, First>,
    /// The regions whose first record stands in the file that is being read.
    fresh: Vec<Place>,
    /// How many records could not be looked at, since there are too many accounts or regions.
    pub(super) dropped: u64,
}

/// The first record of its kind in a region: its file (`None`: the one that is being read) and its row.
#[derive(Debug)]
struct First {
    time: i64,
    row: usize,
    part: Option<Arc<Path>>,
    days: i64,
}

/// Cloud, account, region, and whether it was done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    provider: String,
    account: String,
    region: String,
    is_done: bool,
}

/// The most accounts and regions that are kept; of others nothing is told.
const MOST: usize = 100_000;

impl NewRegions {
    /// Notes that an account was heard of.
    pub(super) fn hear(&mut self, provider: &str, account: &str, time: i64) {
        let is_full = self.accounts.len() >= MOST;
        let key = (provider.to_owned(), account.to_owned());
        match self.accounts.get_mut(&key) {
            Some(first) => *first = time.min(*first),
            None if is_full => {}
            None => drop(self.accounts.insert(key, time)),
        }
    }

    /// Notes what was asked for in a region, in a row of the file that is being read. It is a sign so many days behind the
    /// first that was heard of the account.
    pub(super) fn note(
        &mut self,
        [provider, account, region]: [&str; 3],
        is_done: bool,
        (time, row): (i64, usize),
        days: i64,
    ) {
        if account.is_empty() || region.is_empty() {
            return;
        }
        let (provider, account, region) = (provider.to_owned(), account.to_owned(), region.to_owned());
        let place = Place { provider, account, region, is_done };
        let is_full = self.regions.len() >= MOST;
        match self.regions.get_mut(&place) {
            Some(first) if first.time <= time => return,
            None if is_full => {
                self.dropped += 1;
                return;
            }
            Some(first) => *first = First { time, row, part: None, days },
            None => drop(self.regions.insert(place.clone(), First { time, row, part: None, days })),
        }
        self.fresh.push(place);
    }

    /// The file that was being read is at its end.
    pub(super) fn end_part(&mut self, part: &Path) {
        let part: Arc<Path> = Arc::from(part);
        for place in self.fresh.drain(..) {
            if let Some(first) = self.regions.get_mut(&place).filter(|first| first.part.is_none()) {
                first.part = Some(Arc::clone(&part));
            }
        }
    }

    /// The rows that are signs, file by file, once all files were read.
    pub(super) fn rows(&self) -> BTreeMap<PathBuf, Vec<usize>> {
        let mut rows: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
        for (place, first) in &self.regions {
            if let Some(part) = first.part.as_ref().filter(|_| self.is_late(place, first.time, first.days)) {
                rows.entry(part.to_path_buf()).or_default().push(first.row);
            }
        }
        rows.values_mut().for_each(|rows| {
            rows.sort_unstable();
            rows.dedup();
        });
        rows
    }

    fn is_late(&self, place: &Place, time: i64, days: i64) -> bool {
        let heard = self.accounts.get(&(place.provider.clone(), place.account.clone()));
        heard.is_some_and(|heard| time.saturating_sub(*heard) >= days.saturating_mul(DAY))
    }

    /// Whether a row begins with the first of its kind in its region, so many days behind the first that was heard of its
    /// account.
    pub(super) fn is_first(&self, key: &Key, folded: &Folded, days: i64) -> bool {
        let (Some(account), Some(region), Some(time)) = (&key.account, &key.region, folded.first.time) else {
            return false;
        };
        let (provider, account, region) = (key.provider.clone(), account.clone(), region.clone());
        let place = Place { provider, account, region, is_done: key.carried_out != Some(false) };
        let is_first = self.regions.get(&place).is_some_and(|first| first.time == time.0);
        is_first && self.is_late(&place, time.0, days)
    }
}
