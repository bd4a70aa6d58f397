//! A first draft can be applied as it is, and claims nothing.

use isoneph_model::{Edition, RequirementKind, Role, Support};
use isoneph_register::kinds::{Disclosure, Holder, Responsibility, Statement};
use isoneph_register::{Cloud, Declaration, Documents, Model, Register, Start, draft, ready_areas};
use isoneph_standard::Catalogue;

fn start() -> Start {
    Start {
        organisation: "kumo".to_owned(),
        title: "Kumo \"Desk\" GmbH".to_owned(),
        sells: Some(("desk".to_owned(), "Kumo Desk".to_owned(), Model::Saas)),
        on: vec![Cloud::Aws, Cloud::Google],
    }
}

fn drafted(start: &Start) -> (Declaration, Register) {
    let mut documents = Documents::new();
    let mut declaration = None;
    for file in draft(start).unwrap() {
        match file.path.as_str() {
            "isoneph.toml" => declaration = Some(Declaration::parse("isoneph.toml", &file.text).unwrap()),
            path if path.ends_with(".yaml") => documents.read(path, file.text.as_bytes()),
            _ => {}
        }
    }
    let declaration = declaration.unwrap();
    let register = Register::with_declaration(documents, Some(("isoneph.toml", &declaration))).unwrap();
    (declaration, register)
}

#[test]
fn a_draft_holds_together_and_nothing_of_it_is_claimed_but_who_is_who() {
    let (declaration, register) = drafted(&start());
    assert_eq!(declaration.role("desk"), Some(Role::Provider));
    assert_eq!(declaration.role("google-cloud"), Some(Role::Customer));
    assert_eq!(register.claimed::<Statement>().count(), 0);
    assert_eq!(register.claimed::<Responsibility>().count(), 0);
    assert_eq!(register.claimed::<Disclosure>().count(), 0);
    assert_eq!(register.roles("kumo", "desk"), [Role::Provider]);
}

#[test]
fn there_is_a_draft_for_every_cell_and_for_all_that_a_provider_has_to_tell() {
    let (_, register) = drafted(&start());
    let edition = Catalogue::embedded().unwrap().edition(Edition::E2015);
    let guided = |role: Role| edition.controls().filter(|control| control.cell(role).guidance).count();
    let stated = |role: Role| register.all::<Statement>().filter(|s| s.spec.role == Some(role)).count();
    assert_eq!(stated(Role::Provider), guided(Role::Provider));
    assert_eq!(stated(Role::Customer), 2 * guided(Role::Customer), "of two clouds");
    let asked = edition.controls().flat_map(|control| &control.provider.requires);
    let asked = asked.filter(|r| r.kind == RequirementKind::Disclosure && r.support == Support::Required).count();
    assert_eq!(register.all::<Disclosure>().count(), asked);
    assert!(asked > 30);
}

#[test]
fn ready_areas_tell_each_holder_its_duty_and_name_real_controls() {
    let edition = Catalogue::embedded().unwrap().edition(Edition::E2015);
    for model in Model::ALL {
        let areas = ready_areas(*model);
        assert_eq!(areas.len(), 27, "{model}");
        for area in areas {
            let provider = matches!(area.holder, Holder::Provider | Holder::Shared);
            let customer = matches!(area.holder, Holder::Customer | Holder::Shared);
            assert_eq!(area.provider_duty.is_some(), provider, "{} in {model}", area.area);
            assert_eq!(area.customer_duty.is_some(), customer, "{} in {model}", area.area);
            assert!(area.controls.iter().all(|id| edition.control(id).is_some()), "{}", area.area);
        }
    }
}

#[test]
fn a_name_that_cannot_be_one_is_told() {
    let wrong = Start { organisation: "Kumo Desk".to_owned(), ..start() };
    assert!(draft(&wrong).unwrap_err().to_string().starts_with("'Kumo Desk': "));
}
