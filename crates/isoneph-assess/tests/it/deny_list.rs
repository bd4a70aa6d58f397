//! What SQL of a check may not say, rule by rule, with the line that the error points at.

use libtest_mimic::{Failed, Trial};

use crate::small;

/// SQL around something under `pass`; line 1 of the SQL is line 19 of the file.
fn with_pass(pass: &str) -> String {
    format!("SELECT b.uid AS subject,\n{pass} AS pass,\nnamed_struct('bucket', b.row) AS evidence\nFROM bucket b")
}

fn whole(sql: &str) -> String {
    sql.to_owned()
}

/// SQL, the line of it at fault (0: it is allowed), what the message says.
fn cases() -> Vec<(String, usize, &'static str)> {
    let tail = "named_struct('bucket', b.row) AS evidence";
    let mut cases: Vec<(String, usize, &'static str)> = [
        ("b.encrypted", 0, ""),
        ("b.row IS NOT NULL AND b.encrypted", 0, ""),
        ("b.key NOT IN ('a', 'b')", 0, ""),
        ("coalesce(b.encrypted, true)", 2, "[coalesce]"),
        ("NVL(b.encrypted, true)", 2, "[coalesce]"),
        ("nullif(b.encrypted, true)", 2, "[coalesce]"),
        ("ifnull(b.encrypted, true)", 2, "[coalesce]"),
        ("b.encrypted IS TRUE", 2, "[is-true]"),
        ("b.encrypted IS NOT FALSE", 2, "[is-true]"),
        ("b.encrypted IS UNKNOWN", 2, "[is-true]"),
        ("b.encrypted IS DISTINCT FROM false", 2, "[is-true]"),
        ("b.encrypted <=> true", 2, "[is-true]"),
        ("bool_and(b.encrypted)", 2, "[bool-aggregate]"),
        ("bool_or(b.encrypted)", 2, "[bool-aggregate]"),
        ("b.key = ANY (SELECT k.uid FROM key k)", 2, "[bool-aggregate]"),
        ("greatest(b.recovery_days, 1) > 2", 2, "[greatest-least]"),
        ("least(b.recovery_days, 1) > 2", 2, "[greatest-least]"),
        ("concat(b.key, 'x') = 'x'", 2, "[concat]"),
        ("concat_ws(',', b.key) = ''", 2, "[concat]"),
        ("b.key || 'x' = 'x'", 0, ""),
        ("b.key NOT IN (SELECT k.uid FROM key k)", 2, "[not-in]"),
        ("NOT (b.key IN (SELECT k.uid FROM key k))", 2, "[not-in]"),
        ("NOT EXISTS (SELECT 1 FROM key k WHERE k.uid = b.key)", 2, "[not-exists]"),
        ("count(*) = 0", 2, "[aggregate-under-pass]"),
        ("max(b.recovery_days) OVER () > 1", 2, "[aggregate-under-pass]"),
        ("row_number() OVER () = 1", 2, "[aggregate-under-pass]"),
        ("b.key IS NULL", 2, "[is-null]"),
        ("b.encrypted IS NOT NULL", 2, "[is-null]"),
        ("now() > $as_of", 2, "[clock-random]"),
        ("current_date > $as_of", 2, "[clock-random]"),
        ("random() > 0.5", 2, "[clock-random]"),
        ("b.name = uuid()", 2, "[clock-random]"),
        ("-- allow(is-null): a test\nb.key IS NULL", 0, ""),
        ("-- allow(is-null): one\n-- allow(coalesce): two\ncoalesce(b.key IS NULL, true)", 0, ""),
        ("-- allow(is-null):\nb.key IS NULL", 2, "gives no reason"),
        ("-- allow(isnull): x\nb.key IS NULL", 2, "'isnull' is not one of"),
        ("-- allow(is-null): x\nb.encrypted", 2, "is not needed"),
        ("-- allow(coalesce): x\nb.key IS NULL", 3, "[is-null]"),
        ("b.key = $keys", 2, "there is no parameter 'keys'"),
        ("b.region = $regions_in_scope", 2, "'regions_in_scope' is a list"),
    ]
    .into_iter()
    .map(|(pass, line, says)| (with_pass(pass), line, says))
    .collect();
    cases.extend([
        (whole("SELECT DISTINCT b.uid AS subject, true AS pass, named_struct('bucket', b.row) AS evidence FROM bucket b"), 1, "[distinct]"),
        (format!("SELECT b.uid AS subject, true AS pass, {tail} FROM bucket b\nLIMIT 3"), 2, "[limit]"),
        (format!("SELECT b.uid AS subject, true AS pass, {tail} FROM bucket b\nOFFSET 3"), 2, "[limit]"),
        (format!("WITH x AS (SELECT uid FROM key\nEXCEPT SELECT uid FROM key)\nSELECT b.uid AS subject, true AS pass, {tail} FROM bucket b"), 2, "[except]"),
        (format!("WITH x AS (SELECT uid FROM key\nUNION SELECT uid FROM key)\nSELECT b.uid AS subject, true AS pass, {tail} FROM bucket b"), 2, "[distinct]"),
        (format!("WITH x AS (SELECT uid FROM key UNION ALL SELECT uid FROM key)\nSELECT b.uid AS subject, true AS pass, {tail} FROM bucket b"), 0, ""),
        (format!("WITH RECURSIVE x AS (SELECT 1)\nSELECT b.uid AS subject, true AS pass, {tail} FROM bucket b"), 1, "RECURSIVE"),
        (format!("SELECT b.uid AS subject, true AS pass, {tail}\nFROM buket b"), 2, "there is no table 'buket'"),
        (format!("SELECT b.uid AS subject, true AS pass, {tail}\nFROM 'file.csv' b"), 2, "there is no table 'file.csv'"),
        (format!("SELECT b.uid AS subject, true AS pass, {tail}\nFROM \"/etc/passwd\" b"), 2, "there is no table"),
        (format!("SELECT b.uid AS subject, true AS pass, {tail}\nFROM generate_series(1, 3) b"), 2, "only tables and subqueries"),
        (format!("SELECT b.uid AS subject, true AS pass, {tail}\nFROM meta.gap b"), 2, "is no table"),
        (format!("SELECT b.uid AS subject, true AS pass, {tail}\nFROM information_schema.tables b"), 2, "is no table"),
        (whole("DROP TABLE bucket"), 1, "only a SELECT"),
        (whole("CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'"), 1, ""),
        (whole("SELECT 1; SELECT 2"), 1, "one statement"),
        (whole("COPY bucket TO '/tmp/x'"), 1, ""),
        (format!("SELECT b.uid AS subject, {tail} FROM bucket b"), 1, "no column 'pass'"),
        (whole("SELECT b.uid AS subject, true AS pass,\nnamed_struct('bucket', b.uid) AS evidence FROM bucket b"), 2, "not the row itself"),
        (whole("SELECT b.uid AS subject, true AS pass,\nnamed_struct('key', b.row) AS evidence FROM bucket b"), 2, "a row of 'bucket', not of 'key'"),
        (whole("SELECT b.uid AS subject, true AS pass,\nnamed_struct('key', k.row) AS evidence FROM bucket b, key k"), 2, "lacks the subject"),
        (whole("SELECT b.uid AS subject, true AS pass,\nb.row AS evidence FROM bucket b"), 2, "named_struct"),
        (whole("SELECT b.uid AS subject,\nb.encrypted = = true AS pass, 1 AS evidence FROM bucket b"), 2, "SQL:"),
    ]);
    cases
}

/// One test for all: each case is told by its SQL.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("deny-list::every-rule", every_rule),
        Trial::test("deny-list::unknown-columns", unknown_columns),
        Trial::test("load::front-matter", front_matter),
    ]
}

fn every_rule() -> Result<(), Failed> {
    let mut wrong = Vec::new();
    for (sql, line, says) in cases() {
        match small::check("bucket", "", &sql) {
            Ok(_) if line == 0 => {}
            Ok(_) => wrong.push(format!("not refused:\n{sql}")),
            Err(error) if line == 0 => wrong.push(format!("refused:\n{}", error.render())),
            Err(error) => {
                let expected = sql.lines().nth(line - 1).unwrap_or_default();
                if error.source_line != expected || !error.message.contains(says) {
                    wrong.push(format!("expected '{says}' at: {expected}\n{}", error.render()));
                }
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n\n").into()) }
}

fn unknown_columns() -> Result<(), Failed> {
    use isoneph_assess::{AssessError, Engine, Settings};
    use isoneph_model::Edition;
    for (front, sql, line, hint) in [
        ("", with_pass("b.encripted"), "b.encripted AS pass,", "did you mean 'encrypted'?"),
        ("", with_pass("chipher = 'x'"), "chipher = 'x' AS pass,", "did you mean 'cipher'?"),
        ("applies = \"encripted\"\n", with_pass("b.encrypted"), "applies = \"encripted\"", "did you mean 'encrypted'?"),
    ] {
        let check = small::check("bucket", front, &sql).map_err(|error| error.render())?;
        let settings = Settings::new(Edition::E2015, jiff::civil::date(2026, 1, 1));
        let Err(AssessError::Checks(errors)) = Engine::new(vec![check], settings, small::catalogue()) else {
            return Err(format!("not refused: {sql}").into());
        };
        assert_eq!(errors[0].source_line, line);
        assert_eq!(errors[0].hint.as_deref(), Some(hint), "{}", errors[0].render());
    }
    Ok(())
}

fn front_matter() -> Result<(), Failed> {
    let sql = with_pass("b.encrypted");
    for (front, line, says) in [
        ("seveirty = \"low\"\n", "seveirty = \"low\"", "unknown field"),
        ("applies = \"coalesce(encrypted, true)\"\n", "applies = \"coalesce(encrypted, true)\"", "[coalesce]"),
        (
            "[[supports]]\ncontrol = \"99.1.1\"\nrole = \"customer\"\nas = \"required\"\n",
            "control = \"99.1.1\"",
            "no control",
        ),
        (
            "[[supports]]\ncontrol = \"10.1.1\"\nrole = \"customer\"\nas = \"required\"\nrequirement = \"nothing\"\n",
            "control = \"10.1.1\"",
            "no requirement 'nothing'",
        ),
        (
            "[parameters.days]\ntype = \"integer\"\ndefault = 9\nmax = 3\nstricter = \"lower\"\n",
            "[parameters.days]",
            "above the most",
        ),
        (
            "[parameters.days]\ntype = \"integer\"\ndefault = 9\nstricter = \"fewer\"\n",
            "[parameters.days]",
            "does not fit the type",
        ),
    ] {
        let Err(error) = small::check("bucket", front, &sql) else {
            return Err(format!("not refused: {front}").into());
        };
        assert_eq!(error.source_line, line, "{}", error.render());
        assert!(error.message.contains(says), "{}", error.render());
    }
    Ok(())
}
