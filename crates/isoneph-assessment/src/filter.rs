//! A view of an assessment: one role, one service. It leaves out; it never changes an answer.

use std::io;

use isoneph_model::{Outcome, Role};

use crate::{CheckOutcome, Head, Tail, Writer};

/// What to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Only what concerns this role.
    pub role: Option<Role>,
    /// Only what concerns this service.
    pub service: Option<String>,
    /// The accounts of that service: what stands in one of them concerns it.
    pub accounts: Vec<String>,
    /// Outcomes without standings: of a part of the evidence alone a standing would say more than was looked at.
    pub without_standings: bool,
}

impl View {
    fn shows_role(&self, role: Role) -> bool {
        self.role.is_none_or(|wanted| wanted == role)
    }

    fn shows_service(&self, service: &str) -> bool {
        self.service.as_deref().is_none_or(|wanted| wanted == service)
    }
}

/// Hands on to another writer what a view shows, and counts that instead of the whole.
pub struct Filtered<'a> {
    view: View,
    inner: Box<dyn Writer + 'a>,
    head: Option<Head>,
    shown: Tail,
}

impl<'a> Filtered<'a> {
    /// A writer that hands on to `inner`.
    pub fn new(view: View, inner: Box<dyn Writer + 'a>) -> Filtered<'a> {
        Filtered { view, inner, head: None, shown: Tail::default() }
    }

    /// What was shown: the tail of the view.
    pub fn shown(self) -> Tail {
        self.shown
    }

    fn shows(&self, head: &Head, outcome: &CheckOutcome) -> bool {
        // An outcome without a subject, or of a subject of which neither account nor service is known, may concern every
        // service.
        let service = match &outcome.subject {
            Some(subject) if !subject.account.is_empty() => {
                self.view.shows_service(&outcome.service) || self.view.accounts.contains(&subject.account)
            }
            Some(_) if !outcome.service.is_empty() => self.view.shows_service(&outcome.service),
            _ => true,
        };
        let supports = &head.checks[outcome.check].supports;
        service && (self.view.role.is_none() || supports.iter().any(|cell| self.view.shows_role(cell.role)))
    }
}

impl Writer for Filtered<'_> {
    fn head(&mut self, head: &Head) -> io::Result<()> {
        let mut head = head.clone();
        for check in &mut head.checks {
            check.supports.retain(|cell| self.view.shows_role(cell.role));
        }
        head.scope.services.retain(|service| self.view.shows_service(service));
        self.inner.head(&head)?;
        self.head = Some(head);
        Ok(())
    }

    fn outcome(&mut self, head: &Head, outcome: &CheckOutcome) -> io::Result<()> {
        if !self.shows(head, outcome) {
            return Ok(());
        }
        *self.shown.outcomes.entry(outcome.outcome).or_default() += 1;
        if outcome.outcome == Outcome::Fail && outcome.exception.is_none() {
            *self.shown.failures.entry(head.checks[outcome.check].severity).or_default() += 1;
        }
        self.inner.outcome(self.head.as_ref().unwrap_or(head), outcome)
    }

    fn tail(&mut self, head: &Head, tail: &Tail) -> io::Result<()> {
        let shown = |answer: &&crate::StandingAnswer| {
            !self.view.without_standings
                && self.view.shows_role(answer.role)
                && self.view.shows_service(&answer.service)
        };
        self.shown.standings = tail.standings.iter().filter(shown).cloned().collect();
        self.shown.losses.clone_from(&tail.losses);
        // Marks are of all accounts together: beside other views than that of a single service they stand as they are.
        if self.view.service.is_none() {
            self.shown.logs.clone_from(&tail.logs);
        } else {
            let own = |account: &String| account.is_empty() || self.view.accounts.contains(account);
            self.shown.logs.days = tail.logs.days.iter().filter(|day| own(&day.account)).cloned().collect();
            let sessions = tail.logs.sessions.iter().filter(|session| own(&session.account));
            self.shown.logs.sessions = sessions.cloned().collect();
        }
        self.inner.tail(self.head.as_ref().unwrap_or(head), &self.shown)
    }
}
