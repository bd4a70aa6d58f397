//! Readers of rule files into one policy form.
