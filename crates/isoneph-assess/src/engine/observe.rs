//! What the SQL yields, taken apart: each row is an observation of a subject.

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use isoneph_model::RowId;

use super::AssessError;
use super::judge::Observation;
use super::population::Population;
use super::prepare::Prepared;

/// What one check yielded, by subject.
pub(crate) struct Observations {
    batches: Vec<RecordBatch>,
    /// Subject (the index it is kept under), batch, row; sorted.
    index: Vec<(u32, u32, u32)>,
    columns: Vec<Decoded>,
}

struct Decoded {
    pass: BooleanArray,
    applies: Option<BooleanArray>,
    evidence: Vec<ArrayRef>,
}

impl Observations {
    /// Sorts the rows of a result by their subjects. A row about something that is no subject is about nothing here: a
    /// reference may name what is not part of the estate.
    pub(crate) fn read(
        prepared: &Prepared,
        batches: Vec<RecordBatch>,
        population: &Population,
    ) -> Result<Observations, AssessError> {
        let columns = &prepared.check.columns;
        let mut index = Vec::new();
        let mut decoded = Vec::new();
        for (number, batch) in batches.iter().enumerate() {
            let subjects = cast(batch.column(columns.subject), &DataType::Utf8)?;
            let subjects: &StringArray = subjects.as_string();
            let flags =
                |column| Ok::<_, ArrowError>(cast(batch.column(column), &DataType::Boolean)?.as_boolean().clone());
            let (pass, applies) = (flags(columns.pass)?, columns.applies.map(flags).transpose()?);
            let evidence = batch.column(columns.evidence).as_struct();
            decoded.push(Decoded { pass, applies, evidence: evidence.columns().to_vec() });
            for row in 0..batch.num_rows() {
                if subjects.is_valid(row)
                    && let Some(subject) = population.find(subjects.value(row))
                {
                    index.push((subject, number as u32, row as u32));
                }
            }
        }
        index.sort_unstable();
        Ok(Observations { batches, index, columns: decoded })
    }

    /// The observations of a subject, in an order that does not depend on how the query ran.
    pub(crate) fn of(&self, prepared: &Prepared, kept_under: u32) -> Result<Vec<Observation>, AssessError> {
        let start = self.index.partition_point(|(subject, _, _)| *subject < kept_under);
        let own = self.index[start..].iter().take_while(|(subject, _, _)| *subject == kept_under);
        let mut observations = Vec::new();
        for (_, batch, row) in own {
            let (batch, row) = (*batch as usize, *row as usize);
            let decoded = &self.columns[batch];
            let flag = |flags: &BooleanArray| flags.is_valid(row).then(|| flags.value(row));
            let (pass, applies) = (flag(&decoded.pass), decoded.applies.as_ref().map_or(Some(true), flag));
            let mut rows = Vec::with_capacity(decoded.evidence.len());
            for (member, column) in prepared.members.iter().zip(&decoded.evidence) {
                let column = column.as_primitive::<Int64Type>();
                let id = column.is_valid(row).then(|| RowId::from_column(column.value(row))).flatten();
                if let Some(id) = id.filter(|id| id.table() != member.table.ordinal()) {
                    let found = isoneph_tables::TableId::from_ordinal(id.table());
                    return Err(AssessError::Evidence {
                        check: prepared.check.id().to_owned(),
                        table: member.table,
                        found: found.map_or_else(String::new, |table| table.to_string()),
                    });
                }
                rows.push(id);
            }
            observations.push(Observation { pass, applies, rows, at: (batch, row) });
        }
        observations.sort_by(|a, b| a.rows.cmp(&b.rows).then(a.pass.cmp(&b.pass)));
        Ok(observations)
    }

    /// The values that fill the message.
    pub(crate) fn values(
        &self,
        prepared: &Prepared,
        observation: &Observation,
    ) -> Result<Vec<(String, Option<String>)>, AssessError> {
        let (batch, row) = observation.at;
        let value =
            |(name, column): &(String, usize)| Ok((name.clone(), text_of(self.batches[batch].column(*column), row)?));
        prepared.check.columns.places.iter().map(value).collect()
    }
}

/// A value as people read it.
pub(crate) fn text_of(column: &dyn Array, row: usize) -> Result<Option<String>, ArrowError> {
    if column.is_null(row) || column.data_type() == &DataType::Null {
        return Ok(None);
    }
    if let Some(texts) = column.as_string_opt::<i32>() {
        return Ok(Some(texts.value(row).to_owned()));
    }
    let options = FormatOptions::default().with_display_error(false);
    Ok(Some(ArrayFormatter::try_new(column, &options)?.value(row).to_string()))
}
