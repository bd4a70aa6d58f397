//! Binary operations on diagrams: one merge of two sorted edge lists per pair of nodes.

use super::{Bound, CacheEntry, Diagrams, EMPTY, Exhausted, FULL, Id, NO_ENTRY, NONE, fold};

/// A binary operation. All but [`Operation::FirstMatch`] expect sets (no [`NONE`] terminal).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// The left decides; where it has no match, the right.
    FirstMatch,
    /// Intersection.
    And,
    /// Union.
    Or,
    /// In the left, not in the right.
    Minus,
    /// In exactly one of both.
    Xor,
}

impl Operation {
    /// The operation with this number.
    #[inline(always)]
    const fn of(number: u8) -> Self {
        match number {
            0 => Self::FirstMatch,
            1 => Self::And,
            2 => Self::Or,
            3 => Self::Minus,
            _ => Self::Xor,
        }
    }

    #[inline]
    fn commutes(self) -> bool {
        matches!(self, Self::And | Self::Or | Self::Xor)
    }

    /// The result, where it follows without opening the nodes.
    #[inline]
    fn shortcut(self, left: Id, right: Id) -> Option<Id> {
        match self {
            Self::FirstMatch => match (left, right) {
                (NONE, _) => Some(right),
                (EMPTY | FULL, _) | (_, NONE) => Some(left),
                _ => (left == right).then_some(left),
            },
            Self::And => match (left, right) {
                (EMPTY, _) | (_, EMPTY) => Some(EMPTY),
                (FULL, _) => Some(right),
                (_, FULL) => Some(left),
                _ => (left == right).then_some(left),
            },
            Self::Or => match (left, right) {
                (FULL, _) | (_, FULL) => Some(FULL),
                (EMPTY, _) => Some(right),
                (_, EMPTY) => Some(left),
                _ => (left == right).then_some(left),
            },
            Self::Minus => match (left, right) {
                (EMPTY, _) | (_, FULL) => Some(EMPTY),
                (_, EMPTY) => Some(left),
                _ => (left == right).then_some(EMPTY),
            },
            Self::Xor => match (left, right) {
                (EMPTY, _) => Some(right),
                (_, EMPTY) => Some(left),
                _ => (left == right).then_some(EMPTY),
            },
        }
    }
}

impl<B: Bound> Diagrams<B> {
    /// Combines two diagrams. The recursion is at most as deep as there are levels.
    pub fn apply(&mut self, operation: Operation, left: Id, right: Id) -> Result<Id, Exhausted> {
        let mark = self.pending.len();
        // One copy of the recursion for each operation: what it asks of every pair of edges is then known beforehand.
        let result = match operation {
            Operation::FirstMatch => self.combine::<{ Operation::FirstMatch as u8 }>(left, right),
            Operation::And => self.combine::<{ Operation::And as u8 }>(left, right),
            Operation::Or => self.combine::<{ Operation::Or as u8 }>(left, right),
            Operation::Minus => self.combine::<{ Operation::Minus as u8 }>(left, right),
            Operation::Xor => self.combine::<{ Operation::Xor as u8 }>(left, right),
        };
        if result.is_err() {
            self.pending.truncate(mark);
        }
        result
    }

    #[inline]
    fn combine<const OPERATION: u8>(&mut self, left: Id, right: Id) -> Result<Id, Exhausted> {
        match Operation::of(OPERATION).shortcut(left, right) {
            Some(result) => Ok(result),
            None => self.open::<OPERATION>(left, right),
        }
    }

    fn open<const OPERATION: u8>(&mut self, mut left: Id, mut right: Id) -> Result<Id, Exhausted> {
        let operation = Operation::of(OPERATION);
        if operation.commutes() && right < left {
            std::mem::swap(&mut left, &mut right);
        }
        let hash = cache_hash(operation, left, right);
        let entry = self.cache[hash & (self.cache.len() - 1)];
        if entry.left == left && entry.right == right && entry.operation == operation as u32 {
            return Ok(entry.result);
        }
        self.steps += 1;
        if self.steps > self.budget.steps {
            return Err(Exhausted::Steps(self.budget.steps));
        }
        let (left_level, right_level) = (self.raw_level(left), self.raw_level(right));
        let mark = self.pending.len();
        if left_level == right_level {
            self.merge_edges::<OPERATION>(left, right, mark)?;
        } else if left_level < right_level {
            let (start, end) = self.span(left);
            for index in start..end {
                let (bound, child) = self.edges[index];
                let result = self.combine::<OPERATION>(child, right)?;
                self.push_edge(mark, bound, result);
            }
        } else {
            let (start, end) = self.span(right);
            for index in start..end {
                let (bound, child) = self.edges[index];
                let result = self.combine::<OPERATION>(left, child)?;
                self.push_edge(mark, bound, result);
            }
        }
        let result = self.close_node(left_level.min(right_level) as u8, mark)?;
        let slot = hash & (self.cache.len() - 1);
        self.cache[slot] = CacheEntry { left, right, operation: operation as u32, result };
        Ok(result)
    }

    #[inline]
    fn merge_edges<const OPERATION: u8>(&mut self, left: Id, right: Id, mark: usize) -> Result<(), Exhausted> {
        let (mut i, left_end) = self.span(left);
        let (mut j, right_end) = self.span(right);
        // Both lists end at the line's greatest coordinate, so they run out together.
        while i < left_end && j < right_end {
            let (left_bound, left_child) = self.edges[i];
            let (right_bound, right_child) = self.edges[j];
            let result = self.combine::<OPERATION>(left_child, right_child)?;
            self.push_edge(mark, left_bound.min(right_bound), result);
            i += usize::from(left_bound <= right_bound);
            j += usize::from(right_bound <= left_bound);
        }
        Ok(())
    }

    /// Everything that is not in the set.
    pub fn complement(&mut self, set: Id) -> Result<Id, Exhausted> {
        self.apply(Operation::Minus, FULL, set)
    }

    /// Folds many diagrams by halves, keeping their order: cheap because most pairs met are small.
    pub fn fold_balanced(&mut self, operation: Operation, mut items: Vec<Id>, neutral: Id) -> Result<Id, Exhausted> {
        while items.len() > 1 {
            let mut halved = Vec::with_capacity(items.len().div_ceil(2));
            for pair in items.chunks(2) {
                halved.push(match *pair {
                    [left, right] => self.apply(operation, left, right)?,
                    _ => pair[0],
                });
            }
            items = halved;
        }
        Ok(items.first().copied().unwrap_or(neutral))
    }

    pub(super) fn grow_cache(&mut self, slots: usize) {
        let old = std::mem::replace(&mut self.cache, vec![NO_ENTRY; slots]);
        for entry in old.into_iter().filter(|entry| entry.operation != u32::MAX) {
            let hash = raw_cache_hash(entry.operation, entry.left, entry.right);
            self.cache[hash & (slots - 1)] = entry;
        }
    }
}

#[inline]
fn cache_hash(operation: Operation, left: Id, right: Id) -> usize {
    raw_cache_hash(operation as u32, left, right)
}

#[inline]
fn raw_cache_hash(operation: u32, left: Id, right: Id) -> usize {
    let key = (u64::from(left) << 32) | u64::from(right);
    (fold(key ^ 0x1319_8a2e_0370_7344, 0x9e37_79b9_7f4a_7c15 ^ (u64::from(operation) << 56)) >> 8) as usize
}
