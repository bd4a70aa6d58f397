//! What is written is what is read; what cannot be read is told with its place.

use isoneph_register::kinds::{Kind, Party};
use isoneph_register::{Documents, Object, Register, looks_like_register};
use proptest::prelude::*;

use crate::{EVERY_KIND, mistakes, register};

#[test]
fn every_kind_survives_being_written_and_read() {
    let first = register(EVERY_KIND);
    let kinds: std::collections::BTreeSet<Kind> = first.objects().map(Object::kind).collect();
    assert_eq!(kinds.len(), Kind::ALL.len(), "the fixture has every kind");
    let text = first.to_yaml().unwrap();
    let second = register(&text);
    assert_eq!(first.objects().collect::<Vec<_>>(), second.objects().collect::<Vec<_>>());
    assert_eq!(second.to_yaml().unwrap(), text, "the same register gives the same bytes");
}

#[test]
fn an_object_knows_its_line_however_many_stand_before_it() {
    let register = register(EVERY_KIND);
    let entry = register.get(Kind::Party, "amazon").unwrap();
    let line = EVERY_KIND.lines().position(|line| line == "name: amazon").unwrap();
    assert_eq!(entry.place, line.to_string(), "`kind` stands a line above `name`, lines count from 1");
    assert_eq!(entry.locator(register.files()).as_str(), format!("register.yaml:{line}"));
}

proptest! {
    #[test]
    fn any_text_survives_being_written_and_read(title in "\\PC*", alias in "[ -~\\n\\t#:'\"|>-]*", note in any::<String>()) {
        // YAML cannot hold some control characters at all; writers of text do not have them.
        let clean = |text: String| text.chars().filter(|c| !c.is_control() || *c == '\n').collect::<String>();
        let mut party = Party::new(title);
        party.aliases = vec![clean(alias)];
        let mut object = Object::new("p", party);
        object.labels.insert("note".to_owned(), clean(note));
        let mut documents = Documents::new();
        documents.take("made", b"", [("A1".to_owned(), object.clone())]);
        let text = Register::new(documents).unwrap().to_yaml().unwrap();
        let back = register(&text);
        prop_assert_eq!(back.objects().next(), Some(&object), "{}", text);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut documents = Documents::new();
        documents.read("x.yaml", &bytes);
        let _ = Register::new(documents);
    }
}

#[test]
fn a_mistake_names_line_column_and_what_could_have_been_written() {
    let found = mistakes("kind: party\nname: a\nspec:\n  titel: A\n");
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("register.yaml:4:3: unknown field `titel`; there are: title"), "{found:?}");
}

#[test]
fn a_mistake_in_one_document_does_not_hide_those_in_others() {
    let text = "kind: party\nname: a\nspec: {}\n---\nkind: Party\nname: b\nspec: {title: B}\n---\nkind: party\nname: c c\nspec: {title: C}\n";
    let found = mistakes(text);
    assert!(found[0].contains("missing field `title`"), "{found:?}");
    assert_eq!(found[1], "register.yaml:5:7: 'Party' is no kind; it is written `party`");
    assert_eq!(found[2], "register.yaml:10:7: a name has letters, digits and . _ - / : @ + only");
}

#[test]
fn all_fields_that_an_object_lacks_are_told_at_once() {
    let cases = [
        ("cloud-service", "{}", "missing fields `title`, `model`, `provider`"),
        ("cloud-service", "{provider: us}", "missing fields `title`, `model`"),
        ("cloud-service", "{provider: us, model: saas}", "missing field `title`"),
        (
            "cloud-service",
            "{title: T, provider: us, model: saas, critical-operations: [{loss: x}]}",
            "missing field `operation`",
        ),
    ];
    for (kind, spec, message) in cases {
        let found = mistakes(&format!("kind: {kind}\nname: a\nspec: {spec}\n"));
        assert!(found[0].ends_with(message), "{found:?}");
    }
}

#[test]
fn bombs_and_floods_of_aliases_are_refused() {
    let mut bomb =
        String::from("kind: party\nname: a\nspec:\n  title: A\n  aliases:\n    - &a [x,x,x,x,x,x,x,x,x,x]\n");
    for i in 0..9 {
        let (from, to) = ((b'a' + i) as char, (b'b' + i) as char);
        bomb.push_str(&format!(
            "    - &{to} [*{from},*{from},*{from},*{from},*{from},*{from},*{from},*{from},*{from},*{from}]\n"
        ));
    }
    assert_eq!(mistakes(&bomb).len(), 1);
    let deep = format!("kind: party\nname: a\nspec: {}x{}\n", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(mistakes(&deep).len(), 1);
    let keys = "kind: party\nname: a\nspec: {title: A}\nspec: {title: B}\n";
    assert!(mistakes(keys)[0].contains("duplicate"), "{:?}", mistakes(keys));
}

#[test]
fn only_documents_of_the_register_are_taken_for_them() {
    assert!(looks_like_register(EVERY_KIND));
    assert!(looks_like_register("kind: nonsense\nname: x\nspec: {}\n"), "to be told, not passed over");
    assert!(looks_like_register("kind: party\nname: [\n"), "broken, but ours");
    assert!(!looks_like_register("apiVersion: v1\nkind: Service\nmetadata: {}\nspec: {}\n"));
    assert!(!looks_like_register("hello"));
    assert!(!looks_like_register(""));
}
