//! Room `rng`.
