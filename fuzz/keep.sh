#!/usr/bin/env bash
# Minimises the corpora and keeps their smallest inputs, at most 200 a target and 240 kB together, for the tests.
set -euo pipefail
cd "$(dirname "$0")"
for target in "${@:-scenario overrides state column}"; do
  for one in $target; do
    (cd .. && cargo +nightly fuzz cmin "$one")
    mkdir -p "kept/$one"
    find "kept/$one" -type f ! -name 'finding-*' ! -name 'seed-*' -delete
    total=0
    find "corpus/$one" -type f -printf '%s %f\n' | sort -n | head -200 | while read -r size name; do
      total=$((total + size))
      [ "$total" -le 240000 ] || break
      cp "corpus/$one/$name" "kept/$one/$name"
    done
  done
done
