//! Checks that decide what they do not know. The monotonicity test has to catch every one of them, and to let the sound
//! ones be.

use isoneph_assess::harness::CheckTests;
use libtest_mimic::{Failed, Trial};

use crate::small;

const BUCKETS: &str = "
## Buckets
```csv bucket
uid,encrypted,key
b1,true,k1
b2,false,''
```
```csv key
uid,rotation
k1,true
k2,false
```
```csv relation
uid,from_uid,to_uid,kind,from_type
r1,l1,b1,bucket,aws_s3_bucket_logging
```
```expect
pass b1
```
";

const MACHINES: &str = "
## Machines
```csv vm
uid,kind
v1,machine
```
```csv disk
uid,vm,kind,encrypted,key
d1,v1,boot,true,k1
d2,v1,data,false,k2
```
```csv key
uid,rotation
k1,true
k2,false
```
```expect
pass v1
```
";

struct Case {
    name: &'static str,
    subject: &'static str,
    front: &'static str,
    sql: &'static str,
    tests: &'static str,
    caught: bool,
}

const CASES: &[Case] = &[
    Case {
        name: "coalesce allowed by a comment",
        subject: "bucket",
        front: "",
        sql: "SELECT b.uid AS subject,\n-- allow(coalesce): it will be fine\ncoalesce(b.encrypted, true) AS pass,\n\
              named_struct('bucket', b.row) AS evidence FROM bucket b",
        tests: BUCKETS,
        caught: true,
    },
    Case {
        name: "a CASE whose ELSE takes the unknown",
        subject: "bucket",
        front: "",
        sql: "SELECT b.uid AS subject, CASE WHEN b.encrypted THEN true ELSE false END AS pass,\n\
              named_struct('bucket', b.row) AS evidence FROM bucket b",
        tests: BUCKETS,
        caught: true,
    },
    Case {
        name: "a WHERE that drops what is unknown",
        subject: "vm",
        front: "",
        sql: "SELECT v.uid AS subject, d.kind = 'boot' AS pass, named_struct('vm', v.row) AS evidence\n\
              FROM vm v JOIN disk d ON d.vm = v.uid WHERE d.encrypted",
        tests: MACHINES,
        caught: true,
    },
    Case {
        name: "an inner join that loses rows",
        subject: "vm",
        front: "",
        sql: "SELECT v.uid AS subject, k.rotation AS pass, named_struct('vm', v.row) AS evidence\n\
              FROM vm v JOIN disk d ON d.vm = v.uid JOIN key k ON k.uid = d.key",
        tests: MACHINES,
        caught: true,
    },
    Case {
        name: "bool_and over what is unknown",
        subject: "vm",
        front: "",
        sql: "SELECT v.uid AS subject,\n-- allow(bool-aggregate): one row a machine\nbool_and(d.encrypted) AS pass,\n\
              named_struct('vm', v.row) AS evidence\nFROM vm v JOIN disk d ON d.vm = v.uid\n\
              -- allow(aggregate-under-pass): one row a machine\nGROUP BY v.uid, v.row",
        tests: MACHINES,
        caught: true,
    },
    Case {
        name: "a count that takes absence for granted",
        subject: "bucket",
        front: "",
        sql: "SELECT b.uid AS subject,\n-- allow(aggregate-under-pass): a test\n\
              (SELECT count(*) FROM relation r WHERE r.to_uid = b.uid) > 0 AS pass,\n\
              named_struct('bucket', b.row) AS evidence FROM bucket b",
        tests: BUCKETS,
        caught: true,
    },
    Case {
        name: "an absence that is not in the evidence",
        subject: "bucket",
        front: "",
        sql: "SELECT b.uid AS subject, r.row IS NOT NULL AS pass, named_struct('bucket', b.row) AS evidence\n\
              FROM bucket b LEFT JOIN relation r ON r.to_uid = b.uid",
        tests: BUCKETS,
        caught: true,
    },
    Case {
        name: "applies that decides what is unknown",
        subject: "bucket",
        front: "applies = \"CASE WHEN encrypted THEN true ELSE false END\"\n",
        sql: "SELECT b.uid AS subject, b.key = 'k1' AS pass, named_struct('bucket', b.row) AS evidence FROM bucket b",
        tests: BUCKETS,
        caught: true,
    },
    Case {
        name: "a plain column is sound",
        subject: "bucket",
        front: "",
        sql: "SELECT b.uid AS subject, b.encrypted AND b.key <> '' AS pass, named_struct('bucket', b.row) AS evidence\n\
              FROM bucket b",
        tests: BUCKETS,
        caught: false,
    },
    Case {
        name: "an absence in the evidence is sound",
        subject: "bucket",
        front: "",
        sql: "SELECT b.uid AS subject, r.row IS NOT NULL AS pass,\n\
              named_struct('bucket', b.row, 'relation', r.row) AS evidence\n\
              FROM bucket b LEFT JOIN relation r ON r.to_uid = b.uid AND r.from_type = 'aws_s3_bucket_logging'",
        tests: BUCKETS,
        caught: false,
    },
    Case {
        name: "a joined key is sound",
        subject: "bucket",
        front: "",
        sql: "SELECT b.uid AS subject, CASE WHEN k.row IS NULL THEN false ELSE k.rotation END AS pass,\n\
              named_struct('bucket', b.row, 'key', k.row) AS evidence FROM bucket b LEFT JOIN key k ON k.uid = b.key",
        tests: BUCKETS,
        caught: false,
    },
    Case {
        name: "a condition on rows that are in the evidence is sound",
        subject: "vm",
        front: "",
        sql: "SELECT v.uid AS subject, CASE WHEN d.row IS NULL THEN true ELSE d.kind = 'boot' END AS pass,\n\
              named_struct('vm', v.row, 'disk', d.row) AS evidence\n\
              FROM vm v LEFT JOIN disk d ON d.vm = v.uid AND d.encrypted",
        tests: MACHINES,
        caught: false,
    },
];

/// One test a check.
pub(crate) fn trials() -> impl Iterator<Item = Trial> {
    CASES.iter().map(|case| Trial::test(format!("monotonicity::{}", case.name), || run(case)))
}

fn run(case: &Case) -> Result<(), Failed> {
    let check = small::check(case.subject, case.front, case.sql).map_err(|error| error.render())?;
    let files = small::tests(case.tests);
    let report = CheckTests::read(&check, &files, small::catalogue())?.monotone()?;
    assert!(report.tried > 0);
    match (case.caught, report.failures.first()) {
        (true, None) => Err("this check decides what it does not know, and was not caught".into()),
        (false, Some(failure)) => Err(format!("this check is sound, but: {failure}").into()),
        _ => Ok(()),
    }
}
