//! The first pass over a plan or state: what has to be known before the first resource can be mapped. Which resources
//! there are and by what they are known, what is unknown or sensitive in them, and what refers to what.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;
use std::rc::Rc;

use isoneph_tables::Instant;
use serde::Deserialize;

use super::config::{Config, Texts};
use super::identity::Identity;
use super::index::Index;
use super::mask::{Mask, Masks};
use super::walk::{self, Found};
use crate::fault::Fault;
use crate::scan::Scanner;

/// What the plan is about to do with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// It is destroyed and made again.
    Replace,
    /// It goes.
    Delete,
    /// Nothing, or a state that plans nothing.
    None,
}

impl Action {
    /// The word in the tables.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Update => "update",
            Action::Replace => "replace",
            Action::Delete => "delete",
            Action::None => "none",
        }
    }

    fn of(actions: &[String]) -> Action {
        let has = |word: &str| actions.iter().any(|action| action == word);
        match (has("create"), has("delete"), has("update")) {
            (true, true, _) => Action::Replace,
            (true, false, _) => Action::Create,
            (false, true, _) => Action::Delete,
            (false, false, true) => Action::Update,
            (false, false, false) => Action::None,
        }
    }
}

/// What the plan says of a resource beside its values.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) action: Action,
    pub(crate) unknown: Rc<Mask>,
    pub(crate) sensitive: Rc<Mask>,
}

/// Where the resources of one provider configuration were seen to be.
#[derive(Debug, Default)]
pub(crate) struct Seat {
    pub(crate) accounts: BTreeSet<String>,
    pub(crate) regions: BTreeSet<String>,
}

/// What the first pass collects.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub(crate) format_version: String,
    pub(crate) terraform_version: String,
    pub(crate) timestamp: Option<Instant>,
    pub(crate) errored: bool,
    pub(crate) incomplete: bool,
    pub(crate) has_values: bool,
    pub(crate) has_changes: bool,
    pub(crate) changes: HashMap<Box<str>, Change>,
    pub(crate) index: Index,
    pub(crate) config: Config,
    pub(crate) seats: BTreeMap<String, Seat>,
    /// Accounts and regions that data sources name, by the provider's name.
    pub(crate) asked: BTreeMap<&'static str, Seat>,
    seen: Vec<(Box<str>, Identity)>,
    /// Where the values end.
    pub(crate) values_end: u64,
}

#[derive(Deserialize)]
struct RawChange {
    address: String,
    #[serde(default)]
    mode: String,
    /// An object that an earlier run could not remove, beside the one of the same address that lives.
    deposed: Option<String>,
    change: RawDelta,
}

#[derive(Deserialize)]
struct RawDelta {
    #[serde(default)]
    actions: Vec<String>,
    #[serde(default)]
    after_unknown: Mask,
    #[serde(default)]
    after_sensitive: Mask,
}

/// Reads a whole document once.
pub(crate) fn survey<R: Read>(source: R) -> Result<Survey, Fault> {
    let mut scanner = Scanner::new(source);
    let mut survey = Survey::default();
    let mut texts = Texts::default();
    let mut masks = Masks::default();
    scanner.object(|key, scanner| match key {
        "format_version" => walk::text(scanner, &mut survey.format_version),
        "terraform_version" => walk::text(scanner, &mut survey.terraform_version),
        "timestamp" => {
            let mut text = String::new();
            walk::text(scanner, &mut text)?;
            survey.timestamp = text.parse::<jiff::Timestamp>().ok().map(|time| Instant(time.as_microsecond()));
            Ok(())
        }
        "errored" => {
            survey.errored = scanner.parse::<bool>()?.unwrap_or(true);
            Ok(())
        }
        "complete" => {
            survey.incomplete = !scanner.parse::<bool>()?.unwrap_or(false);
            Ok(())
        }
        "planned_values" | "values" => {
            survey.has_values = scanner.need()? == b'{';
            walk::values(scanner, &format!("#/{key}"), &mut |scanner, found| {
                survey.identify(scanner, found, &mut texts)
            })?;
            survey.values_end = scanner.offset();
            Ok(())
        }
        "prior_state" => walk::prior(scanner, &mut |scanner| survey.ask(scanner)),
        "resource_changes" => {
            survey.has_changes = true;
            scanner.array(|_, scanner| survey.change(scanner, &mut masks))
        }
        "configuration" => walk::configuration(scanner, &mut texts, &mut survey.config),
        _ => scanner.skip(),
    })?;
    scanner.finish()?;
    survey.seat_all();
    Ok(survey)
}

impl Survey {
    /// What the plan says of a resource.
    pub(crate) fn change(&mut self, scanner: &mut Scanner<impl Read>, masks: &mut Masks) -> Result<(), Fault> {
        // A change that cannot be read leaves its resource without one: see `change_of`, which then trusts nothing.
        let Ok(raw) = scanner.parse::<RawChange>()? else { return Ok(()) };
        if raw.mode == "data" || raw.deposed.is_some() {
            return Ok(());
        }
        let change = Change {
            action: Action::of(&raw.change.actions),
            unknown: masks.keep(raw.change.after_unknown),
            sensitive: masks.keep(raw.change.after_sensitive),
        };
        self.changes.insert(raw.address.into_boxed_str(), change);
        Ok(())
    }

    fn identify(
        &mut self,
        scanner: &mut Scanner<impl Read>,
        _found: &Found<'_>,
        texts: &mut Texts,
    ) -> Result<(), Fault> {
        // The second pass reads the resource again and rejects what cannot be read.
        let Ok(identity) = scanner.parse::<Identity>()? else { return Ok(()) };
        if identity.mode != "managed" {
            self.ask_identity(&identity);
            return Ok(());
        }
        let Some(id) = self.index.add(&identity.address, texts.keep(&identity.native_type)) else {
            return Err(Fault::reject("#", "too-large", "more than 4 billion resources"));
        };
        for literal in identity.literals() {
            self.index.name(id, &literal);
        }
        if identity.account().is_some() || identity.region().is_some() {
            let place = identity.place_only();
            self.seen.push((identity.address.into_boxed_str(), place));
        }
        Ok(())
    }

    fn ask(&mut self, scanner: &mut Scanner<impl Read>) -> Result<(), Fault> {
        if let Ok(identity) = scanner.parse::<Identity>()?
            && identity.mode == "data"
        {
            self.ask_identity(&identity);
        }
        Ok(())
    }

    /// Data sources that ask the provider who and where one is.
    fn ask_identity(&mut self, identity: &Identity) {
        if let Some((provider, account, region)) = identity.answer() {
            let seat = self.asked.entry(provider).or_default();
            seat.accounts.extend(account);
            seat.regions.extend(region);
        }
    }

    /// Notes, for each provider configuration, the accounts and regions that its resources were seen in.
    fn seat_all(&mut self) {
        for (address, identity) in std::mem::take(&mut self.seen) {
            let key = self.provider_key(&address).unwrap_or_else(|| identity.provider().to_owned());
            let seat = self.seats.entry(key).or_default();
            seat.accounts.extend(identity.account());
            seat.regions.extend(identity.region());
        }
    }

    /// The key of the provider configuration that a resource belongs to.
    pub(crate) fn provider_key(&self, address: &str) -> Option<String> {
        let parts = super::address::Address::parse(address);
        let (calls, _) = parts.calls();
        let resource = self.config.root.descend(&calls)?.resources.get(parts.resource)?;
        Some(resource.provider.to_string())
    }
}
