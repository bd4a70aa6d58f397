//! One list on its way into the table `resource`.

use std::collections::BTreeSet;
use std::io::Read;

use isoneph_model::{EvidenceClass, Extent, GapCode, InputId, SnapshotKind, native_type};
use isoneph_tables::schema::{Relation, Resource};
use isoneph_tables::{Cell, Common, Coverage, Instant, Row, Scope, Sink};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::answer::Pages;
use crate::scan::{Misfit, Scanner};
use crate::terraform::said_by_tags;
use crate::{Fault, Format};

/// More things of one list than this are not read.
const MOST_THINGS: usize = 2_000_000;

/// What AWS Config calls the region of things that are of none, and the regions in which it records all of them.
const GLOBAL: &str = "global";
const HOME: [&str; 2] = ["us-east-1", "us-gov-west-1"];

/// Tables whose things hold data of their own.
const DATA: [&str; 8] =
    ["bucket", "disk", "disk_snapshot", "database", "secret", "log_store", "image_registry", "file_store"];

/// A thing that a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Thing {
    pub(super) id: String,
    pub(super) native_type: String,
    pub(super) account: Option<String>,
    pub(super) region: Option<String>,
    pub(super) name: Option<String>,
    /// As `key=value`; `None` where the list does not tell.
    pub(super) tags: Option<Vec<String>>,
    /// What it was made from: the word of Terraform for it, and the identity or the name.
    pub(super) made_from: Option<(&'static str, String)>,
    /// What of its record could not be read.
    pub(super) unread: Option<&'static str>,
}

/// What a record of a list came to.
pub(super) enum Listed {
    /// A thing.
    Thing(Box<Thing>),
    /// Something that was there once.
    Gone,
    /// Nothing that can be understood, and why.
    Senseless(&'static str),
}

/// A list, as it is read.
pub(super) struct List<'s> {
    sink: &'s mut Sink,
    input: InputId,
    format: Format,
    snapshot: i64,
    /// The region that the file is of, by its name.
    region: Option<String>,
    known: BTreeSet<String>,
    types: BTreeSet<String>,
    regions: BTreeSet<String>,
    /// Types of which a thing is of no region.
    global: BTreeSet<String>,
    gone: usize,
    pages: Pages,
    /// Whether something of it is missing.
    is_cut: bool,
}

impl<'s> List<'s> {
    pub(super) fn begin(format: Format, input: InputId, sink: &'s mut Sink) -> List<'s> {
        sink.input_mut(input).class = Some(EvidenceClass::Configured);
        let of_config = (format == Format::AwsConfig).then(|| delivered(&sink.input_mut(input).path)).flatten();
        let (region, observed_at) = of_config.unzip();
        let snapshot = sink.snapshot(input, SnapshotKind::Recorded, observed_at);
        let (known, types, regions, global, pages) = Default::default();
        List { sink, input, format, snapshot, region, known, types, regions, global, gone: 0, pages, is_cut: false }
    }

    /// Reads records: of a list, of what stands under one of these keys at the top, or one document after another.
    pub(super) fn read(&mut self, reader: impl Read, under: &[&str], thing: fn(&Value) -> Listed) -> Result<(), Fault> {
        self.records(reader, under, |list, record, place| list.take(thing(record), place))
    }

    pub(super) fn records(
        &mut self,
        reader: impl Read,
        under: &[&str],
        mut each: impl FnMut(&mut Self, &Value, &str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut scanner = Scanner::new(reader);
        for number in 1_u64.. {
            let root = if number == 1 { "#".to_owned() } else { format!("record {number}") };
            match scanner.peek()? {
                None => break,
                Some(b'[') => {
                    self.array(&mut scanner, under, &root, &mut each)?;
                }
                Some(_) => self.object(&mut scanner, under, &root, &mut each)?,
            }
        }
        Ok(())
    }

    /// Records, or pages of an answer. Gives how many.
    fn array<R: Read>(
        &mut self,
        scanner: &mut Scanner<R>,
        under: &[&str],
        at: &str,
        each: &mut impl FnMut(&mut Self, &Value, &str) -> Result<(), Fault>,
    ) -> Result<u64, Fault> {
        let mut records = 0;
        scanner.array(|index, scanner| {
            let place = format!("{at}/{index}");
            records += 1;
            match scanner.parse::<Value>()? {
                Ok(Value::Object(page)) if is_page(&page, under) => self.page(page, under, &place, each),
                Ok(record) => each(self, &record, &place),
                Err(misfit) => Err(not_json(misfit)),
            }
        })?;
        Ok(records)
    }

    /// A page in a list of pages.
    fn page(
        &mut self,
        mut page: serde_json::Map<String, Value>,
        under: &[&str],
        at: &str,
        each: &mut impl FnMut(&mut Self, &Value, &str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut count = 0;
        for key in under {
            let Some(Value::Array(records)) = page.remove(*key) else { continue };
            self.refuse_history(key, &page)?;
            count += records.len() as u64;
            let mut numbered = records.iter().enumerate();
            numbered.try_for_each(|(number, record)| each(self, record, &format!("{at}/{key}/{number}")))?;
        }
        self.is_cut |= self.pages.add(&page, count);
        Ok(())
    }

    /// An answer of an interface, with its records under a key; or a record alone.
    fn object<R: Read>(
        &mut self,
        scanner: &mut Scanner<R>,
        under: &[&str],
        at: &str,
        each: &mut impl FnMut(&mut Self, &Value, &str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut record = serde_json::Map::new();
        let mut records = None;
        scanner.object(|key, scanner| {
            if under.contains(&key) && scanner.peek()? == Some(b'[') {
                self.refuse_history(key, &record)?;
                let found = self.array(scanner, &[], &format!("{at}/{key}"), each)?;
                records = Some(records.unwrap_or_default() + found);
                return Ok(());
            }
            record.insert(key.to_owned(), scanner.parse::<Value>()?.map_err(not_json)?);
            Ok(())
        })?;
        match records {
            Some(records) => {
                self.is_cut |= self.pages.add(&record, records);
                Ok(())
            }
            None => each(self, &Value::Object(record), at),
        }
    }

    /// AWS Config delivers what there is, and what changed, in one form: the first has an id, or its name says it.
    fn refuse_history(&mut self, key: &str, before: &serde_json::Map<String, Value>) -> Result<(), Fault> {
        let is_named = self.sink.input_mut(self.input).path.contains("_ConfigSnapshot_");
        if key != "configurationItems" || before.contains_key("configSnapshotId") || is_named {
            return Ok(());
        }
        let message =
            "this is a history of AWS Config, which says what changed: give a snapshot, which says what there is";
        Err(Fault::reject("#", "unknown-format", message))
    }

    /// Takes what a record came to.
    pub(super) fn take(&mut self, listed: Listed, place: &str) -> Result<(), Fault> {
        match listed {
            Listed::Thing(thing) => {
                if let Some(why) = thing.unread {
                    self.tell(place, why);
                }
                self.push(*thing, place)
            }
            Listed::Gone => {
                self.gone += 1;
                Ok(())
            }
            Listed::Senseless(why) => {
                self.tell(place, why);
                Ok(())
            }
        }
    }

    /// Tells what could not be read: the list does not show all that it was made of.
    fn tell(&mut self, place: &str, why: &str) {
        self.is_cut = true;
        self.sink.reject(self.input, isoneph_model::Locator::new(place), "unreadable", why);
    }

    /// Says that the list is of a part only, and why.
    pub(super) fn narrow(&mut self, why: &str) {
        self.is_cut = true;
        let notes = &mut self.sink.input_mut(self.input).notes;
        if !notes.iter().any(|note| note == why) {
            notes.push(why.to_owned());
        }
    }

    fn push(&mut self, thing: Thing, place: &str) -> Result<(), Fault> {
        if self.known.len() >= MOST_THINGS {
            let message = format!("the list has more than {MOST_THINGS} things; the rest is not read");
            return Err(Fault::reject(place, "too-many", message));
        }
        // What is said of a thing in several records (its policies beside itself) is one thing.
        if !self.known.insert(thing.id.clone()) {
            return Ok(());
        }
        self.types.insert(thing.native_type.clone());
        self.regions.extend(thing.region.clone());
        if thing.region.as_deref() == Some(GLOBAL) {
            self.global.insert(thing.native_type.clone());
        }
        let place = self.sink.place(self.input, place)?;
        let common = self.common(&thing);
        self.sink.push(self.snapshot, place, &common, &row(&thing))?;
        if let Some((kind, source)) = thing.made_from {
            let relation = Relation {
                from_uid: common.uid.as_str().into(),
                to_uid: source.into(),
                kind: kind.into(),
                from_type: thing.native_type.as_str().into(),
            };
            let common = Common { uid: format!("{}#{kind}", common.uid), ..common };
            self.sink.push(self.snapshot, place, &common, &relation)?;
        }
        Ok(())
    }

    fn common(&self, thing: &Thing) -> Common {
        let cell = |text: &Option<String>| text.clone().map_or_else(Cell::default, Cell::Known);
        let declared = || self.sink.declared_account(self.input).map_or_else(Cell::default, Cell::Known);
        Common {
            uid: format!("{}:{}", self.snapshot, thing.id),
            provider: provider(self.format).into(),
            account: thing.account.clone().map_or_else(declared, Cell::Known),
            region: cell(&thing.region),
            native_type: thing.native_type.as_str().into(),
            native_id: thing.id.as_str().into(),
            name: cell(&thing.name),
            tags: thing.tags.clone().map_or_else(Cell::default, Cell::Known),
            ..Common::default()
        }
    }

    /// Says what the list could show.
    pub(super) fn finish(mut self, is_whole: bool) {
        let record = self.sink.input_mut(self.input);
        record.records = self.known.len() as u64;
        if self.gone > 0 {
            record
                .notes
                .push(format!("{} records are of things that were deleted before: they are not there", self.gone));
        }
        let is_nowhere = self.format == Format::AwsConfig && self.region.is_none() && self.regions.is_empty();
        self.is_cut |= !is_whole || self.pages.is_open() || self.format == Format::AwsTagging || is_nowhere;
        if self.is_cut {
            let (provider, region) = (Some(provider(self.format).to_owned()), self.region.clone());
            return self.cover(Scope { provider, region, ..Scope::default() }, Extent::Partial);
        }
        // A snapshot of AWS Config is of one region, and has what is global beside it where that is recorded there.
        let of_regions = (self.format == Format::AwsConfig).then(|| {
            let regions = self.region.iter().chain(&self.regions).map(|region| Some(region.clone()));
            regions.collect::<BTreeSet<_>>()
        });
        for region in of_regions.unwrap_or_else(|| BTreeSet::from([None])) {
            for native_type in self.shown(region.as_deref() == Some(GLOBAL) && !self.is_at_home()) {
                let scope = Scope {
                    provider: Some(provider(self.format).to_owned()),
                    region: region.clone(),
                    native_type: Some(native_type),
                    ..Scope::default()
                };
                self.cover(scope, Extent::Declared);
            }
        }
    }

    /// Whether AWS Config records all that is of no region where the list was made. Elsewhere it records identities beside
    /// what is of the region, and neither distributions nor zones of DNS.
    fn is_at_home(&self) -> bool {
        self.region.iter().chain(&self.regions).any(|region| HOME.contains(&region.as_str()))
    }

    /// The types that the list would show, by Terraform's words and its own; of `identities` those and what it does show of no region.
    fn shown(&self, identities: bool) -> BTreeSet<String> {
        let mine = |word: &&str| match self.format {
            Format::AwsConfig if identities => word.starts_with("AWS::IAM::") || self.global.contains(*word),
            Format::AwsConfig => word.starts_with("AWS::"),
            Format::AwsResourceExplorer => !word.starts_with("AWS::"),
            _ => true,
        };
        let all = || native_type::of_provider(provider(self.format)).iter();
        let known = all().filter(|one| one.same_identity && one.listed.iter().any(mine));
        let words = known.flat_map(|one| one.terraform).map(|word| (*word).to_owned());
        // What has another identity in Terraform has its own in each list of this kind. Service accounts go by two; what Resource
        // Explorer does not find may be in a list by tags all the same.
        let is_sure = |word: &&&str| self.format != Format::AwsResourceExplorer || self.types.contains(**word);
        let of_lists = all().filter(|one| !one.same_identity).flat_map(|one| one.listed).filter(|word| mine(word));
        let of_lists = of_lists.filter(|word| !word.starts_with("iam.googleapis.com/")).filter(is_sure);
        let of_lists = of_lists.map(|word| (*word).to_owned());
        let unread = self.types.iter().filter(|word| native_type::of_list(word).is_none()).cloned();
        words.chain(of_lists).chain(unread).collect()
    }

    fn cover(&mut self, scope: Scope, extent: Extent) {
        let code = (extent == Extent::Partial).then_some(GapCode::NotCollected);
        let (snapshot, input) = (self.snapshot, self.input);
        self.sink.coverage(Coverage { table: Resource::table(), snapshot, scope, extent, code, input, locator: None });
    }
}

/// What has the form of JSON and cannot be read as such, as half a character: the list is not read further.
fn not_json(misfit: Misfit) -> Fault {
    Fault::reject(misfit.position.locator(), "not-json", misfit.message)
}

/// Whether an object in a list is an answer with records under one of these keys.
fn is_page(object: &serde_json::Map<String, Value>, under: &[&str]) -> bool {
    under.iter().any(|key| object.get(*key).is_some_and(Value::is_array))
}

/// The cloud that a list is of.
fn provider(format: Format) -> &'static str {
    match format {
        Format::AzureResources => "azure",
        Format::GoogleAssets => "google",
        _ => "aws",
    }
}

/// Region and time, as AWS Config names what it delivers:
/// `123456789012_Config_eu-west-1_ConfigSnapshot_20261105T101500Z_ID.json.gz`.
fn delivered(path: &str) -> Option<(String, Instant)> {
    let name = path.rsplit(['/', '\\']).next()?;
    let (_, rest) = name.split_once("_Config_")?;
    let (region, rest) = rest.split_once("_ConfigSnapshot_")?;
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", rest.split('_').next()?).ok()?;
    let at = time.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some((region.to_owned(), Instant(at.as_microsecond())))
}

fn row(thing: &Thing) -> Resource {
    let table = native_type::of_list(&thing.native_type).map_or("other", |known| known.table);
    let tags = thing.tags.clone().map_or_else(Cell::default, Cell::Known);
    let [owner, classification, environment] = said_by_tags(&tags);
    let tagged = thing.tags.as_ref().is_some_and(|tags| !tags.is_empty()) || table != "other";
    Resource {
        kind: table.into(),
        owner,
        classification,
        environment,
        taggable: if tagged { true.into() } else { Cell::default() },
        holds_data: if table == "other" { Cell::default() } else { DATA.contains(&table).into() },
        change: "none".into(),
        ..Resource::default()
    }
}
