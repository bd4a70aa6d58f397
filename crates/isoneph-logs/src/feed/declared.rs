//! Feeds and tenants as they are declared: whose the feed is, what it is to show, which events are whose.

use std::path::PathBuf;

use isoneph_tables::Instant;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::Tenant;
use crate::exit::end_of;
use crate::line::line_of;

/// What is wrong with a file of feeds.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct FeedError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// A record of what happens that a tenant gets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feed {
    /// Whose it is.
    pub tenant: String,
    /// The service that it is about.
    pub service: String,
    /// The capability of the service that it comes from, by its name in the register.
    pub capability: String,
    /// What it is to show: categories of events and classes of critical operations; none: everything.
    pub covers: Vec<String>,
    /// How soon an event is promised to show, in seconds.
    pub latency_seconds: Option<i64>,
    /// When what is given of it was fetched; `None` for the time of the assessment.
    pub taken_at: Option<Instant>,
    /// What is given of it: audit logs, in files, folders or a store.
    pub files: Vec<PathBuf>,
    /// The file that declares it, as given.
    pub file: String,
    /// The place in it.
    pub locator: String,
}

/// A file of feeds, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedsFile {
    /// Tenants whose events can be told.
    pub tenants: Vec<Tenant>,
    /// The feeds.
    pub feeds: Vec<Feed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    tenant: Vec<Spanned<WrittenTenant>>,
    #[serde(default)]
    feed: Vec<Spanned<WrittenFeed>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTenant {
    name: String,
    #[serde(default)]
    accounts: Vec<String>,
    #[serde(default)]
    prefixes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFeed {
    tenant: String,
    files: Vec<PathBuf>,
    #[serde(default)]
    service: String,
    #[serde(default)]
    capability: String,
    #[serde(default)]
    covers: Vec<String>,
    latency_minutes: Option<u32>,
    taken_at: Option<Datetime>,
}

impl FeedsFile {
    /// Reads feeds. `file` is the name that errors show; paths in it are beside it.
    ///
    /// ```toml
    /// [[tenant]]                     # the register's tenants count as well
    /// name = "acme"
    /// accounts = ["222222222222"]    # what is theirs alone
    /// prefixes = ["acme-"]           # beginnings of the names of their things in accounts that tenants share
    /// [[feed]]
    /// tenant = "acme"
    /// files = ["feeds/acme"]
    /// capability = "shop-audit-feed" # of the register: what it covers, how soon it shows
    /// covers = ["management", "sign-in"]
    /// latency_minutes = 15
    /// taken_at = 2026-11-20T09:00:00Z
    /// ```
    pub fn parse(file: &str, text: &str) -> Result<FeedsFile, FeedError> {
        let refuse =
            |byte: usize, message: String| FeedError { file: file.to_owned(), line: line_of(text, byte), message };
        let document: Document = toml::from_str(text)
            .map_err(|error| refuse(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
        let mut read = FeedsFile::default();
        for tenant in document.tenant {
            let byte = tenant.span().start;
            let WrittenTenant { name, accounts, prefixes } = tenant.into_inner();
            if read.tenants.iter().any(|known| known.name == name) {
                return Err(refuse(byte, format!("the tenant '{name}' is there twice")));
            }
            if accounts.iter().chain(&prefixes).any(|mark| mark.trim().is_empty()) {
                return Err(refuse(byte, format!("an empty mark would make everything the tenant's: '{name}'")));
            }
            read.tenants.push(Tenant { name, accounts, prefixes });
        }
        let folder = std::path::Path::new(file).parent().unwrap_or(std::path::Path::new(""));
        for feed in document.feed {
            let byte = feed.span().start;
            let written = feed.into_inner();
            if written.files.is_empty() {
                return Err(refuse(byte, format!("no files of the feed of '{}' are named", written.tenant)));
            }
            let taken_at = written.taken_at.map(|at| {
                end_of(&at).ok_or_else(|| refuse(byte, format!("'{at}' is neither a date nor a time with an offset")))
            });
            read.feeds.push(Feed {
                tenant: written.tenant,
                service: written.service,
                capability: written.capability,
                covers: written.covers,
                latency_seconds: written.latency_minutes.map(|minutes| i64::from(minutes) * 60),
                taken_at: taken_at.transpose()?,
                files: written.files.iter().map(|path| folder.join(path)).collect(),
                file: file.to_owned(),
                locator: format!("{file}:{}", line_of(text, byte)),
            });
        }
        Ok(read)
    }

    /// Adds what another file says.
    pub fn add(&mut self, other: FeedsFile) {
        self.feeds.extend(other.feeds);
        other.tenants.into_iter().for_each(|tenant| self.add_tenant(tenant));
    }

    /// Adds a tenant, or what else is known of one.
    pub fn add_tenant(&mut self, tenant: Tenant) {
        match self.tenants.iter_mut().find(|known| known.name == tenant.name) {
            Some(known) => {
                known.accounts.extend(tenant.accounts);
                known.prefixes.extend(tenant.prefixes);
            }
            None => self.tenants.push(tenant),
        }
    }
}
