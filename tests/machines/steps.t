#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The steps of a dry run are the writes of the boot: of both stages, for each machine of tests/machines with each of its
# configurations and with everything claimed. strace sees the writes. The late stage has the report of the early one.
. "$(dirname "$0")/../tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
binary=${BINARY:-$top/build/static/vfio-early}
tree=$work/tree

# The attributes that a running kernel has.
add_attributes() {
	: >"$tree/sys/bus/pci/drivers_probe"
	mkdir -p "$tree/sys/bus/pci/drivers/vfio-pci" "$tree/sys/bus/pci/drivers/pci-stub"
	for driver in "$tree"/sys/bus/pci/drivers/*; do
		for attribute in bind unbind remove_id; do
			: >"$driver/$attribute"
		done
	done
}

lay_out() { # MACHINE-FILE STAGE
	rm -rf "$tree"
	"$here/as-image" "$2" "$1" >"$work/machine"
	"$here/unpack" "$work/machine" "$tree" || exit 1
	add_attributes
	cp "$configuration" "$tree/etc/vfio-early.conf"
	mkdir -p "$tree/run"
}

compare() { # STAGE ARGUMENT...
	stage=$1
	shift
	runs=$((runs + 1))
	"$binary" --root "$tree" boot "$@" --dry-run --json >"$work/answer" 2>/dev/null || true
	strace -f -y -qq -e trace=write -o "$work/trace" "$binary" --root "$tree" boot "$@" >/dev/null 2>&1 || true
	"$here/step-writes" steps "$work/answer" >"$work/expected"
	"$here/step-writes" trace "$tree" "$work/trace" >"$work/seen"
	writes=$((writes + $(wc -l <"$work/seen")))
	diff -u "$work/expected" "$work/seen" | sed "s/^/# $(basename "$configuration" .case), $stage: /" >>"$work/differences"
}

both_stages() { # MACHINE-FILE CONFIGURATION
	configuration=$2
	lay_out "$1" early
	compare early
	rm -rf "$work/run"
	cp -r "$tree/run" "$work/run"
	[ -e "$work/run/vfio-early/late" ] || return 0
	lay_out "$1" late
	cp -r "$work/run/vfio-early" "$tree/run/"
	compare late --late
}

one() { # NAME FILE
	runs=0 writes=0
	: >"$work/differences"
	for case in "$3"/*.case "$work/everything"; do
		[ ! -e "$case" ] || both_stages "$2" "$case"
	done
	ok "$1: the steps of $runs dry runs are the $writes writes of the boot" [ $runs -gt 0 -a ! -s "$work/differences" ]
	cat "$work/differences"
	all=$((all + writes))
}

echo "claim class:00 class:01 class:02 class:03 class:04 class:08 class:0c class:12 expand=group" >"$work/everything"
all=0
for file in "$here"/*/machine; do
	one "$(basename "$(dirname "$file")")" "$file" "$(dirname "$file")"
done
for file in "$here"/hosts/*; do
	one "$(basename "$file")" "$file" "$work"
done
ok "there were writes" [ $all -gt 500 ]
finish
