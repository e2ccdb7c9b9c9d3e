#!/bin/sh
# Builds the peer on stochastic-rs twice, outside the workspace: as Cargo builds for any processor, and for this one.
set -eu
cd "$(dirname "$0")/../.."
peer="cargo build --release --locked --manifest-path benches/peers/stochastic/Cargo.toml"
$peer --target-dir "${CARGO_TARGET_DIR:-target}/peers"
RUSTFLAGS="-C target-cpu=native" $peer --target-dir "${CARGO_TARGET_DIR:-target}/peers-native"
