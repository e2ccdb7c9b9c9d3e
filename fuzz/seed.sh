#!/usr/bin/env bash
# Fills the corpus with what was kept and what ships: scenarios, bad ones, columns, states. README.md says what comes then.
set -euo pipefail
cd "$(dirname "$0")"
capstake="${1:-../target/release/capstake}"
mkdir -p corpus/scenario corpus/overrides corpus/state corpus/column
for target in scenario overrides state column; do
  if [ -d "kept/$target" ]; then cp "kept/$target/"* "corpus/$target/"; fi
done
cp ../configs/*.toml ../tests/it/scenarios/*.toml ../tests/program/problems/*.toml corpus/scenario/
# States of the scenario that the target knows: of two chunks, of none, of the second alone, of two with replicates.
"$capstake" run tiny.toml -n 8192 -q -o corpus/two
"$capstake" run tiny.toml -n 10 -q -o corpus/none
"$capstake" run tiny.toml -n 8192 --shard 2/2 -q -o corpus/second
"$capstake" run tiny.toml -n 8192 --sampling sobol -q -o corpus/sobol
for run in two none second sobol; do
  cp "corpus/$run/state.capstake" "corpus/state/$run"
  # The body alone, without head and checksum: the target puts its own around it.
  python3 - "$run" <<'PY'
import sys
bytes = open(f'corpus/{sys.argv[1]}/state.capstake', 'rb').read()
head = int.from_bytes(bytes[12:20], 'little')
open(f'corpus/state/{sys.argv[1]}-body', 'wb').write(bytes[28 + head:-32])
PY
  rm -r "corpus/$run"
done
printf 'x\n1\n-2.5e3\n' >corpus/column/plain
printf '\xef\xbb\xbfdate, x\n2026,0.5\n\n2027, "1e-3"\r\n' >corpus/column/two
cp ../tests/program/problems/growth.csv corpus/column/
grep -ho -- "--set .*" ../configs/*.toml ../tests/program/problems/*.toml | sed 's/^--set //' >corpus/overrides/flags || true
printf 'deal.capped.cap_usd_bn=60\ntimeline.horizon=2031-12-31' >corpus/overrides/two
printf 'bdeal.amended-2026.cap_usd_bn={ dist = "uniform", low = 1, high = 2 }' >corpus/overrides/law
printf 'bsegment.business.growth_now={ same_as = "segment.api.growth_now" }' >corpus/overrides/same
