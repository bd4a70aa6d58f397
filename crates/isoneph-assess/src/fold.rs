//! The fold: from many observations of a subject to one answer. It is Rust, not SQL, because SQL's aggregates pass over
//! NULL: `bool_and(true, NULL)` is true.

/// What the observations of one subject come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folded {
    /// Every observation is true.
    Pass,
    /// Some observation is false.
    Fail,
    /// None is false, and some is not known.
    Unknown,
    /// There is none.
    NoObservation,
}

/// Any false fails; else any unknown is unknown; else, if there is any, it passes.
pub fn fold(observations: impl IntoIterator<Item = Option<bool>>) -> Folded {
    let mut folded = Folded::NoObservation;
    for observation in observations {
        folded = match (folded, observation) {
            (_, Some(false)) => return Folded::Fail,
            (_, None) => Folded::Unknown,
            (Folded::NoObservation, Some(true)) => Folded::Pass,
            (so_far, Some(true)) => so_far,
        };
    }
    folded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_worst_observation_decides_wherever_it_stands(all in prop::collection::vec(any::<Option<bool>>(), 0..8)) {
            let expected = if all.contains(&Some(false)) {
                Folded::Fail
            } else if all.contains(&None) {
                Folded::Unknown
            } else if all.is_empty() {
                Folded::NoObservation
            } else {
                Folded::Pass
            };
            prop_assert_eq!(fold(all), expected);
        }

        #[test]
        fn learning_what_was_unknown_never_turns_one_answer_into_the_other(
            all in prop::collection::vec(any::<Option<bool>>(), 1..8),
            learned in prop::collection::vec(any::<bool>(), 8),
        ) {
            let known = all.iter().zip(&learned).map(|(seen, learned)| Some(seen.unwrap_or(*learned)));
            match fold(all.iter().copied()) {
                Folded::Unknown => {}
                decided => prop_assert_eq!(fold(known), decided),
            }
        }
    }
}
