//! A column of texts as the bytes of a Parquet file: a page with the dictionary, and pages of numbers or texts.

use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use zstd::bulk::Compressor;

use super::packed::{pack, steps, width};
use super::texts::{Cut, Plain, Texts};

/// What is smaller, in bytes, is not worth packing.
const SMALL: usize = 4 << 10;

/// The bytes of a column, and what the end of the file says of them.
pub(super) fn chunk(
    texts: &Texts,
    column: &ColumnDescPtr,
    rows: u64,
    sought: bool,
    compressor: &mut Compressor<'static>,
) -> Result<(Bytes, ColumnCloseResult)> {
    let size = texts.plain.as_ref().map_or(texts.dictionary.bytes().len(), |plain| plain.bytes.len());
    let compressor = (size + texts.numbers.len() / 4 >= SMALL).then_some(compressor);
    let compression =
        if compressor.is_some() { Compression::ZSTD(Default::default()) } else { Compression::UNCOMPRESSED };
    let mut pages = Pages { sink: TrackedWrite::new(Vec::new()), compressor, unpacked: 0, body: Vec::new() };
    let levels = (column.max_rep_level(), column.max_def_level());
    let (encoding, first_data) = match &texts.plain {
        Some(plain) => {
            let encoding = encoding_of(plain);
            (encoding, pages.texts(texts, plain, encoding, levels)?)
        }
        None => (Encoding::RLE_DICTIONARY, pages.numbers(texts, levels)?),
    };
    let Pages { sink, unpacked, .. } = pages;
    let bytes = Bytes::from(sink.into_inner()?);
    let mut metadata = ColumnChunkMetaData::builder(column.clone())
        .set_compression(compression)
        .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, encoding])
        .set_num_values(texts.definitions.len() as i64)
        .set_total_compressed_size(bytes.len() as i64)
        .set_total_uncompressed_size(unpacked as i64)
        .set_dictionary_page_offset((first_data > 0).then_some(0))
        .set_data_page_offset(first_data as i64);
    if let Some(statistics) = sought.then(|| statistics(texts)).flatten() {
        metadata = metadata.set_statistics(statistics);
    }
    let close = ColumnCloseResult {
        bytes_written: bytes.len() as u64,
        rows_written: rows,
        metadata: metadata.build()?,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    Ok((bytes, close))
}

fn encoding_of(plain: &Plain) -> Encoding {
    if plain.prefixes.is_empty() { Encoding::DELTA_LENGTH_BYTE_ARRAY } else { Encoding::DELTA_BYTE_ARRAY }
}

/// The least and the greatest text. Where there is no dictionary, nobody would find a row by them.
fn statistics(texts: &Texts) -> Option<Statistics> {
    if texts.plain.is_some() {
        return None;
    }
    let nulls = texts.definitions.len() - texts.numbers.len();
    let (least, greatest) = (texts.dictionary.texts().min()?, texts.dictionary.texts().max()?);
    let whole = |text: &[u8]| Some(ByteArray::from(text.to_vec()));
    Some(Statistics::byte_array(whole(least), whole(greatest), None, Some(nulls as u64), false))
}

/// The pages of a column, while they are written.
struct Pages<'c> {
    sink: TrackedWrite<Vec<u8>>,
    compressor: Option<&'c mut Compressor<'static>>,
    /// How long they are before they are packed.
    unpacked: usize,
    /// The page at hand.
    body: Vec<u8>,
}

/// The most levels that lists and texts of a column may be missing on.
type Levels = (i16, i16);

impl Pages<'_> {
    /// Writes the dictionary and the numbers, and says where the latter begin.
    fn numbers(&mut self, texts: &Texts, levels: Levels) -> Result<usize> {
        let dictionary = &texts.dictionary;
        let count = dictionary.len() as u32;
        self.body.extend_from_slice(dictionary.bytes());
        let page = |buf| Page::DictionaryPage { buf, num_values: count, encoding: Encoding::PLAIN, is_sorted: false };
        let first_data = self.page(page)?;
        self.levels(&texts.repetitions, &texts.definitions, levels);
        let width = width(count.saturating_sub(1));
        self.body.push(width);
        pack(&texts.numbers, width, &mut self.body);
        self.data_page(texts.definitions.len(), Encoding::RLE_DICTIONARY)?;
        Ok(first_data)
    }

    /// Writes the texts themselves.
    fn texts(&mut self, texts: &Texts, plain: &Plain, encoding: Encoding, levels: Levels) -> Result<usize> {
        let end = Cut { place: texts.definitions.len(), text: plain.lengths.len(), byte: plain.bytes.len() };
        let starts = std::iter::once(Cut::default()).chain(plain.cuts.iter().copied());
        for (start, end) in starts.zip(plain.cuts.iter().copied().chain([end])) {
            let repetitions = texts.repetitions.get(start.place..end.place).unwrap_or_default();
            self.levels(repetitions, &texts.definitions[start.place..end.place], levels);
            if let Some(prefixes) = plain.prefixes.get(start.text..end.text).filter(|prefixes| !prefixes.is_empty()) {
                steps(prefixes, &mut self.body);
            }
            steps(&plain.lengths[start.text..end.text], &mut self.body);
            self.body.extend_from_slice(&plain.bytes[start.byte..end.byte]);
            self.data_page(end.place - start.place, encoding)?;
        }
        Ok(0)
    }

    /// Puts what is missing where at the beginning of the page.
    fn levels(&mut self, repetitions: &[u8], definitions: &[u8], most: Levels) {
        for (levels, most) in [(repetitions, most.0), (definitions, most.1)] {
            if most > 0 {
                let start = self.body.len();
                self.body.extend_from_slice(&[0; 4]);
                pack(levels, width(most.unsigned_abs().into()), &mut self.body);
                let length = (self.body.len() - start - 4) as u32;
                self.body[start..start + 4].copy_from_slice(&length.to_le_bytes());
            }
        }
    }

    fn data_page(&mut self, places: usize, encoding: Encoding) -> Result<usize> {
        let num_values = u32::try_from(places).map_err(|error| ParquetError::General(error.to_string()))?;
        self.page(|buf| Page::DataPage {
            buf,
            num_values,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        })
    }

    /// Writes the page at hand, and says where the next one begins.
    fn page(&mut self, page: impl FnOnce(Bytes) -> Page) -> Result<usize> {
        let unpacked = self.body.len();
        let bytes = match &mut self.compressor {
            Some(compressor) => {
                let packed = compressor.compress(&self.body)?;
                self.body.clear();
                packed
            }
            None => std::mem::take(&mut self.body),
        };
        let page = CompressedPage::new(page(bytes.into()), unpacked);
        let written = SerializedPageWriter::new(&mut self.sink).write_page(page)?;
        self.unpacked += written.uncompressed_size;
        Ok(self.sink.bytes_written())
    }
}
