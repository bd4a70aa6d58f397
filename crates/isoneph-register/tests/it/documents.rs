//! Objects hold together, each within itself and with all that it refers to.

use isoneph_model::Role;
use isoneph_register::kinds::{CloudService, Kind, Party};
use isoneph_register::{Declaration, Documents, Register, schema_of_any, schemas};

use crate::{EVERY_KIND, documents, mistakes, register};

#[test]
fn a_reference_that_leads_nowhere_is_told_where_it_stands() {
    let text = "kind: party\nname: kumo\nspec: {title: Kumo}\n---\nkind: cloud-service\nname: desk\nspec:\n  title: Desk\n  model: saas\n  provider: kumoo\n  built-on:\n    - desk\n    - aws\n";
    assert_eq!(
        mistakes(text),
        [
            "register.yaml:10:13: no party is named 'kumoo' (there are: kumo)",
            "register.yaml:12:7: cloud-service 'desk' refers to itself",
            "register.yaml:13:7: no cloud-service is named 'aws' (there are: desk)",
        ]
    );
}

#[test]
fn a_control_and_a_requirement_that_do_not_exist_are_told() {
    let told = EVERY_KIND.replace("control: 10.1.1\n", "control: 10.9.9\n");
    assert!(mistakes(&told)[0].contains("'10.9.9' is a control neither of"), "{:?}", mistakes(&told));
    let told = EVERY_KIND.replace("requirement: encryption-told", "requirement: encryption");
    let found = mistakes(&told);
    assert!(found[0].contains("ask for no 'encryption' (there are: "), "{found:?}");
    assert!(found[0].contains("encryption-told"), "{found:?}");
}

#[test]
fn what_cannot_be_is_told() {
    let cases = [
        ("approver: Sora", "approver: Mika", "who owns a risk cannot accept it"),
        ("  applicable: true", "  applicable: false", "an exclusion needs its reason"),
        ("status: ended, ended: 2026-08-31", "status: ended", "it has ended: say when"),
        ("expires: 2028-11-30", "expires: 2024-11-30", "it expires (2024-11-30) before it is issued (2025-12-01)"),
        ("completed: 19", "completed: 21", "21 completed it, but the group has 20"),
        ("ports: [\"5432\"]", "ports: [\"5432-1\"]", "is no port or range"),
        ("{layer: compute,", "{layer: database,", "layer 'database' is told twice"),
    ];
    for (written, wrong, message) in cases {
        assert!(EVERY_KIND.contains(written), "{written}");
        let found = mistakes(&EVERY_KIND.replace(written, wrong));
        assert!(found.iter().any(|found| found.contains(message)), "{wrong}: {found:?}");
    }
}

#[test]
fn two_objects_of_one_name_are_told_with_both_places() {
    let text = "kind: party\nname: a\nspec: {title: A}\n---\nkind: party\nname: a\nspec: {title: B}\n";
    assert_eq!(mistakes(text), ["register.yaml:6:7: party 'a' stands at register.yaml:1 already"]);
}

#[test]
fn a_declaration_and_documents_complete_each_other() {
    let toml = "[organisation]\nid = \"kumo\"\nname = \"Kumo\"\n[[parties]]\nid = \"amazon\"\nname = \"AWS\"\n\
                [[services]]\nid = \"aws\"\nname = \"AWS\"\nmodel = \"iaas\"\nprovider = \"amazon\"\n";
    let mut declaration = Declaration::parse("isoneph.toml", toml).unwrap();
    let text = "kind: cloud-service\nname: desk\nspec: {title: Desk, model: saas, provider: kumo, built-on: [aws]}\n";
    let register = Register::with_declaration(documents(text), Some(("isoneph.toml", &declaration))).unwrap();
    assert_eq!(register.keeper().map(|keeper| keeper.name), Some("kumo"));
    assert_eq!(register.roles("kumo", "aws"), [Role::Customer]);
    assert_eq!(register.roles("kumo", "desk"), [Role::Provider]);
    assert_eq!(declaration.role("desk"), None);
    declaration.complete(&register);
    assert_eq!(declaration.role("desk"), Some(Role::Provider));
    assert_eq!(declaration.role("aws"), Some(Role::Customer));
}

#[test]
fn a_register_alone_makes_a_declaration() {
    let mut declaration = Declaration::default();
    declaration.complete(&register(EVERY_KIND));
    assert_eq!(declaration.role("kumo-desk"), Some(Role::Provider));
    assert_eq!(declaration.role("aws"), Some(Role::Customer));
    assert_eq!(declaration.accounts_of("kumo-desk").collect::<Vec<_>>(), ["111122223333"]);
    assert_eq!(declaration.exceptions.len(), 1);
    assert!(declaration.scope.period.is_some());
}

#[test]
fn the_typed_view_finds_what_it_is_asked_for() {
    let register = register(EVERY_KIND);
    let names: Vec<&str> = register.all::<Party>().map(|party| party.name).collect();
    assert_eq!(names, ["amazon", "bank", "kumo"]);
    assert_eq!(register.find::<CloudService>("aws").unwrap().spec.provider, "amazon");
    assert!(register.find::<CloudService>("kumo").is_none(), "a party is no service");
    assert_eq!(register.roles("bank", "kumo-desk"), [Role::Customer]);
}

#[test]
fn every_kind_has_a_schema_that_names_its_required_fields() {
    let schemas = schemas();
    assert_eq!(schemas.len(), Kind::ALL.len());
    let (_, party) = schemas.iter().find(|(name, _)| name == "party").unwrap();
    let spec = &party["$defs"]["Party"];
    assert_eq!(spec["required"], serde_json::json!(["title"]));
    assert_eq!(spec["additionalProperties"], serde_json::json!(false));
    assert!(spec["properties"]["legal-name"]["description"].as_str().unwrap().contains("name in law"), "{spec}");
    assert_eq!(schema_of_any()["oneOf"].as_array().unwrap().len(), Kind::ALL.len());
}

#[test]
fn folders_are_read_for_what_belongs_to_the_register() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::create_dir(folder.path().join("deep")).unwrap();
    write("deep/parties.yaml", "kind: party\nname: a\nspec: {title: A}\n");
    write("service.yml", "apiVersion: v1\nkind: Service\nspec: {}\n");
    write("notes.txt", "kind: party\n");
    let register = Register::load(&[folder.path().to_owned()]).unwrap();
    assert_eq!(register.len(), 1);
    let named = Register::load(&[folder.path().join("service.yml")]).expect_err("a file that is named is read");
    assert!(named.to_string().contains("'Service' is no kind"), "{named}");
    assert!(Register::load(&[folder.path().join("none")]).is_err());
    let mut documents = Documents::new();
    documents.read("x.yaml", &[b'k', 0xff]);
    assert!(Register::new(documents).unwrap_err().to_string().contains("not UTF-8"));
}
