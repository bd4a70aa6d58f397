//! Ordered rules, their naive evaluation and their difference.
