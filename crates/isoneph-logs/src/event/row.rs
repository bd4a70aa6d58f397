//! An event as the cells of a row of the table `audit_event`, in the order of its columns.

use std::borrow::Cow;

use isoneph_tables::Instant;

use super::Event;

/// Where an event was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourcePlace<'a> {
    /// The file, as given.
    pub file: &'a str,
    /// The SHA-256 of the file as it is on disk, in hexadecimal.
    pub sha256: &'a str,
    /// The record's place in the file, from 0.
    pub index: u64,
}

/// Takes the cells of a row one after the other; `None` is NULL.
pub(crate) trait Cells {
    fn text(&mut self, value: Option<&str>);
    /// A text that many events have in common.
    fn shared(&mut self, value: Option<&str>) {
        self.text(value);
    }
    /// The event's own id.
    fn id(&mut self, value: &str) {
        self.text(Some(value));
    }
    fn bool(&mut self, value: Option<bool>);
    fn int(&mut self, value: Option<i64>);
    fn time(&mut self, value: Option<Instant>);
    fn texts(&mut self, value: Option<&[Cow<'_, str>]>);
    /// The last three cells: the place.
    fn place(&mut self, place: &SourcePlace<'_>) {
        self.text(Some(place.file));
        self.text(Some(place.sha256));
        self.int(i64::try_from(place.index).ok());
    }
}

impl Event<'_> {
    /// The row's identity: `provider/account/id`, with `/part` behind it where records share an id.
    pub fn write_uid(&self, uid: &mut String) {
        uid.clear();
        for part in [&*self.provider, "/", self.account.as_deref().unwrap_or("?"), "/", &*self.id] {
            uid.push_str(part);
        }
        if !self.id_part.is_empty() {
            uid.push('/');
            uid.push_str(&self.id_part);
        }
    }

    /// The cells of the common columns from `provider` to `name`, then of the table's own columns, in their order.
    /// `tags`, `service` and `tenant` are not of the event: whoever writes the row knows them.
    pub(crate) fn cells(&self, place: &SourcePlace<'_>, to: &mut impl Cells) {
        let actor = &self.actor;
        to.shared(Some(&self.provider));
        to.shared(self.account.as_deref());
        to.shared(self.region.as_deref());
        to.shared(self.native_type.as_deref());
        to.id(&self.id);
        to.shared(self.operation.as_deref());
        to.time(self.time);
        to.time(self.delivered_at);
        to.shared(Some(self.category.as_str()));
        to.shared(self.api_service.as_deref());
        to.shared(self.operation.as_deref());
        to.shared(self.operation_name.as_deref());
        to.shared(actor.kind.map(super::ActorKind::as_str));
        to.shared(actor.id.as_deref());
        to.shared(actor.name.as_deref());
        to.shared(actor.account.as_deref());
        to.shared(actor.session.as_deref());
        to.text(actor.credential_id.as_deref());
        to.shared(actor.session_issuer.as_deref());
        to.time(actor.session_started_at);
        to.bool(actor.mfa);
        to.shared(actor.invoked_by.as_deref());
        to.shared(actor.acting_as.as_deref());
        to.text(self.source_address.as_deref());
        to.shared(self.user_agent.as_deref());
        to.texts(self.targets.as_deref());
        to.shared(self.outcome.map(super::EventOutcome::as_str));
        to.shared(self.error_code.as_deref());
        to.text(self.error_message.as_deref());
        to.bool(self.read_only);
        to.text(self.request_id.as_deref());
        to.text(self.operation_id.as_deref());
        to.shared(Some(self.phase.map_or("", super::Phase::as_str)));
        to.text(self.raw_request.as_deref());
        to.text(self.raw_response.as_deref());
        to.text(self.raw_additional.as_deref());
        to.place(place);
    }
}

/// The common columns whose cells an event gives.
pub(crate) const FIRST_COMMON: usize = 3;
/// How many of them there are.
pub(crate) const COMMON_CELLS: usize = 6;

#[cfg(test)]
mod tests {
    use isoneph_tables::schema::AuditEvent;
    use isoneph_tables::{COMMON_COLUMNS, ColumnKind};

    use super::*;

    struct Kinds(Vec<ColumnKind>);

    impl Cells for Kinds {
        fn text(&mut self, _: Option<&str>) {
            self.0.push(ColumnKind::Text);
        }
        fn bool(&mut self, _: Option<bool>) {
            self.0.push(ColumnKind::Bool);
        }
        fn int(&mut self, _: Option<i64>) {
            self.0.push(ColumnKind::Int);
        }
        fn time(&mut self, _: Option<Instant>) {
            self.0.push(ColumnKind::Time);
        }
        fn texts(&mut self, _: Option<&[Cow<'_, str>]>) {
            self.0.push(ColumnKind::Texts);
        }
    }

    #[test]
    fn the_cells_of_an_event_are_the_columns_of_the_table() {
        let mut kinds = Kinds(Vec::new());
        Event::default().cells(&SourcePlace { file: "", sha256: "", index: 0 }, &mut kinds);
        let common = &COMMON_COLUMNS[FIRST_COMMON..FIRST_COMMON + COMMON_CELLS];
        let columns: Vec<ColumnKind> = common.iter().chain(AuditEvent::DEF.columns).map(|column| column.kind).collect();
        assert_eq!(kinds.0, columns);
    }
}
