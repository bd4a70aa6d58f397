//! Network models and reachability: what the platforms' semantics say, one fact a test.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod addresses;
mod after_apply;
mod aws;
mod aws_aliases;
mod aws_balanced;
mod aws_hubs;
mod aws_launched;
mod aws_routes;
mod azure;
mod azure_one_of_several;
mod azure_plans;
mod azure_uplinks;
mod azure_ways_in;
mod azure_ways_out;
mod azure_written;
mod blocks_in_order;
mod borders;
mod by_node;
mod changes;
mod changes_unknown;
mod clouds_proved;
mod cluster_policies;
mod cut_answers;
mod cut_azure;
mod cut_google;
mod each_value;
mod estate;
mod expectations;
mod google;
mod google_edges;
mod google_named;
mod google_outbound;
mod google_policies;
mod invented;
mod kubernetes;
mod kubernetes_twice;
mod links;
mod locals;
mod looked_up;
mod machines;
mod marks;
mod named;
mod one_of_several;
mod open_blocks;
mod private_endpoints;
mod proofs;
mod references;
mod scale;
mod services;
mod six;
mod subnet_peerings;
mod template_modules;
mod templates;
mod terraform;
mod traffic;
mod twice;
mod unknown_fields;
mod unlisted;
mod unnamed;
mod unread;
mod whichever;
mod zones;

use isoneph_network::model::{InputFile, Model};
use isoneph_network::reach::expect::{Answer, read_expectations, test_expectations};

/// The model of one document, which must be read without problems.
#[track_caller]
fn model(text: &str) -> Model {
    models(&[text])
}

/// One model of several files.
fn models(texts: &[&str]) -> Model {
    let file = |(at, text): (usize, &&str)| InputFile { path: format!("input{at}"), bytes: text.as_bytes().to_vec() };
    let (model, problems) = Model::read(texts.iter().enumerate().map(file).collect());
    assert_eq!(problems, Vec::new());
    model
}

/// What the network does to `SRC -> DST PROTO[/PORT]`, with why.
#[track_caller]
fn asked(model: &Model, flow: &str) -> (Answer, String) {
    let (ends, service) = flow.rsplit_once(' ').unwrap();
    let (src, dst) = ends.split_once(" -> ").unwrap();
    let (proto, port) = service.split_once('/').unwrap_or((service, "any"));
    let text = serde_json::json!({"src": src, "dst": dst, "proto": proto, "port": port}).to_string();
    let tested = test_expectations(model, &read_expectations(&text).unwrap()).unwrap().remove(0);
    (tested.answer, tested.why.join("; "))
}

/// Every line is `ANSWER SRC -> DST PROTO[/PORT]`, and after `:` a part of the reason.
#[track_caller]
fn check(model: &Model, lines: &str) {
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (line, reason) = line.split_once(" : ").unwrap_or((line, ""));
        let (answer, flow) = line.trim().split_once(' ').unwrap();
        let (found, why) = asked(model, flow.trim());
        let word = format!("{found:?}").to_lowercase();
        assert_eq!(word, answer, "{line}\n  because {why:?}");
        assert!(why.contains(reason.trim()), "{line}\n  because {why:?}, not {reason:?}");
    }
}
