//! Workbooks as people have them, and as an attacker would send them.

mod delimited;
mod hostile;
mod package;
mod round_trip;
mod table;
