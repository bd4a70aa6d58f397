//! Servers in regions that an account did not use before: where whoever took an account over likes to work, since nobody
//! looks there. Told by times alone, so that no request has to be read for it.

use std::collections::HashMap;

use super::fold::{DAY, Folded, Key};

/// Records so soon behind the first one that they may be of the same operation, in microseconds.
const SOON: i64 = 600_000_000;

/// When accounts were first heard of, and when something was first asked for in each of their regions.
#[derive(Debug, Default)]
pub(super) struct NewRegions {
    accounts: HashMap<(String, String), i64>,
    regions: HashMap<Place, i64>,
}

/// Cloud, account, region, and whether it was done.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

    /// Whether something that was asked for in a region may be the first of its kind there, as far as is known by now.
    pub(super) fn may_be_first(
        &mut self,
        (provider, account, region): (&str, &str, &str),
        is_done: bool,
        time: i64,
    ) -> bool {
        if account.is_empty() || region.is_empty() {
            return false;
        }
        let (provider, account, region) = (provider.to_owned(), account.to_owned(), region.to_owned());
        let place = Place { provider, account, region, is_done };
        let is_full = self.regions.len() >= MOST;
        match self.regions.get_mut(&place) {
            Some(first) => {
                *first = time.min(*first);
                time <= first.saturating_add(SOON)
            }
            None if is_full => false,
            None => {
                self.regions.insert(place, time);
                true
            }
        }
    }

    /// Whether a row begins with the first of its kind in its region, so many days behind the first that was heard of its
    /// account.
    pub(super) fn is_first(&self, key: &Key, folded: &Folded, days: i64) -> bool {
        let (Some(account), Some(region), Some(time)) = (&key.account, &key.region, folded.first.time) else {
            return false;
        };
        let (provider, account, region) = (key.provider.clone(), account.clone(), region.clone());
        let heard = self.accounts.get(&(provider.clone(), account.clone()));
        let place = Place { provider, account, region, is_done: key.carried_out != Some(false) };
        let first = self.regions.get(&place);
        let is_late = heard.is_some_and(|heard| time.0.saturating_sub(*heard) >= days.saturating_mul(DAY));
        is_late && first == Some(&time.0)
    }
}
