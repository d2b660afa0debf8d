//! Functions in real containers.
