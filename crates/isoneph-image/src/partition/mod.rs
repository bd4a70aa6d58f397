//! Partitions and logical volumes.
