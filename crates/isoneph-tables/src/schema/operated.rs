//! What the audit logs come to: critical operations against changes, holes in the record, digests, departures.

use crate::cell::Instant;
use crate::table;

table! {
    /// A critical operation that an audit log tells of, set against what was approved. One row an operation, however
    /// many records it left; which operations are critical is the catalogue's word (`standard/operations`).
    ///
    /// `uid` is that of the event, `name` the operation as written.
    pub struct CriticalOperation = "critical_operation" {
        /// When it was asked for.
        time: Instant, none "never: NULL where the log does not say";
        /// The operation in one spelling, as in `audit_event.operation_name`.
        operation_name: String, none "never: always set";
        /// What it is done to: `virtual-server`, `network`, `storage`, `backup-restore`, `service-termination`, `logging-monitoring`, `identity-keys`.
        class: String, none "never: always set";
        /// What it does: `create`, `change`, `delete`, `restore`, `terminate`.
        act: String, none "never: always set";
        /// Whether it can be taken back: `yes`, `for-a-time`, `no`.
        reversible: String, none "never: always set";
        /// On whose word it is critical: `proposed` (isoneph's), `adopted`, `amended` (a named person's).
        basis: String, none "never: always set";
        /// What kind of actor, as in `audit_event.actor_kind`.
        actor_kind: String, none "''";
        /// Who did it, as in `audit_event.actor`.
        actor: String, none "''";
        /// The name of the actor's session.
        session: String, none "''";
        /// The story that it belongs to: the operations of one actor in one account, without an hour's pause.
        story: String, none "never: always set";
        /// What it was done to.
        targets: Vec<String>, none "[]";
        /// Whether it was done; false where it was refused or failed, NULL where its end is not in the log.
        carried_out: bool, none "false";
        /// The code of the error.
        error_code: String, none "''";
        /// Whether it failed and was not made good, while other operations of the same class in its story were done.
        half_done: bool, none "false";
        /// Whether a program's own identity, a run of a pipeline or a service of the cloud acted, so that nobody signed in for it.
        unattended: bool, none "false";
        /// Whether a second factor was proved for the session.
        mfa: bool, none "never: NULL where the log does not say";
        /// Whether the identity is declared to be for emergencies; NULL where nobody declared any.
        break_glass: bool, none "false";
        /// How it was approved: `change`, `pipeline`; or why not: `not-approved` (its change was not), `outside-window`, `none`; `emergency` where an identity for emergencies did it without, and somebody else reviewed it. NULL where no changes were given or it cannot be told.
        approval: String, none "'none'";
        /// The `uid` of the change that it belongs to, approved or not.
        change: String, none "''";
        /// Who approved it; where several did, one who is surely not the actor.
        approver: String, none "''";
        /// Whether nobody but the actor approved it.
        own_approver: bool, none "false";
        /// The written procedure that covers it; NULL where no procedures were given.
        procedure: String, none "''";
        /// Who reviewed it afterwards; NULL where no reviews were given.
        reviewer: String, none "''";
        /// Whether it can take something out of a record of what is done, or silence what watches it; NULL where that depends on what was asked for and the log does not say.
        weakens_logging: bool, none "false";
        /// Whether the log shows that the same record was set going again.
        logging_resumed: bool, none "false";
        /// When, where `logging_resumed`.
        logging_resumed_at: Instant, none "logging_resumed = false";
        /// The `uid` of the event in `audit_event`.
        event: String, none "never: always set";
        /// The `uid`s of the events in which the logs of other accounts tell of the same operation. It is told for the account that the thing belongs to.
        told_again: Vec<String>, none "[]";
    }
}

table! {
    /// A change as its register or its pipeline has it: what was to be done, when, by whom, and who approved it.
    ///
    /// An empty list sets no bounds: a change without accounts speaks of all of them.
    pub struct ChangeRecord = "change_record" {
        /// Where it was kept: `change` (a register of changes), `pipeline` (a run with its reviewers).
        kind: String, none "never: always set";
        /// Its state as written.
        state: String, none "''";
        /// Whether it was approved.
        approved: bool, none "false";
        /// Whether it says when.
        has_window: bool, none "false";
        /// From when, where `has_window`.
        window_from: Instant, none "has_window = false";
        /// Until when, where `has_window`; that instant is outside.
        window_until: Instant, none "has_window = false";
        /// The accounts it speaks of.
        accounts: Vec<String>, none "[]";
        /// The classes of operations that it allows, as in `critical_operation.class`.
        classes: Vec<String>, none "[]";
        /// The operations that it allows.
        operations: Vec<String>, none "[]";
        /// The resources it speaks of.
        resources: Vec<String>, none "[]";
        /// Who may carry it out.
        actors: Vec<String>, none "[]";
        /// Who asked for it.
        requester: String, none "''";
        /// Who approved it.
        approvers: Vec<String>, none "[]";
        /// The procedure that it follows.
        procedure: String, none "''";
    }
}

table! {
    /// A day of the record of an account in a region: what was seen of it.
    ///
    /// `uid` is `log-day:provider/account/region/day`.
    pub struct LogDay = "log_day" {
        /// The day in UTC, as `2026-11-02`.
        day: String, none "never: always set";
        /// How many events there are.
        events: i64, none "0";
        /// The first event, where there are any.
        first_at: Instant, none "events = 0";
        /// The last event, where there are any.
        last_at: Instant, none "events = 0";
        /// The longest time without an event inside the day and the period that was given, in seconds.
        longest_silence_seconds: i64, none "86400";
        /// Whether a chain of digests whose signatures hold proves that no file is missing from the day, or from what the period that was given has of it.
        proven: bool, none "false";
        /// How short a silence would have been noticed, in seconds; NULL where there are too few events for a baseline.
        noticeable_seconds: i64, none "never: NULL where there is no baseline";
        /// Within how many seconds 95 in 100 events were delivered, rounded up to a power of two; NULL also where that depends on events that are later than their own delivery.
        delay_seconds: i64, none "never: NULL where the log does not say";
        /// How many events are later than their own delivery by more than five minutes: a clock is wrong.
        events_after_delivery: i64, none "0; NULL where the log does not say when events were delivered";
        /// Whose record it is: `provider/account/region`, where what the log does not say is left out (`azure/0a0b…/`).
        stream: String, none "never: always set";
    }
}

table! {
    /// A hole in the record, or what looks like one.
    pub struct LogGap = "log_gap" {
        /// How it shows: `digest-missing` (a digest of the chain is not there), `file-missing` (a digest names a file that is not there), `file-changed` (a file is not what its digest says), `file-not-compared` (a digest names a file that was read before and is not there any more to be compared with it), `file-unlisted` (a file with events of the time is named by no digest), `silence` (no events where there always are some), `no-events` (an account or region in scope without any), `more-follows` (a page of an answer says that more follows, and that was not given).
        basis: String, none "never: always set";
        /// Whether something is surely missing: a digest says so, or there was no such silence at that hour on any other day. NULL where it may be usual, where the record may have begun later or ended before, where another trail may have written what no digest names, where a file is not there to be compared, or where a page leaves open what follows.
        certain: bool, none "never: NULL where it may be usual";
        /// When it begins.
        begins_at: Instant, none "never: always set";
        /// When it ends.
        ends_at: Instant, none "never: always set";
        /// How long, in seconds.
        seconds: i64, none "never: always set";
        /// The days in UTC, as `2026-11-02`, from which it takes more than what is usual; of those that have a row in `log_day`.
        days: Vec<String>, none "never: always set";
        /// The trail whose digests show it; `''` for a silence.
        trail: String, none "''";
        /// The `uid` of the critical operation that stopped or weakened the record before it.
        weakened_by: String, none "''";
        /// What is missing, in words: the name of a file, of a digest; of the page behind which more follows.
        detail: String, none "''";
        /// Those of `days` on which it is told: the ones that it takes whole, or else the one of which it takes most.
        told_on: Vec<String>, none "never: always set";
        /// Whose record it is a hole of, as in `log_day`.
        stream: String, none "never: always set";
    }
}

table! {
    /// A digest of an audit trail: a signed list of the log files of an hour, chained to the one before.
    pub struct LogDigest = "log_digest" {
        /// The trail that wrote it; `''` where the digest names none.
        trail: String, none "''";
        /// The start of the time that it covers.
        begins_at: Instant, none "never: always set";
        /// The end of that time.
        ends_at: Instant, none "never: always set";
        /// Whether its signature holds; NULL where the signature or the public key was not given.
        signature_valid: bool, none "never: NULL where it was not checked";
        /// Whether the digest before it is there and is the one that it names; true for the first of a chain.
        link_valid: bool, none "false";
        /// Whether it begins where the digest before it ends; true for the first of a chain.
        continuous: bool, none "false";
        /// How many log files it names.
        files: i64, none "0";
        /// How many of them are not there.
        files_missing: i64, none "0";
        /// How many of them are not what it says.
        files_changed: i64, none "0";
        /// Whether it was delivered later than its time, to fill a hole.
        backfill: bool, none "false";
        /// What is wrong, one entry each.
        problems: Vec<String>, none "[]";
    }
}

table! {
    /// A tenant, or a customer of a service, that left: what was agreed and what became of it.
    pub struct TenantExit = "tenant_exit" {
        /// When the agreement ended.
        ended_at: Instant, none "never: always set";
        /// Until when everything was to be gone; NULL where nobody agreed on it.
        due_at: Instant, none "never: NULL where no time was agreed";
        /// Whether its assets were handed back; NULL where no record of it was given.
        returned: bool, none "false";
        /// When, where `returned`.
        returned_at: Instant, none "returned = false";
        /// Whether returning was agreed at all.
        return_agreed: bool, none "false";
        /// How many things of it are known.
        items: i64, none "0";
        /// How many are removed, and cannot be got back.
        removed: i64, none "0";
        /// How many are deleted and can still be got back.
        recoverable: i64, none "0";
        /// How many are still there.
        remaining: i64, none "0";
        /// Of how many it cannot be told.
        undecided: i64, none "0";
    }
}

table! {
    /// A thing of a tenant that left, and what became of it.
    pub struct ExitItem = "exit_item" {
        /// The `uid` in `tenant_exit`.
        exit: String, none "never: always set";
        /// What it is: `resource`, `snapshot`, `backup`, `image`, `key`, `identity`, `grant`, `dns`, `residue` (rows or objects in a store that is shared).
        kind: String, none "never: always set";
        /// What became of it: `removed`, `recoverable`, `remaining`; NULL where it cannot be told.
        state: String, none "never: NULL where it cannot be told";
        /// Whether that was so when it was due; NULL where it cannot be told.
        in_time: bool, none "false";
        /// Whether the time when it was due has passed; NULL where no time was agreed.
        due: bool, none "false";
        /// When it was removed, where the record tells.
        removed_at: Instant, none "never: NULL where it is not removed or nobody saw it go";
        /// Until when it can be got back, where `state` is `recoverable`.
        recoverable_until: Instant, none "never: NULL where it cannot be got back, or without end";
        /// How many rows, objects or bytes are left of it, where `kind` is `residue`.
        residue: i64, none "0";
        /// How this is known: `inventory`, `deletion-event`, `removal-record`, `residue-count`, one entry each.
        known_by: Vec<String>, none "[]";
    }
}

table! {
    /// A sign, in an audit log, that data leaves the service or that it is used against others. One row for what one
    /// actor did on one day, by one operation, in one place and to one end; what counts as a sign is the word of the
    /// catalogue (`standard/signs`).
    ///
    /// An audit log shows what was set up and asked for, not what travelled. `uid` is `sign:what:` and the `uid` of the
    /// first event, `name` the operation as written.
    pub struct MisuseSign = "misuse_sign" {
        /// What it is a sign of: `data-leaves`, `attack-from-service`.
        kind: String, none "never: always set";
        /// What happened, as the catalogue names it: `disk-copy-shared`, `policy-opened`, `exported` …
        what: String, none "never: always set";
        /// The operation in one spelling, as in `audit_event.operation_name`.
        operation_name: String, none "never: always set";
        /// What kind of actor, as in `audit_event.actor_kind`.
        actor_kind: String, none "''";
        /// Who did it, as in `audit_event.actor`.
        actor: String, none "''";
        /// What it was done to: some of it where it is much.
        targets: Vec<String>, none "[]";
        /// Who gets something by it: `anyone`, an account, an address, a name; at most 64.
        grantees: Vec<String>, none "[]";
        /// Whether it leads outside: to everybody, to third parties, or to an account that nobody declared though accounts of that cloud are declared. NULL where the record does not say, or whose the receiver is cannot be told.
        outside: bool, none "false";
        /// Whether it was done; false where it was refused or failed, NULL where its end is not in the log.
        carried_out: bool, none "false";
        /// How many events it was.
        events: i64, none "never: at least one";
        /// When it was first done on that day.
        first_at: Instant, none "never: NULL where the log does not say";
        /// When it was last done on that day.
        last_at: Instant, none "never: NULL where the log does not say";
        /// The `uid` of the first event in `audit_event`.
        event: String, none "never: always set";
    }
}
