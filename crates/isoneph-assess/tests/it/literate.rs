//! The engine, told by small checks and cases.

use isoneph_assess::harness::CheckTests;
use libtest_mimic::{Failed, Trial};

use crate::small;

struct Story {
    name: &'static str,
    subject: &'static str,
    front: &'static str,
    sql: &'static str,
    cases: &'static str,
}

const STORIES: &[Story] = &[
    Story {
        name: "no WHERE and no join can lose a subject",
        subject: "bucket",
        front: "",
        sql: "SELECT b.uid AS subject, true AS pass, named_struct('bucket', b.row) AS evidence\n\
              FROM bucket b JOIN key k ON k.uid = b.key WHERE b.encrypted",
        cases: "## Subjects without a row are unknown\n```csv bucket\nuid,encrypted,key\na,true,k\nb,false,k\nc,,k\nd,true,x\n```\n\
                ```csv key\nuid\nk\n```\n```expect\npass a\nunknown b: bucket no-observation\nunknown c: bucket no-observation\n\
                unknown d: bucket no-observation\n```\n",
    },
    Story {
        name: "any false fails, else any unknown is unknown",
        subject: "vm",
        front: "",
        sql: "SELECT v.uid AS subject, d.encrypted AS pass, named_struct('vm', v.row, 'disk', d.row) AS evidence\n\
              FROM vm v JOIN disk d ON d.vm = v.uid",
        cases: "## Three machines\n```csv vm\nuid\nbad\nopen\ngood\n```\n```csv disk\nuid,vm,encrypted\n1,bad,true\n2,bad,\n3,bad,false\n\
                4,open,true\n5,open,\n6,good,true\n7,good,true\n```\n```expect\nfail bad: it fails\n\
                unknown open: disk.encrypted not-collected\npass good\n```\n",
    },
    Story {
        name: "absence is as good as coverage",
        subject: "bucket",
        front: "",
        sql: "SELECT b.uid AS subject, r.row IS NOT NULL AS pass,\nnamed_struct('bucket', b.row, 'relation.log', r.row) AS evidence\n\
              FROM bucket b LEFT JOIN relation r ON r.to_uid = b.uid AND r.kind = 'bucket'",
        cases: "## Closed\n```csv bucket\nuid\na\nb\n```\n```csv relation\nuid,to_uid,kind\nr,a,bucket\n```\n```expect\npass a\nfail b\n```\n\
                ## Partial\n```csv bucket\nuid\na\nb\n```\n```csv relation\nuid,to_uid,kind\nr,a,bucket\n```\n\
                ```coverage\nrelation partial unreadable\n```\n```expect\npass a\nunknown b: relation coverage-partial\n```\n\
                ## None\n```csv bucket\nuid\nb\n```\n```coverage\nrelation none\n```\n```expect\nunknown b: relation coverage-none\n```\n\
                ## A reference that was not resolved may be the one\n```csv bucket\nuid\na\nb\n```\n\
                ```csv relation\nuid,to_uid,kind\nr,a,bucket\ns,,bucket\n```\n```expect\npass a\nunknown b: relation.to_uid not-collected\n```\n\
                ## One of another kind may not\n```csv bucket\nuid\nb\n```\n```csv relation\nuid,to_uid,kind\ns,,subnet\n```\n```expect\nfail b\n```\n",
    },
    Story {
        name: "a reference that is not known is no absence",
        subject: "bucket",
        front: "",
        sql: "SELECT b.uid AS subject, CASE WHEN k.row IS NULL THEN false ELSE k.rotation END AS pass,\n\
              named_struct('bucket', b.row, 'key', k.row) AS evidence FROM bucket b LEFT JOIN key k ON k.uid = b.key",
        cases: "## Keys\n```csv bucket\nuid,key\nknown,k\nnone,''\nopen,\n```\n```csv key\nuid,rotation\nk,true\n```\n```expect\npass known\n\
                fail none\nunknown open: bucket.key not-collected\n```\n",
    },
    Story {
        name: "one more row may fail what passes",
        subject: "vm",
        front: "",
        sql: "SELECT v.uid AS subject, CASE WHEN f.row IS NULL THEN true ELSE f.from_port > 1000 END AS pass,\n\
              named_struct('vm', v.row, 'firewall_rule', f.row) AS evidence\n\
              FROM vm v LEFT JOIN firewall_rule f ON f.filter = v.uid AND f.direction = 'ingress' AND f.peer_anywhere",
        cases: "## Rules\n```csv vm\nuid\nsafe\nopen\nmaybe\nother\n```\n```csv firewall_rule\nuid,filter,direction,peer_anywhere,from_port\n\
                1,safe,ingress,true,8080\n2,open,ingress,true,22\n3,maybe,ingress,true,8080\n4,maybe,ingress,,22\n\
                5,other,egress,,22\n```\n\
                ```expect\npass safe\nfail open\nunknown maybe: firewall_rule.peer_anywhere not-collected\npass other\n```\n",
    },
    Story {
        name: "applies is three-valued",
        subject: "bucket",
        front: "applies = \"holds_customer_data\"\n",
        sql: "SELECT b.uid AS subject, b.encrypted AS pass, named_struct('bucket', b.row) AS evidence FROM bucket b",
        cases: "## Three buckets\n```csv bucket\nuid,holds_customer_data,encrypted\nyes,true,true\nno,false,false\nperhaps,,true\n```\n\
                ```expect\npass yes\nnot-applicable no: does-not-apply\nunknown perhaps: bucket.holds_customer_data not-collected\n```\n",
    },
    Story {
        name: "old evidence decides nothing",
        subject: "bucket",
        front: "max-age = 90\n",
        sql: "SELECT b.uid AS subject, b.encrypted AS pass, named_struct('bucket', b.row) AS evidence FROM bucket b",
        cases: "## On the last day\n```csv bucket\nuid,encrypted\nb,true\n```\n```as-of\n2026-04-01\n```\n```observed-at\n2026-01-01\n```\n\
                ```expect\npass b\n```\n## A day later\n```csv bucket\nuid,encrypted\nb,false\nc,true\n```\n```as-of\n2026-04-02\n```\n\
                ```observed-at\n2026-01-01\n```\n```expect\nunknown b: snapshot stale\nunknown c: snapshot stale\n```\n",
    },
    Story {
        name: "a table without rows says what was seen",
        subject: "bucket",
        front: "",
        sql: "SELECT b.uid AS subject, b.encrypted AS pass, named_struct('bucket', b.row) AS evidence FROM bucket b",
        cases: "## None there\n```csv key\nuid\nk\n```\n```expect\nnot-applicable -: bucket no-subject\n```\n\
                ## Nobody looked\n```coverage\nbucket none\n```\n```expect\nunknown -: bucket coverage-none\n```\n\
                ## Not all seen\n```csv bucket\nuid,encrypted\nb,true\n```\n```coverage\nbucket partial\n```\n\
                ```expect\nunknown -: bucket coverage-partial\npass b\n```\n",
    },
    Story {
        name: "parameters are values, never SQL",
        subject: "bucket",
        front: "[parameters.names]\ntype = \"list<text>\"\ndefault = [\"a\"]\nstricter = \"fewer\"\n\
                [parameters.days]\ntype = \"integer\"\ndefault = -1\nstricter = \"lower\"\n",
        sql: "SELECT b.uid AS subject, b.name IN ($names) AND b.recovery_days > $days AS pass,\n\
              named_struct('bucket', b.row) AS evidence FROM bucket b",
        cases: "## The defaults\n```csv bucket\nuid,name,recovery_days\n1,a,0\n2,b,0\n```\n```expect\npass 1\nfail 2\n```\n\
                ## What looks like SQL\n```csv bucket\nuid,name,recovery_days\n1,a,0\n```\n\
                ```parameters\nnames = [\"') OR true --\"]\n```\n```expect\nfail 1\n```\n\
                ## An empty list is unknown\n```csv bucket\nuid,name,recovery_days\n1,a,0\n```\n```parameters\nnames = []\n```\n\
                ```expect\nunknown 1: parameter.names not-collected\n```\n",
    },
    Story {
        name: "a row that is only there to be found does not spoil what was found",
        subject: "bucket",
        front: "",
        sql: "SELECT b.uid AS subject, CASE WHEN r.row IS NULL THEN false ELSE t.encrypted END AS pass,\n\
              named_struct('bucket', b.row, 'relation', r.row, 'bucket.target', t.row) AS evidence\n\
              FROM bucket b LEFT JOIN relation r ON r.from_uid = b.uid LEFT JOIN bucket t ON t.uid = r.to_uid",
        cases: "## Each target counts\n```csv bucket\nuid,encrypted\na,false\nb,true\n```\n```csv relation\nuid,from_uid,to_uid\n\
                r,a,b\n```\n```expect\npass a\nfail b\n```\n## One whose source is open may add a target that fails\n\
                ```csv bucket\nuid,encrypted\na,false\nb,true\n```\n```csv relation\nuid,from_uid,to_uid\nr,a,b\ns,,a\n```\n\
                ```expect\nunknown a: relation.from_uid not-collected\nunknown b: relation.from_uid not-collected\n```\n\
                ## A target that is not resolved is unknown\n```csv bucket\nuid,encrypted\na,false\n```\n\
                ```csv relation\nuid,from_uid,to_uid\nr,a,\n```\n```expect\nunknown a: relation.to_uid not-collected\n```\n",
    },
];

/// One test a story. The harness's demand that a pass, a fail and an unknown be shown is for checks, not for these.
pub(crate) fn trials() -> impl Iterator<Item = Trial> {
    STORIES.iter().map(|story| Trial::test(format!("engine::{}", story.name), || run(story)))
}

fn run(story: &Story) -> Result<(), Failed> {
    let check = small::check(story.subject, story.front, story.sql).map_err(|error| error.render())?;
    let files = small::tests(story.cases);
    let report = CheckTests::read(&check, &files, small::catalogue())?.run()?;
    let failures: Vec<&str> =
        report.failures.iter().filter(|failure| !failure.contains("no case shows")).map(String::as_str).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n").into()) }
}
