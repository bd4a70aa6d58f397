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
