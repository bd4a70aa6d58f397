//! Into the table `misuse_sign`.

use isoneph_model::{Extent, GapCode, InputId};
use isoneph_tables::schema::MisuseSign;
use isoneph_tables::{Cell, Common, Coverage, Scope, Sink, SinkError, TableId};

use super::{SeenSign, Signs};

impl Signs {
    /// Writes the signs, and says of which accounts the whole log was looked at. `input_of` gives the input that a source
    /// file (path, SHA-256) is kept under; `first` is that which speaks for all; `is_whole` says whether every record of
    /// the logs could be read.
    pub fn write(
        &self,
        sink: &mut Sink,
        snapshot: i64,
        (first, is_whole): (InputId, bool),
        input_of: &mut dyn FnMut(&mut Sink, &str, &str) -> InputId,
    ) -> Result<(), SinkError> {
        for sign in &self.rows {
            let source = &sign.folded.first;
            let input = input_of(sink, &source.file, &source.sha256);
            let place = sink.place(input, &format!("record {}", source.index))?;
            sink.push(snapshot, place, &common(sign), &row(sign))?;
        }
        let Some(table) = TableId::find("misuse_sign") else { return Ok(()) };
        for (provider, account) in &self.accounts {
            let scope = Scope { provider: Some(provider.clone()), account: account.clone(), ..Scope::default() };
            sink.covers(table, snapshot, first, scope, Extent::Declared);
        }
        // A record that was not read, or for which there was no row, could have been the one.
        let open = [(!is_whole).then_some(GapCode::Unreadable), (self.dropped > 0).then_some(GapCode::NotCollected)];
        for code in open.into_iter().flatten() {
            let (scope, extent, code) = (Scope::default(), Extent::Partial, Some(code));
            sink.coverage(Coverage { table, snapshot, scope, extent, code, input: first, locator: None });
        }
        if self.dropped > 0 {
            let dropped = self.dropped;
            let message = format!("{dropped} signs of misuse are beyond the most that are told: they have no row");
            sink.input_mut(first).notes.push(message);
        }
        Ok(())
    }
}

fn common(sign: &SeenSign) -> Common {
    let (key, first) = (&sign.key, &sign.folded.first);
    // Several rows may begin with one event: one for each thing that it is a sign of.
    Common {
        uid: format!("sign:{}:{}", key.what, first.uid),
        provider: key.provider.as_str().into(),
        account: known(key.account.clone()),
        region: known(key.region.clone()),
        native_type: known(first.native_type.clone()),
        native_id: first.id.as_str().into(),
        name: first.operation.as_str().into(),
        ..Common::default()
    }
}

fn row(sign: &SeenSign) -> MisuseSign {
    let (key, folded) = (&sign.key, &sign.folded);
    MisuseSign {
        kind: key.kind.as_str().into(),
        what: key.what.as_str().into(),
        operation_name: key.name.as_str().into(),
        actor_kind: known(key.actor_kind.map(str::to_owned)),
        actor: known(key.actor.clone()),
        targets: folded.targets.iter().cloned().collect::<Vec<_>>().into(),
        grantees: sign.to.clone().into(),
        outside: sign.outside.map_or_else(Cell::Gap, Cell::Known),
        carried_out: known(key.carried_out),
        events: i64::try_from(folded.events).unwrap_or(i64::MAX).into(),
        first_at: known(folded.first.time),
        last_at: known(folded.last),
        event: folded.first.uid.as_str().into(),
    }
}

fn known<T>(value: Option<T>) -> Cell<T> {
    value.map_or_else(Cell::default, Cell::Known)
}
