//! Results in SARIF 2.1.0, as Checkov, Trivy, KICS and many others write them.
//!
//! Only `kind: pass` is a pass; a result without a kind is a `fail`, as SARIF says. `open`, `review` and `informational`
//! decide nothing, and neither does a result that a comparison with a baseline calls gone. A run that failed, or has no
//! results, is noted: no result is not a pass.

use std::collections::BTreeMap;

use isoneph_model::{Locator, Outcome};
use isoneph_tables::{Cell, Instant};
use serde_json::Value;

use super::controls::{Controls, Reference};
use super::fields::{LIST_CAP, at, cell, first_text, instant, list, number, text, texts, time_cell};
use super::reported::{Drain, Refusal, Reported, Thing, severity_cell};
use super::walk::{RECORD_CAP, Taken, Walker};
use crate::Fault;

/// More rules of one tool than this are not kept.
const MOST_RULES: usize = 100_000;

/// More results than this are not kept waiting for the tool that found them to be named.
const MOST_WAITING: usize = 100_000;

/// Reads a whole SARIF log.
pub(super) fn read_log(walker: &mut Walker<'_>, drain: &mut Drain<'_>) -> Result<(), Fault> {
    walker.object(&mut |walker, key| match key {
        "runs" if walker.peek()? == Some(b'[') => walker.array(&mut |walker, _| read_run(walker, drain)),
        _ => walker.skip(),
    })
}

/// A run in the reading. The order of its members is free: results that come before the tool wait for it.
#[derive(Default)]
struct Run {
    tool: Option<Tool>,
    observed_at: Cell<Instant>,
    failed: bool,
    listed: bool,
    results: u64,
    waiting: Vec<(Locator, Value)>,
}

fn read_run(walker: &mut Walker<'_>, drain: &mut Drain<'_>) -> Result<(), Fault> {
    if walker.peek()? != Some(b'{') {
        drain.refuse(&walker.place(), "unreadable", "a run should be an object");
        return walker.skip();
    }
    let place = walker.place();
    let mut run = Run::default();
    let walked = walker.object(&mut |walker, key| match (key, walker.peek()?) {
        ("tool", Some(b'{')) => member(walker, drain).map(|tool| run.tool = tool.as_ref().map(Tool::new)),
        ("invocations", Some(b'[')) => member(walker, drain).map(|it| run.invoked(it.as_ref())),
        ("results", Some(b'[')) => {
            run.listed = true;
            walker.array(&mut |walker, _| read_result(walker, &mut run, drain))
        }
        _ => walker.skip(),
    });
    // What was found before the log broke off is kept all the same.
    run.finish(&place, drain)?;
    walked
}

/// A member of a run that is needed as a whole.
fn member(walker: &mut Walker<'_>, drain: &mut Drain<'_>) -> Result<Option<Value>, Fault> {
    let place = walker.place();
    let mut buffer = Vec::new();
    match walker.take(&mut buffer, RECORD_CAP)? {
        Taken::TooLarge => drain.refuse(&place, "too-large", "this is larger than 16 MiB"),
        Taken::Whole => match serde_json::from_slice(&buffer) {
            Ok(value) => return Ok(Some(value)),
            Err(error) => drain.refuse(&place, "unreadable", &error.to_string()),
        },
    }
    Ok(None)
}

fn read_result(walker: &mut Walker<'_>, run: &mut Run, drain: &mut Drain<'_>) -> Result<(), Fault> {
    run.results += 1;
    let place = walker.place();
    let Some(result) = member(walker, drain)? else { return Ok(()) };
    match &run.tool {
        Some(_) => run.accept(&place, &result, drain),
        None if run.waiting.len() < MOST_WAITING => {
            run.waiting.push((place, result));
            Ok(())
        }
        None => {
            drain.refuse(&place, "too-many", "too many results stand before the tool that found them");
            Ok(())
        }
    }
}

impl Run {
    fn invoked(&mut self, invocations: Option<&Value>) {
        let Some(invocations) = invocations else { return };
        let each = || invocations.as_array().into_iter().flatten().take(LIST_CAP);
        self.failed = each().any(|i| at(i, &["executionSuccessful"]).and_then(Value::as_bool) == Some(false));
        let ends: Vec<&str> = each().filter_map(|i| first_text(i, &[&["endTimeUtc"], &["startTimeUtc"]])).collect();
        self.observed_at = time_cell(!ends.is_empty(), ends.into_iter().filter_map(instant).max());
    }

    fn accept(&self, place: &Locator, result: &Value, drain: &mut Drain<'_>) -> Result<(), Fault> {
        let unnamed = Tool::default();
        let tool = self.tool.as_ref().unwrap_or(&unnamed);
        let read = tool.read(result, &self.observed_at, &mut drain.controls);
        drain.accept(place, read)
    }

    fn finish(mut self, place: &Locator, drain: &mut Drain<'_>) -> Result<(), Fault> {
        for (place, result) in std::mem::take(&mut self.waiting) {
            self.accept(&place, &result, drain)?;
        }
        let tool =
            self.tool.as_ref().and_then(|tool| tool.name.known()).map_or("a tool without a name", String::as_str);
        let note = match (self.failed, self.listed, self.results) {
            (true, _, _) => "reports that it failed: what it did not find may be there",
            (false, false, _) => "gives no list of results: it may not have looked",
            (false, true, 0) => "lists no result: that is no pass for anything",
            _ => return Ok(()),
        };
        drain.sink.input_mut(drain.input).notes.push(format!("{place}: {tool} {note}"));
        Ok(())
    }
}

/// The tool of a run, with what results need of its rules.
#[derive(Default)]
struct Tool {
    name: Cell<String>,
    version: Cell<String>,
    rules: BTreeMap<String, Rule>,
    ids: Vec<String>,
}

#[derive(Default)]
struct Rule {
    title: Option<String>,
    level: Option<String>,
    security_severity: Option<String>,
    messages: Value,
    references: Vec<(Option<String>, String)>,
}

impl Tool {
    fn new(tool: &Value) -> Tool {
        let version = first_text(tool, &[&["driver", "semanticVersion"], &["driver", "version"]]);
        let mut read = Tool { name: cell(text(tool, &["driver", "name"])), version: cell(version), ..Tool::default() };
        let rules =
            |component: &Value| at(component, &["rules"]).and_then(Value::as_array).cloned().unwrap_or_default();
        let of_driver = at(tool, &["driver"]).map(rules).unwrap_or_default();
        read.ids = of_driver.iter().take(MOST_RULES).map(|r| text(r, &["id"]).unwrap_or_default().to_owned()).collect();
        let of_extensions = list(tool, &["extensions"]).flat_map(rules);
        for rule in of_driver.into_iter().chain(of_extensions).take(MOST_RULES) {
            if let Some(id) = text(&rule, &["id"]) {
                read.rules.entry(id.to_owned()).or_insert_with(|| Rule::new(&rule));
            }
        }
        read
    }

    fn read(&self, result: &Value, observed_at: &Cell<Instant>, controls: &mut Controls) -> Result<Reported, Refusal> {
        if !result.is_object() {
            return Err(Refusal::because("a result should be an object"));
        }
        let id = self.rule_id(result).ok_or_else(|| Refusal::because("the result names no rule"))?;
        let unknown = Rule::default();
        // `CA1000/1` is a part of the rule `CA1000`.
        let rule = self.rules.get(id).or_else(|| self.rules.get(id.split_once('/')?.0)).unwrap_or(&unknown);
        let own = references(result);
        let named = own.iter().chain(&rule.references);
        let named = named.map(|(standard, text)| Reference { standard: standard.as_deref(), text });
        let (said, severity) = rule.severity(result);
        Ok(Reported {
            id: text(result, &["guid"]).unwrap_or_default().to_owned(),
            tool: self.name.clone(),
            tool_version: self.version.clone(),
            rule: id.to_owned(),
            title: cell(rule.title.as_deref()),
            verdict: verdict(result),
            severity: severity_cell(said, severity),
            suppressed: is_suppressed(result),
            observed_at: observed_at.clone(),
            message: cell(rule.message(result)),
            bearing: controls.of(named, id),
            provider: cell(provider_of_rule(id)),
            account: Cell::default(),
            things: thing(result).into_iter().collect(),
        })
    }

    fn rule_id<'v>(&'v self, result: &'v Value) -> Option<&'v str> {
        let by_index = || {
            let index = number(result, &["ruleIndex"]).or_else(|| number(result, &["rule", "index"]))?;
            self.ids.get(usize::try_from(index).ok()?).map(String::as_str).filter(|id| !id.is_empty())
        };
        first_text(result, &[&["ruleId"], &["rule", "id"]]).or_else(by_index)
    }
}

impl Rule {
    fn new(rule: &Value) -> Rule {
        let owned = |path: &[&str]| text(rule, path).map(str::to_owned);
        let titles: [&[&str]; 3] = [&["shortDescription", "text"], &["name"], &["fullDescription", "text"]];
        let score = at(rule, &["properties", "security-severity"]);
        Rule {
            title: first_text(rule, &titles).map(str::to_owned),
            level: owned(&["defaultConfiguration", "level"]),
            security_severity: score.map(|s| s.as_str().map_or_else(|| s.to_string(), str::to_owned)),
            messages: at(rule, &["messageStrings"]).cloned().unwrap_or_default(),
            references: references(rule),
        }
    }

    fn message<'v>(&'v self, result: &'v Value) -> Option<&'v str> {
        let by_id = || text(&self.messages, &[text(result, &["message", "id"])?, "text"]);
        text(result, &["message", "text"]).or_else(by_id)
    }

    /// A score from 0 to 10 (the thresholds are those of CVSS) says more than the level.
    fn severity(&self, result: &Value) -> (bool, Option<&'static str>) {
        let own = text(result, &["properties", "security-severity"]).map(str::to_owned);
        if let Some(score) = own.or_else(|| self.security_severity.clone()) {
            return (true, score.trim().parse().ok().and_then(severity_of_score));
        }
        let level = text(result, &["level"]).or(self.level.as_deref());
        // A failure without a level is a warning, as SARIF says; what did not fail has no severity of its own.
        match level {
            Some("error") => (true, Some("high")),
            Some("warning") => (true, Some("medium")),
            Some("note") => (true, Some("low")),
            Some("none") => (true, Some("informational")),
            Some(_) => (true, None),
            None if verdict(result) == Outcome::Fail => (true, Some("medium")),
            None => (false, None),
        }
    }
}

fn severity_of_score(score: f64) -> Option<&'static str> {
    match score {
        s if !(0.0..=10.0).contains(&s) => None,
        0.0 => Some("informational"),
        s if s < 4.0 => Some("low"),
        s if s < 7.0 => Some("medium"),
        s if s < 9.0 => Some("high"),
        _ => Some("critical"),
    }
}

fn verdict(result: &Value) -> Outcome {
    if text(result, &["baselineState"]) == Some("absent") {
        return Outcome::Unknown;
    }
    match at(result, &["kind"]) {
        None => Outcome::Fail,
        Some(kind) => match kind.as_str() {
            Some("fail") => Outcome::Fail,
            Some("pass") => super::reported::unless_hollow(Outcome::Pass, &[text(result, &["message", "text"])]),
            Some("notApplicable") => Outcome::NotApplicable,
            _ => Outcome::Unknown,
        },
    }
}

/// A suppression counts unless it is still under review or was refused.
fn is_suppressed(result: &Value) -> bool {
    list(result, &["suppressions"]).any(|s| matches!(text(s, &["status"]), None | Some("accepted")))
}

/// Tags that name a clause, and relationships to the taxonomy of a standard.
fn references(of: &Value) -> Vec<(Option<String>, String)> {
    let tags = texts(of, &["properties", "tags"]).into_iter().map(|tag| (None, tag.to_owned()));
    let related = list(of, &["relationships"]).chain(list(of, &["taxa"])).filter_map(|relation| {
        let target = at(relation, &["target"]).unwrap_or(relation);
        Some((text(target, &["toolComponent", "name"]).map(str::to_owned), text(target, &["id"])?.to_owned()))
    });
    let about_standards = |(standard, text): &(Option<String>, String)| {
        [standard.as_deref().unwrap_or_default(), text].iter().any(|t| t.contains("270") || t.contains("CLD"))
    };
    tags.chain(related).filter(about_standards).collect()
}

/// The first location: its logical name, or the file and line.
fn thing(result: &Value) -> Option<Thing> {
    let location = list(result, &["locations"]).next()?;
    let logical = list(location, &["logicalLocations"]).next();
    let name = logical.and_then(|l| first_text(l, &[&["fullyQualifiedName"], &["name"]]));
    let physical = text(location, &["physicalLocation", "artifactLocation", "uri"]).map(|uri| {
        match number(location, &["physicalLocation", "region", "startLine"]) {
            Some(line) => format!("{uri}:{line}"),
            None => uri.to_owned(),
        }
    });
    let id = name.map(str::to_owned).or(physical)?;
    Some(Thing { id, name: cell(name), ..Thing::default() })
}

/// The cloud that a rule is about, where its id says so.
fn provider_of_rule(rule: &str) -> Option<&'static str> {
    let rule = rule.strip_prefix("AVD-").unwrap_or(rule);
    let word = rule.strip_prefix("CKV_").or_else(|| rule.strip_prefix("CKV2_")).unwrap_or(rule);
    match word.split(['_', '-']).next().unwrap_or_default() {
        "AWS" => Some("aws"),
        "AZU" | "AZURE" => Some("azure"),
        "GCP" => Some("google"),
        "K8S" | "KSV" | "KCV" => Some("kubernetes"),
        _ => None,
    }
}
