//! Who reaches whom, as text and as a picture.

use super::{OPEN, with_cluster};
use crate::isoneph;

#[test]
fn one_pair_is_answered_with_its_way() {
    let (_folder, network) = with_cluster(OPEN);
    let run = isoneph(&["network", "reach", "--from", "red-app", "--to", "blue-app", "--port", "tcp/5432", &network]);
    let text = run.ends_with(0).stdout();
    assert!(text.contains("connects: tcp 5432"), "{text}");
}

#[test]
fn the_picture_is_one_page_that_loads_nothing_and_names_every_class() {
    let (folder, network) = with_cluster(OPEN);
    let page = folder.path().join("network.html");
    let name = page.display().to_string();
    isoneph(&["network", "reach", "--format", "html", "--output", &name, &network]).ends_with(0);
    let text = std::fs::read_to_string(&page).expect("the page");
    assert!(text.starts_with("<!DOCTYPE html>") && text.trim_end().ends_with("</html>"));
    for part in ["red-app", "blue-app", "tcp 5432"] {
        assert!(text.contains(part), "{part}");
    }
    for bad in ["<script", "http:", "https:"] {
        assert!(!text.contains(bad), "{bad}");
    }
}

#[test]
fn whom_an_address_does_not_name_is_told_and_is_nobody_on_the_internet() {
    let (_folder, network) = with_cluster(OPEN);
    let ask = |from: &str, to: &str| isoneph(&["network", "reach", "--from", from, "--to", to, &network]);
    let run = ask("8.8.8.8", "10.0.0.1").ends_with(3);
    assert!(run.stderr().contains("neither end is in a network of the model"), "{}", run.stderr());
    let run = ask("red-app", "nobody").ends_with(2);
    assert!(run.stderr().contains("nothing in the model is called"), "{}", run.stderr());
}

#[test]
fn flows_that_expect_nothing_are_wrong_usage() {
    let (folder, network) = with_cluster(OPEN);
    for (name, text) in [("empty.csv", ""), ("header.csv", "src,dst,proto,port,expect\n"), ("other.csv", "x,y\n1,2\n")]
    {
        let flows = crate::file(&folder, name, text.as_bytes());
        let run = isoneph(&["network", "test", &flows, &network]).ends_with(2);
        assert!(run.stderr().contains(name) && run.stderr().contains("src and dst"), "{}", run.stderr());
    }
}

#[test]
fn files_of_a_folder_that_hold_nothing_of_a_network_are_said() {
    let (folder, _) = with_cluster(OPEN);
    for (name, text) in [("notes.json", r#"{"Things": [1]}"#), ("none.json", "[]")] {
        std::fs::write(folder.path().join(name), text).expect("a file beside");
    }
    let network = folder.path().display().to_string();
    let run = isoneph(&["network", "reach", "--from", "red-app", "--to", "blue-app", &network]).ends_with(0);
    assert!(run.stderr().contains("passed over: ") && run.stderr().contains("notes.json"), "{}", run.stderr());
    assert!(!run.stderr().contains("none.json"), "{}", run.stderr());
}
