//! Zones of the intended segregation.

use crate::kinds::{Kind, KindSpec, References, ZonePurpose};

record! {
    /// A zone. What belongs to it is said by addresses, networks, accounts or tags; any of them suffices.
    pub struct Zone {
        /// What it is for.
        title: String,
    } optional {
        /// The service.
        service: Option<String>,
        /// The tenant whose zone it is.
        tenant: Option<String>,
        /// Whose use it serves, where it is no tenant's.
        purpose: Option<ZonePurpose>,
        /// The zone that it is a part of.
        part_of: Option<String>,
        /// Address blocks, in CIDR.
        addresses: Vec<String>,
        /// Networks, subnets, namespaces of a cluster or machines: native id or name; `*` stands for any text.
        members: Vec<String>,
        /// Accounts whose things belong to it.
        accounts: Vec<String>,
        /// Tags (`key=value`) whose bearers belong to it.
        tags: Vec<String>,
        /// How far it is trusted, in the organisation's own words.
        trust: Option<String>,
        /// Whether it is the world outside.
        outside: Option<bool>,
        /// Whether flows between its own members are free. Absent: nobody has said.
        inner_flows: Option<bool>,
    }
}

impl KindSpec for Zone {
    const KIND: Kind = Kind::Zone;

    fn references(&self, to: &mut References) {
        to.object("service", Kind::CloudService, &self.service);
        to.object("tenant", Kind::Tenant, &self.tenant);
        to.object("part-of", Kind::Zone, &self.part_of);
    }

    fn contradictions(&self) -> Vec<(String, String)> {
        let outside = self.outside == Some(true);
        let claims = [outside, self.tenant.is_some(), self.purpose.is_some()];
        let several = claims.into_iter().filter(|claim| *claim).count() > 1;
        let message = "a zone is a tenant's, or has a purpose, or is the world outside";
        several.then(|| ("purpose".to_owned(), message.to_owned())).into_iter().collect()
    }
}
