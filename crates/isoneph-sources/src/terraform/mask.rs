//! Which parts of a value are unknown, or sensitive: Terraform says it with a parallel structure of `true`.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::rc::Rc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A parallel structure in which only what is marked is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) enum Mask {
    /// Nothing in here is marked.
    #[default]
    None,
    /// All of it is marked.
    All,
    /// Some attributes have marks.
    Fields(BTreeMap<Box<str>, Mask>),
    /// Some elements have marks.
    Items(Vec<Mask>),
}

/// Nothing is marked.
pub(crate) static UNMARKED: Mask = Mask::None;

impl Mask {
    /// The mask of an attribute.
    pub(crate) fn field(&self, name: &str) -> &Mask {
        match self {
            Mask::All => self,
            Mask::Fields(fields) => fields.get(name).unwrap_or(&UNMARKED),
            Mask::None | Mask::Items(_) => &UNMARKED,
        }
    }

    /// The mask of an element.
    pub(crate) fn item(&self, index: usize) -> &Mask {
        match self {
            Mask::All => self,
            Mask::Items(items) => items.get(index).unwrap_or(&UNMARKED),
            Mask::None | Mask::Fields(_) => &UNMARKED,
        }
    }

    /// Whether all of it is marked.
    pub(crate) fn is_all(&self) -> bool {
        matches!(self, Mask::All)
    }

    /// Whether any of it is marked.
    pub(crate) fn is_any(&self) -> bool {
        !matches!(self, Mask::None)
    }

    /// Marked where either is.
    pub(crate) fn union(&self, other: &Mask) -> Mask {
        match (self, other) {
            (Mask::None, mask) | (mask, Mask::None) => mask.clone(),
            (Mask::Fields(a), Mask::Fields(b)) => {
                let mut fields = a.clone();
                for (name, mask) in b {
                    let merged = fields.get(name).unwrap_or(&UNMARKED).union(mask);
                    fields.insert(name.clone(), merged);
                }
                Mask::Fields(fields)
            }
            (Mask::Items(a), Mask::Items(b)) => {
                let length = a.len().max(b.len());
                Mask::Items((0..length).map(|i| self.item(i).union(other.item(i))).collect())
            }
            // Two shapes of one value: mark the whole, which claims the least.
            _ => Mask::All,
        }
    }
}

impl<'de> Deserialize<'de> for Mask {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Mask, D::Error> {
        deserializer.deserialize_any(MaskVisitor)
    }
}

struct MaskVisitor;

impl<'de> Visitor<'de> for MaskVisitor {
    type Value = Mask;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a structure of booleans")
    }

    fn visit_bool<E>(self, marked: bool) -> Result<Mask, E> {
        Ok(if marked { Mask::All } else { Mask::None })
    }

    fn visit_unit<E>(self) -> Result<Mask, E> {
        Ok(Mask::None)
    }

    // Anything else where a mark should be is not understood: marked, for that claims the least.
    fn visit_i64<E>(self, _: i64) -> Result<Mask, E> {
        Ok(Mask::All)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Mask, E> {
        Ok(Mask::All)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Mask, E> {
        Ok(Mask::All)
    }

    fn visit_str<E>(self, _: &str) -> Result<Mask, E> {
        Ok(Mask::All)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Mask, A::Error> {
        let mut items = Vec::new();
        let mut marked = 0;
        while let Some(mask) = seq.next_element::<Mask>()? {
            items.push(mask);
            if items.last().is_some_and(Mask::is_any) {
                marked = items.len();
            }
        }
        items.truncate(marked);
        Ok(if items.is_empty() { Mask::None } else { Mask::Items(items) })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Mask, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            let mask = map.next_value::<Mask>()?;
            if mask.is_any() {
                fields.insert(name.into_boxed_str(), mask);
            }
        }
        Ok(if fields.is_empty() { Mask::None } else { Mask::Fields(fields) })
    }
}

/// Keeps each distinct mask once: the resources of one type mostly share theirs.
#[derive(Debug, Default)]
pub(crate) struct Masks(HashSet<Rc<Mask>>);

impl Masks {
    /// The one copy of a mask.
    pub(crate) fn keep(&mut self, mask: Mask) -> Rc<Mask> {
        if let Some(kept) = self.0.get(&mask) {
            return Rc::clone(kept);
        }
        let kept = Rc::new(mask);
        self.0.insert(Rc::clone(&kept));
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_marked_is_kept() {
        let mask: Mask = serde_json::from_str(r#"{"a":true,"b":{},"c":[{"d":false},{"d":true},{}],"e":null}"#).unwrap();
        assert!(mask.field("a").is_all());
        assert_eq!(mask.field("b"), &Mask::None);
        assert!(mask.field("c").item(1).field("d").is_all());
        assert!(!mask.field("c").item(0).field("d").is_any());
        assert_eq!(mask.field("c").item(7), &Mask::None);
    }

    #[test]
    fn a_mark_of_either_is_a_mark_of_both() {
        let parse = |text| serde_json::from_str::<Mask>(text).unwrap();
        let both = parse(r#"{"a":true,"l":[false,true]}"#).union(&parse(r#"{"b":true,"l":[true]}"#));
        assert!(both.field("a").is_all() && both.field("b").is_all());
        assert!(both.field("l").item(0).is_all() && both.field("l").item(1).is_all());
        assert_eq!(parse(r#"{"a":true}"#).union(&parse("[true]")), Mask::All);
    }
}
