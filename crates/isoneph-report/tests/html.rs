//! The report as an HTML file.
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod fixture;

use isoneph_model::{Edition, Lang, Role};
use isoneph_report::HtmlWriter;

fn html(assessment: &fixture::Assessment, lang: Lang) -> String {
    let mut out = Vec::new();
    assessment.write(&mut HtmlWriter::new(&mut out, fixture::catalogue(), lang).unwrap()).unwrap();
    String::from_utf8(out).unwrap()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;").replace('"', "&#34;").replace('\'', "&#39;")
}

/// The page without its style and script, and with the catalogue's prose by name: that prose is tested elsewhere.
fn skeleton(lang: Lang) -> String {
    let mut page = html(&fixture::assessment(), lang);
    for element in ["style", "script"] {
        let start = page.find(&format!("<{element}>")).unwrap() + element.len() + 2;
        let end = page.find(&format!("</{element}>")).unwrap();
        page.replace_range(start..end, "…");
    }
    let policy = page.find("content=\"default-src").unwrap();
    let end = policy + page[policy..].find("\">").unwrap();
    page.replace_range(policy..end, "content=\"…");
    for control in fixture::catalogue().edition(Edition::E2015).controls() {
        page = page.replace(&escaped(control.confidence.basis.get(lang)), "[basis]");
        for role in Role::ALL {
            let cell = control.cell(*role);
            for passage in &cell.passages {
                page = page.replace(&escaped(passage.text.get(lang)), &format!("[{} {role}]", control.id));
            }
            for requirement in &cell.requires {
                page = page.replace(&escaped(requirement.what.get(lang)), &format!("[{role} {}]", requirement.key));
            }
        }
    }
    page
}

#[test]
fn english() {
    insta::assert_snapshot!(skeleton(Lang::En));
}

#[test]
fn japanese() {
    insta::assert_snapshot!(skeleton(Lang::Ja));
}

#[test]
fn nothing_from_evidence_is_markup() {
    for lang in [Lang::En, Lang::Ja] {
        let page = html(&fixture::whole_assessment(), lang);
        assert_eq!(page.matches("<script").count(), 1, "only the page's own");
        assert!(!page.contains("alert(1)</script>"));
        assert!(page.contains("&#60;script&#62;alert(1)"), "the name is there, escaped");
        let allowed =
            |c: char| c == '\n' || !(c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
        assert!(page.chars().all(allowed));
        assert!(!page.contains(" style=") && !page.contains(" onclick=") && !page.contains("javascript:"));
    }
}

#[test]
fn the_page_asks_nothing_of_a_network() {
    let page = html(&fixture::whole_assessment(), Lang::En);
    for word in ["http://", "https://", " src=", "<link", "<img", "<iframe", "url(", "@import"] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("default-src &#39;none&#39;") || page.contains("default-src 'none'"));
}

#[test]
fn every_link_leads_somewhere_and_every_name_is_unique() {
    let page = html(&fixture::whole_assessment(), Lang::Ja);
    let mut ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
    for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(ids.binary_search(&target).is_ok(), "{target}");
    }
}

#[test]
fn every_service_has_its_own_standings() {
    let page = html(&fixture::whole_assessment(), Lang::En);
    assert_eq!(page.matches("<section class=\"grid\">").count(), 2);
    assert_eq!(page.matches("<section class=\"control\"").count(), 45, "44 controls and the checks of none");
    assert!(page.contains("Service api") && page.contains("<option>api</option>"));
}

#[test]
fn long_lists_are_cut_and_say_so() {
    let mut assessment = fixture::assessment();
    let passing = assessment.outcomes[13].clone();
    let failing = assessment.outcomes[1].clone();
    let rest = assessment.outcomes.split_off(16);
    assessment.outcomes.extend(std::iter::repeat_n(passing, 300));
    assessment.outcomes.extend(std::iter::repeat_n(failing, 5_100));
    assessment.outcomes.extend(rest);
    let page = html(&assessment, Lang::En);
    assert!(page.contains("200 of 302 listed here (pass)"));
    assert!(page.contains("5000 of 5113 listed here (fail)"));
    assert_eq!(page.matches("data-o=\"pass\"").count(), 200);
    assert_eq!(page.matches("data-o=\"fail\"").count(), 5_002);
}

#[test]
fn two_runs_give_the_same_bytes() {
    assert_eq!(html(&fixture::whole_assessment(), Lang::En), html(&fixture::whole_assessment(), Lang::En));
}
