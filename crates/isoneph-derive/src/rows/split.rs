//! Splits of responsibilities: areas, and services as a whole.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_register::ObjectKey;
use isoneph_register::kinds::{Kind, Obligation};
use isoneph_tables::schema::register as schema;
use isoneph_tables::{Cell, SinkError};

use super::{Writer, count, known, text};
use crate::responsibilities::{
    Chain, Finding, FindingCode, LastAgreed, Matrix, MatrixRow, RowStanding, VersionOrder, agreed_versions, chains,
    compare_versions, matrices,
};

impl Writer<'_, '_, '_> {
    pub(super) fn split(&mut self) -> Result<(), SinkError> {
        let ways = chains(self.declared, self.known.as_of);
        let ways: BTreeMap<(&str, &str), &Chain> =
            ways.iter().map(|chain| ((chain.service.as_str(), chain.area.as_str()), chain)).collect();
        // Of services further down only what is handed to them counts, and that stands with whoever hands it down.
        let ours = |matrix: &Matrix| self.declared.is_ours(&matrix.service);
        for matrix in matrices(self.declared).into_iter().filter(ours).collect::<Vec<_>>() {
            for row in &matrix.rows {
                let way = ways.get(&(matrix.service.as_str(), row.area.as_str())).copied();
                self.area(&matrix, row, way)?;
            }
            for finding in &matrix.findings {
                if finding.code == FindingCode::AreaMissing {
                    self.missing_area(&matrix, finding)?;
                }
            }
            self.service(&matrix)?;
        }
        Ok(())
    }

    fn area(&mut self, matrix: &Matrix, row: &MatrixRow, way: Option<&Chain>) -> Result<(), SinkError> {
        let Some(first) = row.views.first() else { return Ok(()) };
        let about = |finding: &&Finding| {
            finding.area.as_deref() == Some(&row.area)
                && (finding.customer.is_none() || finding.customer == row.customer)
        };
        let findings: Vec<&Finding> = matrix.findings.iter().filter(about).collect();
        let wrong: BTreeSet<String> = findings.iter().map(|finding| finding.code.to_string()).collect();
        let customer = row.customer.clone().unwrap_or_default();
        let out = schema::DutyArea {
            area: row.area.as_str().into(),
            customer: customer.as_str().into(),
            holder: Cell::Known(row.holder.map(|holder| holder.to_string()).unwrap_or_default()),
            standing: row.standing.as_str().into(),
            views: count(row.views.len()),
            provider_duty: text(row.provider_duty.as_ref()),
            customer_duty: text(row.customer_duty.as_ref()),
            handed_to: text(row.handed_to.as_ref()),
            wrong: wrong.into_iter().collect::<Vec<_>>().into(),
            particulars: Cell::Known(particulars(&findings)),
            chain_end: Cell::Known(way.map(|way| way.end.to_string()).unwrap_or_default()),
            chain_at: Cell::Known(way.map(|way| way.at.clone()).unwrap_or_default()),
        };
        let suffix = format!("#area/{}/{}/{customer}", matrix.service, row.area);
        self.row(&first.source, &suffix, &matrix.service, &out)
    }

    fn missing_area(&mut self, matrix: &Matrix, finding: &Finding) -> Result<(), SinkError> {
        let area = finding.area.clone().unwrap_or_default();
        let suffix = format!("#area/{area}");
        let out = schema::DutyArea {
            area: area.into(),
            customer: "".into(),
            holder: "".into(),
            standing: "missing".into(),
            views: 0.into(),
            provider_duty: "".into(),
            customer_duty: "".into(),
            handed_to: "".into(),
            wrong: vec![finding.code.to_string()].into(),
            particulars: "".into(),
            chain_end: "".into(),
            chain_at: "".into(),
        };
        self.row(&service_key(&matrix.service), &suffix, &matrix.service, &out)
    }

    /// One row for each customer; one without where none is known.
    fn service(&mut self, matrix: &Matrix) -> Result<(), SinkError> {
        let agreed = agreed_versions(&matrix.rows);
        let customers: Vec<&str> = match matrix.customers.as_slice() {
            [] => vec![""],
            customers => customers.iter().map(String::as_str).collect(),
        };
        for customer in customers {
            let last = agreed.get(customer);
            let of_customer = |finding: &&Finding| finding.customer.as_deref() == Some(customer);
            let missed = matrix.findings.iter().filter(of_customer).filter_map(missed_clock);
            let missed: BTreeSet<String> = missed.collect();
            let out = schema::ServiceSplit {
                provider_party: matrix.provider.as_str().into(),
                customer: customer.into(),
                told: matrix.rows.iter().any(|row| row.standing != RowStanding::Proposed).into(),
                version: text(matrix.version.as_ref()),
                agreed: last.is_some().into(),
                agreed_version: Cell::Known(last.map(|last| last.version.clone()).unwrap_or_default()),
                agreed_is_current: known(is_current(last, matrix.version.as_deref())),
                clocks_missed: missed.into_iter().collect::<Vec<_>>().into(),
                clocks: count(self.clocks(&matrix.service, customer)),
            };
            let suffix = format!("#split/{customer}");
            self.row(&service_key(&matrix.service), &suffix, &matrix.service, &out)?;
        }
        Ok(())
    }

    fn clocks(&self, service: &str, customer: &str) -> usize {
        let binds = |spec: &Obligation| {
            spec.party == customer
                && spec.clock_hours.is_some()
                && spec.topic.is_some()
                && (spec.services.is_empty() || spec.services.iter().any(|named| named == service))
        };
        self.declared.claimed::<Obligation>().filter(|entry| binds(entry.spec)).count()
    }
}

fn service_key(name: &str) -> ObjectKey {
    ObjectKey { kind: Kind::CloudService, name: name.to_owned() }
}

fn is_current(last: Option<&LastAgreed>, version: Option<&str>) -> Option<bool> {
    Some(compare_versions(&last?.version, version?) == VersionOrder::Same)
}

/// A clock for which the promise is too slow, or for which there is none.
fn missed_clock(finding: &Finding) -> Option<String> {
    let fact = |name: &str| finding.facts.get(name).map(String::as_str).unwrap_or_default();
    let clock = format!("{} ({} h)", fact("obligation"), fact("clock-hours"));
    match finding.code {
        FindingCode::PromiseSlowerThanClock => Some(format!("{clock}: promised {} h", fact("promised-hours"))),
        FindingCode::NoPromiseForClock => Some(format!("{clock}: nothing promised")),
        _ => None,
    }
}

/// `seen-differently: holders customer (own-reading); provider (contract)`.
fn particulars(findings: &[&Finding]) -> String {
    let one = |finding: &&Finding| {
        let facts: Vec<String> = finding.facts.iter().map(|(name, value)| format!("{name} {value}")).collect();
        (!facts.is_empty()).then(|| format!("{}: {}", finding.code, facts.join(", ")))
    };
    findings.iter().filter_map(one).collect::<Vec<_>>().join("; ")
}
