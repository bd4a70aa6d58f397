//! Packet sets, network models and reachability.
