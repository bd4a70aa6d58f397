//! The short form `[expect]`: what it stands for in SQL, on one line, so that errors point at `[expect]`.

use isoneph_assessment::Message;

use super::front_matter::{Expect, ExpectValue, Expects, FrontMatter, Limit};

/// The SQL that the short form stands for.
pub(super) fn expand(front: &FrontMatter, expects: &Expects, message: &Message) -> Result<String, String> {
    match expects.as_slice() {
        [] => Err("[[expect]] lists nothing".to_owned()),
        [Expect { column: Some(column), setting: None, .. }] => {
            of_column(front, &expects.as_slice()[0], column, message)
        }
        settings => of_settings(front, settings, message),
    }
}

fn of_column(front: &FrontMatter, expect: &Expect, column: &str, message: &Message) -> Result<String, String> {
    let more = expect.at_least.is_some() || expect.at_most.is_some() || expect.within_mode.is_some() || expect.declared;
    if more || !expect.none_of.is_empty() || !expect.all_of.is_empty() {
        return Err("[expect] knows only 'in' for a column: write SQL".to_owned());
    }
    let values = listed(expect).ok_or("[expect] lists no value under 'in'")?;
    let places: String = places(message).map(|place| format!(", {}", quoted("t", place))).collect();
    let (column, subject) = (quoted("t", column), &front.subject);
    Ok(format!(
        "SELECT t.uid AS subject, {column} IN ({values}) AS pass{places}, named_struct('{subject}', t.row) AS evidence \
         FROM {subject} t"
    ))
}

/// Settings of a disk image, each in every scope that it has there. The source writes a row for every setting of its
/// catalogue; a setting that it does not know finds no row, and what there is no row of is unknown. Whether a guest without
/// the thing that is set will do is for the check to say: then `in` lists `absent`.
fn of_settings(front: &FrontMatter, expects: &[Expect], message: &Message) -> Result<String, String> {
    if front.subject != "image" {
        return Err(format!("a setting is one of the table 'image', not of '{}'", front.subject));
    }
    let (mut joins, mut conditions, mut evidence) = (String::new(), Vec::new(), String::new());
    let mut there = Vec::new();
    for (index, expect) in expects.iter().enumerate() {
        let alias = format!("s{index}");
        let (None, Some(setting)) = (&expect.column, &expect.setting) else {
            return Err("[expect] names either a column or a setting, and several of them only settings".to_owned());
        };
        let label = if index == 0 { String::new() } else { format!(".{index}") };
        // The second join finds nothing, and relies on it: that no scope was left unread is for coverage to say.
        joins += &format!(
            " LEFT JOIN image_setting {alias} ON {alias}.image = t.uid AND {alias}.setting = {setting} \
             LEFT JOIN image_setting {alias}r ON {alias}r.image = t.uid AND {alias}r.setting = {setting} \
             AND {alias}r.scope = {alias}.scope AND {alias}r.uid <> {alias}.uid",
            setting = literal(setting)
        );
        evidence += &format!(", 'image_setting{label}', {alias}.row, 'image_setting.rest{index}', {alias}r.row");
        conditions.push(format!("({})", condition(front, expect, &alias)?));
        there.push(format!("{alias}.origin <> 'absent'"));
    }
    let image = isoneph_tables::TableId::find("image");
    let of_image = |place: &str| image.is_some_and(|table| table.def().column_index(place).is_some());
    let places: String =
        places(message).map(|p| format!(", {}", quoted(if of_image(p) { "t" } else { "s0" }, p))).collect();
    Ok(format!(
        "SELECT t.uid AS subject, ({}) AS pass, ({}) AS applies{places}, \
         named_struct('image', t.row{evidence}) AS evidence FROM image t{joins}",
        conditions.join(" AND "),
        there.join(" OR "),
    ))
}

/// What is expected of one setting.
fn condition(front: &FrontMatter, expect: &Expect, alias: &str) -> Result<String, String> {
    let mut all = Vec::new();
    let word = |word: &String| format!("strpos(' ' || {alias}.value || ' ', {})", literal(&format!(" {word} ")));
    all.extend(expect.none_of.iter().map(|one| format!("{} = 0", word(one))));
    if !expect.none_of.is_empty() {
        all.push(format!("{alias}.value <> ''"));
    }
    all.extend(expect.all_of.iter().map(|one| format!("{} > 0", word(one))));
    if let Some(mode) = &expect.within_mode {
        let mode = i64::from_str_radix(mode, 8).map_err(|_| format!("'{mode}' is no octal mode"))?;
        all.push(format!("{alias}.has_number AND ({alias}.number & {}) = 0", !mode & 0o7777));
    }
    for (limit, sign) in [(&expect.at_least, ">="), (&expect.at_most, "<=")] {
        let limit = match limit {
            None => continue,
            Some(Limit::Number(number)) => number.to_string(),
            Some(Limit::Parameter(name)) if front.parameters.contains_key(name) => format!("${name}"),
            Some(Limit::Parameter(name)) => return Err(format!("the parameter '{name}' is not declared")),
        };
        all.push(format!("{alias}.has_number AND {alias}.number {sign} {limit}"));
    }
    if expect.declared {
        all.push(format!("array_has(t.intended_listeners, {alias}.value)"));
    }
    let mut any = Vec::new();
    any.extend(listed(expect).map(|values| format!("{alias}.value IN ({values})")));
    any.extend((!all.is_empty()).then(|| format!("({})", all.join(" AND "))));
    match any.is_empty() {
        true => Err("[expect] says nothing of what is expected".to_owned()),
        false => Ok(any.join(" OR ")),
    }
}

/// The values under `in`, as SQL; `None` where there are none.
fn listed(expect: &Expect) -> Option<String> {
    let values: Vec<String> = expect.values.iter().map(ExpectValue::literal).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

fn places(message: &Message) -> impl Iterator<Item = &str> {
    let mut places = message.places();
    places.sort_unstable();
    places.dedup();
    places.into_iter()
}

fn quoted(alias: &str, name: &str) -> String {
    format!("{alias}.\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl ExpectValue {
    fn literal(&self) -> String {
        match self {
            ExpectValue::Boolean(value) => value.to_string(),
            ExpectValue::Integer(value) => value.to_string(),
            ExpectValue::Text(text) => literal(text),
        }
    }
}
