//! Whose a row is, by what is declared.

use globset::{GlobBuilder, GlobMatcher};
use isoneph_tables::Attribution;

use crate::declaration::Declaration;

/// Tells accounts and services from a declaration.
#[derive(Debug)]
pub struct DeclaredAttribution {
    inputs: Vec<(GlobMatcher, String)>,
    services: Vec<(String, String)>,
    declares_services: bool,
}

impl DeclaredAttribution {
    /// What a declaration tells.
    pub fn new(declaration: &Declaration) -> DeclaredAttribution {
        let mut inputs = Vec::new();
        let mut services = Vec::new();
        for account in &declaration.accounts {
            let id = account.id.get_ref();
            for pattern in &account.inputs {
                // A pattern like `aws/*.json` matches at any depth: the same declaration serves wherever one stands.
                let anywhere = format!("{{{0},**/{0}}}", pattern.get_ref().trim_start_matches("./"));
                if let Ok(glob) = GlobBuilder::new(&anywhere).literal_separator(true).build() {
                    inputs.push((glob.compile_matcher(), id.clone()));
                }
            }
            if let Some(service) = account.serves.as_ref().or(account.of.as_ref()) {
                services.push((id.clone(), service.get_ref().clone()));
            }
        }
        DeclaredAttribution { inputs, services, declares_services: !declaration.services.is_empty() }
    }
}

impl Attribution for DeclaredAttribution {
    fn account_of_input(&self, path: &str) -> Option<String> {
        self.inputs.iter().find(|(glob, _)| glob.is_match(path)).map(|(_, account)| account.clone())
    }

    fn service(&self, account: Option<&str>, _tags: &[String]) -> Option<String> {
        if !self.declares_services {
            return None;
        }
        let account = account?;
        let service = self.services.iter().find(|(id, _)| id == account).map(|(_, service)| service.clone());
        Some(service.unwrap_or_default())
    }

    fn tenant(&self, _account: Option<&str>, _tags: &[String]) -> Option<String> {
        None
    }
}
