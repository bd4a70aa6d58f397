//! Expected flows as unit tests of a network.
//!
//! An expectation names two ends, a protocol, a port and what is expected. The answer is what the network does: `permit`
//! where a connection (or an ICMP echo and its reply) can be set up for every packet asked about, `deny` where for none,
//! `undecided` where the input leaves it open or where some packets asked about pass and others do not.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Serialize;
use serde_json::Value;

use super::connection::{Connection, connect};
use super::join::join;
use super::path::{Passage, TraceHop};
use super::refer::{Goals, Party, Unreferred};
use super::walk::{Goal, Start};
use crate::model::Model;
use crate::model::address::AddressRange;
use crate::model::json::scalar;
use crate::model::traffic::{ICMP, ICMP6, Parcel, SCTP, TCP, Traffic, TrafficBox, UDP, protocol_number};

/// Source ports a client may choose; below them are the well-known ones.
const CLIENT_PORTS: (u16, u16) = (1024, u16::MAX);
/// Source ports Linux chooses unless told otherwise.
const LINUX_PORTS: (u16, u16) = (32768, 60999);

/// What the network does to a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// A connection can be set up.
    Permit,
    /// None can.
    Deny,
    /// The input leaves it open.
    Undecided,
}

/// One expected flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Expectation {
    /// Who sends.
    pub src: String,
    /// Who receives.
    pub dst: String,
    /// Protocol: a usual name, a number, or `any`.
    pub proto: String,
    /// Destination port, range `a-b`, or `any`.
    pub port: String,
    /// What is expected; `None` where the question is open and only the answer is wanted.
    pub expect: Option<Answer>,
    /// The line, from 1.
    pub line: usize,
}

/// The outcome of one expectation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tested {
    /// What was asked.
    #[serde(flatten)]
    pub expectation: Expectation,
    /// What the network does.
    pub answer: Answer,
    /// Whether that is what was expected; `None` where nothing was.
    pub ok: Option<bool>,
    /// What decided.
    pub why: Vec<String>,
    /// Whether packets arrive, or may, of which no connection can come: said in `why`.
    #[serde(skip)]
    pub one_way: bool,
    /// What the packet meets.
    pub path: Vec<TraceHop>,
}

/// An expectation that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", if *line == 0 { String::new() } else { format!("line {line}: ") })]
pub struct BadExpectation {
    /// The line, from 1; 0 for the whole.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// Reads expectations: JSON lines, a JSON array, or CSV with a header. `pass`, `pass-closed`, `allow` mean permit; `fail`,
/// `block`, `drop` mean deny; `unknown` or nothing expects nothing. Other columns are ignored.
///
/// # Errors
/// Where a record lacks an end, or expects something that is no answer; and where there is no record, since expecting
/// nothing is always met.
pub fn read_expectations(text: &str) -> Result<Vec<Expectation>, BadExpectation> {
    let all = read_all(text.trim_start_matches('\u{feff}'))?;
    if all.is_empty() {
        return Err(BadExpectation { line: 0, message: format!("it holds no expected flow; {NEEDED}") });
    }
    Ok(all)
}

/// What a file of expectations must have.
const NEEDED: &str = "it needs src and dst, and may have proto, port and expect (permit or deny), as CSV with a header or \
                      as JSON lines";
/// Names of the sender.
const SOURCE: &[&str] = &["src", "source", "from"];
/// Names of the receiver.
const DESTINATION: &[&str] = &["dst", "destination", "to"];
/// Names of the protocol.
const PROTOCOL: &[&str] = &["proto", "protocol"];
/// Names of the receiver's port.
const PORT: &[&str] = &["port", "dport", "dst_port"];
/// Names of what is expected.
const EXPECT: &[&str] = &["expect", "expected", "result", "answer"];

fn read_all(text: &str) -> Result<Vec<Expectation>, BadExpectation> {
    match text.trim_start().chars().next() {
        Some('{') => text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(index, line)| {
                let bad = |error: serde_json::Error| BadExpectation { line: index + 1, message: error.to_string() };
                of_json(index + 1, &serde_json::from_str::<Value>(line).map_err(bad)?)
            })
            .collect(),
        Some('[') => {
            let bad = |error: serde_json::Error| BadExpectation { line: error.line(), message: error.to_string() };
            let records: Vec<Value> = serde_json::from_str(text).map_err(bad)?;
            // A record whose line is not found is none the less read.
            let lines = lines_of(text).into_iter().chain(std::iter::repeat(0));
            records.iter().zip(lines).map(|(record, line)| of_json(line, record)).collect()
        }
        _ => of_csv(text),
    }
}

/// The line at which each element of an array begins; the array is whole.
fn lines_of(text: &str) -> Vec<usize> {
    let mut out = Vec::new();
    let (mut at, mut line) = (text.find('[').map_or(0, |at| at + 1), 1);
    let mut counted = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start_matches(|next: char| next.is_whitespace() || next == ',').len();
        let mut element = serde_json::Deserializer::from_str(&text[at..]).into_iter::<serde::de::IgnoredAny>();
        let Some(Ok(_)) = element.next() else { return out };
        line += text[counted..at].matches('\n').count();
        counted = at;
        out.push(line);
        at += element.byte_offset();
    }
}

fn of_csv(text: &str) -> Result<Vec<Expectation>, BadExpectation> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).comment(Some(b'#')).flexible(true).from_reader(text.as_bytes());
    let bad = |line: usize, error: csv::Error| BadExpectation { line, message: error.to_string() };
    let header = reader.headers().map_err(|error| bad(1, error))?.clone();
    let has = |names: &[&str]| header.iter().any(|column| names.contains(&column.to_ascii_lowercase().as_str()));
    let named = has(SOURCE) && has(DESTINATION);
    if !named && !header.is_empty() {
        let columns: Vec<&str> = header.iter().collect();
        return Err(BadExpectation { line: 0, message: format!("its columns are {}; {NEEDED}", columns.join(", ")) });
    }
    let lower: Vec<String> = header.iter().map(str::to_ascii_lowercase).collect();
    let is_read = |name: &str| [SOURCE, DESTINATION, PROTOCOL, PORT, EXPECT].concat().contains(&name);
    let twice = |(index, name): &(usize, &String)| is_read(name) && lower[..*index].contains(name);
    if let Some((_, name)) = lower.iter().enumerate().find(twice) {
        let line = crate::record::line(text, &header).unwrap_or(1);
        return Err(BadExpectation {
            line,
            message: format!("two columns are called {name:?}: which of them counts is not known"),
        });
    }
    let mut out = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(|error| bad(index + 2, error))?;
        let line = crate::record::line(text, &record).unwrap_or(index + 2);
        let fields: BTreeMap<String, String> =
            header.iter().zip(record.iter()).map(|(key, held)| (key.to_ascii_lowercase(), held.to_owned())).collect();
        out.push(of_fields(line, &fields)?);
    }
    Ok(out)
}

fn of_json(line: usize, record: &Value) -> Result<Expectation, BadExpectation> {
    let object = record.as_object().ok_or(BadExpectation { line, message: "not an object".into() })?;
    let fields = object.iter().filter_map(|(key, held)| Some((key.to_ascii_lowercase(), scalar(held)?))).collect();
    of_fields(line, &fields)
}

fn of_fields(line: usize, fields: &BTreeMap<String, String>) -> Result<Expectation, BadExpectation> {
    let held = |names: &[&str]| -> Vec<(String, String)> {
        let field = |name: &&str| fields.get(*name).map(|held| ((*name).to_owned(), held.clone()));
        names.iter().filter_map(field).filter(|(_, held)| !held.is_empty()).collect()
    };
    let find = |names: &[&str]| held(names).into_iter().next().map(|(_, held)| held);
    let only = |names: &[&str]| -> Result<Option<String>, BadExpectation> {
        let all = held(names);
        let Some(((first, one), more)) = all.split_first() else { return Ok(None) };
        match more.iter().find(|(_, other)| other != one) {
            Some((second, other)) => {
                let message = format!("{first} says {one:?} and {second} says {other:?}, which mean the same field");
                Err(BadExpectation { line, message })
            }
            None => Ok(Some(one.clone())),
        }
    };
    let need = |names: &[&str]| {
        let message = || format!("the field {:?} is missing", names[0]);
        only(names)?.ok_or_else(|| BadExpectation { line, message: message() })
    };
    // What was answered once may stand beside what is expected.
    let word = find(EXPECT);
    Ok(Expectation {
        src: need(SOURCE)?,
        dst: need(DESTINATION)?,
        proto: only(PROTOCOL)?.unwrap_or_else(|| "any".into()),
        port: only(PORT)?.unwrap_or_else(|| "any".into()),
        expect: word.map_or(Ok(None), |word| expected(line, &word))?,
        line,
    })
}

fn expected(line: usize, word: &str) -> Result<Option<Answer>, BadExpectation> {
    Ok(match word.to_ascii_lowercase().as_str() {
        "permit" | "pass" | "pass-closed" | "allow" | "allowed" => Some(Answer::Permit),
        "deny" | "fail" | "block" | "blocked" | "drop" | "denied" => Some(Answer::Deny),
        "undecided" => Some(Answer::Undecided),
        "unknown" => None,
        _ => return Err(BadExpectation { line, message: format!("{word:?} is neither permit nor deny") }),
    })
}

/// Connections of one model, each followed once.
#[derive(Debug)]
pub struct Questions<'m> {
    model: &'m Model,
    known: BTreeMap<(Start, Goal, AddressRange), Rc<Connection>>,
}

impl<'m> Questions<'m> {
    /// Questions about a model.
    #[must_use]
    pub fn new(model: &'m Model) -> Self {
        Self { model, known: BTreeMap::new() }
    }

    pub(super) fn model(&self) -> &'m Model {
        self.model
    }

    /// The connection between a start and a destination.
    pub fn connection(&mut self, start: Start, goal: Goal, destination: AddressRange) -> Rc<Connection> {
        let model = self.model;
        let held = self.known.entry((start, goal, destination));
        Rc::clone(held.or_insert_with(|| Rc::new(connect(model, start, goal, destination))))
    }

    /// Tests one expectation.
    ///
    /// # Errors
    /// Where protocol or port cannot be read.
    pub fn test(&mut self, expectation: &Expectation) -> Result<Tested, BadExpectation> {
        let bad = |message: String| BadExpectation { line: expectation.line, message };
        let asked = Asked::read(&expectation.proto, &expectation.port).map_err(bad)?;
        let (src, dst) = (expectation.src.trim(), expectation.dst.trim());
        let found = match self.model.services(dst).as_slice() {
            [] => self.ends(expectation).map(|(starts, goals)| self.answer(&starts, &goals, &asked)),
            // A name for pods alone is those pods.
            [only] if only.direct && only.open.is_none() => {
                self.ends(expectation).map(|(starts, goals)| self.answer(&starts, &goals, &asked))
            }
            _ => self.to_service(src, dst, &asked),
        };
        let Word { answer, why, one_way, path } = match found {
            Ok(word) => word,
            Err(unreferred @ Unreferred::Vacant { .. }) => Word { answer: Answer::Deny, ..Word::open(unreferred) },
            Err(unreferred) => Word::open(unreferred),
        };
        let ok = expectation.expect.map(|expect| expect == answer);
        Ok(Tested { expectation: expectation.clone(), answer, ok, why, one_way, path })
    }

    fn ends(&self, expectation: &Expectation) -> Result<(Vec<Vec<Start>>, Goals), Unreferred> {
        let sender = Party::find(self.model, &expectation.src)?;
        let receiver = match self.model.services(expectation.dst.trim()).first() {
            Some(service) if service.open.is_none() => {
                Party::Endpoints(service.pods.iter().map(|(endpoint, _)| *endpoint).collect())
            }
            _ => Party::find(self.model, &expectation.dst)?,
        };
        receiver.asked_by(self.model, &sender)
    }

    fn answer(&mut self, starts: &[Vec<Start>], goals: &Goals, asked: &Asked) -> Word {
        // Who is of both families reaches by the one what it does not by the other.
        match join(self, starts, goals, Passage::or) {
            Some(joined) => {
                let mut word = self.tell(&joined.connects, asked, &joined.told);
                let one_way = unanswered(word.answer, asked, &joined.arrives);
                word.one_way = one_way.is_some();
                word.why.splice(0..0, one_way);
                word
            }
            None => Word { answer: Answer::Deny, ..Word::open("the two ends have no address family in common") },
        }
    }

    fn tell(&self, sum: &Passage, asked: &Asked, told: &[Rc<Connection>]) -> Word {
        let (answer, parcel) = asked.answer(sum);
        let Some(parcel) = parcel else { return Word { answer, why: Vec::new(), one_way: false, path: Vec::new() } };
        let mut word = self.because(answer, told, parcel);
        if let Some(only) = asked.only(answer, sum) {
            word.why = vec![only];
        }
        word
    }

    /// Why an answer is what it is, by a packet for which it is.
    pub(super) fn because(&self, answer: Answer, ways: &[Rc<Connection>], parcel: Parcel) -> Word {
        let told: Vec<_> = ways.iter().map(|connection| connection.explain(self.model, parcel)).collect();
        let wanted = match answer {
            Answer::Permit => Some(true),
            Answer::Deny => Some(false),
            Answer::Undecided => None,
        };
        let shown = told.iter().find(|held| held.permit == wanted).or_else(|| told.first()).cloned();
        let mut why = shown.as_ref().map(|held| held.because.clone()).unwrap_or_default();
        if answer == Answer::Undecided && why.is_empty() {
            // One way is sure, and it is not sure that it is the one taken.
            why = ways.iter().flat_map(|connection| connection.otherwise(self.model, parcel)).collect();
            why.sort_unstable();
            why.dedup();
        }
        let mut path = shown.as_ref().map(|held| held.path.clone()).unwrap_or_default();
        path.extend(shown.map(|held| held.back).unwrap_or_default());
        Word { answer, why, one_way: false, path }
    }
}

/// An answer, why it is so, and the way.
pub(super) struct Word {
    pub(super) answer: Answer,
    pub(super) why: Vec<String>,
    /// Whether packets arrive, or may, of which no connection can come: said in `why`.
    pub(super) one_way: bool,
    pub(super) path: Vec<TraceHop>,
}

impl Word {
    /// What is open, and why.
    pub(super) fn open(why: impl ToString) -> Self {
        Self { answer: Answer::Undecided, why: vec![why.to_string()], one_way: false, path: Vec::new() }
    }
}

/// What is said where no connection can be set up and packets arrive all the same: a denied flow is not a silent one.
fn unanswered(answer: Answer, asked: &Asked, arrives: &Passage) -> Option<String> {
    let whole = asked.set(CLIENT_PORTS);
    let (may, must) = (whole.and(&arrives.may), whole.and(&arrives.must));
    if answer != Answer::Deny || may.is_empty() {
        return None;
    }
    let word = if must.is_empty() { "packets may arrive one way" } else { "packets arrive one way" };
    Some(format!("{word}, though no connection can be set up: {}", if must.is_empty() { may } else { must }))
}

/// The packets an expectation is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    protocols: Option<u8>,
    ports: (u16, u16),
    /// Type and code of ICMP, where they are told.
    kind: Option<(u16, Option<u16>)>,
}

impl Asked {
    /// Reads protocol and port.
    ///
    /// # Errors
    /// Where either is neither known nor `any`.
    pub fn read(proto: &str, port: &str) -> Result<Self, String> {
        let any =
            |text: &str| matches!(text.to_ascii_lowercase().as_str(), "" | "any" | "all" | "*" | "-" | "-1" | "null");
        let protocols = if any(proto) {
            None
        } else {
            Some(protocol_number(proto).ok_or_else(|| format!("{proto:?} is no protocol"))?)
        };
        if matches!(protocols, Some(ICMP | ICMP6)) {
            return Ok(Self { protocols, ports: (0, u16::MAX), kind: if any(port) { None } else { kind(port)? } });
        }
        let number = |text: &str| text.trim().parse::<u16>().map_err(|_| format!("{port:?} is no port"));
        let ports = if any(port) {
            (0, u16::MAX)
        } else if let Some((first, last)) = port.split_once('-') {
            (number(first)?, number(last)?)
        } else {
            (number(port)?, number(port)?)
        };
        if ports.0 > ports.1 {
            return Err(format!("{port:?} is an empty range"));
        }
        Ok(Self { protocols, ports, kind: None })
    }

    /// What comes of it where this passes, with a packet for which that is so.
    pub(super) fn answer(&self, sum: &Passage) -> (Answer, Option<Parcel>) {
        let whole = self.set(CLIENT_PORTS);
        let answer = if whole.is_within(&sum.must) {
            Answer::Permit
        } else if whole.and(&sum.may).is_empty() {
            Answer::Deny
        } else if self.set(LINUX_PORTS).is_within(&sum.must) {
            Answer::Permit
        } else {
            Answer::Undecided
        };
        let unlike = match answer {
            Answer::Permit => whole.and(&sum.must),
            Answer::Deny => whole,
            Answer::Undecided => whole.minus(&sum.must),
        };
        (answer, unlike.witness())
    }

    /// What is said where it is known of each packet whether it passes, and some do.
    pub(super) fn only(&self, answer: Answer, sum: &Passage) -> Option<String> {
        let whole = self.set(CLIENT_PORTS);
        let known = answer == Answer::Undecided && whole.and(&sum.may) == whole.and(&sum.must);
        known.then(|| format!("of what was asked only this passes: {}", whole.and(&sum.must)))
    }

    /// The packets, for clients that choose their source port within a range.
    #[must_use]
    pub fn set(&self, client: (u16, u16)) -> Traffic {
        let with_ports = |protocol: u8| {
            Traffic::of(TrafficBox { protocol: (protocol, protocol), source: client, destination: self.ports })
        };
        match self.protocols {
            Some(protocol @ (ICMP | ICMP6)) if let Some((kind, code)) = self.kind => {
                Traffic::icmp(protocol, Some(kind), code)
            }
            Some(ICMP) => Traffic::icmp(ICMP, Some(8), Some(0)),
            Some(ICMP6) => Traffic::icmp(ICMP6, Some(128), Some(0)),
            Some(protocol @ (TCP | UDP | SCTP)) => with_ports(protocol),
            Some(protocol) => Traffic::protocol(protocol),
            // A port without a protocol is a port of TCP and UDP; neither is every packet.
            None if self.ports != (0, u16::MAX) => with_ports(TCP).or(&with_ports(UDP)),
            None => {
                let plain =
                    [TCP, UDP, SCTP].iter().fold(Traffic::all(), |set, known| set.minus(&Traffic::protocol(*known)));
                [TCP, UDP, SCTP].iter().fold(plain, |set, known| set.or(&with_ports(*known)))
            }
        }
    }
}

/// Type and code of ICMP as `8/0`, or the type alone. A lone 0, or ports, stand where a tool has no port to write, and tell
/// neither.
fn kind(text: &str) -> Result<Option<(u16, Option<u16>)>, String> {
    let number = |part: &str| {
        part.trim().parse::<u8>().map(u16::from).map_err(|_| format!("{text:?} is no type and code of ICMP, as 8/0"))
    };
    match text.split_once('/') {
        Some((kind, code)) => Ok(Some((number(kind)?, Some(number(code)?)))),
        None if matches!(text.trim(), "0" | "0-0" | "0-65535") => Ok(None),
        None => Ok(Some((number(text)?, None))),
    }
}

/// Tests expectations against a model, in order.
///
/// # Errors
/// Where an expectation's protocol or port cannot be read.
pub fn test_expectations(model: &Model, expectations: &[Expectation]) -> Result<Vec<Tested>, BadExpectation> {
    let mut questions = Questions::new(model);
    expectations.iter().map(|expectation| questions.test(expectation)).collect()
}
