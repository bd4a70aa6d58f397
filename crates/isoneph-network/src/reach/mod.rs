//! What reaches what, by which hops and rules.
