//! What the organisation declares beside its changes: who is who, which identities are for emergencies, which written
//! procedures there are, what was reviewed.

use isoneph_tables::Instant;
use serde::Deserialize;

use super::time::instant;
use super::{ChangePlace, ChangesError, Naming, OfServices, naming};
use crate::line::line_of;
use crate::operations::OperationClass;

/// A person and the identities that are theirs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Names of users, of sessions, addresses, ARNs.
    pub identities: Vec<String>,
}

/// An identity for emergencies.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakGlass {
    /// The name or ARN of the user or role.
    pub identity: String,
    /// What it is for.
    #[serde(default)]
    pub purpose: String,
}

/// A written procedure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Its number or name.
    pub id: String,
    /// The classes that it covers.
    #[serde(default)]
    pub classes: Vec<OperationClass>,
    /// The operations that it covers, as the catalogue names them.
    #[serde(default)]
    pub operations: Vec<String>,
    /// The accounts of the services that it is of; `None` for all.
    #[serde(skip)]
    pub services: Option<OfServices>,
    /// The operations that it may cover: a name in it may mean one of them.
    #[serde(skip)]
    pub perhaps: Vec<String>,
    /// Whether nobody says that it is written down and approved: then it is open what it covers.
    #[serde(skip)]
    pub unsettled: bool,
    /// Where it stands.
    #[serde(skip)]
    pub place: ChangePlace,
}

/// Somebody who may get data: an organisation of one's own, or a partner.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    /// Who.
    pub name: String,
    /// Accounts, subscriptions, tenants and projects that are theirs.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// Domains of their addresses, and addresses of single people.
    #[serde(default)]
    pub domains: Vec<String>,
}

/// A record that somebody looked at what was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Who looked.
    pub reviewer: String,
    /// Of which accounts; none for all.
    pub accounts: Vec<String>,
    /// The accounts of the services that it was about; `None` for all.
    pub services: Option<OfServices>,
    /// Between which instants it was held, where that is said: it looks at nothing that is done afterwards.
    pub held_at: Option<(Instant, Instant)>,
    /// From when.
    pub from: Instant,
    /// Until when; that instant is outside.
    pub until: Instant,
}

/// What is declared. `None`: nobody declared anything of the kind, so nothing can be told from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    /// Who is who.
    pub people: Option<Vec<Person>>,
    /// Identities for emergencies.
    pub break_glass: Option<Vec<BreakGlass>>,
    /// Written procedures.
    pub procedures: Option<Vec<Procedure>>,
    /// Reviews.
    pub reviews: Option<Vec<Review>>,
    /// Who may get data.
    pub partners: Option<Vec<Partner>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    person: Option<Vec<Person>>,
    break_glass: Option<Vec<BreakGlass>>,
    procedure: Option<Vec<Procedure>>,
    review: Option<Vec<toml::Spanned<WrittenReview>>>,
    partner: Option<Vec<Partner>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenReview {
    reviewer: String,
    #[serde(default)]
    accounts: Vec<String>,
    from: toml::value::Datetime,
    until: toml::value::Datetime,
}

impl Declared {
    /// Reads a declaration. `file` is the name that errors show.
    ///
    /// ```toml
    /// [[person]]
    /// name = "Amir Khan"
    /// identities = ["amir.khan", "amir@example.com"]
    /// [[break_glass]]
    /// identity = "arn:aws:iam::111111111111:role/Emergency"
    /// [[procedure]]
    /// id = "OP-7"
    /// classes = ["backup-restore"]
    /// operations = ["ec2:TerminateInstances"]
    /// [[review]]
    /// reviewer = "Bea Silva"
    /// accounts = ["111111111111"]
    /// from = 2026-11-02T00:00:00Z
    /// until = 2026-11-09T00:00:00Z
    /// [[partner]]
    /// name = "Zen Analytics"
    /// accounts = ["222222222222"]
    /// domains = ["zen.example"]
    /// ```
    pub fn parse(file: &str, text: &str) -> Result<Declared, ChangesError> {
        let refuse = |byte: usize, message: String| ChangesError::Declaration {
            file: file.to_owned(),
            line: line_of(text, byte),
            message,
        };
        let document: Document = toml::from_str(text)
            .map_err(|error| refuse(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
        let review = |written: toml::Spanned<WrittenReview>| {
            let start = written.span().start;
            let written = written.into_inner();
            let time = |time: &toml::value::Datetime| {
                instant(&time.to_string(), None).map_err(|_| refuse(start, format!("'{time}' has no offset")))
            };
            if naming(&written.reviewer) != Naming::Somebody {
                return Err(refuse(start, format!("'{}' names nobody who reviewed", written.reviewer)));
            }
            let (from, until) = (time(&written.from)?, time(&written.until)?);
            if until <= from {
                return Err(refuse(start, "the review ends before it begins".to_owned()));
            }
            Ok(Review {
                reviewer: written.reviewer,
                accounts: written.accounts,
                services: None,
                held_at: None,
                from,
                until,
            })
        };
        let placed = |procedure: Procedure| {
            let place = ChangePlace { file: file.to_owned(), locator: format!("procedure {}", procedure.id) };
            Procedure { place, ..procedure }
        };
        Ok(Declared {
            people: document.person,
            break_glass: document.break_glass,
            procedures: document.procedure.map(|all| all.into_iter().map(placed).collect()),
            partners: document.partner,
            reviews: document.review.map(|all| all.into_iter().map(review).collect::<Result<_, _>>()).transpose()?,
        })
    }

    /// Leaves out what nobody can have done by the last instant that counts: reviews of what is still to come.
    pub fn up_to(&mut self, last: Instant) {
        if let Some(reviews) = &mut self.reviews {
            reviews.retain(|review| review.held_at.is_none_or(|(earliest, _)| earliest <= last));
            reviews.iter_mut().for_each(|review| review.until = review.until.min(Instant(last.0.saturating_add(1))));
        }
    }

    /// Adds what another declaration says.
    pub fn add(&mut self, other: Declared) {
        fn join<T>(to: &mut Option<Vec<T>>, more: Option<Vec<T>>) {
            if let Some(more) = more {
                to.get_or_insert_default().extend(more);
            }
        }
        join(&mut self.people, other.people);
        join(&mut self.break_glass, other.break_glass);
        join(&mut self.procedures, other.procedures);
        join(&mut self.reviews, other.reviews);
        join(&mut self.partners, other.partners);
    }
}
