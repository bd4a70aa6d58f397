//! All pairs of pods under policies that select by label.

use isoneph_network::policy::generate::Seeded;
use isoneph_network::reach::selected::{
    LabelTest, PodSelector, SelectedPod, SelectedPolicy, SelectedRule, all_pairs, pairs_one_by_one,
};

use crate::timing::{median, shown};

const NAMESPACES: u32 = 200;
const TCP: u32 = 6 << 16;

pub(crate) fn run() {
    println!(
        "## All pairs of pods\n\n| pods | policies | classes in, out | reachable pairs | CPU | checked |\n|---|---|---|---|---|---|"
    );
    for (pods, policies) in [(1_000, 100), (100_000, 1_000)] {
        let (namespaces, held, rules) = cluster(pods, policies);
        let (seconds, found) = median(3, || {
            let found = all_pairs(&namespaces, &held, &rules);
            (found.classes(), found.pairs())
        });
        let checked = match pods {
            0..=1_000 if pairs_one_by_one(&namespaces, &held, &rules) == found.1 => "same count pod by pod",
            0..=1_000 => "**OTHER COUNT POD BY POD**",
            _ => "not run",
        };
        let (into, out) = found.0;
        println!("| {pods} | {policies} | {into}, {out} | {} | {} | {checked} |", found.1, shown(seconds));
    }
    println!("\nBar at 100,000 pods and 1,000 policies: 1 s.\n");
}

type Cluster = (Vec<Vec<(u32, u32)>>, Vec<SelectedPod>, Vec<SelectedPolicy>);

fn cluster(pods: u32, policies: u32) -> Cluster {
    let mut random = Seeded::new(7);
    let namespaces = (0..NAMESPACES).map(|number| vec![(0, number), (1, number % 5)]).collect();
    let pods = (0..pods).map(|_| SelectedPod {
        namespace: below(&mut random, NAMESPACES),
        labels: [(0, 50), (1, 4), (2, 10)].map(|(key, values)| (key, below(&mut random, values))).to_vec(),
    });
    let pods = pods.collect();
    (namespaces, pods, (0..policies).map(|_| policy(&mut random)).collect())
}

fn below(random: &mut Seeded, limit: u32) -> u32 {
    random.below(u64::from(limit)) as u32
}

fn policy(random: &mut Seeded) -> SelectedPolicy {
    let own = below(random, NAMESPACES);
    let selects = selector(random, Some(own));
    let ingress = Some(side(random, own));
    let egress = (below(random, 3) == 0).then(|| side(random, own));
    SelectedPolicy { selects, ingress, egress }
}

fn side(random: &mut Seeded, own: u32) -> Vec<SelectedRule> {
    let rule = |random: &mut Seeded| {
        let within = random.chance(50).then_some(own);
        let peers = vec![selector(random, within)];
        let port = TCP | [80, 443, 8080, 5432][below(random, 4) as usize];
        SelectedRule { peers, ports: if random.chance(50) { Vec::new() } else { vec![(port, port)] } }
    };
    (0..1 + below(random, 2)).map(|_| rule(random)).collect()
}

fn selector(random: &mut Seeded, namespace: Option<u32>) -> PodSelector {
    let spaces = if namespace.is_none() && random.chance(50) {
        vec![LabelTest::In(1, vec![below(random, 5)])]
    } else {
        Vec::new()
    };
    let pods = match below(random, 4) {
        0 => Vec::new(),
        1 => vec![LabelTest::In(0, vec![below(random, 50)])],
        2 => vec![LabelTest::In(1, vec![below(random, 4)]), LabelTest::NotIn(2, vec![below(random, 10)])],
        _ => vec![LabelTest::In(2, vec![below(random, 10)])],
    };
    PodSelector { namespace, namespaces: spaces, pods }
}
