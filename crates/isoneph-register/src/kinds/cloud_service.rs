//! Cloud services.

use crate::declaration::Model;
use crate::kinds::{Kind, KindSpec, Lifecycle, References};

record! {
    /// A cloud service. Azure and Azure Government are two: one object per environment.
    pub struct CloudService {
        /// What people call it.
        title: String,
        /// What kind of service it is.
        model: Model,
        /// The party that provides it.
        provider: String,
    } optional {
        /// The environment of the provider's cloud (`Azure Government`, `AWS China`); absent for the usual one.
        environment: Option<String>,
        /// The services that it is built on.
        built_on: Vec<String>,
        /// The parties that use it.
        customers: Vec<String>,
        /// The provider's products in use under this name (`Amazon S3`, `Azure Key Vault`), as its certificates name them.
        offerings: Vec<String>,
        /// The regions in use, in the provider's own spelling.
        regions: Vec<String>,
        /// The classes of data that it holds.
        data_classes: Vec<String>,
        /// Who is accountable for it on the side of whoever keeps this register.
        owner: Option<String>,
        /// How much hangs on it, in the organisation's own words.
        criticality: Option<String>,
        /// How it stands.
        status: Option<Lifecycle>,
        /// The version of the provider's split of responsibilities that now holds.
        responsibilities_version: Option<String>,
        /// Where the provider publishes what it tells its customers.
        url: Option<String>,
        /// Its critical operations (CLD.12.1.5): what its customers can do in it and not undo.
        critical_operations: Vec<ServiceOperation>,
    }
}

record! {
    /// A critical operation of a service. The procedure that names it for customers tells them how to do it.
    pub struct ServiceOperation {
        /// What it is.
        operation: String,
    } optional {
        /// What is lost where it fails.
        loss: Option<String>,
    }
}

impl KindSpec for CloudService {
    const KIND: Kind = Kind::CloudService;

    fn references(&self, to: &mut References) {
        to.object("provider", Kind::Party, &self.provider);
        to.objects("built-on", Kind::CloudService, &self.built_on);
        to.objects("customers", Kind::Party, &self.customers);
    }
}
