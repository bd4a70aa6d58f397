//! Sets of ranks: the words that are not empty, in rising order.

/// A set. Ranks are put in rising order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Bits {
    words: Vec<(u32, u64)>,
}

impl Bits {
    /// Every rank below a count.
    pub(super) fn below(count: u32) -> Self {
        let words = (0..count / 64).map(|word| (word, u64::MAX));
        let rest = (!count.is_multiple_of(64)).then(|| (count / 64, (1 << (count % 64)) - 1));
        Self { words: words.chain(rest).collect() }
    }

    /// The words of a plain row of bits.
    pub(super) fn from_row(row: &[u64]) -> Self {
        Self { words: (0..).zip(row).filter(|(_, word)| **word != 0).map(|(place, word)| (place, *word)).collect() }
    }

    /// Puts a rank that is above all ranks of the set.
    pub(super) fn push(&mut self, rank: u32) {
        let (word, bit) = (rank / 64, 1 << (rank % 64));
        match self.words.last_mut() {
            Some(last) if last.0 == word => last.1 |= bit,
            _ => self.words.push((word, bit)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub(super) fn holds(&self, rank: u32) -> bool {
        let found = self.words.binary_search_by_key(&(rank / 64), |(word, _)| *word);
        found.is_ok_and(|at| self.words[at].1 >> (rank % 64) & 1 == 1)
    }

    /// The words, with their numbers.
    pub(super) fn words(&self) -> &[(u32, u64)] {
        &self.words
    }

    /// The ranks, rising.
    pub(super) fn ranks(&self) -> impl Iterator<Item = u32> {
        self.words.iter().flat_map(|(place, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    place * 64 + bit
                })
            })
        })
    }

    /// Both sets in one.
    pub(super) fn join(&mut self, other: &Self) {
        if self.words.is_empty() {
            self.words.clone_from(&other.words);
            return;
        }
        let mut joined = Vec::with_capacity(self.words.len() + other.words.len());
        let (mut own, mut more) = (self.words.iter().peekable(), other.words.iter().peekable());
        while let (Some(left), Some(right)) = (own.peek(), more.peek()) {
            let place = left.0.min(right.0);
            let word = |held: &(u32, u64)| if held.0 == place { held.1 } else { 0 };
            joined.push((place, word(left) | word(right)));
            own.next_if(|held| held.0 == place);
            more.next_if(|held| held.0 == place);
        }
        joined.extend(own.chain(more));
        self.words = joined;
    }

    /// Takes out of the set what another holds, and gives it.
    pub(super) fn take(&mut self, other: &Self) -> Self {
        let mut taken = Vec::new();
        let mut from = 0;
        let mut emptied = false;
        for (place, word) in &other.words {
            // A dense set has the word in the very next place; a thin one is searched.
            match self.words.get(from) {
                None => break,
                Some((next, _)) if next < place => {
                    let guess = from + (place - next) as usize;
                    from = match self.words.get(guess) {
                        Some((there, _)) if there == place => guess,
                        _ => {
                            let end = guess.min(self.words.len());
                            from + self.words[from..end].partition_point(|(number, _)| number < place)
                        }
                    };
                }
                Some(_) => {}
            }
            let Some(held) = self.words.get_mut(from).filter(|held| held.0 == *place) else { continue };
            if held.1 & word != 0 {
                taken.push((*place, held.1 & word));
                held.1 &= !word;
                emptied |= held.1 == 0;
            }
            from += 1;
        }
        if emptied {
            self.words.retain(|(_, word)| *word != 0);
        }
        Self { words: taken }
    }
}
