//! One rule, read word by word: what it asks for, and where its packets go then.

use super::chain::{Flow, Step};
use super::condition::{Asked, condition, established, state, target, tcp_flags, unknown};
use super::unread::Unread;
use super::words;
use crate::acl::address;
use crate::acl::draft::Draft;
use crate::packet::{Family, names};
use crate::policy::{Action, Certainty, Condition, NoteKind};

/// Modules that match by their options alone, which are read or named one by one.
const MODULES: &[&str] = &[
    "tcp",
    "udp",
    "udplite",
    "sctp",
    "dccp",
    "icmp",
    "icmp6",
    "icmpv6",
    "multiport",
    "iprange",
    "state",
    "conntrack",
    "comment",
    "addrtype",
    "set",
    "mark",
    "connmark",
    "mac",
    "owner",
    "physdev",
    "string",
    "u32",
    "bpf",
    "length",
    "ttl",
    "hl",
    "tos",
    "dscp",
    "helper",
    "pkttype",
    "time",
    "recent",
    "statistic",
    "hashlimit",
    "connlimit",
    "policy",
    "cgroup",
    "tcpmss",
];
/// Options of targets and matches that hold no condition, with the number of words they take.
const SILENT: &[(&str, usize)] = &[
    ("--comment", 1),
    ("--reject-with", 1),
    ("--log-prefix", 1),
    ("--log-level", 1),
    ("--log-tcp-sequence", 0),
    ("--log-tcp-options", 0),
    ("--log-ip-options", 0),
    ("--log-uid", 0),
    ("--nflog-group", 1),
    ("--nflog-prefix", 1),
    ("--nflog-threshold", 1),
    ("--ulog-prefix", 1),
    ("--set-mark", 1),
    ("--set-xmark", 1),
    ("--clamp-mss-to-pmtu", 0),
    ("--set-mss", 1),
    ("-c", 2),
    ("--set-counters", 2),
];

/// What stands around a rule and tells what its words mean.
#[derive(Clone, Copy)]
pub(super) struct Around {
    pub(super) family: Option<Family>,
    /// Whether some packets are exempt from connection tracking, and so in no state but `UNTRACKED`.
    pub(super) untracked: bool,
}

/// Reads the words after the chain's name.
pub(super) fn step(words: &[String], line: u32, label: &str, around: Around) -> Step {
    let words = words::apart(words);
    let mut reading = Reading {
        words: &words,
        next: 0,
        around,
        draft: Draft::new(line, label),
        asked: Asked::anything(),
        unread: Unread::default(),
        fragments: None,
        is_open: false,
        flow: None,
    };
    while let Some((option, negated)) = reading.option() {
        reading.read(option, negated);
    }
    reading.finish(line, label)
}

/// A rule while it is read.
struct Reading<'w> {
    words: &'w [String],
    next: usize,
    around: Around,
    draft: Draft,
    asked: Asked,
    unread: Unread,
    /// Whether it is about later fragments, or about all packets but these.
    fragments: Option<bool>,
    /// Whether some of its words are not understood, among which a target may be.
    is_open: bool,
    /// What its target does, once there is one.
    flow: Option<Flow>,
}

impl<'w> Reading<'w> {
    /// The next option, and whether it is negated.
    fn option(&mut self) -> Option<(&'w str, bool)> {
        let negated = self.words.get(self.next)? == "!";
        self.next += usize::from(negated);
        let option = self.words.get(self.next)?;
        self.next += 1;
        // The older order of words: `-s ! 10.0.0.0/8`. In `--syn ! -i lo` it is of the next option.
        let of_value = |next: &[String]| next[0] == "!" && !next[1].starts_with('-');
        let late = self.words.get(self.next..self.next + 2).is_some_and(of_value);
        self.next += usize::from(late);
        Some((option, negated || late))
    }

    /// A word behind the option, from 0; nothing where there is none.
    fn value(&self, number: usize) -> &'w str {
        self.words.get(self.next + number).map(String::as_str).unwrap_or_default()
    }

    fn read(&mut self, option: &'w str, negated: bool) {
        if let Some((_, count)) = SILENT.iter().find(|(name, _)| *name == option) {
            self.next += count;
            return;
        }
        let value = self.value(0);
        self.next += match option {
            "-m" | "--match" => {
                self.module(value);
                1
            }
            "-j" | "--jump" | "-g" | "--goto" => {
                self.unread.enter("");
                let goes = option == "-g" || option == "--goto";
                self.flow = Some(if goes { Flow::Goto(value.to_owned()) } else { target(value) });
                1
            }
            "--tcp-flags" => {
                let set = self.value(1);
                tcp_flags(&mut self.draft, value, set, negated);
                2
            }
            "-f" | "--fragment" => {
                self.fragments = Some(!negated);
                0
            }
            "--syn" => {
                established(&mut self.draft, negated, Some(names::TCP));
                0
            }
            "-4" | "--ipv4" | "-6" | "--ipv6" => {
                let wanted = if option.contains('4') { Family::V4 } else { Family::V6 };
                if self.around.family.is_some_and(|family| family != wanted) {
                    self.draft.never("is for the other family");
                }
                0
            }
            "--state" | "--ctstate" => {
                match state(&mut self.draft, value, negated, self.around.untracked) {
                    Ok(states) => self.asked = self.asked.both(states),
                    Err(message) => unknown(&mut self.draft, &[option, value], negated, message),
                }
                1
            }
            "--dst-type" if self.kind_of_destination(value, negated) => 1,
            _ => self.condition(option, negated),
        };
    }

    fn module(&mut self, name: &str) {
        self.unread.enter(name);
        // Others match something without any option, as `socket` and `rpfilter` do.
        let limited = name == "limit" && self.words.iter().any(|word| word.starts_with("--limit"));
        if !limited && !MODULES.contains(&name) {
            self.unread.module();
            self.draft.note(NoteKind::NotUnderstood, format!("module {name} is not understood"));
        }
    }

    /// Reads `-m addrtype --dst-type`, where it says which addresses are meant, or the machine's own; false where it does not.
    fn kind_of_destination(&mut self, kind: &str, negated: bool) -> bool {
        if !self.unread.is_in("addrtype") || self.words.iter().any(|word| word.starts_with("--limit-iface")) {
            return false;
        }
        let set = match (kind, negated) {
            ("MULTICAST", true) | ("LOCAL", false) => address::multicast().complement(),
            ("MULTICAST", false) => address::multicast(),
            _ => return false,
        };
        self.draft.limit(|one| one.destination = one.destination.intersection(&set));
        if kind == "LOCAL" {
            self.draft.ask(Condition::Own { holds: true });
            self.draft.note(NoteKind::Depends, "is about the machine's own addresses: which these are is not known");
        }
        true
    }

    /// Reads what an option asks for, and says how many words it took.
    fn condition(&mut self, option: &str, negated: bool) -> usize {
        let value = self.value(0);
        // The module `policy` has a `--proto` of its own.
        let is_other = option == "--proto" && self.unread.is_in("policy");
        let read = if is_other { Ok(false) } else { condition(&mut self.draft, option, value, negated) };
        match read {
            Ok(true) => 1,
            Ok(false) => self.unknown_option(option, negated),
            Err(message) => {
                unknown(&mut self.draft, &[option, value], negated, message);
                1
            }
        }
    }

    /// An option that nobody knows takes all words up to the next option.
    fn unknown_option(&mut self, option: &str, negated: bool) -> usize {
        let rest = self.words.get(self.next..).unwrap_or_default();
        let values = rest.iter().take_while(|word| !word.starts_with('-') && *word != "!");
        let said: Vec<&str> = std::iter::once(option).chain(values.map(String::as_str)).collect();
        self.unread.option(said.join(" "), negated);
        self.draft.note(NoteKind::NotUnderstood, format!("option {option} is not understood"));
        // A target goes by `--jump` and `--goto`, which may be shortened, and by no other option.
        self.is_open |= !option.starts_with("--") || option.starts_with("--j") || option.starts_with("--g");
        said.len() - 1
    }

    /// What becomes of packets, with what is noted where that is not told.
    fn flow(&mut self) -> Flow {
        let flow = self.flow.take();
        match flow {
            None if self.is_open => {
                let message = "no target was found among words that are not understood: anything may follow";
                self.draft.note(NoteKind::NotUnderstood, message);
                return Flow::Decide(None);
            }
            None => self.draft.note(NoteKind::Ignored, "has no target: it counts only"),
            Some(Flow::Continue) => self.draft.note(NoteKind::Ignored, "its target does not decide"),
            Some(_) => {}
        }
        flow.unwrap_or(Flow::Continue)
    }

    fn finish(mut self, line: u32, label: &str) -> Step {
        let flow = self.flow();
        let is_plain = match (&flow, self.fragments) {
            (Flow::Continue, _) => true,
            // What later fragments might pass by stays open.
            (Flow::Decide(Some(action)), Some(only)) => (*action == Action::Deny) == only,
            _ => false,
        };
        if let Some(only) = self.fragments.filter(|_| !is_plain) {
            let message = "is about later fragments, which are outside of what is compared";
            unknown(&mut self.draft, &["-f"], !only, message);
            self.fragments = None;
        }
        let mut draft = self.draft;
        self.unread.conditions().for_each(|condition| draft.ask(condition));
        let certainty = if draft.is_uncertain() { Certainty::AtMost } else { Certainty::Exact };
        let nothing = draft.matches_nothing();
        let conditions = draft.take_conditions();
        let matches = std::mem::take(&mut draft.matches).into_iter().filter(|one| !nothing && !one.is_nothing());
        let places = matches.flat_map(|one| self.asked.places(one, &conditions)).collect();
        let words = words::without_remarks(self.words);
        let (fragments, notes) = (self.fragments, draft.take_notes());
        Step { flow, places, fragments, certainty, line, label: label.to_owned(), words, notes }
    }
}
