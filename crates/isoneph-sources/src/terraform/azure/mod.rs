//! Azure: one file a family of services. Each exports its own `MAPPINGS`; a new family is one line here.

use super::mapping::Mapping;

/// Every family.
pub(crate) const FAMILIES: &[&[Mapping]] = &[];
