#!/usr/bin/env bash
# Minimises corpora and keeps a part of them for the tests: at most 200 inputs a target, of all sizes, 240 kB together.
# Findings and seeds that were kept before stay. Targets to do: the arguments, or all.
set -euo pipefail
cd "$(dirname "$0")"
targets=("$@")
[ "${#targets[@]}" -gt 0 ] || targets=(scenario overrides state column workbook)
for target in "${targets[@]}"; do
  (cd .. && cargo +nightly fuzz cmin "$target")
  python3 - "$target" <<'PY'
import os, shutil, sys
corpus, kept = f'corpus/{sys.argv[1]}', f'kept/{sys.argv[1]}'
os.makedirs(kept, exist_ok=True)
for name in os.listdir(kept):
    if not name.startswith(('finding-', 'seed-')):
        os.remove(f'{kept}/{name}')
found = sorted((os.path.getsize(f'{corpus}/{name}'), name) for name in os.listdir(corpus))
found = [(size, name) for size, name in found if 0 < size <= 8_000]
count = min(200, len(found))
while count > 0:
    chosen = [found[i * len(found) // count] for i in range(count)]
    if sum(size for size, _ in chosen) <= 240_000:
        break
    count -= 1
for _, name in chosen if count else []:
    shutil.copy(f'{corpus}/{name}', f'{kept}/{name[:16]}')
PY
done
