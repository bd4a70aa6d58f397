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
    for bad in ["<script", "<img", "\u{202e}", "\u{1b}", "http:", "https:"] {
        assert!(!text.contains(bad), "{bad}");
    }
    // The one thing that is referred to stands in the page itself.
    assert!(!text.replace("url(#tip)", "").contains("url("));
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

/// A hub that all send to, and tenants of a web and two machines each that it sends to.
fn tenants(count: usize) -> Picture {
    let mut picture = Picture::default();
    picture.parties.push(Party { name: "the internet".to_owned() });
    let link = |from, to, what: &str| Link { from, to, surely: true, what: what.to_owned(), because: Vec::new() };
    for tenant in 0..count {
        let web = picture.parties.len();
        for role in ["web", "left", "right"] {
            picture.parties.push(Party { name: format!("{role}-{tenant}") });
        }
        picture.links.extend((web..web + 3).map(|party| link(party, 0, "any")));
        picture.links.extend([link(web, web + 1, "tcp 1"), link(web, web + 2, "tcp 1")]);
    }
    picture
}

#[test]
fn the_graph_leaves_out_what_everybody_has_and_says_so() {
    let text = page(&tenants(60));
    assert!(text.contains("180 of 180 reach the internet"), "what is left out is told");
    assert!(text.contains("1 of 181 classes have no other link"));
    let graph = text.split("class=\"graph\"").nth(1).unwrap().split("</svg>").next().unwrap();
    assert_eq!(graph.matches("<path class=").count(), 60, "one line a tenant: its two machines fare alike");
    assert!(graph.contains(">left-7 and 1 alike<") && graph.contains("<title>left-7, right-7</title>"));
    assert!(!graph.contains("→ the internet"));
    assert_eq!(text.matches("<tr id=").count(), 300, "the list has all");
    let few = page(&tenants(2));
    assert!(!few.contains("Not drawn"), "of a few links all are drawn");
}

#[test]
fn parties_that_differ_in_what_passes_are_not_drawn_as_one() {
    let mut picture = tenants(2);
    picture.links[4].what = "tcp 2".to_owned();
    let text = page(&picture);
    assert!(text.contains(">left-1 and 1 alike<") && !text.contains(">left-0 and 1 alike<"));
}

#[test]
fn a_graph_that_nobody_could_follow_is_not_drawn() {
    let mut picture = picture(100);
    picture.links = (0..100)
        .flat_map(|from| (1..10).map(move |step| (from, (from + step * step) % 100)))
        .map(|(from, to)| Link { from, to, surely: true, what: format!("tcp {from}"), because: Vec::new() })
        .collect();
    let text = page(&picture);
    assert!(text.contains("900 links are more than a graph can show") && !text.contains("class=\"graph\""));
}

#[test]
fn lines_of_the_graph_are_lines_and_not_areas() {
    // The classes of colours fill; what stands against them must be at least as specific.
    let text = page(&picture(3));
    assert!(text.contains(".graph path { fill: none;"));
}

#[test]
fn names_stay_in_sight_while_the_cells_move() {
    let text = page(&picture(200));
    assert!(text.contains("position: sticky") && text.contains("class=\"across\"") && text.contains("class=\"down\""));
}
