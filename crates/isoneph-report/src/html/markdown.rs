//! The little Markdown that checks are written in, as HTML: paragraphs, lists, fenced code, `code` and **bold**. Nothing
//! else is understood, and everything is escaped.

use crate::plain::escaped;

/// Markdown as HTML.
pub(super) fn html(markdown: &str) -> String {
    let mut out = String::new();
    let mut lines = markdown.lines().peekable();
    while let Some(line) = lines.next() {
        let text = line.trim();
        if text.is_empty() {
            continue;
        }
        if text.starts_with("```") {
            out.push_str("<pre><code>");
            for code in lines.by_ref().take_while(|line| !line.trim_start().starts_with("```")) {
                out.push_str(&escaped(code));
                out.push('\n');
            }
            out.push_str("</code></pre>");
        } else if item(text).is_some() {
            out.push_str("<ul>");
            let mut next = Some(text.to_owned());
            while let Some(first) = next.take() {
                let mut whole = item(&first).unwrap_or(&first).to_owned();
                while let Some(more) = lines.next_if(|l| !l.trim().is_empty() && item(l.trim()).is_none()) {
                    whole = format!("{whole} {}", more.trim());
                }
                out.push_str("<li>");
                inline(&mut out, &whole);
                out.push_str("</li>");
                next = lines.next_if(|l| item(l.trim()).is_some()).map(|l| l.trim().to_owned());
            }
            out.push_str("</ul>");
        } else {
            let mut whole = text.trim_start_matches('#').trim().to_owned();
            let goes_on = |l: &&str| !l.trim().is_empty() && item(l.trim()).is_none() && !l.trim().starts_with("```");
            while let Some(more) = lines.next_if(goes_on) {
                whole = format!("{whole} {}", more.trim());
            }
            out.push_str("<p>");
            inline(&mut out, &whole);
            out.push_str("</p>");
        }
    }
    out
}

fn item(line: &str) -> Option<&str> {
    line.strip_prefix("- ").or_else(|| line.strip_prefix("* "))
}

/// Text between backquotes is code, between `**` bold.
fn inline(out: &mut String, text: &str) {
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            out.push_str("<code>");
            out.push_str(&escaped(part));
            out.push_str("</code>");
            continue;
        }
        for (index, part) in part.split("**").enumerate() {
            let bold = index % 2 == 1;
            out.push_str(if bold { "<strong>" } else { "" });
            out.push_str(&escaped(part));
            out.push_str(if bold { "</strong>" } else { "" });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_lists_and_code() {
        let text = "One\nline.\n\n- first\n  more\n- second `x<y`\n\n```hcl\na = \"b\"\n```\nEnd **now**.";
        let expected = "<p>One line.</p><ul><li>first more</li><li>second <code>x&lt;y</code></li></ul>\
                        <pre><code>a = &quot;b&quot;\n</code></pre><p>End <strong>now</strong>.</p>";
        assert_eq!(html(text), expected);
    }

    #[test]
    fn nothing_gets_through_unescaped() {
        assert_eq!(html("<script>x</script>"), "<p>&lt;script&gt;x&lt;/script&gt;</p>");
        assert_eq!(html("`<b>` \u{1b}[2J"), "<p><code>&lt;b&gt;</code> \\u{1b}[2J</p>");
        assert_eq!(
            html("```\n</code></pre><img src=x>"),
            "<pre><code>&lt;/code&gt;&lt;/pre&gt;&lt;img src=x&gt;\n</code></pre>"
        );
    }
}
