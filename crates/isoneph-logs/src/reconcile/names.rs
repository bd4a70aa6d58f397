//! Whether two names may be one person's.
//!
//! The same person goes by a name in a register of changes, by an address in a directory and by a user's name in a cloud,
//! each with other habits: the family name first, initials, a middle name, words around it, another script. Two names
//! are told apart only where none of these could make one of the other.

/// More parts than a person's name has.
const MOST_PARTS: usize = 6;
/// How many letters the shortest names have: `Jo`, `Li`.
const SHORT_NAME: usize = 2;

/// Whether an actor's own name is this name, or has it in it, as programs name sessions: `aws-cdk-amir.khan`. `None`
/// where one may be a spelling of the other.
pub(super) fn names(own: &str, name: &str) -> Option<bool> {
    let (own, name) = (spelling(own), spelling(name));
    let inside = name.contains('.') && format!(".{own}.").contains(&format!(".{name}."));
    match own == name || inside {
        _ if own.is_empty() || name.is_empty() => None,
        true => Some(true),
        false => surely_differ(&own, &name).then_some(false),
    }
}

/// The same of several names of one person: one that is surely another's outweighs those that are too short to tell, but
/// not those that may be a spelling of the name.
pub(super) fn any_names(own: &[&str], name: &str) -> Option<bool> {
    let each: Vec<Option<bool>> = own.iter().map(|own| names(own, name)).collect();
    let may_be = |(own, told): (&&str, &Option<bool>)| told.is_none() && are_alike(&spelling(own), &spelling(name));
    match (each.contains(&Some(true)), each.contains(&Some(false))) {
        (true, _) => Some(true),
        (false, true) if !own.iter().zip(&each).any(may_be) => Some(false),
        _ => None,
    }
}

/// Whether a part of one may be one of the other's, or is made of them.
fn are_alike(one: &str, other: &str) -> bool {
    let (one, other) = (parts_of_a_person(one), parts_of_a_person(other));
    let is_made = |some: &[&str], of: &[&str]| some.iter().any(|part| is_made_of(part, of));
    let share = one.iter().any(|part| other.iter().any(|given| may_be(part, given)));
    share || is_made(&one, &other) || is_made(&other, &one)
}

/// A name in one spelling: `Amir Khan`, `amir.khan`, `amir_khan@example.com`, `Amir Khan (Contractor)` and
/// `arn:aws:iam::1:user/amir.khan` agree.
pub(super) fn spelling(name: &str) -> String {
    let name = name.trim().to_lowercase();
    let path = name.strip_prefix("arn:").or_else(|| name.strip_prefix("principal:"));
    let name = path.and_then(|path| path.rsplit('/').next()).unwrap_or(&name);
    let name = name.split('@').next().unwrap_or(name);
    let plain = parts(&without_parentheses(name));
    // What stands in parentheses alone is a name all the same.
    if plain.is_empty() { parts(name) } else { plain }
}

fn parts(name: &str) -> String {
    let is_mark = |c: char| matches!(c, '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}');
    let name = name.replace(['\'', '’'], "");
    let parts = name.split(|c: char| !c.is_alphanumeric() && !is_mark(c));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
}

fn without_parentheses(name: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '(' | '（' | '[' | '<' => depth += 1,
            ')' | '）' | ']' | '>' => {
                depth = depth.saturating_sub(1);
                kept.push(' ');
            }
            c if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}

/// Whether two spellings are surely of two people: full names in one script of which neither could stand for the other.
fn surely_differ(one: &str, other: &str) -> bool {
    let (Some(one), Some(other)) = (Name::of(one), Name::of(other)) else { return false };
    one.script == other.script
        && !one.may_stand_for(&other)
        && !other.may_stand_for(&one)
        && !one.has_initials_of(&other)
        && !other.has_initials_of(&one)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Kana,
    Han,
    Hangul,
    Other,
}

impl Script {
    fn of(c: char) -> Script {
        match c {
            '\u{0}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}' | '\u{ff21}'..='\u{ff5a}' => Script::Latin,
            '\u{3041}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}' => Script::Kana,
            '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '々' | '\u{20000}'..='\u{323af}' => Script::Han,
            '\u{ac00}'..='\u{d7af}' => Script::Hangul,
            _ => Script::Other,
        }
    }

    /// How many letters at least are a name rather than initials.
    fn letters_of_a_name(self) -> usize {
        if matches!(self, Script::Latin | Script::Other) { 3 } else { 1 }
    }
}

/// A name of at least two parts that are written out, in one script.
struct Name<'n> {
    script: Script,
    /// All parts that may be a person's.
    parts: Vec<&'n str>,
    /// Those of them that are written out.
    full: Vec<&'n str>,
}

impl<'n> Name<'n> {
    fn of(spelling: &'n str) -> Option<Name<'n>> {
        let parts = parts_of_a_person(spelling);
        let mut scripts = parts.iter().flat_map(|part| part.chars()).filter(|c| c.is_alphabetic()).map(Script::of);
        let script = scripts.next()?;
        let is_full = |part: &&str| part.chars().count() >= script.letters_of_a_name();
        let full: Vec<&str> = parts.iter().copied().filter(is_full).collect();
        // Nobody is known by two pairs of initials: `jo.do` is a name, and `jp.r.lee` may be anybody's.
        let is_short = |part: &&str| part.chars().count() >= SHORT_NAME;
        let full = if parts.len() == 2 && parts.iter().all(is_short) { parts.clone() } else { full };
        let is_name = (2..=MOST_PARTS).contains(&full.len()) && scripts.all(|other| other == script);
        is_name.then_some(Name { script, parts, full })
    }

    /// Whether a short part may be initials of the other name: `jp` of Lee Jin-Pyo, whatever more names they have.
    fn has_initials_of(&self, other: &Name<'_>) -> bool {
        let is_short = |part: &&&str| part.chars().count() < self.script.letters_of_a_name();
        let begins = |letter: char| other.parts.iter().any(|part| part.starts_with(letter));
        let is_any_short = self.full.iter().any(|part| is_short(&part));
        let letters = self.full.iter().flat_map(|part| part.chars().take(if is_short(&part) { SHORT_NAME } else { 1 }));
        is_any_short && letters.into_iter().any(begins)
    }

    /// Whether each part that is written out may be one of the other's, or one of them is made of several of the other's.
    fn may_stand_for(&self, other: &Name<'_>) -> bool {
        are_among(&self.full, &other.parts) || self.full.iter().any(|part| is_made_of(part, &other.parts))
    }
}

/// The parts of a spelling that may be a person's, without numbers.
fn parts_of_a_person(spelling: &str) -> Vec<&str> {
    let parts = spelling.split('.').map(|part| part.trim_matches(|c: char| c.is_ascii_digit()));
    parts.filter(|part| !part.is_empty() && !is_of_no_person(part)).collect()
}

/// Whether each of some parts may be another one of those given.
fn are_among(parts: &[&str], given: &[&str]) -> bool {
    let Some((first, rest)) = parts.split_first() else { return true };
    given.iter().enumerate().filter(|(_, part)| may_be(first, part)).any(|(index, _)| {
        let others: Vec<&str> = given.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, part)| *part).collect();
        are_among(rest, &others)
    })
}

/// Whether two parts may be one: the same, shortened (`bea` of `beatriz`, an initial), or written from another script or
/// without accents.
fn may_be(one: &str, other: &str) -> bool {
    let shorter = one.chars().count().min(other.chars().count());
    let has_accents = !one.is_ascii() || !other.is_ascii();
    let variations = match Script::of(one.chars().next().unwrap_or_default()) {
        Script::Latin if has_accents || shorter >= 7 => 2,
        Script::Latin | Script::Other if shorter >= 5 => 1,
        _ => 0,
    };
    one.starts_with(other) || other.starts_with(one) || strsim::levenshtein(one, other) <= variations
}

/// Whether a word is made of two parts of a name: `bsilva`, `silvab`, `beasilva` of Bea Silva.
fn is_made_of(word: &str, parts: &[&str]) -> bool {
    let initial = |name: &str| name.chars().next().map(String::from).unwrap_or_default();
    let pairs = parts.iter().enumerate().flat_map(|(i, one)| {
        parts.iter().enumerate().filter(move |(j, _)| i != *j).map(move |(_, other)| (*one, *other))
    });
    pairs.into_iter().any(|(one, other)| {
        let (f, l) = (initial(one), initial(other));
        [format!("{f}{other}"), format!("{one}{l}"), format!("{one}{other}")].iter().any(|made| made == word)
    })
}

/// Whether a word in a name says that it is a program's.
pub(super) fn names_a_program(name: &str) -> bool {
    let digits = |c: char| c.is_ascii_digit();
    spelling(name).split('.').any(|part| OF_PROGRAMS.contains(&part.trim_end_matches(digits)))
}

/// Whether a word of a name is of no person: it says what programs do, what an account or a group is for.
fn is_of_no_person(word: &str) -> bool {
    OF_PROGRAMS.contains(&word) || AROUND_NAMES.contains(&word)
}

#[rustfmt::skip]
const OF_PROGRAMS: [&str; 47] = [
    "action", "actions", "admin", "agent", "ansible", "argocd", "atlantis", "automation", "aws", "backup", "bot",
    "build", "cd", "cdk", "ci", "cli", "codebuild", "cron", "deploy", "deployer", "deployment", "function", "github",
    "githubactions", "gitlab", "handler", "jenkins", "job", "lambda", "operator", "ops", "pipeline", "pulumi", "role",
    "robot", "runner", "script", "sdk", "service", "serviceaccount", "serviceprincipal", "session", "svc", "task",
    "terraform", "worker", "workflow",
];

/// What stands before and behind names, and what groups are called.
#[rustfmt::skip]
const AROUND_NAMES: [&str; 93] = [
    "account", "adm", "administrator", "advisory", "approval", "approved", "approver", "approvers", "azure", "board",
    "by", "cab", "call", "ceo", "change", "chief", "ciso", "cloud", "committee", "company", "computer", "consultant",
    "contractor", "corp", "cto", "department", "desk", "dev", "developer", "devops", "director", "dr", "db", "de", "emergency",
    "engineer", "engineering", "eu", "ext", "extern", "external", "for", "gcp", "google", "group", "guest", "head", "hr", "infra",
    "infrastructure", "intern", "it", "jp", "jr", "laptop", "lead", "leader", "management", "manager", "mobile", "mr", "mrs", "ms",
    "network", "office", "officer", "on", "operations", "owner", "partner", "phone", "platform", "priv", "privileged",
    "prod", "production", "qa", "responsible", "root", "security", "senior", "sr", "sre", "supervisor", "support",
    "system", "team", "test", "the", "uk", "us", "user", "vendor",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_person_agree() {
        for name in [
            "Amir Khan",
            "amir.khan",
            "AMIR_KHAN@example.com",
            "arn:aws:iam::1:user/amir.khan",
            " amir-khan ",
            "Amir Khan (Contractor)",
            "(Amir Khan)",
        ] {
            assert_eq!(spelling(name), "amir.khan", "{name}");
        }
    }

    #[test]
    fn a_name_in_the_name_of_a_session_is_whose_it_is() {
        let cases = [
            ("aws-cdk-amir.khan", "amir.khan@example.com"),
            ("amir.khan-laptop", "Amir Khan"),
            ("principal://iam.googleapis.com/x/subject/amir.khan@example.com", "amir.khan"),
        ];
        for (own, name) in cases {
            assert_eq!(names(own, name), Some(true), "{own} {name}");
        }
    }

    #[test]
    fn names_that_may_be_one_persons_are_not_told_apart() {
        let cases = [
            ("amir.khan", "Khan Amir;Khan;Amir;a.khan@example.com;A. Khan;akhan;adm-akhan;acme-akhan;Amir S. Khan"),
            (
                "amir.khan",
                "amir.khan.ext@example.com;khan.amir@example.com;ext-khan.amir;アミール・カーン;khana;k.amir",
            ),
            ("amir.khan", "Change Advisory Board;System Administrator;CAB;security team;Amir Khan Mahmud"),
            ("hanako.sato", "佐藤 花子;Sato Hanako;佐藤花子;SATO Hanako;SATOU Hanako;さとう はなこ;サトウ ハナコ"),
            ("佐藤 花子", "花子 佐藤;佐藤;佐藤花子"),
            ("jo.do", "jon.doe;Johanna Dorn;Do Jo;Kim Doe;j.d;jd;D. Jung"),
            ("jp.lee", "Lee Jin-Pyo;Jin Pyo Lee;Jane Smith"),
            ("ak.it", "amir.khan"),
            ("bea.silva", "bea;bsilva;silvab2;Beatriz Silva;bsilvan;asilva"),
            ("juergen.mueller", "Jürgen Müller"),
            ("muhammad.khan", "Mohammed Khan"),
            ("bea-chen", "bea"),
            ("root", "Bea Silva"),
        ];
        for (own, others) in cases {
            for other in others.split(';') {
                assert_eq!(names(own, other), None, "{own} {other}");
                assert_ne!(names(other, own), Some(false), "{other} {own}");
            }
        }
    }

    #[test]
    fn the_full_name_of_a_user_tells_what_a_short_one_leaves_open() {
        let user = ["amir", "Amir Khan"];
        for (name, expected) in [
            ("Bea Silva", Some(false)),
            ("bea", None),
            ("amir.hassan", None),
            ("Khan Amir", None),
            ("amir.khan@example.com", Some(true)),
        ] {
            assert_eq!(any_names(&user, name), expected, "{name}");
        }
        assert_eq!(any_names(&["bsilva", "Beatriz Costa"], "Bea Silva"), None, "before she was married");
    }

    #[test]
    fn full_names_with_nothing_in_common_are_of_two_people() {
        let cases = [
            (
                "amir.khan",
                "Bea Silva;bea.silva@example.com;ines.novak;Bea Khan;samir.khan;Bea Silva (CAB);dr. bea silva",
            ),
            ("佐藤 花子", "鈴木 一郎"),
            ("hanako.sato", "Suzuki Ichiro"),
            ("aws-cdk-amir.khan", "Bea Silva"),
            ("jo.do", "amir.khan;Bea Silva"),
        ];
        for (own, others) in cases {
            for other in others.split(';') {
                assert_eq!((names(own, other), names(other, own)), (Some(false), Some(false)), "{own} {other}");
            }
        }
    }
}
