//! A page behind which more follows is told, and what it leaves open is open.

use isoneph_logs::coverage::OpenPage;
use isoneph_logs::ingest::{FileEntry, Manifest, MoreFollows};

use crate::support::{Bench, event};

fn entries(bench: &Bench) -> Vec<FileEntry> {
    let manifest = Manifest::load(&bench.store()).unwrap().unwrap();
    manifest.files(&bench.store()).map(Result::unwrap).collect()
}

/// Events of these hours, in this order.
fn list(hours: &[u8]) -> String {
    let time = |hour: &u8| format!("2026-11-02T{hour:02}:00:00Z");
    let events: Vec<String> =
        hours.iter().map(|hour| event(&format!("e{hour}"), "111122223333", &time(hour))).collect();
    format!("[{}]", events.join(","))
}

#[test]
fn a_page_says_that_more_follows_and_where() {
    let open = |earlier, later| Some(MoreFollows { earlier, later });
    let (falling, rising) = (list(&[9, 8, 7]), list(&[7, 8, 9]));
    for (content, more) in [
        (format!(r#"{{"Events":{falling},"NextToken":"abc"}}"#), open(true, false)),
        (format!(r#"{{"@odata.nextLink":"https://x/?$skiptoken=1","value":{falling}}}"#), open(true, false)),
        (format!(r#"{{"entries":{rising},"nextPageToken":"abc"}}"#), open(false, true)),
        (format!(r#"{{"items":{},"metadata":{{"continue":"abc"}}}}"#, list(&[8, 7, 9])), open(true, true)),
        (format!(r#"{{"value":{},"nextLink":"https://x"}}"#, list(&[8])), open(true, true)),
        (r#"{"value":[],"nextLink":"https://x"}"#.to_owned(), open(true, true)),
        (format!(r#"{{"Events":{falling}}}"#), None),
        (format!(r#"{{"Events":{falling},"NextToken":null}}"#), None),
        // All pages, one behind the other, or in a list.
        (format!(r#"{{"Events":{falling},"NextToken":"abc"}}{{"Events":{}}}"#, list(&[6, 5])), None),
        (format!(r#"[{{"Events":{falling},"NextToken":"abc"}},{{"Events":{}}}]"#, list(&[6, 5])), None),
        (format!(r#"[{{"Events":{falling}}},{{"Events":{},"NextToken":"abc"}}]"#, list(&[6, 5])), open(true, false)),
    ] {
        let bench = Bench::new();
        bench.file("a.json", &content);
        let summary = bench.ingest();
        assert_eq!(entries(&bench)[0].more, more, "{content}");
        assert_eq!(summary.problems.len(), usize::from(more.is_some()), "{content}");
        let again = bench.ingest();
        assert_eq!(again.problems.len(), usize::from(more.is_some()), "it is told again: {content}");
    }
}

#[test]
fn what_is_no_log_is_no_page_of_one() {
    let bench = Bench::new();
    bench.file("vms.json", r#"{"value":[{"id":"/subscriptions/x","type":"vm"}],"nextLink":"https://x"}"#);
    bench.ingest();
    assert!(entries(&bench).iter().all(|entry| entry.more.is_none()));
}

#[test]
fn a_page_is_settled_by_a_whole_answer_that_goes_on_where_it_breaks_off() {
    let page = format!(r#"{{"Events":{},"NextToken":"abc"}}"#, list(&[9, 8, 7]));
    for (other, shown) in [
        (list(&[9, 8, 7, 6]), true),
        (list(&[9, 8, 6]), false),
        // The page after it: whether one is missing between them, nothing tells.
        (list(&[6, 5, 4, 3]), false),
        (list(&[9, 8, 7, 6]).replace("111122223333", "444455556666"), false),
        (format!(r#"{{"Events":{},"NextToken":"def"}}"#, list(&[9, 8, 7, 6])), false),
    ] {
        let bench = Bench::new();
        bench.file("a.json", &page);
        bench.file("b.json", &other);
        bench.ingest();
        let entries = entries(&bench);
        let page = OpenPage::of(&entries[0]).unwrap();
        assert_eq!(page.is_shown_by(&entries[1]), shown, "{other}");
    }
}
