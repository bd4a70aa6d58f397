//! First drafts of a register: what a party that sells or uses services most likely has to say, all of it *proposed*,
//! so that nothing is claimed before somebody has read it.

mod areas;
mod clouds;

use isoneph_model::{Edition, RequirementKind, Role, Support};
use isoneph_standard::{Catalogue, CatalogueError, Control};

pub use areas::{ReadyArea, ready_areas};
pub use clouds::Cloud;

use crate::declaration::Model;
use crate::export::{ExportError, to_yaml};
use crate::kinds::{CloudService, Disclosure, IncidentFacts, Inclusion, Party, Responsibility, Scope, Spec, Statement};
use crate::object::{Object, name_problem};
use crate::schemas::schema_of_any;

/// What is known of a party that starts a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// A short name of the organisation: letters, digits, `-`.
    pub organisation: String,
    /// What people call it.
    pub title: String,
    /// The service that it sells, if any: short name, title, model.
    pub sells: Option<(String, String, Model)>,
    /// The clouds that it uses.
    pub on: Vec<Cloud>,
}

/// A file to be written, by its path below the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftFile {
    /// Its path, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Why there is no draft.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// A short name cannot be one.
    #[error("'{name}': {problem}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The embedded controls contradict each other.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// An object cannot be written.
    #[error(transparent)]
    Export(#[from] ExportError),
}

/// The first line of every draft: editors complete by it.
const SCHEMA_LINE: &str = "# yaml-language-server: $schema=../.isoneph/register.schema.json\n";

/// The files of a first draft: `isoneph.toml`, the register in YAML, and its JSON Schema for editors.
///
/// # Errors
/// If a short name cannot be one.
pub fn draft(start: &Start) -> Result<Vec<DraftFile>, DraftError> {
    for name in [Some(&start.organisation), start.sells.as_ref().map(|(name, ..)| name)].into_iter().flatten() {
        if let Some(problem) = name_problem(name) {
            return Err(DraftError::Name { name: name.clone(), problem });
        }
    }
    let catalogue = Catalogue::embedded()?;
    let schema = format!("{:#}\n", schema_of_any());
    let mut files = vec![
        DraftFile { path: "isoneph.toml".to_owned(), text: declaration(start) },
        DraftFile { path: ".isoneph/register.schema.json".to_owned(), text: schema },
    ];
    let mut add = |path: &str, comment: &str, objects: Vec<Object>| -> Result<(), DraftError> {
        if !objects.is_empty() {
            let text = format!("{SCHEMA_LINE}{}{}", comment_lines(comment), to_yaml(objects.iter())?);
            files.push(DraftFile { path: format!("register/{path}.yaml"), text });
        }
        Ok(())
    };
    add("services", SERVICES, services(start))?;
    let all = all_services(start);
    for (service, model, _) in &all {
        add(&format!("responsibilities-{service}"), RESPONSIBILITIES, responsibilities(service, *model))?;
    }
    if let Some((service, ..)) = &start.sells {
        add(&format!("disclosures-{service}"), DISCLOSURES, disclosures(catalogue, service))?;
    }
    for (service, _, role) in &all {
        add(&format!("statements-{service}"), STATEMENTS, statements(catalogue, service, *role))?;
    }
    Ok(files)
}

const SERVICES: &str = "Drafts. Fill in what is true, then delete `proposed: true`: until then nothing here counts.";
const RESPONSIBILITIES: &str = "Who carries what, as it usually is in services of this model (CLD.6.3.1). Hold each row \
     against the contract and the provider's own document, say what it rests on (`basis`), and delete `proposed: true`.";
const DISCLOSURES: &str = "What the standard asks a provider to tell its customers, a draft for each. Say what is told, \
     where it stands and for whom, and delete `proposed: true`. An object without `what` tells nothing.";
const STATEMENTS: &str = "A row of the statement of applicability for each control with guidance for this role. Say how \
     it is done, who is accountable and what shows it, or exclude it with a reason, and delete `proposed: true`.";

fn comment_lines(text: &str) -> String {
    let words = text.split_whitespace();
    let mut lines = String::from("#");
    let mut length = 1;
    for word in words {
        if length + word.len() + 1 > 110 {
            lines.push_str("\n#");
            length = 1;
        }
        lines.push(' ');
        lines.push_str(word);
        length += word.len() + 1;
    }
    lines.push('\n');
    lines
}

/// Every service with the organisation's role towards it.
fn all_services(start: &Start) -> Vec<(String, Model, Role)> {
    let sold = start.sells.iter().map(|(name, _, model)| (name.clone(), *model, Role::Provider));
    sold.chain(start.on.iter().map(|cloud| (cloud.service().to_owned(), Model::Iaas, Role::Customer))).collect()
}

fn declaration(start: &Start) -> String {
    let quote = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut text = format!(
        "# Whose assessment it is, and what is in scope. The register (register/*.yaml) says the rest.\n\n\
         [organisation]\nid = {}\nname = {}\n\n[scope]\n# Regions in scope, as the provider spells them; none for any.\n\
         regions = []\n# period = {{ from = \"2026-01-01\", until = \"2026-12-31\" }}\n",
        quote(&start.organisation),
        quote(&start.title),
    );
    for cloud in &start.on {
        let (party, title) = cloud.provider();
        text.push_str(&format!("\n[[parties]]\nid = {}\nname = {}\n", quote(party), quote(title)));
    }
    let below: Vec<String> = start.on.iter().map(|cloud| quote(cloud.service())).collect();
    if let Some((name, title, model)) = &start.sells {
        let (name, title, us) = (quote(name), quote(title), quote(&start.organisation));
        text.push_str(&format!(
            "\n[[services]]\nid = {name}\nname = {title}\nmodel = \"{model}\"\nprovider = {us}\nbuilt-on = [{}]\n",
            below.join(", ")
        ));
    }
    for cloud in &start.on {
        let (party, _) = cloud.provider();
        let (service, title, party) = (quote(cloud.service()), quote(cloud.title()), quote(party));
        text.push_str(&format!(
            "\n[[services]]\nid = {service}\nname = {title}\nmodel = \"iaas\"\nprovider = {party}\n"
        ));
    }
    text.push_str("\n# Every account in scope, so that what was not seen is told:\n");
    for cloud in &start.on {
        let serves = start.sells.as_ref().map(|(name, ..)| format!("# serves = {}\n", quote(name)));
        text.push_str(&format!(
            "# [[accounts]]\n# id = {}\n# of = {}\n{}",
            quote(cloud.account_example()),
            quote(cloud.service()),
            serves.unwrap_or_default()
        ));
    }
    text
}

fn proposed(name: impl Into<String>, spec: impl Into<Spec>) -> Object {
    Object { proposed: true, ..Object::new(name, spec) }
}

fn services(start: &Start) -> Vec<Object> {
    let mut scope = Scope::new(start.title.clone(), start.organisation.clone());
    scope.services = all_services(start).into_iter().map(|(name, ..)| name).collect();
    let mut objects =
        vec![proposed(&start.organisation, scope), proposed(&start.organisation, Party::new(start.title.clone()))];
    if let Some((name, title, model)) = &start.sells {
        let mut service = CloudService::new(title.clone(), *model, start.organisation.clone());
        service.built_on = start.on.iter().map(|cloud| cloud.service().to_owned()).collect();
        service.responsibilities_version = Some("1".to_owned());
        objects.push(proposed(name, service));
    }
    for cloud in &start.on {
        let (party, title) = cloud.provider();
        objects.push(proposed(party, Party::new(title.to_owned())));
        let service = CloudService::new(cloud.title().to_owned(), Model::Iaas, party.to_owned());
        objects.push(proposed(cloud.service(), service));
    }
    objects.sort_by_key(Object::key);
    objects
}

fn responsibilities(service: &str, model: Model) -> Vec<Object> {
    let draft = |ready: ReadyArea| {
        let mut row = Responsibility::new(service.to_owned(), ready.area.clone(), ready.holder);
        row.controls = ready.controls;
        row.provider_duty = ready.provider_duty;
        row.customer_duty = ready.customer_duty;
        row.version = Some("1".to_owned());
        if ready.area == "incident-response" {
            row.incident = Some(six_questions());
        }
        proposed(format!("{service}/{}", ready.area), row)
    };
    ready_areas(model).into_iter().map(draft).collect()
}

/// The six facts of 16.1.1, as questions to be answered.
fn six_questions() -> IncidentFacts {
    let question = |text: &str| Some(format!("? {text}"));
    let mut facts = IncidentFacts::new();
    facts.reported = question("which incidents are reported to customers");
    facts.disclosure = question("how openly detection and handling are disclosed");
    facts.procedure = question("by which procedure customers are told; say also in how many hours (notice-hours)");
    facts.remedies = question("what is offered in remedy; name also the contact (contact)");
    facts
}

/// The controls of the 2015 edition with guidance for a role.
fn controls(catalogue: &Catalogue, role: Role) -> impl Iterator<Item = &Control> {
    catalogue.edition(Edition::E2015).controls().filter(move |control| control.cell(role).guidance)
}

fn disclosures(catalogue: &Catalogue, service: &str) -> Vec<Object> {
    let mut objects = Vec::new();
    for control in controls(catalogue, Role::Provider) {
        let asked = control.provider.requires.iter().filter(|requirement| {
            requirement.kind == RequirementKind::Disclosure && requirement.support == Support::Required
        });
        for requirement in asked {
            let mut disclosure = Disclosure::new(service.to_owned(), control.id.clone());
            disclosure.requirement = Some(requirement.key.name.clone());
            let mut object = proposed(format!("{service}/{}/{}", control.id, requirement.key.name), disclosure);
            // What is asked, where whoever fills it in sees it; not in `what`, which says what is told.
            object.labels.insert("asked".to_owned(), requirement.what.en.clone());
            objects.push(object);
        }
    }
    objects
}

fn statements(catalogue: &Catalogue, service: &str, role: Role) -> Vec<Object> {
    let draft = |control: &Control| {
        let mut statement = Statement::new(control.id.clone(), true);
        statement.role = Some(role);
        statement.service = Some(service.to_owned());
        statement.reasons = vec![Inclusion::BestPractice];
        let mut object = proposed(format!("{service}/{role}/{}", control.id), statement);
        object.labels.insert("title".to_owned(), control.title.en.clone());
        object
    };
    controls(catalogue, role).map(draft).collect()
}
