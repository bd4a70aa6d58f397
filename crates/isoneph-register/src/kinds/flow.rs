//! Intended flows.

use jiff::civil::Date;

use crate::kinds::{FlowAction, Kind, KindSpec, References};

record! {
    /// A flow between two zones, one intent for the virtual and the physical network (CLD.13.1.4).
    pub struct Flow {
        /// The zone that opens it.
        from: String,
        /// The zone that answers.
        to: String,
        /// Whether it may pass.
        action: FlowAction,
    } optional {
        /// `tcp`, `udp`, `icmp`, or a protocol number; absent for any.
        protocol: Option<String>,
        /// Ports and ranges on the side of `to` (`443`, `8000-8099`); absent for any.
        ports: Vec<String>,
        /// What it is for.
        purpose: Option<String>,
        /// Who is accountable.
        owner: Option<String>,
        /// The last day that it is meant, where it is for a time.
        until: Option<Date>,
        /// The change that brought it.
        change: Option<String>,
    }
}

impl KindSpec for Flow {
    const KIND: Kind = Kind::Flow;

    fn references(&self, to: &mut References) {
        to.object("from", Kind::Zone, &self.from);
        to.object("to", Kind::Zone, &self.to);
        to.object("change", Kind::Change, &self.change);
    }

    fn contradictions(&self) -> Vec<(String, String)> {
        let wrong = |(i, ports): (usize, &String)| {
            parse_ports(ports)
                .is_none()
                .then(|| (format!("ports/{i}"), format!("'{ports}' is no port or range (443, 8000-8099)")))
        };
        self.ports.iter().enumerate().filter_map(wrong).collect()
    }
}

/// A port or range of ports, both ends included.
fn parse_ports(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some((first, last))
}
