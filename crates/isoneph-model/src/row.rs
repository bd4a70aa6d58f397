//! The number under which a row of a table can be found again.

/// A row of a table: the table's ordinal in the high bits, the row's index in the low ones. It is the value of every
/// table's `row` column, and stands for the row's place in the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(i64);

const INDEX_BITS: u32 = 40;

impl RowId {
    /// The row at `index` of the table with this ordinal. `None` past 2^40 rows.
    pub fn new(table: u16, index: usize) -> Option<RowId> {
        let index = i64::try_from(index).ok().filter(|i| *i < 1 << INDEX_BITS)?;
        Some(RowId(i64::from(table) << INDEX_BITS | index))
    }

    /// The id with this value in a `row` column. `None` if no row can have it.
    pub fn from_column(value: i64) -> Option<RowId> {
        (value >= 0 && value >> INDEX_BITS <= i64::from(u16::MAX)).then_some(RowId(value))
    }

    /// The value in a `row` column.
    pub fn column(self) -> i64 {
        self.0
    }

    /// The ordinal of the table.
    pub fn table(self) -> u16 {
        (self.0 >> INDEX_BITS) as u16
    }

    /// The index of the row in its table.
    pub fn index(self) -> usize {
        (self.0 & ((1 << INDEX_BITS) - 1)) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_and_index_come_back() {
        let row = RowId::new(27, 123_456).unwrap();
        assert_eq!((row.table(), row.index()), (27, 123_456));
        assert_eq!(RowId::from_column(row.column()), Some(row));
        assert_eq!(RowId::from_column(-1), None);
    }
}
