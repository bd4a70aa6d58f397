//! The picture of a network.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use isoneph_report::network::{Link, MAX_PARTIES, Party, Picture, PictureError, write};

fn picture(parties: usize) -> Picture {
    let name = |number: usize| Party { name: format!("zone-{number:03}") };
    let link = |number: usize| Link {
        from: number,
        to: (number * 7 + 1) % parties,
        surely: number.is_multiple_of(2),
        what: format!("tcp {number}"),
        because: Vec::new(),
    };
    Picture {
        basis: vec!["plan.json".to_owned()],
        parties: (0..parties).map(name).collect(),
        links: (0..parties).map(link).collect(),
    }
}

fn page(picture: &Picture) -> String {
    let mut out = Vec::new();
    write(picture, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn two_hundred_zones_are_all_named_and_each_pair_leads_to_its_line() {
    let text = page(&picture(200));
    for number in 0..200 {
        let name = format!(">zone-{number:03}<");
        assert!(text.matches(&name).count() >= 3, "{name}: in the matrix twice, and in the graph");
        assert!(text.contains(&format!("id=\"p{number}\"")) && text.contains(&format!("href=\"#p{number}\"")));
    }
    assert!(text.len() < 1 << 20, "{}", text.len());
    assert_eq!(text, page(&picture(200)));
}

#[test]
fn names_from_evidence_stay_text_and_the_page_loads_nothing() {
    let mut picture = picture(3);
    picture.parties[0].name = "</title><script>alert(1)</script>\u{202e}\u{1b}[31m".to_owned();
    picture.links[0].because = vec!["\"><img src=x onerror=1>".to_owned()];
    let text = page(&picture);
    for bad in ["<script", "<img", "\u{202e}", "\u{1b}", "http:", "https:", "url("] {
        assert!(!text.contains(bad), "{bad}");
    }
    assert!(text.contains("default-src &#39;none&#39;") || text.contains("default-src 'none'"));
}

#[test]
fn more_parties_than_are_legible_are_refused() {
    let picture = picture(MAX_PARTIES + 1);
    assert!(matches!(write(&picture, &mut Vec::new()), Err(PictureError::TooMany(_))));
}

#[test]
fn an_empty_network_has_a_page_too() {
    assert!(page(&Picture::default()).contains("0 classes of endpoints"));
}
