//! Conditions beyond a packet's fields: two policies are compared under all of them, against every reading one by one.

use isoneph_network::packet::{Match, Packet, Payload, names};
use isoneph_network::policy::generate::Seeded;
use isoneph_network::policy::{
    Action, Certainty, Comparison, Condition, Method, Options, Policy, Rule, State, States, Way, difference,
};

const STATES: [State; 5] = [State::Usual, State::NewWithoutSyn, State::Related, State::Invalid, State::Untracked];
const INTERFACES: [&str; 4] = ["eth0", "eth9", "wan", "lo"];
const ASKED: [&str; 3] = ["eth0", "eth+", "lo"];
const TEXTS: [&str; 2] = ["a set", "a time"];

/// One reading: a state, where it comes in and goes out, whether it is for the machine itself, and which of the texts hold.
#[derive(Clone, Copy)]
struct Reading {
    state: State,
    ways: [&'static str; 2],
    own: bool,
    texts: [bool; 2],
}

fn holds(condition: &Condition, reading: &Reading) -> bool {
    match condition {
        Condition::State(states) => states.contains(reading.state),
        Condition::Interface { way, name, holds } => {
            let own = reading.ways[usize::from(*way == Way::Out)];
            let fits = name.strip_suffix('+').map_or(own == name, |start| own.starts_with(start));
            fits == *holds
        }
        Condition::Own { holds } => reading.own == *holds,
        Condition::Unknown { text, holds } => reading.texts[usize::from(text == TEXTS[1])] == *holds,
    }
}

/// (surely permitted, perhaps permitted) in a reading.
fn decide(policy: &Policy, matched: &[bool], reading: &Reading) -> (bool, bool) {
    let of = |uncertain: Action| {
        let decides = |rule: &&Rule| rule.certainty == Certainty::Exact || rule.action == uncertain;
        let met = policy.rules.iter().zip(matched).filter(|(_, met)| **met).map(|(rule, _)| rule);
        let first = met.filter(decides).find(|rule| rule.conditions.iter().all(|one| holds(one, reading)));
        first.map_or(policy.default, |rule| rule.action) == Action::Permit
    };
    (of(Action::Deny), of(Action::Permit))
}

fn occurs(packet: &Packet, state: State) -> bool {
    state != State::NewWithoutSyn || (packet.protocol() == names::TCP && packet.is_established())
}

/// Whether the one permits what the other denies: (surely, perhaps), of usual packets and of all.
fn told(first: &Policy, second: &Policy, packet: &Packet) -> [(bool, bool); 2] {
    let matched =
        [first, second].map(|policy| policy.rules.iter().map(|rule| rule.matches(packet)).collect::<Vec<_>>());
    let mut out = [(false, false); 2];
    for state in STATES.into_iter().filter(|state| occurs(packet, *state)) {
        let places = INTERFACES.iter().flat_map(|one| INTERFACES.map(|other| [*one, other]));
        for (ways, own) in places.flat_map(|ways| [(ways, false), (ways, true)]) {
            let (mut always, mut ever) = (true, false);
            for texts in [[false, false], [false, true], [true, false], [true, true]] {
                let reading = Reading { state, ways, own, texts };
                let (must, may) = decide(first, &matched[0], &reading);
                let (other_must, other_may) = decide(second, &matched[1], &reading);
                always &= must && !other_may;
                ever |= may && !other_must;
            }
            let plain = state == State::Usual && !ways.contains(&"lo");
            for slot in [0, 1].into_iter().filter(|slot| plain || *slot == 1) {
                out[slot] = (out[slot].0 | always, out[slot].1 | ever);
            }
        }
    }
    out
}

fn pick<T: Clone>(random: &mut Seeded, from: &[T]) -> T {
    from[random.below(from.len() as u64) as usize].clone()
}

fn random_condition(random: &mut Seeded) -> Condition {
    let holds = random.chance(60);
    match random.below(4) {
        0 => {
            let states = States::of(STATES.into_iter().filter(|_| random.chance(50)));
            Condition::State(if states.is_none() { States::all() } else { states })
        }
        1 => {
            let way = if random.chance(50) { Way::In } else { Way::Out };
            Condition::Interface { way, name: pick(random, &ASKED).to_owned(), holds }
        }
        2 => Condition::Own { holds },
        _ => Condition::Unknown { text: pick(random, &TEXTS).to_owned(), holds },
    }
}

fn random_match(random: &mut Seeded) -> Match {
    let mut one = Match::any();
    if random.chance(50) {
        one = one.with_protocol(pick(random, &[6, 17, 1]));
    }
    if random.chance(40) {
        one = one.with_destination(pick(random, &["10.0.0.1", "10.0.0.2"]).parse::<std::net::IpAddr>().unwrap());
    }
    if random.chance(30) {
        one = one.with_established(random.chance(50));
    }
    one
}

fn random_policy(random: &mut Seeded, uncertain: u64) -> Policy {
    let action = |random: &mut Seeded| pick(random, &[Action::Permit, Action::Deny]);
    let rules = (0..1 + random.below(7)).map(|_| {
        let mut rule = Rule::new(action(random), random_match(random));
        while random.chance(45) {
            rule.conditions.push(random_condition(random));
        }
        if random.chance(uncertain) {
            rule.certainty = Certainty::AtMost;
        }
        rule
    });
    let rules: Vec<Rule> = rules.collect();
    let mut policy = Policy::first_match("list", rules, action(random));
    policy.tracks = true;
    policy
}

fn packets() -> Vec<Packet> {
    let mut out = Vec::new();
    for destination in ["10.0.0.1", "10.0.0.2", "10.0.0.3"] {
        for protocol in [6, 17, 1, 47] {
            let payload = match protocol {
                1 => Payload::Icmp { kind: 8, code: 0 },
                47 => Payload::Other,
                _ => Payload::Ports { source: 1024, destination: 80 },
            };
            let (source, destination) = ("192.0.2.1".parse().unwrap(), destination.parse().unwrap());
            let one = Packet::new(source, destination, protocol, payload).unwrap();
            out.extend([one, one.established(true)]);
        }
    }
    out
}

#[test]
fn policies_are_compared_under_every_reading_of_their_conditions() {
    let mut random = Seeded::new(12);
    let mut answers = [0; 3];
    for round in 0..150 {
        let uncertain = if round % 2 == 0 { 0 } else { 15 };
        let first = random_policy(&mut random, uncertain);
        let mut second = random_policy(&mut random, uncertain);
        if round % 3 == 0 {
            second = first.clone();
            let place = random.below(second.rules.len() as u64) as usize;
            match random.below(3) {
                0 => second.rules[place].action = second.rules[place].action.opposite(),
                1 => drop(second.rules.remove(place)),
                _ => second.rules[place].conditions.push(random_condition(&mut random)),
            }
        }
        let method = if round % 5 == 0 { Method::Whole } else { Method::Auto };
        let found = difference(&first, &second, &Options { method, ..Options::default() }).unwrap();
        answers[found.comparison() as usize] += 1;
        for packet in &packets() {
            for (side, one, other) in [(&found.only_first, &first, &second), (&found.only_second, &second, &first)] {
                let [plain, all] = told(one, other, packet);
                let twin = packet.established(!packet.is_established());
                for (set, plain, all) in [(side.certain, plain.0, all.0), (side.possible, plain.1, all.1)] {
                    let answer = found.space.contains(set, packet);
                    assert!(!plain || answer, "{round}: {packet}\n{one:#?}\n{other:#?}");
                    assert!(!answer || all, "{round}: {packet}\n{one:#?}\n{other:#?}");
                    // What is so of usual packets need not be told again of those in other states.
                    assert!(!all || answer || found.space.contains(set, &twin), "{round}: {packet}");
                }
            }
        }
    }
    assert!(answers.iter().all(|count| *count > 5), "{answers:?}");
}

#[test]
fn a_policy_is_equal_to_itself_however_many_texts_are_not_understood() {
    let mut random = Seeded::new(13);
    for _ in 0..50 {
        let mut policy = random_policy(&mut random, 0);
        for number in 0..40 {
            let mut rule = Rule::new(pick(&mut random, &[Action::Permit, Action::Deny]), random_match(&mut random));
            rule.conditions.push(Condition::unknown(format!("text {number}")));
            policy.rules.push(rule);
        }
        let found = difference(&policy, &policy.clone(), &Options::default()).unwrap();
        assert_eq!(found.comparison(), Comparison::Equal);
    }
}

#[test]
fn too_many_texts_leave_it_undecided_and_never_equal_or_different() {
    let list = |from: u32| {
        let rule = |number: u32| Rule {
            conditions: vec![Condition::unknown(format!("text {number}"))],
            ..Rule::new(Action::Permit, Match::any())
        };
        Policy::first_match("list", (from..from + 30).map(rule).collect(), Action::Deny)
    };
    let found = difference(&list(0), &list(30), &Options::default()).unwrap();
    assert_eq!(found.comparison(), Comparison::Undecided);
}
