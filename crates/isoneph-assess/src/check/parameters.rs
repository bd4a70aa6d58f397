//! Parameters of checks: typed, bounded, and told apart by which way is stricter.

use std::collections::BTreeMap;
use std::fmt;

use isoneph_assessment::Parameter;
use jiff::civil::Date;
use serde::Deserialize;

isoneph_model::vocabulary! {
    /// The type of a parameter.
    pub enum ParameterType {
        /// Text.
        Text = "text",
        /// A whole number.
        Integer = "integer",
        /// True or false.
        Boolean = "boolean",
        /// A day, `YYYY-MM-DD`.
        Date = "date",
        /// A list of texts.
        Texts = "list<text>",
    }
}

isoneph_model::vocabulary! {
    /// Which way a parameter is stricter.
    pub enum Stricter {
        /// A shorter list.
        Fewer = "fewer",
        /// A longer list.
        More = "more",
        /// A smaller number.
        Lower = "lower",
        /// A larger number.
        Higher = "higher",
        /// `true`.
        True = "true",
        /// `false`.
        False = "false",
        /// Neither.
        None = "none",
    }
}

/// A parameter as its check declares it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterDef {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ParameterType,
    /// Its value where nobody sets one.
    pub default: ParameterValue,
    /// The unit of a number.
    pub unit: Option<String>,
    /// The smallest number that makes sense. A list of texts with a bound is one of whole numbers, such as ports.
    pub min: Option<i64>,
    /// The largest number that makes sense.
    pub max: Option<i64>,
    /// Which way is stricter.
    pub stricter: Stricter,
}

/// The value of a parameter, as written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum ParameterValue {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A text or a day.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
}

impl fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParameterValue::Boolean(value) => write!(f, "{value}"),
            ParameterValue::Integer(value) => write!(f, "{value}"),
            ParameterValue::Text(value) => f.write_str(value),
            ParameterValue::Texts(values) => write!(f, "[{}]", values.join(", ")),
        }
    }
}

/// A value that fits its parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Bound {
    Text(String),
    Integer(i64),
    Boolean(bool),
    Date(Date),
    Texts(Vec<String>),
}

impl ParameterDef {
    /// The value in the parameter's type, if it fits.
    pub(crate) fn bind(&self, value: &ParameterValue) -> Result<Bound, String> {
        match (self.kind, value) {
            (ParameterType::Text, ParameterValue::Text(text)) => Ok(Bound::Text(text.clone())),
            (ParameterType::Boolean, ParameterValue::Boolean(value)) => Ok(Bound::Boolean(*value)),
            (ParameterType::Texts, ParameterValue::Texts(texts)) => self.bind_texts(texts),
            (ParameterType::Date, ParameterValue::Text(text)) => match text.parse() {
                Ok(date) => Ok(Bound::Date(date)),
                Err(_) => Err(format!("'{text}' is not a day (YYYY-MM-DD)")),
            },
            (ParameterType::Integer, ParameterValue::Integer(value)) => self.bind_integer(*value),
            (kind, value) => Err(format!("{value} is not of the type {kind}")),
        }
    }

    fn bind_texts(&self, texts: &[String]) -> Result<Bound, String> {
        if self.min.or(self.max).is_some() {
            for text in texts {
                self.bind_integer(text.parse().map_err(|_| format!("'{text}' is not a whole number"))?)?;
            }
        }
        Ok(Bound::Texts(texts.to_vec()))
    }

    fn bind_integer(&self, value: i64) -> Result<Bound, String> {
        let unit = self.unit.as_ref().map_or_else(String::new, |unit| format!(" {unit}"));
        if let Some(min) = self.min.filter(|min| value < *min) {
            return Err(format!("{value}{unit} is below the least that makes sense, {min}{unit}"));
        }
        if let Some(max) = self.max.filter(|max| value > *max) {
            return Err(format!("{value}{unit} is above the most that makes sense, {max}{unit}"));
        }
        Ok(Bound::Integer(value))
    }

    /// Whether a value asks for less than the default does.
    fn is_looser(&self, value: &ParameterValue) -> bool {
        match (&self.default, value) {
            (ParameterValue::Texts(default), ParameterValue::Texts(value)) => match self.stricter {
                Stricter::Fewer => value.iter().any(|text| !default.contains(text)),
                Stricter::More => default.iter().any(|text| !value.contains(text)),
                _ => false,
            },
            (ParameterValue::Integer(default), ParameterValue::Integer(value)) => match self.stricter {
                Stricter::Lower => value > default,
                Stricter::Higher => value < default,
                _ => false,
            },
            (ParameterValue::Boolean(default), ParameterValue::Boolean(value)) => match self.stricter {
                Stricter::True => *default && !value,
                Stricter::False => !default && *value,
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether the direction fits the type.
    pub(crate) fn direction_fits(&self) -> bool {
        match self.stricter {
            Stricter::None => true,
            Stricter::Fewer | Stricter::More => self.kind == ParameterType::Texts,
            Stricter::Lower | Stricter::Higher => self.kind == ParameterType::Integer,
            Stricter::True | Stricter::False => self.kind == ParameterType::Boolean,
        }
    }
}

/// The values of a check's parameters: the defaults, and what was set over them.
pub(crate) fn bind_all(
    check: &str,
    defs: &BTreeMap<String, ParameterDef>,
    set: &BTreeMap<String, ParameterValue>,
) -> Result<(BTreeMap<String, Bound>, Vec<Parameter>), String> {
    if let Some(unknown) = set.keys().find(|name| !defs.contains_key(*name)) {
        return Err(format!("the check '{check}' has no parameter '{unknown}'"));
    }
    let mut bound = BTreeMap::new();
    let mut changed = Vec::new();
    for (name, def) in defs {
        let value = set.get(name).unwrap_or(&def.default);
        let fits =
            def.bind(value).map_err(|problem| format!("parameter '{name}' of the check '{check}': {problem}"))?;
        bound.insert(name.clone(), fits);
        if *value != def.default {
            changed.push(Parameter {
                check: check.to_owned(),
                name: name.clone(),
                default: def.default.to_string(),
                value: value.to_string(),
                looser: def.is_looser(value),
            });
        }
    }
    Ok((bound, changed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(stricter: Stricter) -> ParameterDef {
        ParameterDef {
            kind: ParameterType::Integer,
            default: ParameterValue::Integer(90),
            unit: Some("days".to_owned()),
            min: Some(1),
            max: Some(365),
            stricter,
        }
    }

    #[test]
    fn a_value_outside_its_bounds_or_type_is_refused() {
        assert_eq!(days(Stricter::Lower).bind(&ParameterValue::Integer(30)), Ok(Bound::Integer(30)));
        assert!(days(Stricter::Lower).bind(&ParameterValue::Integer(0)).unwrap_err().contains("0 days is below"));
        assert!(days(Stricter::Lower).bind(&ParameterValue::Integer(366)).is_err());
        assert!(days(Stricter::Lower).bind(&ParameterValue::Text("30".to_owned())).is_err());
    }

    #[test]
    fn a_list_with_bounds_holds_whole_numbers_within_them() {
        let list = |texts: &[&str]| ParameterValue::Texts(texts.iter().map(|t| (*t).to_owned()).collect());
        let ports =
            ParameterDef { kind: ParameterType::Texts, default: list(&["22"]), unit: None, ..days(Stricter::None) };
        assert!(ports.bind(&list(&["22", "80"])).is_ok());
        assert!(ports.bind(&list(&["22", "ssh"])).unwrap_err().contains("'ssh' is not a whole number"));
        assert!(ports.bind(&list(&["22", "443"])).unwrap_err().contains("443 is above"));
    }

    #[test]
    fn what_was_set_is_told_and_whether_it_is_looser() {
        let defs = BTreeMap::from([("days".to_owned(), days(Stricter::Lower))]);
        let set = |days| BTreeMap::from([("days".to_owned(), ParameterValue::Integer(days))]);
        let told = |days| bind_all("c", &defs, &set(days)).unwrap().1;
        assert!(told(90).is_empty());
        assert!(told(120)[0].looser);
        assert!(!told(30)[0].looser);
        assert!(bind_all("c", &defs, &BTreeMap::from([("dyas".to_owned(), ParameterValue::Integer(1))])).is_err());
    }

    #[test]
    fn a_list_is_looser_by_what_it_adds_or_leaves_out() {
        let list = |texts: &[&str]| ParameterValue::Texts(texts.iter().map(|t| (*t).to_owned()).collect());
        let mut def = days(Stricter::Fewer);
        def.kind = ParameterType::Texts;
        def.default = list(&["a", "b"]);
        assert!(def.is_looser(&list(&["a", "c"])));
        assert!(!def.is_looser(&list(&["a"])));
        def.stricter = Stricter::More;
        assert!(def.is_looser(&list(&["a"])));
    }
}
