#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every fuzz target on its saved corpus, and then on inputs of its own for SECONDS_EACH (3) seconds. SEED= repeats a run.
# KEEP=1 adds what it found interesting to the corpus.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
built=$top/build/test/fuzz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
# To libFuzzer 0 is any seed.
seed=${SEED:-$(($(od -An -N2 -tu2 /dev/urandom) + 1))}
echo "# SEED=$seed"

for source in "$here"/*.c; do
	target=$(basename "$source" .c)
	corpus=$here/corpus/$target
	count=$((count + 1))
	mkdir -p "$work/$target"
	if (cd "$built" && "./$target" -timeout=10 -seed="$seed" -max_total_time="${SECONDS_EACH:-3}" -print_final_stats=1 "$work/$target" "$corpus") \
		>"$work/log" 2>&1; then
		echo "ok $count - $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log") executions"
	else
		echo "not ok $count - $target: the input is in $built (SEED=$seed)"
		grep -vE '^(#|INFO)' "$work/log" | sed 's/^/# /'
	fi
	[ -z "${KEEP:-}" ] || "$built/$target" -merge=1 -use_counters=0 -max_len=200 "$corpus" "$work/$target" 2>/dev/null
done
echo "1..$count"
