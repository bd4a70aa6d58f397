//! A run through a PAM stack: which rules are reached when the modules answer so, after pam.conf(5).

use super::pam::{Item, Rule};

/// What a module answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The person or the request is fine.
    Success,
    /// It is not.
    Failure,
}

/// What the control makes of an answer.
enum Step {
    Next,
    Bad,
    Jump(usize),
    Done,
    Die,
}

/// The rules that are reached, in their order, and whether the stack let the person pass.
#[derive(Debug, Default)]
pub struct Run<'p> {
    /// Reached rules.
    pub reached: Vec<&'p Rule>,
    failed: bool,
}

impl<'p> Run<'p> {
    /// Runs through the rules.
    pub fn through(items: &'p [Item], answer: &dyn Fn(&Rule) -> Answer) -> Self {
        let mut run = Self::default();
        run.walk(items, answer);
        run
    }

    /// Where a rule that fits is reached first.
    pub fn position(&self, fits: impl Fn(&Rule) -> bool) -> Option<usize> {
        self.reached.iter().position(|rule| fits(rule))
    }

    /// Whether the stack has turned the person away.
    pub fn fails(&self) -> bool {
        self.failed
    }

    /// Runs through one stack; the end of a stack inside another leads on in the outer one.
    fn walk(&mut self, items: &'p [Item], answer: &dyn Fn(&Rule) -> Answer) {
        let mut at = 0;
        while let Some(item) = items.get(at) {
            at += 1;
            let rule = match item {
                Item::Stack(inner) => {
                    self.walk(inner, answer);
                    continue;
                }
                Item::Rule(rule) => rule,
            };
            self.reached.push(rule);
            match step(&rule.control, answer(rule)) {
                Step::Next => {}
                Step::Bad => self.failed = true,
                Step::Jump(rules) => at += rules,
                // After a failure success ends nothing.
                Step::Done if self.failed => {}
                Step::Done => return,
                Step::Die => {
                    self.failed = true;
                    return;
                }
            }
        }
    }
}

fn step(control: &str, answer: Answer) -> Step {
    match (control, answer) {
        ("required", Answer::Failure) => Step::Bad,
        ("requisite", Answer::Failure) => Step::Die,
        ("sufficient", Answer::Success) => Step::Done,
        (bracketed, answer) if bracketed.starts_with('[') => {
            let names: &[&str] = match answer {
                Answer::Success => &["success", "default"],
                Answer::Failure => &["auth_err", "default"],
            };
            let inner = bracketed.trim_matches(['[', ']']);
            let action = |name: &str| {
                let mut pairs = inner.split_whitespace().filter_map(|pair| pair.split_once('='));
                pairs.find(|(key, _)| *key == name).map(|(_, action)| action)
            };
            match names.iter().find_map(|name| action(name)) {
                Some("bad") => Step::Bad,
                Some("die") => Step::Die,
                Some("done") => Step::Done,
                Some(other) => other.parse().map_or(Step::Next, Step::Jump),
                // What the control does not name is bad.
                None => Step::Bad,
            }
        }
        _ => Step::Next,
    }
}
