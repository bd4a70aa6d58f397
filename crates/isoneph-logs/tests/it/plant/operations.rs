//! A log of one account, with critical operations whose approval, second factor and end are planted one by one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Random, time};

pub(crate) const ACCOUNT: &str = "222222222222";
/// 2026-11-02T00:00:00Z.
const START: i64 = 1_793_577_600;
const HOUR: i64 = 3_600;
const PEOPLE: [&str; 5] = ["amir.khan", "bea.silva", "chen.li", "dora.novak", "elif.okoye"];

/// What was planted: how many operations of each kind.
#[derive(Default)]
pub(crate) struct Planted {
    /// One record a line.
    pub log: String,
    /// The register of changes, as CSV.
    pub changes: String,
    /// Runs of the pipeline, as CSV.
    pub runs: String,
    pub events: u64,
    pub done: u64,
    pub refused: u64,
    pub without_mfa: u64,
    pub mfa_not_told: u64,
    pub approvals: BTreeMap<&'static str, u64>,
    pub own_approver: u64,
    pub half_done: u64,
}

/// Each kind has an hour of its own, so that no change meant for one covers another.
pub(crate) fn plant(seed: u64, rounds: u64) -> Planted {
    let mut planted = Planted {
        changes: "id,state,account,from,until,classes,actors,approvers\n".to_owned(),
        runs: "run_id,commit,roles,account,started_at,ended_at,author,reviewers\n".to_owned(),
        ..Planted::default()
    };
    let mut random = Random::new(seed);
    for round in 0..rounds {
        planted.plant_round(&mut random, round);
    }
    planted
}

impl Planted {
    fn plant_round(&mut self, random: &mut Random, round: u64) {
        let kinds =
            ["change", "own", "rejected", "beside", "nothing", "run", "run-own", "run-unreviewed", "half", "noise"];
        let day = START + round as i64 * 30 * 24 * HOUR;
        for (place, kind) in kinds.into_iter().enumerate() {
            // Two days apart, further than any window explains.
            let from = day + place as i64 * 48 * HOUR;
            let who = *random.pick(&PEOPLE);
            let other = *PEOPLE.iter().find(|name| **name != who).unwrap();
            for _ in 0..1 + random.below(4) {
                self.plant_one(random, kind, from, who, other, round);
            }
        }
    }

    fn plant_one(&mut self, random: &mut Random, kind: &str, from: i64, who: &str, other: &str, round: u64) {
        let at = from + random.below(HOUR as u64) as i64;
        let run = format!("{}", 9_000_000 + self.events);
        let commit = random.hex(40);
        let number = self.events;
        let mut change = |state: &str, from: i64, approver: &str| {
            let (from, until) = (time(from), time(from + HOUR));
            self.changes.push_str(&format!("C{number},{state},{ACCOUNT},{from},{until},storage,{who},{approver}\n"));
        };
        match kind {
            "change" => change("approved", from, other),
            "own" => change("approved", from, who),
            "rejected" => change("rejected", from, other),
            "beside" => change("approved", from + 2 * HOUR, other),
            _ => {}
        }
        let mut reviewed = |reviewers: &str| {
            let (from, until) = (time(from), time(from + HOUR));
            self.runs.push_str(&format!("{run},{commit},DeployPipeline,{ACCOUNT},{from},{until},{who},{reviewers}\n"));
        };
        let session = if random.in_a_hundred(50) { format!("deploy-{run}") } else { format!("ci-{}", &commit[..12]) };
        match kind {
            "run" => reviewed(&format!("{who};{other}")),
            "run-own" => reviewed(who),
            "run-unreviewed" => reviewed(""),
            "noise" => {
                self.event(random, at, "DescribeVolumes", who, Some(true), None);
                return;
            }
            _ => {}
        }
        let pipeline = kind.starts_with("run");
        let mfa = if pipeline { Some(false) } else { [Some(true), Some(false), None][random.below(3) as usize] };
        let how = match kind {
            "change" | "own" => "change",
            "run" | "run-own" => "pipeline",
            "rejected" | "run-unreviewed" => "not-approved",
            "beside" => "outside-window",
            _ => "none",
        };
        if kind == "half" {
            // Told apart from other rounds by its actor, from other operations by the hour.
            let actor = format!("half.{round}");
            self.event(random, from, "DeleteVolume", &actor, mfa, None);
            self.event(random, from + 60, "DeleteVolume", &actor, mfa, Some("Client.VolumeInUse"));
            self.refused += 1;
            self.half_done += 1;
        } else {
            let actor = if pipeline { session.as_str() } else { who };
            self.event(random, at, "DeleteVolume", actor, mfa, None);
            self.own_approver += u64::from(kind.ends_with("own"));
        }
        self.done += 1;
        *self.approvals.entry(how).or_default() += 1;
        // A reviewed run is a program; one that nobody reviewed is not known to be one.
        if how != "pipeline" {
            self.without_mfa += u64::from(mfa == Some(false));
            self.mfa_not_told += u64::from(mfa.is_none());
        }
    }

    fn event(&mut self, random: &mut Random, at: i64, name: &str, actor: &str, mfa: Option<bool>, error: Option<&str>) {
        let role = if actor.starts_with("deploy-") || actor.starts_with("ci-") { "DeployPipeline" } else { "Admin" };
        let mut attributes = json!({ "creationDate": time(at - 60) });
        if let Some(mfa) = mfa {
            attributes["mfaAuthenticated"] = json!(mfa.to_string());
        }
        let mut event = json!({
            "eventVersion": "1.10", "eventTime": time(at), "eventSource": "ec2.amazonaws.com", "eventName": name,
            "awsRegion": "eu-west-1", "sourceIPAddress": "192.0.2.1", "userAgent": "aws-cli/2",
            "userIdentity": {
                "type": "AssumedRole", "principalId": format!("AROAEXAMPLE:{actor}"), "accountId": ACCOUNT,
                "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{actor}"),
                "sessionContext": { "attributes": attributes, "sessionIssuer": {
                    "type": "Role", "arn": format!("arn:aws:iam::{ACCOUNT}:role/{role}"), "accountId": ACCOUNT, "userName": role,
                } },
            },
            "requestParameters": { "volumeId": format!("vol-{}", random.hex(17)) }, "responseElements": Value::Null,
            "eventID": random.hex(32), "readOnly": name.starts_with("Describe"), "eventType": "AwsApiCall",
            "managementEvent": true, "recipientAccountId": ACCOUNT, "eventCategory": "Management",
        });
        if let Some(error) = error {
            event["errorCode"] = json!(error);
        }
        self.log.push_str(&event.to_string());
        self.log.push('\n');
        self.events += 1;
    }
}
