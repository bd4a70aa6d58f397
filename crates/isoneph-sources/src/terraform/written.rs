//! Whether the configuration says anything about an attribute. The plan marks what the provider computes "known after
//! apply", whether somebody configured it or not; for what nobody configured, the provider's documented choice holds.

use super::address::Address;
use super::resource::Resource;

impl Resource<'_> {
    /// Whether the configuration is known to say nothing about a top-level attribute. A state has no configuration: there
    /// nothing is known to be unwritten, nor does anything have to be.
    pub(crate) fn is_unwritten(&self, attribute: &str) -> bool {
        let parts = Address::parse(&self.address);
        let (calls, _) = Address { module: parts.module, resource: "", key: None }.calls();
        let module = self.survey.config.root.descend(&calls);
        let configured = module.and_then(|module| module.resources.get(parts.resource));
        configured.is_some_and(|resource| {
            let concerns = |path: &str| path.split('.').next() == Some(attribute);
            !resource.references.iter().any(|(path, _)| concerns(path))
        })
    }
}
