//! One decided or undecided value, with how it came about.

use crate::guest::{Candidate, Effective, Place, Problem};
use serde::{Deserialize, Serialize};

/// Steps of a derivation kept at most: a guest with ten thousand overridden lines is not told line by line.
const STEPS: usize = 40;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A file of the guest says so, or the state of its files is the value.
    Explicit,
    /// No file says anything: the installed version's own default holds.
    Default,
    /// What the setting belongs to is not in the guest.
    Absent,
    /// Nothing can be said; the reason says why.
    Unknown,
}

/// What a place did for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Decided it.
    Won,
    /// Was overridden.
    Lost,
    /// Is one of several that together make the value.
    Part,
    /// Explains.
    Note,
}

/// One step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What the place did.
    pub role: Role,
    /// The place; a note may have none.
    pub place: Option<Place>,
    /// What stands there, or what is to be known. Never a secret or a hash.
    pub text: String,
}

/// Why a value is unknown or absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// `unreadable`, `not-mounted`, …, `kernel-default`, `no-boot-entry`, `not-installed`, `not-walked`, `not-understood`, …
    pub code: String,
    /// For people, in English.
    pub message: String,
}

/// The value of one setting in one scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Name, such as `sshd.PermitRootLogin`.
    pub id: String,
    /// Where it holds: empty for the whole machine, else a Match block, a file, a user, a service.
    pub scope: String,
    /// Normalised value; `None` when absent or unknown.
    pub value: Option<String>,
    /// The value as a number, where it is one; a file mode as the number its octal digits stand for.
    pub number: Option<i64>,
    /// Where the value comes from.
    pub origin: Origin,
    /// The place that decided, if one did.
    pub place: Option<Place>,
    /// How the value came about.
    pub derivation: Vec<Step>,
    /// Why it is unknown or absent.
    pub reason: Option<Reason>,
}

impl Setting {
    fn new(id: impl Into<String>, origin: Origin) -> Self {
        let (scope, derivation) = (String::new(), Vec::new());
        Self { id: id.into(), scope, value: None, number: None, origin, place: None, derivation, reason: None }
    }

    /// A value that the guest's files state.
    pub(crate) fn explicit(id: impl Into<String>, value: impl Into<String>) -> Self {
        let mut setting = Self::new(id, Origin::Explicit);
        setting.set(value.into());
        setting
    }

    /// A value that an assignment decided.
    pub(crate) fn effective(id: impl Into<String>, value: impl Into<String>, effective: &Effective) -> Self {
        Self::explicit(id, value).won(&effective.won).lost(&effective.lost)
    }

    /// A default of what is installed; the text names it and its source.
    pub(crate) fn default(id: impl Into<String>, value: impl Into<String>, why: impl Into<String>) -> Self {
        let mut setting = Self::new(id, Origin::Default);
        setting.set(value.into());
        setting.note(why)
    }

    /// What the setting belongs to is not there.
    pub(crate) fn absent(id: impl Into<String>, why: impl Into<String>) -> Self {
        let mut setting = Self::new(id, Origin::Absent);
        setting.reason = Some(Reason { code: "absent".to_owned(), message: why.into() });
        setting
    }

    /// Nothing can be said.
    pub(crate) fn unknown(id: impl Into<String>, code: &str, why: impl Into<String>) -> Self {
        let mut setting = Self::new(id, Origin::Unknown);
        setting.reason = Some(Reason { code: code.to_owned(), message: why.into() });
        setting
    }

    fn set(&mut self, value: String) {
        self.number = value.parse().ok();
        self.value = Some(value);
    }

    /// Gives the value as a number that its text does not say.
    pub(crate) fn number(mut self, number: i64) -> Self {
        self.number = Some(number);
        self
    }

    pub(crate) fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }

    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    pub(crate) fn won(mut self, candidate: &Candidate) -> Self {
        self.place = Some(candidate.place.clone());
        self.step(Role::Won, Some(candidate.place.clone()), candidate.value.clone())
    }

    pub(crate) fn lost(mut self, candidates: &[Candidate]) -> Self {
        for candidate in candidates {
            self = self.step(Role::Lost, Some(candidate.place.clone()), candidate.value.clone());
        }
        self
    }

    /// Names what together makes the value; the first place becomes the setting's own.
    pub(crate) fn parts<'a>(mut self, candidates: impl IntoIterator<Item = &'a Candidate>) -> Self {
        for candidate in candidates {
            self.place.get_or_insert_with(|| candidate.place.clone());
            self = self.step(Role::Part, Some(candidate.place.clone()), candidate.value.clone());
        }
        self
    }

    pub(crate) fn note(self, text: impl Into<String>) -> Self {
        self.step(Role::Note, None, text.into())
    }

    pub(crate) fn noted(self, place: &Place, text: impl Into<String>) -> Self {
        self.step(Role::Note, Some(place.clone()), text.into())
    }

    fn step(mut self, role: Role, place: Option<Place>, text: String) -> Self {
        if self.derivation.len() < STEPS {
            self.derivation.push(Step { role, place, text: clipped(text) });
        }
        self
    }

    /// Makes it unknown when something it depends on could not be read.
    pub(crate) fn needs(self, problems: &[Problem]) -> Self {
        let Some(problem) = problems.first() else { return self };
        let more = if problems.len() > 1 { format!(" (and {} more)", problems.len() - 1) } else { String::new() };
        let unknown = Self::unknown(self.id, &problem.code, format!("{}{more}", problem.message));
        Self { scope: self.scope, derivation: self.derivation, place: Some(Place::file(&problem.path)), ..unknown }
    }

    /// As [`Self::needs`], for a list of offenders: those that were found stay found.
    pub(crate) fn needs_unless(self, offending: bool, problems: &[Problem]) -> Self {
        if offending { self } else { self.needs(problems) }
    }

    /// A list of offenders: `none`, or their names; each with its place.
    pub(crate) fn offenders(id: impl Into<String>, offenders: &[Candidate], problems: &[Problem]) -> Self {
        const NAMED: usize = 8;
        let names: Vec<&str> = offenders.iter().map(|offender| offender.value.as_str()).collect();
        let value = match names.len() {
            0 => "none".to_owned(),
            count if count > NAMED => format!("{}, and {} more", names[..NAMED].join(", "), count - NAMED),
            _ => names.join(", "),
        };
        let mut setting = Self::new(id, Origin::Explicit).parts(offenders);
        setting.value = Some(clipped(value));
        setting.number = i64::try_from(offenders.len()).ok();
        setting.needs_unless(!offenders.is_empty(), problems)
    }
}

/// Text of at most 400 characters.
fn clipped(text: String) -> String {
    match text.char_indices().nth(400) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
