//! Generated lists: rewrites that keep the meaning are equal, flipped rules are found.

use isoneph_network::idd::Budget;
use isoneph_network::packet::{AddressSet, Match, Ranges};
use isoneph_network::policy::flat::{FlatRule, compare, decide};
use isoneph_network::policy::generate::{Style, flip, rewrite, rules};
use isoneph_network::policy::{Action, Deciding, Method, Options, Policy, Rule, Verdict, difference};

const STYLES: [Style; 3] = [Style::Access, Style::Firewall, Style::Mixed];

fn policy(rules: &[FlatRule]) -> Policy {
    let rule = |rule: &FlatRule| {
        let [source, destination, protocol, source_port, destination_port] = rule.bounds;
        let address = |(low, high): (u32, u32)| AddressSet { v4: Ranges::between(low, high), v6: Ranges::none() };
        let ports = |(low, high): (u32, u32)| Ranges::between(low as u16, high as u16);
        let one = Match {
            source: address(source),
            destination: address(destination),
            protocol: Ranges::between(protocol.0 as u8, protocol.1 as u8),
            source_port: ports(source_port),
            destination_port: ports(destination_port),
            ..Match::any()
        };
        Rule::new(if rule.permit { Action::Permit } else { Action::Deny }, one)
    };
    Policy::first_match("generated", rules.iter().map(rule).collect(), Action::Deny)
}

#[test]
fn rewrites_that_keep_the_meaning_are_equal_in_every_style() {
    for style in STYLES {
        for seed in 0..6 {
            let original = rules(style, 200, seed);
            let equal = rewrite(&original, seed + 100);
            let outcome = compare(&original, &equal, None, Budget::default()).unwrap();
            assert_eq!(outcome.witness, None, "{style:?} seed {seed}");
        }
    }
}

#[test]
fn a_flipped_rule_is_found_with_a_point_that_the_lists_decide_differently() {
    for style in STYLES {
        for seed in 0..6 {
            let original = rules(style, 200, seed);
            let flipped = flip(&rewrite(&original, seed + 100), seed);
            let point = compare(&original, &flipped, None, Budget::default()).unwrap().witness.unwrap();
            assert_ne!(decide(&original, &point), decide(&flipped, &point), "{style:?} seed {seed}");
        }
    }
}

#[test]
fn flipping_one_rule_differs_unless_the_rule_decides_nothing() {
    for style in STYLES {
        let original = policy(&rules(style, 60, 9));
        for index in 0..original.rules.len() {
            let mut flipped = original.clone();
            flipped.rules[index].action = flipped.rules[index].action.opposite();
            let short = difference(&original, &flipped, &Options::default()).unwrap();
            let whole = Options { method: Method::Whole, ..Options::default() };
            let whole = difference(&original, &flipped, &whole).unwrap();
            assert!(short.statistics.aligned && !whole.statistics.aligned);
            assert_eq!(short.is_equal(), whole.is_equal(), "{style:?} rule {index}");
            let findings = short.only_first.findings.iter().chain(&short.only_second.findings);
            for one in findings.clone() {
                assert!(one.permitted_by == Deciding::Rule(index) && one.denied_by == Deciding::Rule(index));
                assert_ne!(original.evaluate(&one.witness), flipped.evaluate(&one.witness));
            }
            assert_eq!(findings.count() == 0, short.is_equal());
        }
    }
}

#[test]
fn a_policy_is_equal_to_itself_with_a_shadowed_rule_added() {
    let original = policy(&rules(Style::Mixed, 120, 4));
    let mut longer = original.clone();
    let mut shadowed = longer.rules[10].clone();
    shadowed.action = shadowed.action.opposite();
    longer.rules.insert(11, shadowed);
    assert!(difference(&original, &longer, &Options::default()).unwrap().is_equal());
    assert!(matches!(
        longer.evaluate(&crate::packet("tcp 10.0.0.1:1 10.0.0.2:2")),
        Verdict::Permit(_) | Verdict::Deny(_)
    ));
}
