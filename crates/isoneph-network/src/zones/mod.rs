//! Zones of a network and the flows intended between them.
