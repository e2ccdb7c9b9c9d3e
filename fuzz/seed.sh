#!/usr/bin/env bash
# Fills the corpus with what ships: scenarios, bad ones, columns, a state. Then: cargo +nightly fuzz run scenario, and so on.
set -euo pipefail
cd "$(dirname "$0")"
capstake="${1:-../target/release/capstake}"
mkdir -p corpus/scenario corpus/overrides corpus/state corpus/column
cp ../configs/*.toml ../tests/it/scenarios/*.toml ../tests/it/problems/*.toml corpus/scenario/
"$capstake" run ../configs/minimal.toml -n 4096 -q -o corpus/run
cp corpus/run/state.capstake corpus/state/whole
# The body alone, without head and checksum: the target puts its own around it.
python3 - <<'PY'
bytes = open('corpus/run/state.capstake', 'rb').read()
head = int.from_bytes(bytes[12:20], 'little')
open('corpus/state/body', 'wb').write(bytes[28 + head:-32])
PY
rm -r corpus/run
printf 'x\n1\n-2.5e3\n' >corpus/column/plain
printf '\xef\xbb\xbfdate, x\n2026,0.5\n\n2027, "1e-3"\r\n' >corpus/column/two
cp ../tests/it/problems/growth.csv corpus/column/
grep -ho -- "--set .*" ../configs/*.toml ../tests/it/problems/*.toml | sed 's/^--set //' >corpus/overrides/flags || true
printf 'deal.capped.cap_usd_bn=60\ntimeline.horizon=2031-12-31' >corpus/overrides/two
printf 'bdeal.amended-2026.cap_usd_bn={ dist = "uniform", low = 1, high = 2 }' >corpus/overrides/law
printf 'bsegment.business.growth_now={ same_as = "segment.api.growth_now" }' >corpus/overrides/same
