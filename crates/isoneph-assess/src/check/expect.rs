//! The short form `[expect]`: what it stands for in SQL, on one line, so that errors point at `[expect]`.

use isoneph_assessment::Message;

use super::front_matter::{Expect, ExpectValue, FrontMatter};

/// The SQL that `[expect]` stands for.
pub(super) fn expand(front: &FrontMatter, expect: &Expect, message: &Message) -> Result<String, String> {
    match (&expect.column, &expect.setting) {
        (Some(column), None) => of_column(front, expect, column, message),
        (None, Some(setting)) => of_setting(front, expect, setting, message),
        _ => Err("[expect] names either a column or a setting".to_owned()),
    }
}

fn of_column(front: &FrontMatter, expect: &Expect, column: &str, message: &Message) -> Result<String, String> {
    if expect.at_least.is_some() || expect.at_most.is_some() {
        return Err("[expect] knows 'at-least' and 'at-most' for settings only: write SQL".to_owned());
    }
    let values = listed(expect).ok_or("[expect] lists no value under 'in'")?;
    let places: String = places(message).map(|place| format!(", {}", quoted("t", place))).collect();
    let (column, subject) = (quoted("t", column), &front.subject);
    Ok(format!(
        "SELECT t.uid AS subject, {column} IN ({values}) AS pass{places}, named_struct('{subject}', t.row) AS evidence \
         FROM {subject} t"
    ))
}

/// A setting of a disk image, in every scope that it has there. The source writes a row for every setting of its catalogue;
/// a setting that it does not know finds no row, and what there is no row of is unknown. Whether a guest without the thing
/// that is set will do is for the check to say: then `in` lists `absent`.
fn of_setting(front: &FrontMatter, expect: &Expect, setting: &str, message: &Message) -> Result<String, String> {
    if front.subject != "image" {
        return Err(format!("a setting is one of the table 'image', not of '{}'", front.subject));
    }
    let mut conditions = Vec::new();
    if let Some(values) = listed(expect) {
        conditions.push(format!("s.value IN ({values})"));
    }
    let bounds = [(&expect.at_least, ">="), (&expect.at_most, "<=")];
    let bounds: Vec<String> = bounds
        .into_iter()
        .filter_map(|(parameter, sign)| Some((parameter.as_ref()?, sign)))
        .map(|(parameter, sign)| match front.parameters.contains_key(parameter) {
            true => Ok(format!("s.number {sign} ${parameter}")),
            false => Err(format!("[expect] names the parameter '{parameter}', which is not declared")),
        })
        .collect::<Result<_, _>>()?;
    if !bounds.is_empty() {
        conditions.push(format!("(s.has_number AND {})", bounds.join(" AND ")));
    }
    if conditions.is_empty() {
        return Err("[expect] says neither 'in' nor 'at-least' nor 'at-most'".to_owned());
    }
    let places: String = places(message)
        .map(|place| if place == "name" { quoted("t", place) } else { quoted("s", place) })
        .map(|column| format!(", {column}"))
        .collect();
    Ok(format!(
        "SELECT t.uid AS subject, ({}) AS pass{places}, \
         named_struct('image', t.row, 'image_setting', s.row) AS evidence \
         FROM image t LEFT JOIN image_setting s ON s.image = t.uid AND s.setting = {}",
        conditions.join(" OR "),
        literal(setting),
    ))
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
