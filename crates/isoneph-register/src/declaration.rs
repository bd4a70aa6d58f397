//! The declaration as it is written.

use std::collections::BTreeMap;
use std::fmt;

use isoneph_model::{Digest, Role};
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use toml::Spanned;
use toml::value::Datetime;

words! {
    /// What kind of cloud service it is (the cloud capabilities types of ISO/IEC 17788, as people call them).
    pub enum Model {
        /// Infrastructure.
        Iaas = "iaas",
        /// Platform.
        Paas = "paas",
        /// Application.
        Saas = "saas",
    }
}

/// Everything that `isoneph.toml` can say.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Declaration {
    /// Whose assessment it is.
    pub organisation: Option<Organisation>,
    /// What is in scope beside the accounts.
    #[serde(default)]
    pub scope: Scope,
    /// Parties other than the organisation.
    #[serde(default)]
    pub parties: Vec<Party>,
    /// Cloud services that the organisation provides or uses.
    #[serde(default)]
    pub services: Vec<Service>,
    /// Accounts in scope.
    #[serde(default)]
    pub accounts: Vec<Account>,
    /// Parameters of checks: check → parameter → value.
    #[serde(default)]
    pub parameters: BTreeMap<String, BTreeMap<String, toml::Value>>,
    /// Failures that somebody has accepted for a time.
    #[serde(default)]
    pub exceptions: Vec<Exception>,
    /// The digest of the file's bytes.
    #[serde(skip)]
    pub sha256: Option<Digest>,
}

/// Whose assessment it is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Organisation {
    /// A short id; services refer to it.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// What is in scope.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scope {
    /// Regions in scope, in each provider's own spelling; empty for any.
    #[serde(default)]
    pub regions: Vec<String>,
    /// The period that records are to cover.
    pub period: Option<Spanned<Period>>,
}

/// A period, both days included.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Period {
    /// The first day.
    #[serde(deserialize_with = "day")]
    pub from: Date,
    /// The last day.
    #[serde(deserialize_with = "day")]
    pub until: Date,
}

/// A party other than the organisation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Party {
    /// A short id; services refer to it.
    pub id: Spanned<String>,
    /// Its name.
    pub name: String,
}

/// A cloud service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Service {
    /// A short id; accounts refer to it.
    pub id: Spanned<String>,
    /// Its name.
    pub name: String,
    /// What kind of service it is.
    pub model: Model,
    /// The party that provides it.
    pub provider: Spanned<String>,
    /// Services it is built on.
    #[serde(default)]
    pub built_on: Vec<Spanned<String>>,
}

/// An account, subscription or project in scope.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Account {
    /// The provider's id of it.
    pub id: Spanned<String>,
    /// What people call it.
    #[serde(default)]
    pub name: String,
    /// The service that the account is an account of (the organisation is its customer).
    pub of: Option<Spanned<String>>,
    /// The service that runs in it (the organisation is its provider).
    pub serves: Option<Spanned<String>>,
    /// Inputs that belong to it where they do not say so themselves: patterns on the path, `*` and `**` as in a shell.
    #[serde(default)]
    pub inputs: Vec<Spanned<String>>,
}

/// A failure that somebody has accepted for a time.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Exception {
    /// The check.
    pub check: Spanned<String>,
    /// The subject's address; `*` stands for any text.
    pub subject: String,
    /// Who carries the risk.
    pub owner: Spanned<String>,
    /// Who accepted it; never the owner.
    pub approver: String,
    /// Why.
    pub reason: Spanned<String>,
    /// The last day it holds.
    #[serde(deserialize_with = "day")]
    pub until: Date,
}

/// A day, as TOML writes dates or as a text.
fn day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    deserializer.deserialize_any(DayVisitor)
}

struct DayVisitor;

impl<'de> Visitor<'de> for DayVisitor {
    type Value = Date;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date such as 2026-12-31")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Date, E> {
        text.parse().map_err(E::custom)
    }

    /// The form in which TOML's own dates come.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Date, A::Error> {
        let written = Datetime::deserialize(MapAccessDeserializer::new(map))?;
        match (written.date, written.time, written.offset) {
            (Some(date), None, None) => self.visit_str(&date.to_string()),
            _ => Err(de::Error::custom(format!("{written} is no date alone"))),
        }
    }
}

impl Declaration {
    /// The organisation's role towards a service: provider of its own, customer of others'.
    pub fn role(&self, service: &str) -> Option<Role> {
        let us = &self.organisation.as_ref()?.id;
        let service = self.services.iter().find(|s| s.id.get_ref() == service)?;
        let provider = service.provider.get_ref();
        if provider == us {
            return Some(Role::Provider);
        }
        // A service further down, which another's is built on, is that other's to use.
        let built = |above: &&Service| above.built_on.iter().any(|base| base.get_ref() == service.id.get_ref());
        let mut above = self.services.iter().filter(built).peekable();
        let known = self.parties.iter().any(|party| party.id.get_ref() == provider);
        let uses = above.peek().is_none() || above.any(|above| above.provider.get_ref() == us);
        (known && uses).then_some(Role::Customer)
    }

    /// The ids of the accounts of a service, or in which it runs.
    pub fn accounts_of<'a>(&'a self, service: &'a str) -> impl Iterator<Item = &'a str> {
        let concerns =
            move |account: &&Account| account.of.iter().chain(&account.serves).any(|named| named.get_ref() == service);
        self.accounts.iter().filter(concerns).map(|account| account.id.get_ref().as_str())
    }

    /// The declared account with this id.
    pub fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id.get_ref() == id)
    }
}
