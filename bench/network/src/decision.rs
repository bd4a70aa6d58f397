//! The difference of two rule lists: isoneph's diagrams, and OxiDD's complement-edge BDDs by the same method (composed by
//! halves, match and permit sets) in the same order of fields.

use std::path::Path;

use isoneph_network::idd::Budget;
use isoneph_network::packet::Field;
use isoneph_network::policy::flat::{FLAT_GREATEST, FlatRule, compare};
use isoneph_network::policy::generate::{Style, flip, rewrite, rules};
use oxidd::bcdd::{BCDDFunction, BCDDManagerRef, new_manager};
use oxidd::{BooleanFunction, Manager, ManagerRef};

use crate::timing::{median, shown};

const RUNS: usize = 5;
const WIDTHS: [u32; 5] = [32, 32, 8, 16, 16];

/// A pair of lists: equal by construction, or one rule apart.
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) first: Vec<FlatRule>,
    pub(crate) second: Vec<FlatRule>,
    pub(crate) equal: bool,
}

/// Lists from files of a ClassBench generator where they are given, else of our own generator in their manner.
pub(crate) fn pairs(files: Option<&Path>, family: &str, count: usize) -> [Pair; 2] {
    let (first, equal, other) = match files {
        Some(folder) => {
            let read = |end: &str| read(&folder.join(format!("{family}_{count}.{end}")));
            (read("A"), read("E"), read("N"))
        }
        None => {
            let style = match family {
                "acl1" => Style::Access,
                "fw1" => Style::Firewall,
                _ => Style::Mixed,
            };
            let first = rules(style, count, 27017);
            let equal = rewrite(&first, 27018);
            let other = flip(&equal, 27019);
            (first, equal, other)
        }
    };
    let name = |what: &str| format!("{family} {count} {what}");
    [
        Pair { name: name("equal"), first: first.clone(), second: equal, equal: true },
        Pair { name: name("one apart"), first, second: other, equal: false },
    ]
}

fn read(path: &Path) -> Vec<FlatRule> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .map(|line| {
            let mut numbers = line.split_whitespace().map(|word| word.parse::<u32>().expect("a number"));
            let bounds = std::array::from_fn(|_| (numbers.next().expect("low"), numbers.next().expect("high")));
            FlatRule { bounds, permit: numbers.next() == Some(1) }
        })
        .collect()
}

pub(crate) fn run(files: Option<&Path>) {
    let source = files.map_or("generated here".to_owned(), |path| path.display().to_string());
    println!("## Difference of two rule lists ({source}), median of {RUNS}\n");
    println!("| pair | isoneph | edges | OxiDD | ratio | answer |\n|---|---|---|---|---|---|");
    let mut large: Vec<f64> = Vec::new();
    for count in [1_000, 5_000, 10_000] {
        for family in ["acl1", "fw1", "ipc1"] {
            for pair in pairs(files, family, count) {
                let ratio = line(&pair);
                if count == 10_000 {
                    large.push(ratio.ln());
                }
            }
        }
    }
    let mean = (large.iter().sum::<f64>() / large.len() as f64).exp();
    println!("\nGeometric mean of the ratios at 10,000 rules: **{mean:.1}** (bar 10, aim 25)\n");
    drift(files);
}

fn line(pair: &Pair) -> f64 {
    let compared = || compare(&pair.first, &pair.second, None, Budget::default()).expect("within the budget");
    let (own, outcome) = median(RUNS, compared);
    let order = outcome.order;
    let (peer, differs) = median(1, || Peer::new(&order).differ(&pair.first, &pair.second));
    let agreed = outcome.witness.is_none() == pair.equal && differs != pair.equal;
    let answer = if agreed { "as constructed" } else { "**NOT AS CONSTRUCTED**" };
    let (name, edges) = (&pair.name, outcome.edges);
    println!("| {name} | {} | {edges} | {} | {:.1} | {answer} |", shown(own), shown(peer), peer / own);
    peer / own
}

/// One rule of 10,000 changed, found by aligning the two lists first.
fn drift(files: Option<&Path>) {
    use std::net::Ipv4Addr;

    use isoneph_network::packet::{AddressRange, Family, Match, Packet, Payload, Ranges};
    use isoneph_network::policy::{Action, Options, Policy, Rule, Verdict, difference};
    println!("## One rule of 10,000 changed\n\n| list | CPU | found |\n|---|---|---|");
    for family in ["acl1", "fw1", "ipc1"] {
        let [pair, _] = pairs(files, family, 10_000);
        let policy = |rules: &[FlatRule]| {
            let range = |(low, high): (u32, u32)| AddressRange { family: Family::V4, low: low.into(), high: high.into() };
            let rules = rules.iter().map(|rule| {
                let [source, destination, protocol, from, to] = rule.bounds;
                let mut one = Match::any().with_source(range(source)).with_destination(range(destination));
                if protocol.0 == protocol.1 {
                    one = one.with_protocol(protocol.0 as u8);
                    if matches!(protocol.0, 6 | 17) {
                        let ports = |held: (u32, u32)| Ranges::between(held.0 as u16, held.1 as u16);
                        one = one.with_source_ports(ports(from)).with_destination_ports(ports(to));
                    }
                }
                Rule::new(if rule.permit { Action::Permit } else { Action::Deny }, one)
            });
            Policy::first_match(family, rules.collect(), Action::Deny)
        };
        let first = policy(&pair.first);
        // Of a rule that decides its own first packet: one that is shadowed changes nothing.
        let told = |other: &[FlatRule]| {
            let (rule, _) = pair.first.iter().zip(other).find(|(old, new)| old.permit != new.permit)?;
            let [source, destination, protocol, from, to] = rule.bounds.map(|(low, _)| low);
            let payload = Payload::Ports { source: from as u16, destination: to as u16 };
            let ends = [source, destination].map(|number| Ipv4Addr::from(number).into());
            let packet = Packet::new(ends[0], ends[1], protocol as u8, payload).ok()?;
            let second = policy(other);
            let permits = |list: &Policy| matches!(list.evaluate(&packet), Verdict::Permit(_));
            (permits(&first) != permits(&second)).then_some(second)
        };
        let Some(second) = (7..107).find_map(|seed| told(&flip(&pair.first, seed))) else {
            println!("| {family} | | no rule decides its own first packet |");
            continue;
        };
        let (seconds, found) = median(RUNS, || difference(&first, &second, &Options::default()));
        let found = found.is_ok_and(|found| found.is_different());
        println!("| {family} | {} | {} |", shown(seconds), if found { "with witness" } else { "**NOT FOUND**" });
    }
    println!("\nBar: 8 ms.\n");
}

/// OxiDD with the bits of the fields in one order.
struct Peer {
    manager: BCDDManagerRef,
    /// For each field its variables, highest bit first.
    bits: [Vec<BCDDFunction>; 5],
}

impl Peer {
    fn new(order: &[Field]) -> Self {
        let manager = new_manager(1 << 25, 1 << 21, 1);
        let fields = order.iter().filter_map(|field| (*field as usize).checked_sub(1)).filter(|field| *field < 5);
        let mut bits: [Vec<BCDDFunction>; 5] = Default::default();
        manager.with_manager_exclusive(|held| {
            held.add_vars(WIDTHS.iter().sum());
            let mut next = 0;
            for field in fields {
                for _ in 0..WIDTHS[field] {
                    bits[field].push(BCDDFunction::var(held, next).expect("room for a variable"));
                    next += 1;
                }
            }
        });
        Self { manager, bits }
    }

    fn differ(&self, first: &[FlatRule], second: &[FlatRule]) -> bool {
        let permits = |rules: &[FlatRule]| self.compose(rules).1;
        let differs = permits(first).xor(&permits(second)).expect("room");
        differs.satisfiable()
    }

    /// (what the rules match, what they permit): by halves.
    fn compose(&self, rules: &[FlatRule]) -> (BCDDFunction, BCDDFunction) {
        if let [rule] = rules {
            let matched = self.matched(rule);
            let permitted = if rule.permit { matched.clone() } else { self.constant(false) };
            return (matched, permitted);
        }
        if rules.is_empty() {
            return (self.constant(false), self.constant(false));
        }
        let (left, right) = rules.split_at(rules.len() / 2);
        let ((matched, permitted), (more, others)) = (self.compose(left), self.compose(right));
        let fresh = matched.imp_strict(&others).expect("room");
        (matched.or(&more).expect("room"), permitted.or(&fresh).expect("room"))
    }

    fn constant(&self, value: bool) -> BCDDFunction {
        self.manager.with_manager_shared(|held| if value { BCDDFunction::t(held) } else { BCDDFunction::f(held) })
    }

    fn matched(&self, rule: &FlatRule) -> BCDDFunction {
        let mut out = self.constant(true);
        for (field, (low, high)) in rule.bounds.iter().enumerate() {
            if *low > 0 {
                out = out.and(&self.bound(field, *low, true)).expect("room");
            }
            if *high < FLAT_GREATEST[field] {
                out = out.and(&self.bound(field, *high, false)).expect("room");
            }
        }
        out
    }

    /// At least a number, or at most.
    fn bound(&self, field: usize, number: u32, at_least: bool) -> BCDDFunction {
        let mut out = self.constant(true);
        for (place, bit) in self.bits[field].iter().rev().enumerate() {
            let set = number >> place & 1 == 1;
            out = match (at_least, set) {
                (true, true) => bit.and(&out),
                (true, false) => bit.or(&out),
                (false, true) => bit.not().expect("room").or(&out),
                (false, false) => bit.not().expect("room").and(&out),
            }
            .expect("room");
        }
        out
    }
}
