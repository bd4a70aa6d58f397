//! How a policy reads two ends where it is not understood to its end.

use std::collections::BTreeSet;

use super::{Action, Policy, Rule, Service, Tier, View};
use crate::model::traffic::Traffic;

/// Rules of one action that follow each other: in which order they stand makes no difference.
struct Run {
    action: Action,
    /// What one of them surely is about.
    sure: Traffic,
    /// What one of them may be about beside that, and what that hangs on.
    doubts: Vec<(Traffic, String)>,
}

impl Policy {
    /// What decides between two ends, in order, with what is not known of it: where two policies have the same, they say
    /// the same however the unknown is read. Nothing where nothing is unknown.
    #[must_use]
    pub(crate) fn readings(&self, view: &View<'_>) -> Option<Vec<String>> {
        let verdict = self.evaluate(view);
        if verdict.may_permit.and(&verdict.may_deny).is_empty() {
            return None;
        }
        Some(self.tiers.iter().flat_map(|tier| tier.readings(view)).collect())
    }
}

impl Tier {
    fn readings(&self, view: &View<'_>) -> Vec<String> {
        let mut runs: Vec<Run> = Vec::new();
        for rule in &self.rules {
            let Some((sure, possible)) = rule.bounds(view) else { continue };
            if runs.last().is_none_or(|run| run.action != rule.action) {
                runs.push(Run { action: rule.action, sure: Traffic::none(), doubts: Vec::new() });
            }
            let Some(run) = runs.last_mut() else { continue };
            if sure != possible {
                run.doubts.push((possible, rule.doubt(view)));
            }
            run.sure = run.sure.or(&sure);
        }
        let mut arriving = Traffic::all();
        let mut out = Vec::new();
        for run in &runs {
            out.extend(run.reading(&arriving));
            arriving = arriving.minus(&run.sure);
        }
        out.push(format!("at the end {:?}, {:?}", self.otherwise, self.uncertain));
        out
    }
}

impl Run {
    /// What the rules do with packets that no rule before them surely takes; nothing where there are none.
    fn reading(&self, arriving: &Traffic) -> Option<String> {
        let sure = arriving.and(&self.sure);
        let open = arriving.minus(&self.sure);
        let doubts = self.doubts.iter().map(|(possible, why)| (possible.and(&open), why));
        let doubts = doubts.filter(|(possible, _)| !possible.is_empty());
        let doubts: BTreeSet<String> = doubts.map(|(possible, why)| format!("{possible} by {why}")).collect();
        let nothing = sure.is_empty() && doubts.is_empty();
        let doubts = doubts.into_iter().collect::<Vec<_>>().join("; ");
        (!nothing).then(|| format!("{:?} {sure}, perhaps {doubts}", self.action))
    }
}

impl Rule {
    /// What it hangs on whether the rule is about a packet between the ends.
    fn doubt(&self, view: &View<'_>) -> String {
        let mut doubts: Vec<String> = self.condition.iter().cloned().collect();
        self.peers.doubts(view.remote, &mut doubts);
        if let Some(local) = &self.local {
            local.doubts(view.local, &mut doubts);
        }
        doubts.extend(self.services.iter().filter_map(|service| match service {
            Service::Unknown { object, within } => Some(format!("{object} within {within}")),
            Service::Exact(_) | Service::Named { .. } => None,
        }));
        doubts.sort_unstable();
        doubts.join("; ")
    }
}
