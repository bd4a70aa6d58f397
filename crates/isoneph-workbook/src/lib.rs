//! Workbooks, read within bounds and written as text.
