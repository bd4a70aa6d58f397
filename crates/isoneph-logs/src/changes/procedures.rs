//! What procedures cover: the operations that they name, held against those that there are.

use isoneph_model::fits_pattern;

use super::{Change, Declared, Procedure, RefusedChange};
use crate::event::operation_name;
use crate::operations::{Catalogue, nearest};

/// A slip turns two letters round, or leaves one out: names that differ in more are others.
const NEAR: usize = 2;

/// What a name in a procedure comes to.
enum Meant {
    /// One operation, or all that a pattern describes.
    This(String),
    /// Perhaps one of these; nobody can tell.
    Perhaps(Vec<String>),
    /// None that is critical.
    None,
}

impl Declared {
    /// Spells the operations that procedures name as the catalogue does, and tells of those that nothing there is
    /// named like: what such a name may have meant is neither covered nor not.
    pub fn settle_procedures(&mut self, catalogue: &Catalogue) -> Vec<RefusedChange> {
        let known = catalogue.names();
        let procedures = self.procedures.iter_mut().flatten();
        procedures.flat_map(|procedure| settle(procedure, &known)).collect()
    }
}

/// Tells of operations that changes name and that may be slips for critical ones: whether such a change approves those is
/// unknown. Others are no critical operations, which a change may well be about.
pub fn settle_operations(changes: &mut [Change], catalogue: &Catalogue) -> Vec<RefusedChange> {
    let known = catalogue.names();
    let mut told = Vec::new();
    for change in changes {
        let named: Vec<String> = change.operations.iter().filter(|name| name.contains([':', '/'])).cloned().collect();
        for name in named {
            let Meant::Perhaps(names) = meant(&name, &known) else { continue };
            let message = format!("'{name}' is no critical operation; perhaps {} is meant", names.join(" or "));
            told.push(RefusedChange { place: change.place.clone(), code: "unknown-operation", message });
            change.perhaps.extend(names);
        }
    }
    told
}

fn settle(procedure: &mut Procedure, known: &[&str]) -> Vec<RefusedChange> {
    let mut told = Vec::new();
    for name in std::mem::take(&mut procedure.operations) {
        let (code, message) = match meant(&name, known) {
            Meant::This(name) => {
                procedure.operations.push(name);
                continue;
            }
            Meant::Perhaps(names) => {
                let message = format!("'{name}' is no critical operation; perhaps {} is meant", names.join(" or "));
                procedure.perhaps.extend(names);
                ("unknown-operation", message)
            }
            Meant::None => ("not-critical", format!("'{name}' is no critical operation: it covers none")),
        };
        told.push(RefusedChange { place: procedure.place.clone(), code, message });
    }
    told
}

fn meant(written: &str, known: &[&str]) -> Meant {
    let written = written.trim().to_lowercase();
    let spellings = spellings(&written);
    let is_known = |name: &String| known.iter().any(|known| fits_pattern(name, known));
    if let Some(name) = spellings.iter().find(|name| is_known(name)) {
        return Meant::This(name.clone());
    }
    // `TerminateInstances`, `rds:TerminateInstances`, `delete*`: what stands behind the service.
    let own = |name: &str| name.rsplit_once(':').map_or("", |(_, own)| own).to_owned();
    let (service, call) = written.rsplit_once(':').unwrap_or(("", &written));
    let mut alike: Vec<String> =
        known.iter().filter(|name| fits_pattern(call, &own(name))).map(|name| (*name).to_owned()).collect();
    alike.sort();
    match alike.as_slice() {
        // Nobody writes a pattern for one service and means others.
        [] if written.contains('*') => Meant::None,
        _ if written.contains('*') && service.is_empty() => Meant::This(format!("*:{call}")),
        _ if written.contains('*') => Meant::None,
        [one] if service.is_empty() => Meant::This(one.clone()),
        [] => {
            let near = nearest(&written, known.iter().copied(), NEAR);
            near.map_or(Meant::None, |near| Meant::Perhaps(vec![near.to_owned()]))
        }
        _ => Meant::Perhaps(alike),
    }
}

/// How the catalogue may spell what is written as policies, logs and consoles spell it.
fn spellings(written: &str) -> Vec<String> {
    let mut all = vec![written.to_owned()];
    if let Some((service, call)) = written.split_once(':').filter(|(service, _)| service.contains('.')) {
        all.push(operation_name("aws", service, call));
        all.push(operation_name("google", service, call));
    }
    if let Some((service, method)) = written.split_once('/').filter(|(service, _)| service.ends_with(".googleapis.com"))
    {
        all.push(operation_name("google", service, method));
    }
    all.push(operation_name("google", "", written));
    all.push(operation_name("kubernetes", "", written));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(name: &str) -> (Vec<String>, Vec<String>, Vec<&'static str>) {
        let operations = vec![name.to_owned()];
        let procedure = Procedure { id: "OP-7".to_owned(), operations, ..Procedure::default() };
        let mut declared = Declared { procedures: Some(vec![procedure]), ..Declared::default() };
        let told = declared.settle_procedures(&Catalogue::proposed().expect("a catalogue"));
        let procedure = declared.procedures.unwrap_or_default().remove(0);
        (procedure.operations, procedure.perhaps, told.iter().map(|told| told.code).collect())
    }

    #[test]
    fn a_slip_in_a_change_is_told_and_what_is_not_critical_is_not() {
        let text = "id,state,operations\nC1,approved,ec2:TerminateInstance\nC2,approved,ec2:TerminateInstances\n\
                    C3,approved,ec2:DescribeInstances\n";
        let read = crate::changes::read("c.csv", text.as_bytes(), &crate::changes::ReadOptions::default());
        let mut changes = read.expect("changes").changes;
        let told = settle_operations(&mut changes, &Catalogue::proposed().expect("a catalogue"));
        let told: Vec<_> = told.iter().map(|told| (told.code, told.place.locator.as_str())).collect();
        assert_eq!(told, [("unknown-operation", "c.csv:2")]);
        let perhaps: Vec<_> = changes.iter().map(|change| change.perhaps.join(" ")).collect();
        assert_eq!(perhaps, ["ec2:terminateinstances", "", ""]);
    }

    #[test]
    fn an_operation_of_a_procedure_is_known_however_it_is_spelt() {
        for (written, name) in [
            ("ec2:TerminateInstances", "ec2:terminateinstances"),
            (" EC2:terminateinstances ", "ec2:terminateinstances"),
            ("ec2.amazonaws.com:TerminateInstances", "ec2:terminateinstances"),
            ("TerminateInstances", "ec2:terminateinstances"),
            ("ec2:Terminate*", "ec2:terminate*"),
            ("ec2.amazonaws.com:Terminate*", "ec2:terminate*"),
            ("Terminate*", "*:terminate*"),
            ("*", "*"),
            ("Microsoft.Compute/virtualMachines/delete", "microsoft.compute/virtualmachines/delete"),
            ("v1.compute.instances.delete", "compute.instances.delete"),
            ("delete namespaces", "namespaces:delete"),
        ] {
            assert_eq!(settled(written), (vec![name.to_owned()], vec![], vec![]), "{written}");
        }
    }

    #[test]
    fn a_name_that_no_operation_has_covers_nothing_and_what_it_may_mean_is_open() {
        for (written, perhaps, code) in [
            ("ec2:TerminateInstnaces", "ec2:terminateinstances", "unknown-operation"),
            ("rds:TerminateInstances", "ec2:terminateinstances", "unknown-operation"),
            ("ec2:CreateTags", "", "not-critical"),
            ("rds:Terminate*", "", "not-critical"),
            ("restart the database", "", "not-critical"),
        ] {
            let perhaps: Vec<String> = Some(perhaps.to_owned()).filter(|name| !name.is_empty()).into_iter().collect();
            assert_eq!(settled(written), (vec![], perhaps, vec![code]), "{written}");
        }
        let (covers, perhaps, told) = settled("DeleteCluster");
        assert!(covers.is_empty() && perhaps.len() > 1 && told == ["unknown-operation"], "{perhaps:?}");
    }
}
