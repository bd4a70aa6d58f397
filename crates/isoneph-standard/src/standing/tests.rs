use isoneph_model::{ControlId, Text};
use proptest::prelude::*;

use super::*;
use crate::control::Passage;

fn words(text: &str) -> Text {
    Text { en: text.to_owned(), ja: text.to_owned() }
}

fn control() -> ControlId {
    "CLD.9.5.2".parse().unwrap()
}

fn key(name: &str) -> RequirementKey {
    RequirementKey { control: control(), name: name.to_owned() }
}

/// A cell with a required setting, a required statement and a contributing operation.
fn cell() -> Cell {
    let requirement = |name, kind, support| Requirement { key: key(name), kind, support, what: words(name) };
    Cell {
        guidance: true,
        origin: Origin::Written,
        passages: vec![Passage { control: control(), text: words("harden") }],
        requires: vec![
            requirement("baseline", RequirementKind::Configuration, Support::Required),
            requirement("policy", RequirementKind::Statement, Support::Required),
            requirement("review", RequirementKind::Operation, Support::Contributing),
        ],
    }
}

fn passing(class: EvidenceClass) -> Evidence {
    Evidence {
        required: Counts { pass: 3, ..Counts::default() },
        classes: BTreeSet::from([class]),
        population: Some(Population { seen: 2, expected: Some(2) }),
        ..Evidence::default()
    }
}

fn supported() -> CellEvidence {
    let requirements = [
        (key("baseline"), passing(EvidenceClass::Configured)),
        (key("policy"), Evidence { population: None, ..passing(EvidenceClass::Asserted) }),
    ];
    CellEvidence { requirements: requirements.into(), subjects: 3, ..CellEvidence::default() }
}

fn with(change: impl FnOnce(&mut Evidence)) -> CellEvidence {
    let mut evidence = supported();
    change(evidence.requirements.get_mut(&key("baseline")).unwrap());
    evidence
}

fn standing(evidence: &CellEvidence) -> Standing {
    judge(&cell(), evidence, None).standing
}

fn only_why(evidence: &CellEvidence) -> Why {
    let Judgement { standing, mut why } = judge(&cell(), evidence, None);
    assert_eq!((standing, why.len()), (Standing::Incomplete, 1), "{why:?}");
    why.remove(0)
}

#[test]
fn everything_required_shown_is_supported() {
    assert_eq!(judge(&cell(), &supported(), None), Judgement { standing: Standing::Supported, why: vec![] });
    assert_eq!(judge(&cell(), &supported(), Some(&Claim::Holds)).standing, Standing::Supported);
}

#[test]
fn a_role_without_guidance_has_no_standing_to_lose() {
    let cell = Cell { guidance: false, passages: vec![], requires: vec![], ..cell() };
    assert_eq!(judge(&cell, &supported(), Some(&Claim::Holds)).standing, Standing::NoGuidance);
}

#[test]
fn no_evidence_names_every_required_requirement() {
    let Judgement { standing, why } = judge(&cell(), &CellEvidence::default(), Some(&Claim::Holds));
    assert_eq!(standing, Standing::Incomplete);
    let no_evidence = |name, kind| Why::NoEvidence { requirement: key(name), kind };
    let expected =
        [no_evidence("baseline", RequirementKind::Configuration), no_evidence("policy", RequirementKind::Statement)];
    assert_eq!(why, expected);
}

#[test]
fn each_shortfall_has_its_own_reason() {
    let requirement = key("baseline");
    let counts = |n| Counts { pass: n, ..Counts::default() };
    let unknown = with(|e| e.required.unknown = 2);
    assert_eq!(only_why(&unknown), Why::UnknownOutcomes { requirement: Some(requirement.clone()), n: 2 });
    let stale = with(|e| e.stale = 1);
    assert_eq!(only_why(&stale), Why::Stale { requirement: requirement.clone(), n: 1 });
    let planned = with(|e| e.classes = BTreeSet::from([EvidenceClass::Intended]));
    assert_eq!(only_why(&planned), Why::IntendedOnly { requirement: requirement.clone() });
    let unseen = with(|e| e.population = Some(Population { seen: 3, expected: Some(5) }));
    assert_eq!(only_why(&unseen), Why::AccountsUnseen { requirement: requirement.clone(), seen: 3, expected: 5 });
    let undeclared = with(|e| e.population = Some(Population { seen: 3, expected: None }));
    assert_eq!(only_why(&undeclared), Why::ScopeUndeclared { requirement: requirement.clone() });
    let uncounted = with(|e| e.population = None);
    assert_eq!(only_why(&uncounted), Why::ScopeUndeclared { requirement: requirement.clone() });
    let foreign = with(|e| (e.required, e.contributing) = (counts(0), counts(9)));
    assert_eq!(only_why(&foreign), Why::ContributingOnly { requirement, n: 9 });
}

#[test]
fn a_partys_word_shows_no_setting() {
    let said = with(|e| e.classes = BTreeSet::from([EvidenceClass::Asserted]));
    assert!(matches!(only_why(&said), Why::ClassTooWeak { kind: RequirementKind::Configuration, .. }));
    let third_party = with(|e| e.classes = BTreeSet::from([EvidenceClass::Assured]));
    assert_eq!(standing(&third_party), Standing::Supported);
}

#[test]
fn a_failure_is_adverse_and_contradicts_a_claim() {
    for failing in [with(|e| e.required.fail = 1), with(|e| e.contributing.fail = 1)] {
        assert_eq!(standing(&failing), Standing::Adverse);
        assert_eq!(judge(&cell(), &failing, Some(&Claim::Holds)).standing, Standing::Contradicted);
    }
    let mut foreign = supported();
    foreign.whole.contributing.fail = 1;
    let judged = judge(&cell(), &foreign, None);
    assert_eq!(judged.why, [Why::FailingOutcomes { requirement: None, n: 1 }]);
}

#[test]
fn an_accepted_exception_never_supports() {
    let excepted = with(|e| (e.required.fail, e.excepted) = (2, 2));
    assert_eq!(only_why(&excepted), Why::ExceptionsOnly { n: 2 });
    let half = with(|e| (e.required.fail, e.excepted) = (2, 1));
    assert_eq!(standing(&half), Standing::Adverse);
    // An exception that covers nothing is no exception.
    assert_eq!(standing(&with(|e| e.excepted = 7)), Standing::Supported);
}

#[test]
fn machines_that_exist_refute_an_exclusion() {
    let excluded = Claim::Excluded { reason: "we run no machines".to_owned() };
    let judged = judge(&cell(), &CellEvidence { subjects: 14, ..CellEvidence::default() }, Some(&excluded));
    assert_eq!(judged.standing, Standing::Contradicted);
    assert_eq!(judged.why, [Why::ExclusionRefuted { subjects: 14, failing: 0 }]);
    assert_eq!(judge(&cell(), &CellEvidence::default(), Some(&excluded)).standing, Standing::Excluded);
    // What else fails refutes nothing: a firewall is no machine.
    let elsewhere = with(|e| e.contributing.fail = 2);
    let elsewhere = CellEvidence { subjects: 0, ..elsewhere };
    assert_eq!(judge(&cell(), &elsewhere, Some(&excluded)).standing, Standing::Excluded);
    let planned = CellEvidence { failing_subjects: 1, ..CellEvidence::default() };
    assert_eq!(judge(&cell(), &planned, Some(&excluded)).standing, Standing::Contradicted);
}

#[test]
fn an_exclusion_needs_a_reason() {
    let excluded = Claim::Excluded { reason: " ".to_owned() };
    let judged = judge(&cell(), &supported(), Some(&excluded));
    assert_eq!((judged.standing, judged.why), (Standing::Incomplete, vec![Why::ExclusionWithoutReason]));
}

#[test]
fn nothing_to_judge_is_not_support() {
    let nothing = Counts { not_applicable: 1, ..Counts::default() };
    let part = with(|e| e.required = nothing);
    assert_eq!(standing(&part), Standing::Supported);
    let mut all = part;
    all.requirements.get_mut(&key("policy")).unwrap().required = nothing;
    assert_eq!(only_why(&all), Why::NothingToJudge);
}

#[test]
fn guidance_nobody_has_seen_is_never_supported() {
    let cell = Cell { origin: Origin::Unseen { known: words("new") }, requires: vec![], passages: vec![], ..cell() };
    let judged = judge(&cell, &supported(), Some(&Claim::Holds));
    assert_eq!((judged.standing, judged.why), (Standing::Incomplete, vec![Why::RequirementsUnknown]));
}

#[test]
fn the_rule_names_every_standing_it_can_give() {
    for standing in ["supported", "adverse", "contradicted", "incomplete"] {
        assert!(RULE.get(Lang::En).contains(standing), "{standing}");
        assert!(RULE.get(Lang::Ja).contains(standing), "{standing}");
    }
}

/// From bad to good.
fn rank(standing: Standing) -> u8 {
    match standing {
        Standing::Contradicted => 0,
        Standing::Adverse => 1,
        Standing::Incomplete => 2,
        Standing::Excluded => 3,
        Standing::Supported => 4,
        Standing::NoGuidance => 5,
    }
}

const NAMES: [&str; 3] = ["baseline", "policy", "review"];

fn counts() -> impl Strategy<Value = Counts> {
    let small = || prop_oneof![3 => Just(0u64), 1 => 1..3u64];
    (0..4u64, small(), small(), small()).prop_map(|(pass, fail, unknown, not_applicable)| Counts {
        pass,
        fail,
        unknown,
        not_applicable,
    })
}

fn evidence() -> impl Strategy<Value = Evidence> {
    let class = prop::sample::select(EvidenceClass::ALL);
    let population = prop::option::weighted(0.9, (0..3u64, prop::option::weighted(0.9, 0..3u64)));
    let rare = || prop_oneof![5 => Just(0u64), 1 => 1..3u64];
    (counts(), counts(), rare(), prop::collection::btree_set(class, 0..4), rare(), population).prop_map(
        |(required, contributing, excepted, classes, stale, population)| Evidence {
            required,
            contributing,
            excepted,
            classes,
            stale,
            population: population.map(|(seen, expected)| Population { seen, expected }),
        },
    )
}

/// Half of the cases start from a supported cell, so that the good end of the scale is tried too.
fn cell_evidence() -> impl Strategy<Value = CellEvidence> {
    let any = (prop::collection::btree_map(prop::sample::select(&NAMES[..]).prop_map(key), evidence(), 0..4), 0..2u64)
        .prop_map(|(requirements, subjects)| CellEvidence { requirements, subjects, ..CellEvidence::default() });
    prop_oneof![any, Just(supported())]
}

fn claim() -> impl Strategy<Value = Option<Claim>> {
    let excluded = |reason: &str| Some(Claim::Excluded { reason: reason.to_owned() });
    prop_oneof![Just(None), Just(Some(Claim::Holds)), Just(excluded("none here")), Just(excluded(""))]
}

/// Less evidence: something that was decided is not, or was seen is not.
fn dropped(mut evidence: CellEvidence, name: &str, how: u8, n: u64) -> CellEvidence {
    if how == 0 {
        evidence.requirements.remove(&key(name));
        return evidence;
    }
    let Some(part) = evidence.requirements.get_mut(&key(name)) else { return evidence };
    let lose = |from: &mut u64, unknown: &mut u64| {
        let lost = n.min(*from);
        (*from, *unknown) = (*from - lost, *unknown + lost);
    };
    match how {
        1 => lose(&mut part.required.pass, &mut part.required.unknown),
        2 => lose(&mut part.required.fail, &mut part.required.unknown),
        3 => lose(&mut part.required.not_applicable, &mut part.required.unknown),
        4 => part.population = part.population.map(|p| Population { seen: p.seen.saturating_sub(n), ..p }),
        5 => part.population = part.population.map(|p| Population { expected: None, ..p }),
        6 => part.classes.clear(),
        _ => part.contributing.pass = part.contributing.pass.saturating_sub(n),
    }
    evidence
}

proptest! {
    #[test]
    fn a_failure_more_never_helps(before in cell_evidence(), claim in claim(), name in prop::sample::select(&NAMES[..]), required: bool) {
        let mut after = before.clone();
        let part = after.requirements.entry(key(name)).or_default();
        let counts = if required { &mut part.required } else { &mut part.contributing };
        counts.fail += 1;
        let (old, new) = (judge(&cell(), &before, claim.as_ref()), judge(&cell(), &after, claim.as_ref()));
        prop_assert!(rank(new.standing) <= rank(old.standing), "{old:?} became {new:?}");
        // Required failures that an exception without a failure was waiting for are covered by it; others show.
        prop_assert!(new.standing != Standing::Supported);
    }

    #[test]
    fn less_evidence_never_makes_support(before in cell_evidence(), claim in claim(), which in 0..2usize, how in 0..8u8, n in 1..4u64) {
        let after = dropped(before.clone(), NAMES[which], how, n);
        let (old, new) = (judge(&cell(), &before, claim.as_ref()), judge(&cell(), &after, claim.as_ref()));
        prop_assert!(new.standing != Standing::Supported || old.standing == Standing::Supported, "{old:?} became {new:?}");
    }

    #[test]
    fn an_exception_more_never_makes_support(before in cell_evidence(), name in prop::sample::select(&NAMES[..])) {
        let mut after = before.clone();
        if let Some(part) = after.requirements.get_mut(&key(name)) {
            part.excepted += 1;
        }
        let (old, new) = (judge(&cell(), &before, None), judge(&cell(), &after, None));
        prop_assert!(new.standing != Standing::Supported || old.standing == Standing::Supported, "{old:?} became {new:?}");
    }

    #[test]
    fn a_claim_changes_only_what_failure_is_called(evidence in cell_evidence()) {
        let (silent, claimed) = (judge(&cell(), &evidence, None), judge(&cell(), &evidence, Some(&Claim::Holds)));
        prop_assert_eq!(&silent.why, &claimed.why);
        let contradicted = silent.standing == Standing::Adverse && claimed.standing == Standing::Contradicted;
        prop_assert!(contradicted || silent.standing == claimed.standing);
    }

    #[test]
    fn every_standing_short_of_support_says_why(evidence in cell_evidence(), claim in claim()) {
        let Judgement { standing, why } = judge(&cell(), &evidence, claim.as_ref());
        prop_assert_eq!(why.is_empty(), matches!(standing, Standing::Supported | Standing::Excluded));
    }

    #[test]
    fn plans_alone_never_support(mut evidence in cell_evidence(), claim in claim()) {
        for part in evidence.requirements.values_mut() {
            part.classes = BTreeSet::from([EvidenceClass::Intended]);
        }
        prop_assert!(judge(&cell(), &evidence, claim.as_ref()).standing != Standing::Supported);
    }
}
