//! What a rule asks for that is not understood. The words of one module are one condition: they mean nothing apart.

use crate::policy::Condition;

/// Modules that only hold what a protocol's own options say: each option is told by itself, with or without its module.
const OF_PROTOCOLS: &[&str] = &["tcp", "udp", "udplite", "sctp", "dccp", "icmp", "icmp6", "icmpv6"];
/// Modules that may answer otherwise each time they are asked.
const COUNTING: &[&str] = &["limit", "hashlimit", "statistic", "connlimit", "recent", "quota", "nth", "random"];
/// What later rules may ask of what a rule leaves behind: by the rule's own module or target, the modules that ask.
const SETTING: &[(&str, &[&str])] = &[
    ("-m recent", &["recent"]),
    ("-m hashlimit", &["hashlimit"]),
    ("-j MARK", &["mark", "connmark"]),
    ("-j CONNMARK", &["mark", "connmark"]),
    ("-j SET", &["set"]),
    ("-j RATEEST", &["rateest"]),
    ("-j DSCP", &["dscp", "tos"]),
    ("-j TOS", &["dscp", "tos"]),
    ("-j TTL", &["ttl"]),
    ("-j HL", &["hl"]),
];

/// One module of a rule, with its words.
struct Asked {
    module: String,
    options: Vec<(String, bool)>,
}

/// The conditions of a rule that are not understood, while it is read.
#[derive(Default)]
pub(super) struct Unread {
    /// The module of which options are read; nothing where an option is of no module.
    module: String,
    /// Whether something of this module is among `asked`.
    begun: bool,
    asked: Vec<Asked>,
}

impl Unread {
    /// Options of a module follow; of none where it has no name.
    pub(super) fn enter(&mut self, module: &str) {
        let is_plain = OF_PROTOCOLS.contains(&module);
        (self.module, self.begun) = (if is_plain { String::new() } else { module.to_owned() }, false);
    }

    /// Whether options of this module are being read.
    pub(super) fn is_in(&self, module: &str) -> bool {
        self.module == module
    }

    /// The module asks for something, whatever its options say.
    pub(super) fn module(&mut self) {
        if !std::mem::replace(&mut self.begun, true) {
            self.asked.push(Asked { module: self.module.clone(), options: Vec::new() });
        }
    }

    /// An option with its words.
    pub(super) fn option(&mut self, words: String, negated: bool) {
        if self.module.is_empty() {
            self.begun = false;
        }
        self.module();
        if let Some(asked) = self.asked.last_mut() {
            asked.options.push((words, negated));
        }
    }

    /// One condition for each module.
    pub(super) fn conditions(self) -> impl Iterator<Item = Condition> {
        self.asked.into_iter().map(Asked::condition)
    }
}

impl Asked {
    fn condition(self) -> Condition {
        let module = if self.module.is_empty() { String::new() } else { format!("-m {}", self.module) };
        let one = self.options.len() == 1;
        let holds = !(one && self.options[0].1);
        let told = |(words, negated): &(String, bool)| match *negated && !one {
            true => format!("! {words}"),
            false => words.clone(),
        };
        let words: Vec<String> = Some(module).into_iter().chain(self.options.iter().map(told)).collect();
        Condition::Unknown { text: words.join(" ").trim_start().to_owned(), holds }
    }
}

/// Whether a condition may be answered otherwise when it is asked again.
pub(super) fn counts(text: &str) -> bool {
    COUNTING.iter().any(|module| is_of(text, module))
}

/// Whether a rule of these words leaves something behind that a later rule may ask for.
pub(super) fn may_set(words: &str) -> bool {
    SETTING.iter().any(|(start, _)| has(words, start))
}

/// Whether one of the conditions asks for what a rule of these words leaves behind.
pub(super) fn is_asked_for(words: &str, conditions: &[&str]) -> bool {
    let mut asking = SETTING.iter().filter(|(start, _)| has(words, start)).flat_map(|(_, modules)| *modules);
    asking.any(|module| conditions.iter().any(|text| is_of(text, module)))
}

/// Whether these words, whole, are among others.
fn has(words: &str, these: &str) -> bool {
    words.split(these).skip(1).any(|rest| rest.is_empty() || rest.starts_with(' '))
}

fn is_of(text: &str, module: &str) -> bool {
    text.starts_with("-m ") && has(text, &format!("-m {module}"))
}
