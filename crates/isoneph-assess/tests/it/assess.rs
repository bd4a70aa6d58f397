//! Whole runs: head, outcomes and tail, over inventories as sources write them.

use std::io;

use isoneph_assess::{Engine, Pack, Settings, query};
use isoneph_assessment::{CheckOutcome, Exception, Head, Tail, Writer};
use isoneph_model::{ControlId, Edition, EvidenceClass, Extent, GapCode, Outcome, Role, SnapshotKind, Standing};
use isoneph_tables::schema::{Account, Bucket, Resource};
use isoneph_tables::{Cell, Common, Inventory, NewInput, Scope, Sink, TableId};
use jiff::civil::date;
use libtest_mimic::{Failed, Trial};

use crate::small;

#[derive(Default)]
struct Kept {
    head: Option<Head>,
    outcomes: Vec<CheckOutcome>,
    tail: Option<Tail>,
}

impl Writer for Kept {
    fn head(&mut self, head: &Head) -> io::Result<()> {
        self.head = Some(head.clone());
        Ok(())
    }

    fn outcome(&mut self, _head: &Head, outcome: &CheckOutcome) -> io::Result<()> {
        self.outcomes.push(outcome.clone());
        Ok(())
    }

    fn tail(&mut self, _head: &Head, tail: &Tail) -> io::Result<()> {
        self.tail = Some(tail.clone());
        Ok(())
    }
}

const SUPPORTS: &str = "[[supports]]\ncontrol = \"10.1.1\"\nrole = \"customer\"\nas = \"required\"\nrequirement = \"encryption-at-rest\"\n";

fn engine(settings: Settings) -> Result<Engine, Failed> {
    let sql = "SELECT b.uid AS subject, b.encrypted AS pass, named_struct('bucket', b.row) AS evidence FROM bucket b";
    let check = small::check("bucket", SUPPORTS, sql).map_err(|error| error.render())?;
    Ok(Engine::new(vec![check], settings, small::catalogue())?)
}

fn settings() -> Settings {
    Settings::new(Edition::E2015, date(2026, 6, 1))
}

fn run(settings: Settings, inventory: &Inventory) -> Result<Kept, Failed> {
    let mut kept = Kept::default();
    engine(settings)?.assess(inventory, &mut kept)?;
    Ok(kept)
}

/// An input with buckets: name and whether encrypted.
fn add(sink: &mut Sink, path: &str, kind: SnapshotKind, class: EvidenceClass, buckets: &[(&str, Cell<bool>)]) {
    let input =
        sink.input(NewInput { path: path.to_owned(), sha256: None, format: "test".to_owned(), class: Some(class) });
    let snapshot = sink.snapshot(input, kind, None);
    for table in TableId::all() {
        sink.covers(table, snapshot, input, Scope::default(), Extent::Complete);
    }
    let common = |name: &str, native_type: &str| Common {
        uid: format!("{snapshot}:{native_type}.{name}"),
        account: "111".into(),
        native_type: native_type.into(),
        name: name.into(),
        ..Common::default()
    };
    let place = sink.place(input, "#/account").unwrap();
    sink.push(snapshot, place, &common("main", "account"), &Account::default()).unwrap();
    for (index, (name, encrypted)) in buckets.iter().enumerate() {
        let place = sink.place(input, &format!("#/resources/{index}")).unwrap();
        let common = common(name, "aws_s3_bucket");
        sink.push(snapshot, place, &common, &Resource { kind: "bucket".into(), ..Resource::default() }).unwrap();
        sink.push(snapshot, place, &common, &Bucket { encrypted: encrypted.clone(), ..Bucket::default() }).unwrap();
    }
}

fn inventory(path: &str, kind: SnapshotKind, class: EvidenceClass, buckets: &[(&str, Cell<bool>)]) -> Inventory {
    let mut sink = Sink::default();
    add(&mut sink, path, kind, class, buckets);
    sink.finish().unwrap()
}

fn three(path: &str, class: EvidenceClass) -> Inventory {
    let buckets = [("c", Cell::Gap(GapCode::AfterApply)), ("a", true.into()), ("b", false.into())];
    inventory(path, SnapshotKind::Deployed, class, &buckets)
}

fn words(kept: &Kept) -> Vec<String> {
    let subject = |o: &CheckOutcome| o.subject.as_ref().map_or_else(|| "-".to_owned(), |s| s.address.clone());
    kept.outcomes.iter().map(|outcome| format!("{} {}", outcome.outcome, subject(outcome))).collect()
}

/// The tests.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("assess::outcomes-are-sorted-and-point-at-their-evidence", sorted),
        Trial::test("assess::a-fingerprint-does-not-depend-on-the-path", fingerprints),
        Trial::test("assess::an-exception-keeps-the-failure", exceptions),
        Trial::test("assess::a-plan-and-its-state-are-not-judged-together", one_estate),
        Trial::test("assess::two-environments-are-both-judged", two_environments),
        Trial::test("assess::standings", standings),
        Trial::test("assess::an-engine-holds-nothing-between-runs", runs_are_apart),
        Trial::test("assess::every-embedded-check-runs", embedded),
        Trial::test("query::answers", answers),
        Trial::test("query::refusals", refusals),
    ]
}

fn sorted() -> Result<(), Failed> {
    let kept = run(settings(), &three("in.json", EvidenceClass::Configured))?;
    assert_eq!(words(&kept), ["pass aws_s3_bucket.a", "fail aws_s3_bucket.b", "unknown aws_s3_bucket.c"]);
    let fail = &kept.outcomes[1];
    assert_eq!(fail.evidence.len(), 1);
    assert_eq!(fail.evidence[0].place.locator.as_str(), "#/resources/2");
    let reason = kept.outcomes[2].reason.as_ref().map(|r| (r.code.as_str(), r.column.as_deref()));
    assert_eq!(reason, Some(("after-apply", Some("encrypted"))));
    assert!(kept.head.is_some_and(|head| head.checks.len() == 1 && head.inputs.len() == 1));
    let tail = kept.tail.ok_or("no tail")?;
    assert_eq!(tail.outcomes.values().sum::<u64>(), 3);
    Ok(())
}

fn fingerprints() -> Result<(), Failed> {
    let prints = |path: &str| -> Result<Vec<String>, Failed> {
        let kept = run(settings(), &three(path, EvidenceClass::Configured))?;
        Ok(kept.outcomes.iter().map(|outcome| outcome.fingerprint.to_string()).collect())
    };
    let first = prints("/tmp/a.json")?;
    assert_eq!(first, prints("other/b.json")?);
    assert_eq!(first.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
    Ok(())
}

fn exceptions() -> Result<(), Failed> {
    let exception = |approver: &str, until| Exception {
        check: "small".to_owned(),
        subject: "aws_s3_bucket.*".to_owned(),
        owner: "ana".to_owned(),
        approver: approver.to_owned(),
        reason: "moving out".to_owned(),
        until,
    };
    let with = |exception: Exception| -> Result<Kept, Failed> {
        let settings = Settings { exceptions: vec![exception], ..settings() };
        run(settings, &three("in.json", EvidenceClass::Configured))
    };
    let accepted = with(exception("ben", date(2026, 6, 1)))?;
    let fail = &accepted.outcomes[1];
    assert_eq!((fail.outcome, fail.exception), (Outcome::Fail, Some(0)));
    assert_eq!(accepted.outcomes[0].exception, None, "only failures need one");
    assert!(accepted.tail.is_some_and(|tail| tail.failures.is_empty()));
    for refused in [exception("ana", date(2026, 6, 1)), exception("ben", date(2026, 5, 31))] {
        let kept = with(refused)?;
        assert_eq!(kept.outcomes[1].exception, None);
        assert!(kept.tail.is_some_and(|tail| tail.failures.values().sum::<u64>() == 1));
    }
    Ok(())
}

fn one_estate() -> Result<(), Failed> {
    let mut sink = Sink::default();
    let buckets = [("a", Cell::Known(true)), ("b", Cell::Known(false))];
    add(&mut sink, "plan.json", SnapshotKind::Planned, EvidenceClass::Intended, &buckets);
    add(&mut sink, "state.json", SnapshotKind::Deployed, EvidenceClass::Configured, &buckets);
    let kept = run(settings(), &sink.finish()?)?;
    assert_eq!(words(&kept), ["pass aws_s3_bucket.a", "fail aws_s3_bucket.b"]);
    assert_eq!(kept.outcomes[0].evidence[0].class, EvidenceClass::Configured);
    let left_out = kept.head.map(|head| head.not_judged);
    assert_eq!(left_out, Some(vec![(0, "same-estate-as 1".to_owned())]));
    Ok(())
}

fn two_environments() -> Result<(), Failed> {
    let mut sink = Sink::default();
    for path in ["dev.json", "prod.json"] {
        add(&mut sink, path, SnapshotKind::Planned, EvidenceClass::Intended, &[("a", true.into())]);
    }
    let kept = run(settings(), &sink.finish()?)?;
    assert_eq!(words(&kept), ["pass aws_s3_bucket.a", "pass aws_s3_bucket.a"]);
    Ok(())
}

fn standings() -> Result<(), Failed> {
    let of = |settings: Settings, class| -> Result<_, Failed> {
        let control: ControlId = "10.1.1".parse()?;
        let kept = run(settings, &three("in.json", class))?;
        let mut standings = kept.tail.ok_or("no tail")?.standings.into_iter();
        let answer = standings.find(|answer| answer.control == control && answer.role == Role::Customer);
        Ok(answer.ok_or("no such cell")?)
    };
    let answer = of(settings(), EvidenceClass::Configured)?;
    assert_eq!(answer.standing, Standing::Adverse);
    assert_eq!(answer.counts.outcomes[&Outcome::Fail], 1);
    assert_eq!((answer.population.seen, answer.population.expected), (1, None));
    let declared = Settings { accounts: vec!["111".to_owned(), "222".to_owned()], ..settings() };
    let answer = of(declared.clone(), EvidenceClass::Configured)?;
    assert_eq!((answer.population.seen, answer.population.expected), (1, Some(2)));
    let planned = of(declared, EvidenceClass::Intended)?;
    assert_eq!(planned.population.seen, 0, "a plan shows no account");
    Ok(())
}

fn runs_are_apart() -> Result<(), Failed> {
    let engine = engine(settings())?;
    let (mut first, mut second) = (Kept::default(), Kept::default());
    engine.assess(&three("in.json", EvidenceClass::Configured), &mut first)?;
    engine.assess(&Sink::default().finish()?, &mut second)?;
    assert_eq!(first.outcomes.len(), 3);
    assert_eq!(words(&second), ["unknown -"]);
    Ok(())
}

fn embedded() -> Result<(), Failed> {
    let pack = Pack::embedded(small::catalogue()).map_err(|errors| errors[0].render())?;
    let checks = pack.checks().count();
    assert!(checks > 50);
    let engine = Engine::new(pack.into_checks(), settings(), small::catalogue())?.plan_all()?;
    let mut kept = Kept::default();
    engine.assess(&three("in.json", EvidenceClass::Configured), &mut kept)?;
    let told: std::collections::BTreeSet<usize> = kept.outcomes.iter().map(|outcome| outcome.check).collect();
    assert_eq!(told.len(), kept.head.map_or(0, |head| head.checks.len()), "a check without any outcome");
    let order: Vec<_> =
        kept.outcomes.iter().map(|o| (o.check, o.subject.as_ref().map(|s| s.address.clone()))).collect();
    assert!(order.is_sorted(), "outcomes come by check, then subject");
    Ok(())
}

fn answers() -> Result<(), Failed> {
    let inventory = three("in.json", EvidenceClass::Configured);
    let sql =
        "SELECT b.name, b.encrypted, g.code FROM bucket b LEFT JOIN gap g ON g.row = b.row ORDER BY b.name LIMIT 5";
    let answer = query(&inventory, None, sql)?;
    assert_eq!(answer.rows(), 3);
    assert_eq!(answer.to_csv()?, "name,encrypted,code\na,true,NULL\nb,false,NULL\nc,NULL,after-apply\n");
    assert!(
        answer.to_json()?.contains(r#"{"name":"c","encrypted":null,"code":"after-apply"}"#),
        "{}",
        answer.to_json()?
    );
    assert!(answer.to_table()?.contains("| name"));
    assert_eq!(query(&inventory, None, "SELECT count(*) AS n FROM history.bucket")?.to_csv()?, "n\n3\n");
    assert_eq!(query(&inventory, None, "SELECT path FROM input")?.to_csv()?, "path\nin.json\n");
    assert_eq!(query(&inventory, None, "SELECT name FROM bucket WHERE false")?.to_csv()?, "name\n");
    assert_eq!(query(&inventory, None, "SELECT name FROM bucket WHERE false")?.to_json()?, "[]");
    Ok(())
}

fn refusals() -> Result<(), Failed> {
    let inventory = Sink::default().finish()?;
    for (sql, says) in [
        ("SELECT nam FROM bucket", "there is no column 'nam'"),
        ("SELECT * FROM buckets", "there is no table 'buckets'"),
        ("DROP TABLE bucket", "only a SELECT"),
        ("SELECT * FROM '/etc/passwd'", "there is no table"),
        ("SELECT 1; SELECT 2", "one statement"),
        ("SELECT * FROM bucket WHERE name = $x", "no parameter $x"),
        ("COPY bucket TO '/tmp/x.csv'", ""),
    ] {
        match query(&inventory, None, sql) {
            Err(isoneph_assess::QueryError::Sql(error)) => {
                assert!(error.message.contains(says), "{}", error.render());
            }
            other => return Err(format!("{sql}: {other:?}").into()),
        }
    }
    Ok(())
}
