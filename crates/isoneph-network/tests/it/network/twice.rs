//! One object described by several files: copies count once, and where they differ nobody knows.

use isoneph_network::model::{InputFile, Model, Problem};
use serde_json::{Value, json};

use super::estate::{Estate, cut};
use super::{asked, check};

/// A model of files with names, and what is wrong with them.
fn read(files: &[(&str, &str)]) -> (Model, Vec<Problem>) {
    let file = |(path, text): &(&str, &str)| InputFile { path: (*path).to_owned(), bytes: text.as_bytes().to_vec() };
    Model::read(files.iter().map(file).collect())
}

fn pair(rules: &[&str], routes: &[&str], entries: &[&str], public: Option<&str>) -> String {
    Estate::new()
        .vpc("a", "10.0.0.0/16")
        .internet("a")
        .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local"])
        .subnet("a", "two", "10.0.2.0/24", "z1", routes)
        .group("a", "a", &[], &["-1 * 0.0.0.0/0"])
        .group("b", "a", rules, &["-1 * 0.0.0.0/0"])
        .acl("two", "a", &["two"], entries)
        .eni("a", "one", "10.0.1.10", None, &["a"])
        .eni("b", "two", "10.0.2.10", public, &["b"])
        .text()
}

const OPEN: &[&str] = &["in 10 allow -1 * 0.0.0.0/0", "out 10 allow -1 * 0.0.0.0/0"];
const LOCAL: &[&str] = &["10.0.0.0/16 local"];

#[track_caller]
fn differ(today: &str, before: &str, id: &str, flow: &str) {
    for files in [[("today.json", today), ("before.json", before)], [("before.json", before), ("today.json", today)]] {
        let (model, problems) = read(&files);
        let told: Vec<&Problem> = problems.iter().filter(|held| held.message.starts_with(id)).collect();
        let [only] = told.as_slice() else { panic!("{id}: {problems:?}") };
        assert!(only.message.contains(files[0].0) && only.path == files[1].0, "{only:?}");
        let (answer, why) = asked(&model, flow);
        assert_eq!(format!("{answer:?}"), "Undecided", "{id}: {why}");
        assert!(why.contains(id), "{id}: {why}");
    }
}

#[test]
fn what_two_answers_say_differently_of_one_object_is_an_error_and_open() {
    let today = pair(&["tcp 443 10.0.0.0/16"], LOCAL, OPEN, Some("198.51.100.9"));
    differ(&today, &pair(&[], LOCAL, OPEN, Some("198.51.100.9")), "sg-b", "a -> b tcp/443");
    let shut = &["in 10 deny -1 * 0.0.0.0/0", "out 10 allow -1 * 0.0.0.0/0"];
    differ(&today, &pair(&["tcp 443 10.0.0.0/16"], LOCAL, shut, Some("198.51.100.9")), "acl-two", "a -> b tcp/443");
    let routed = &["10.0.0.0/16 local", "0.0.0.0/0 igw-a"];
    let routed = pair(&["tcp 443 10.0.0.0/16"], routed, OPEN, Some("198.51.100.9"));
    differ(&today, &routed, "rtb-two", "b -> 8.8.8.8 tcp/443");
}

#[test]
fn copies_of_an_answer_count_once_however_they_are_ordered_and_tagged() {
    let rules = ["tcp 443 10.0.0.0/16", "tcp 80 10.0.0.0/16"];
    let today = pair(&rules, LOCAL, OPEN, None);
    let mut again: Value = serde_json::from_str(&pair(&[rules[1], rules[0]], LOCAL, OPEN, None)).unwrap();
    for list in ["Vpcs", "Subnets", "NetworkInterfaces"] {
        cut(&mut again, &[list, "TagSet"]);
    }
    again["SecurityGroups"][1]["Tags"] = json!([{"Key": "seen", "Value": "by another account"}]);
    let (model, problems) = read(&[("one.json", &today), ("two.json", &again.to_string())]);
    assert_eq!(problems, Vec::new());
    check(
        &model,
        "permit eni-a -> eni-b tcp/443
         deny eni-a -> eni-b tcp/22 : end of sg-b ingress",
    );
}
