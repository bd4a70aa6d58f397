//! One state of a network, with what its endpoints are called.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::model::Model;
use crate::model::address::AddressRange;
use crate::model::form::EndpointId;
use crate::reach::alike::Alike;
use crate::reach::classes::Class;
use crate::reach::connection::Connection;
use crate::reach::expect::Questions;
use crate::reach::join::family_of;
use crate::reach::matrix::{ReachError, bounded};
use crate::reach::walk::{Goal, Start};

/// One state.
pub(super) struct State<'m> {
    pub(super) model: &'m Model,
    pub(super) classes: Vec<Class>,
    alike: Alike,
}

/// A connection, with where it starts and what it is for.
pub(super) type Asked = (Start, Goal, AddressRange, Rc<Connection>);

impl<'m> State<'m> {
    pub(super) fn of(model: &'m Model) -> Result<Self, ReachError> {
        let (classes, alike) = bounded(model)?;
        Ok(Self { model, classes, alike })
    }

    pub(super) fn has_endpoints(&self) -> bool {
        self.classes.iter().any(|class| !class.members.is_empty())
    }

    /// Everything between two parties of this state.
    pub(super) fn ask(&self, questions: &mut Questions<'_>, from: &Class, to: &Class) -> Vec<Asked> {
        let goals = self.alike.once(self.model, to.goals(self.model, from));
        let mut out = Vec::new();
        for start in from.starts(self.model) {
            for ((goal, range), _) in goals.iter().copied() {
                if family_of(self.model, start) == range.family {
                    out.push((start, goal, range, questions.connection(start, goal, range)));
                }
            }
        }
        out
    }

    /// Endpoints by identifier: (endpoint, name, class).
    pub(super) fn endpoints(&self) -> BTreeMap<&str, (EndpointId, &str, usize)> {
        let members =
            |(class, held): (usize, &Class)| held.members.iter().map(move |id| (*id, class)).collect::<Vec<_>>();
        let all = self.classes.iter().enumerate().flat_map(members);
        all.map(|(id, class)| {
            let endpoint = &self.model.parts.endpoints[id];
            (endpoint.id.as_str(), (id, endpoint.name.as_str(), class))
        })
        .collect()
    }
}
