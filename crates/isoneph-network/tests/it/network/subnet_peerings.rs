//! Peerings of Azure that join some subnets of two networks, and not the whole.

use serde_json::{Value, json};

use super::azure::{group, id, network, nic, peering, plain, subnet};
use super::{check, model};

fn of_subnets(to: &str, here: &Value, there: &Value) -> Value {
    let mut held = peering(to, true);
    held["properties"]["peerCompleteVnets"] = json!(false);
    held["properties"]["localSubnetNames"] = here.clone();
    held["properties"]["remoteSubnetNames"] = there.clone();
    held
}

fn estate(here: &Value, there: &Value) -> String {
    let net = |name: &str, at: u32, to: &str| {
        let part = |part: u32| {
            let guarded = json!({"networkSecurityGroup": id("networkSecurityGroups", "g")});
            let more = if name == "m" && part == 3 { guarded } else { plain() };
            subnet(name, &format!("s{part}"), &format!("10.{at}.{part}.0/24"), more)
        };
        network(name, &format!("10.{at}.0.0/16"), vec![part(1), part(2), part(3)], vec![of_subnets(to, here, there)])
    };
    let machine = |name: &str, at: u32, part: u32| {
        let of = if at == 0 { "n" } else { "m" };
        nic(&format!("{name}{part}"), of, &format!("s{part}"), &format!("10.{at}.{part}.4"), plain())
    };
    json!([
        net("n", 0, "m"),
        net("m", 1, "n"),
        group("g", &[]),
        machine("a", 0, 1),
        machine("a", 0, 2),
        machine("a", 0, 3),
        machine("b", 1, 1),
        machine("b", 1, 2),
        machine("b", 1, 3),
    ])
    .to_string()
}

#[test]
fn a_peering_of_subnets_joins_these_alone() {
    let names = json!(["S1", "s3"]);
    check(
        &model(&estate(&names, &names)),
        "permit a1 -> b1 tcp/22
         deny a1 -> b2 tcp/22 : no route leads
         deny a2 -> b1 tcp/22 : no route leads
         deny a2 -> b2 tcp/22
         permit a1 -> a2 tcp/22
         permit a1 -> b3 tcp/22
         permit b2 -> b3 tcp/22",
    );
}

#[test]
fn a_peering_of_subnets_that_are_not_shown_is_open() {
    for (here, there) in
        [(json!(["s1"]), Value::Null), (json!([]), json!(["s1"])), (json!(["s1"]), json!(["elsewhere"]))]
    {
        check(&model(&estate(&here, &there)), "undecided a1 -> b1 tcp/22");
    }
}
