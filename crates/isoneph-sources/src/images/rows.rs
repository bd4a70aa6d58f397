//! What was found in one guest, as rows.

use isoneph_image::guest::Place as GuestPlace;
use isoneph_image::guest::walk::NotedFile;
use isoneph_image::scan::GuestScan;
use isoneph_image::settings::{AccountFact, Facts, Origin, Setting};
use isoneph_model::{Extent, GapCode, InputId, SnapshotKind};
use isoneph_tables::schema::{Image, ImageAccount, ImageFile, ImagePackage, ImageService, ImageSetting};
use isoneph_tables::{Cell, Common, Instant, Row, Scope, Sink, SinkError, TableId};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::purpose::Intent;

/// One guest on its way into the tables.
pub(super) struct Rows<'a> {
    /// What the image is called.
    pub(super) name: &'a str,
    /// The name of its file.
    pub(super) file: &'a str,
    pub(super) container: &'a str,
    pub(super) guest: &'a GuestScan,
    pub(super) intent: &'a Intent,
}

/// Where one guest's rows go.
struct Target<'a> {
    sink: &'a mut Sink,
    input: InputId,
    snapshot: i64,
    image: String,
}

impl Target<'_> {
    fn push<R: Row>(&mut self, place: &str, suffix: &str, name: &str, row: &R) -> Result<(), SinkError> {
        let place = self.sink.place(self.input, place)?;
        let text = |text: &str| Cell::Known(text.to_owned());
        let common = Common {
            uid: format!("{}{suffix}", self.image),
            provider: text(""),
            account: text(""),
            region: text(""),
            native_type: text(R::table().def().name),
            native_id: text(""),
            name: text(name),
            tags: Cell::Known(Vec::new()),
            service: Cell::default(),
            tenant: Cell::default(),
        };
        self.sink.push(self.snapshot, place, &common, row)?;
        self.sink.input_mut(self.input).records += 1;
        Ok(())
    }
}

impl Rows<'_> {
    fn facts(&self) -> &Facts {
        &self.guest.facts
    }

    pub(super) fn write(&self, input: InputId, sink: &mut Sink) -> Result<(), SinkError> {
        let snapshot = sink.snapshot(input, SnapshotKind::Recorded, None);
        let image = format!("{snapshot}:{}", self.name);
        let mut target = Target { sink, input, snapshot, image };
        self.image(&mut target)?;
        for (index, setting) in self.facts().settings.iter().enumerate() {
            setting_row(setting, index, &mut target)?;
        }
        self.services(&mut target)?;
        for account in &self.facts().accounts {
            self.account(account, &mut target)?;
        }
        for package in &self.facts().packages {
            let row = ImagePackage {
                image: target.image.clone().into(),
                version: package.version.clone().into(),
                manager: word(package.manager).into(),
                architecture: package.architecture.clone().into(),
            };
            let place = guest_place(&GuestPlace { path: package.path.clone(), line: package.line });
            let suffix = format!("#package/{}/{}", package.name, package.architecture);
            target.push(&place, &suffix, &package.name, &row)?;
        }
        for file in &self.facts().files {
            file_row(file, &mut target)?;
        }
        self.cover(&mut target);
        Ok(())
    }

    fn image(&self, target: &mut Target<'_>) -> Result<(), SinkError> {
        let facts = self.facts();
        let decided = facts.settings.iter().filter(|setting| setting.origin != Origin::Unknown).count();
        let os = &facts.os;
        let row = Image {
            container: self.container.into(),
            file_system: self.guest.file_system.as_str().into(),
            distribution: os.id.clone().into(),
            distribution_version: os.version.clone().into(),
            end_of_life: facts.release.map(|release| release.ended).map_or_else(Cell::default, Cell::Known),
            supported_until: facts.release.and_then(|r| day_end(r.until)).map_or_else(Cell::default, Cell::Known),
            walked: facts.walk.as_ref().is_some_and(|walk| walk.complete && walk.visited > 0).into(),
            inodes: facts.walk.as_ref().map_or(0, |walk| i64::try_from(walk.visited).unwrap_or(i64::MAX)).into(),
            decided: i64::try_from(decided).unwrap_or(i64::MAX).into(),
            has_purpose: self.intent.is_declared().into(),
            intended_listeners: self.intent.listeners(),
            known_as: self.intent.known_as(self.file).into(),
        };
        target.push(&format!("guest:/ ({})", self.guest.root), "", self.name, &row)
    }

    fn services(&self, target: &mut Target<'_>) -> Result<(), SinkError> {
        for service in &self.facts().services {
            let listens = self.facts().listening.iter().filter(|listener| listener.service == service.name);
            let mut ports: Vec<String> = listens.map(|listener| listener.port.clone()).collect();
            ports.retain(|port| !port.is_empty());
            ports.sort();
            ports.dedup();
            let row = ImageService {
                image: target.image.clone().into(),
                unit: service.name.clone().into(),
                enabled: matches!(service.state.as_str(), "enabled" | "linked").into(),
                masked: (service.state == "masked").into(),
                listens: ports.into(),
                intended: self.intent.allows(&service.name),
            };
            let place = guest_place(&service.place);
            target.push(&place, &format!("#service/{}", service.name), &service.name, &row)?;
        }
        Ok(())
    }

    fn account(&self, fact: &AccountFact, target: &mut Target<'_>) -> Result<(), SinkError> {
        let account = &fact.account;
        let scheme = account.shadow.unwrap_or(account.passwd);
        let password = if account.locked { "locked".to_owned() } else { word(scheme) };
        let known = |value: Option<bool>| value.map_or(Cell::Gap(GapCode::Unreadable), Cell::Known);
        let row = ImageAccount {
            image: target.image.clone().into(),
            user_id: i64::from(account.uid).into(),
            login_shell: account.has_shell().into(),
            password: password.into(),
            authorized_keys: known(fact.authorized_keys),
            sudo: known(fact.sudo),
        };
        target.push(&guest_place(&account.place), &format!("#account/{}", account.name), &account.name, &row)
    }

    /// A whole walk has seen every file of note; without one, any may be missing. The rest is read from the files that
    /// declare it, all of which were looked for.
    fn cover(&self, target: &mut Target<'_>) {
        let walked = self.facts().walk.as_ref().is_some_and(|walk| walk.complete && walk.visited > 0);
        let whole = self.facts().problems.is_empty() && self.facts().left_off == 0;
        let extent = |closed: bool| if closed { Extent::Complete } else { Extent::Partial };
        let tables: [(TableId, bool); 6] = [
            (Image::table(), true),
            (ImageSetting::table(), true),
            (ImageService::table(), whole),
            (ImageAccount::table(), whole),
            (ImagePackage::table(), whole),
            (ImageFile::table(), walked && whole),
        ];
        for (table, closed) in tables {
            target.sink.covers(table, target.snapshot, target.input, Scope::default(), extent(closed));
        }
    }
}

fn setting_row(setting: &Setting, index: usize, target: &mut Target<'_>) -> Result<(), SinkError> {
    let value = match (setting.origin, &setting.value) {
        (Origin::Absent, _) => Cell::Known("absent".to_owned()),
        (Origin::Unknown, _) | (_, None) => Cell::Gap(GapCode::Unreadable),
        (_, Some(value)) => Cell::Known(value.clone()),
    };
    let known = matches!(value, Cell::Known(_));
    let number = setting.number.filter(|_| known && setting.origin != Origin::Absent);
    let row = ImageSetting {
        image: target.image.clone().into(),
        setting: setting.id.clone().into(),
        scope: setting.scope.clone().into(),
        has_number: if known { number.is_some().into() } else { Cell::Gap(GapCode::Unreadable) },
        number: if known { number.unwrap_or_default().into() } else { Cell::Gap(GapCode::Unreadable) },
        value,
        origin: word(setting.origin).into(),
        file: setting.place.as_ref().map_or_else(String::new, |place| place.path.clone()).into(),
        derivation: derivation(setting).into(),
    };
    let place = setting.place.as_ref().map_or_else(|| "guest:/".to_owned(), guest_place);
    target.push(&place, &format!("#setting/{index}"), &setting.id, &row)
}

/// How a value came about, in one line.
fn derivation(setting: &Setting) -> String {
    let steps = setting.derivation.iter().map(|step| {
        let place = step.place.as_ref().map_or_else(String::new, |place| format!(" ({})", guest_place(place)));
        format!("{}: {}{place}", word(step.role), step.text)
    });
    let reason = setting.reason.iter().map(|reason| format!("{}: {}", reason.code, reason.message));
    steps.chain(reason).collect::<Vec<_>>().join("; ")
}

fn file_row(file: &NotedFile, target: &mut Target<'_>) -> Result<(), SinkError> {
    let note = file.remark.name();
    let row = ImageFile {
        image: target.image.clone().into(),
        path: file.path.clone().into(),
        note: note.into(),
        mode: format!("{:04o}", file.mode).into(),
        owner: i64::from(file.uid).into(),
        group: i64::from(file.gid).into(),
    };
    let place = guest_place(&GuestPlace { path: file.path.clone(), line: 0 });
    target.push(&place, &format!("#file/{note}{}", file.path), &file.path, &row)
}

fn guest_place(place: &GuestPlace) -> String {
    format!("guest:{place}")
}

/// The last moment of a day, in UTC.
fn day_end(day: Date) -> Option<Instant> {
    let next = day.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(Instant(next.timestamp().as_microsecond() - 1))
}

/// The word under which a value is written.
fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
