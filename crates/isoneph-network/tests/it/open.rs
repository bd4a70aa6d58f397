//! What a comparison hangs on where it cannot be decided.

use isoneph_network::policy::{Comparison, Options, difference};

use crate::only_policy;

/// (comparison, what is open of the first) of a file and itself.
#[track_caller]
fn against_itself(text: &str) -> (Comparison, Vec<String>) {
    against(text, text)
}

/// The same of two files.
#[track_caller]
fn against(text: &str, other: &str) -> (Comparison, Vec<String>) {
    let (policy, other) = (only_policy(text), only_policy(other));
    let found = difference(&policy, &other, &Options::default()).unwrap();
    let [first, _] = found.open_points(&policy, &other);
    (found.comparison(), first.into_iter().map(|point| format!("line {}: {}", point.line, point.message)).collect())
}

#[test]
fn a_condition_that_is_not_understood_leaves_it_undecided_and_is_named() {
    let text = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 22 -m quota --quota 99 -j ACCEPT\nCOMMIT\n";
    let (answer, open) = against(text, &text.replace("99", "98"));
    assert_eq!(answer, Comparison::Undecided);
    assert_eq!(against_itself(text), (Comparison::Equal, Vec::new()));
    assert!(
        open.iter().all(|point| point.starts_with("line 3: ") && point.contains("quota")) && !open.is_empty(),
        "{open:?}"
    );
}

#[test]
fn a_name_that_nobody_defines_is_named_with_the_line_of_its_term() {
    let text = "header { target:: juniper f }\nterm a {\n  source-address:: INTERNAL\n  action:: accept\n}\n";
    let (answer, open) = against_itself(text);
    assert_eq!(answer, Comparison::Undecided);
    assert!(open.iter().any(|point| point.starts_with("line 2: ") && point.contains("INTERNAL")), "{open:?}");
}

#[test]
fn a_row_with_a_cell_too_few_is_named_with_its_line() {
    let text = "action,protocol,src,sport,dst,dport\npermit,tcp,any,any,10.0.0.1,443\npermit,tcp,any,any,10.0.0.1\n";
    let (answer, open) = against_itself(text);
    assert_eq!(answer, Comparison::Undecided);
    assert_eq!(open, ["line 3: 5 cells where 6 are expected"]);
}

#[test]
fn what_is_open_and_decides_nothing_is_not_named() {
    let text = "action,protocol,src,sport,dst,dport\ndeny,any,any,any,any,any\npermit,tcp,any,any,10.0.0.1\n";
    assert_eq!(against_itself(text), (Comparison::Equal, Vec::new()));
}
