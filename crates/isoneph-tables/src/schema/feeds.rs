//! The feeds by which tenants watch a service.

use crate::cell::Instant;
use crate::table;

table! {
    /// The record of what happens that a tenant of a service gets, as it was fetched, held against the provider's own record. `tenant` says whose it is.
    pub struct MonitoringFeed = "monitoring_feed" {
        /// The capability of the service that it comes from, by its name in the register.
        capability: String, none "''";
        /// What it is said to cover; empty for everything.
        covers: Vec<String>, none "[]";
        /// How many events it has.
        events: i64, none "0";
        /// The first one that is not another tenant's.
        first_at: Instant, none "never: NULL where there is none, or none before the feed was fetched";
        /// The last one that is not another tenant's, and not dated after the feed was fetched.
        last_at: Instant, none "never: NULL as `first_at`";
        /// When it was fetched; the time of the assessment where nobody says.
        taken_at: Instant, none "never: always set";
        /// How many records and files of it could not be read.
        unread: i64, none "0";
        /// How many events are its tenant's.
        own: i64, none "0";
        /// How many events are another tenant's.
        others: i64, none "0";
        /// Of how many events nothing says whose they are.
        unsaid: i64, none "0";
        /// The other tenants whose events it shows.
        shown_tenants: Vec<String>, none "[]";
        /// Whether it is promised how soon an event shows.
        has_latency: bool, none "false";
        /// How soon, in seconds.
        latency_seconds: i64, none "has_latency = false";
        /// How many events say when they were delivered.
        timed: i64, none "0";
        /// How many of those were later than promised.
        late: i64, none "0";
        /// The longest that one of them took, in seconds.
        slowest_seconds: i64, none "never: NULL where no event says when it was delivered";
        /// How many events the provider's record has as well and that say the same there.
        alike: i64, none "never: NULL without a record that has an event with the feed in common";
        /// How many events say something different in the provider's record.
        differing: i64, none "never: NULL as `alike`";
        /// How many events the provider's record does not have, of accounts and times that it tells of.
        added: i64, none "never: NULL as `alike`, where part of the record could not be read, and where it tells nothing of the account and time of some of the feed";
        /// How many events of its tenant the provider's record has between the feed's first and last, or later where a latency is promised and had passed when it was fetched, of what the feed covers, that the feed does not have.
        missing: i64, none "never: NULL as `alike`, where no word of `covers` can be seen in events, and where what it lacks may be older than its true beginning: its first day lies more than 31 days before all others; and where nobody says when it was fetched and the record has later ones, though a latency is promised";
        /// How many events of its tenant the provider's record has behind the feed's last one that should have arrived when it was fetched.
        later: i64, none "never: NULL without a record that has events of the tenant";
        /// When the last event of the provider's record was.
        record_until: Instant, none "never: NULL without a record that has events of the tenant";
    }
}

table! {
    /// What a feed is said to cover, or shows: a category of events, a class of critical operations.
    pub struct FeedAspect = "feed_aspect" {
        /// The `uid` in `monitoring_feed`.
        feed: String, none "never: always set";
        /// Whether the feed is said to cover it by name.
        promised: bool, none "false";
        /// Whether an event of the feed shows it.
        seen: bool, none "never: NULL where it is a word that cannot be seen in events";
        /// How many events do.
        events: i64, none "0";
        /// The last of them.
        last_at: Instant, none "events = 0";
        /// How many events of the tenant do, in the feed and in the provider's record from its first event on.
        recorded: i64, none "never: NULL without a record that has events of the tenant, and where part of the feed could not be read";
    }
}

table! {
    /// An event that shows what is wrong with a feed: the first twenty of each kind.
    pub struct FeedEvent = "feed_event" {
        /// The `uid` in `monitoring_feed`.
        feed: String, none "never: always set";
        /// What it shows: `others` (another tenant's), `missing`, `later`, `added`, `differing`, as the columns of `monitoring_feed`.
        kind: String, none "never: always set";
        /// Its id, and its stage where a request leaves several records.
        event: String, none "never: always set";
        /// When it happened.
        time: Instant, none "never: NULL where the log does not say";
        /// The tenant whose it is.
        whose: String, none "''";
        /// In what feed and record differ: `time`, `operation`, `actor`, `outcome`, `address`, `request`.
        differs_in: String, none "''";
    }
}
