//! One operation in the logs of several accounts: what one account does to a thing of another is told to both. Each record
//! stays an event of its own; as an operation it counts once, where the thing belongs, and by whom is what the log of the
//! account says that acted.

use std::sync::Arc;

use super::operation::Operation;
use crate::event::Event;

/// What joins an operation to its records in other accounts' logs.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared {
    /// Whether the record is of the log of an account that did not act itself: the one that the thing belongs to.
    is_owners: Option<bool>,
    /// Whether the actor is told by the log of the account that acted.
    actor_is_own: bool,
    /// The other records: the account and the `uid`.
    others: Vec<(Option<Arc<str>>, Arc<str>)>,
}

impl Shared {
    pub(super) fn new(event: &Event<'_>) -> Shared {
        let actor = event.actor.account.as_deref().filter(|account| !account.is_empty());
        let is_owners = event.account.as_deref().zip(actor).map(|(own, actor)| own != actor);
        Shared { is_owners, actor_is_own: is_owners == Some(false), others: Vec::new() }
    }
}

impl Operation {
    /// The `uid`s of the other records.
    pub(super) fn told_again(&self) -> impl Iterator<Item = &str> {
        self.shared.others.iter().map(|(_, uid)| &**uid)
    }

    /// Whether another record tells of the same operation: in the log of an account that has told nothing of it yet.
    pub(super) fn is_told_again_by(&self, other: &Operation) -> bool {
        let mut accounts = self.shared.others.iter().map(|(account, _)| account).chain([&self.account]);
        other.account.is_some() && accounts.all(|account| account.is_some() && *account != other.account)
    }

    /// Takes in the record of another account's log.
    pub(super) fn join_shared(&mut self, other: Operation) {
        let mut second = other;
        if second.precedes(self) {
            std::mem::swap(self, &mut second);
        }
        if self.targets.as_ref().is_none_or(Vec::is_empty) {
            self.targets = second.targets;
        }
        self.carried_out = self.carried_out.or(second.carried_out);
        if second.shared.actor_is_own && !self.shared.actor_is_own {
            self.shared.actor_is_own = true;
            self.actor_kind = second.actor_kind;
            self.actor = second.actor;
            self.actor_name = second.actor_name;
            self.session = second.session;
            self.issuer = second.issuer;
            self.behind = second.behind;
            self.acting_as = second.acting_as;
            self.mfa = second.mfa;
            self.unattended = second.unattended;
        }
        self.shared.others.push((second.account, second.uid));
        self.shared.others.append(&mut second.shared.others);
        self.shared.others.sort();
    }

    /// Whether an operation is told by this record rather than by another. Where neither says whose the thing is, the
    /// order of the accounts decides, so that the order of the files does not.
    fn precedes(&self, other: &Operation) -> bool {
        let rank = |operation: &Operation| (operation.shared.is_owners != Some(true), operation.account.clone());
        rank(self) < rank(other)
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use isoneph_tables::Instant;

    use crate::event::{Actor, ActorKind, Event, EventOutcome, SourcePlace};
    use crate::operations::Catalogue;
    use crate::reconcile::{Operation, Reconciler, Records};

    const OWNER: &str = "111111111111";
    const CALLER: &str = "222222222222";

    /// The record of one call in the log of an account.
    fn told_to(account: &'static str, id: &'static str, shared: &'static str) -> Event<'static> {
        let arn = format!("arn:aws:iam::{CALLER}:user/amir");
        let actor = match account {
            CALLER => Actor { kind: Some(ActorKind::User), id: Some(arn.into()), mfa: Some(true), ..Actor::default() },
            _ => Actor { kind: Some(ActorKind::Account), id: Some("AIDAEXAMPLE".into()), ..Actor::default() },
        };
        Event {
            provider: "aws".into(),
            account: Some(Cow::Borrowed(account)),
            id: id.into(),
            time: Some(Instant(7)),
            operation: Some("DeleteObjects".into()),
            operation_name: Some("s3:deleteobjects".into()),
            actor: Actor { account: Some(CALLER.into()), ..actor },
            targets: Some(vec!["arn:aws:s3:::b".into()]),
            outcome: Some(EventOutcome::Success),
            operation_id: Some(Cow::Borrowed(shared)),
            ..Event::default()
        }
    }

    fn operations(events: &[Event<'_>]) -> Vec<Operation> {
        let catalogue = Catalogue::proposed().unwrap();
        let mut reconciler = Reconciler::new(&catalogue);
        let place = SourcePlace { file: "f", sha256: "00", index: 0 };
        events.iter().for_each(|event| reconciler.observe(event, &place));
        reconciler.finish(&Records::default()).operations
    }

    #[test]
    fn a_call_that_two_accounts_are_told_of_is_one_operation_of_the_owner() {
        let (owner, caller) = (told_to(OWNER, "e-1", "s-1"), told_to(CALLER, "e-2", "s-1"));
        for events in [[owner.clone(), caller.clone()], [caller, owner]] {
            let found = operations(&events);
            let [one] = found.as_slice() else { panic!("{found:?}") };
            assert_eq!((one.account.as_deref(), &*one.id), (Some(OWNER), "e-1"));
            assert_eq!(one.actor.as_deref(), Some("arn:aws:iam::222222222222:user/amir"), "who, its own account knows");
            assert_eq!(one.mfa, Some(true));
            assert_eq!(one.told_again().collect::<Vec<_>>(), ["aws/222222222222/e-2"]);
        }
    }

    #[test]
    fn three_accounts_that_are_told_come_to_the_same_in_any_order() {
        let all = [told_to(OWNER, "e-1", "s-1"), told_to(CALLER, "e-2", "s-1"), told_to("333333333333", "e-3", "s-1")];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let found = operations(&order.map(|index| all[index].clone()));
            let [one] = found.as_slice() else { panic!("{found:?}") };
            assert_eq!((one.account.as_deref(), one.told_again().count()), (Some(OWNER), 2), "{order:?}");
            assert_eq!(one.actor.as_deref(), Some("arn:aws:iam::222222222222:user/amir"));
        }
    }

    #[test]
    fn what_does_not_say_that_it_is_shared_stays_apart() {
        let later = Event { time: Some(Instant(8)), ..told_to(CALLER, "e-2", "s-1") };
        let cases = [
            ("no id", told_to(OWNER, "e-1", ""), told_to(CALLER, "e-2", "")),
            ("other ids", told_to(OWNER, "e-1", "s-1"), told_to(CALLER, "e-2", "s-2")),
            ("one account", told_to(OWNER, "e-1", "s-1"), told_to(OWNER, "e-2", "s-1")),
            ("other times", told_to(OWNER, "e-1", "s-1"), later),
        ];
        for (why, one, other) in cases {
            assert_eq!(operations(&[one, other]).len(), 2, "{why}");
        }
    }

    #[test]
    fn an_insight_bears_the_name_of_an_operation_and_is_none() {
        let insight = Event { native_type: Some("AwsCloudTrailInsight".into()), ..told_to(OWNER, "e-1", "s-1") };
        assert!(operations(&[insight]).is_empty());
    }
}
