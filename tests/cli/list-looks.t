#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What list looks like, on the largest machine and on a desktop, on terminals of 80 and of 200 columns and in a pipe: as
# tests/cli/list has it. Colours stand there as {CODE}. ACCEPT=1 writes what is seen now.
. "$(dirname "$0")/lib.sh"
looks=$cli_here/list
machines=$cli_here/../machines
status=- output=

unpack() { # MACHINE
	rm -rf "$tree"
	"$machines/unpack" "$1" "$tree" || exit 1
	cp "$looks/pci.ids" "$tree/usr/share/misc/pci.ids"
}
typed() { # COLUMNS ARGUMENT...
	columns=$1
	shift
	env -u NO_COLOR TERM=xterm LANG=C.UTF-8 script -qc "stty cols $columns; $binary --root $tree list $*" /dev/null </dev/null | tr -d '\r' |
		sed 's/\x1b\[\([0-9;]*\)m/{\1}/g'
}
piped() { "$binary" --root "$tree" list "$@"; }

looks_as() { # NAME: what stands in $tree.seen
	[ -z "${ACCEPT:-}" ] || cp "$tree.seen" "$looks/$1"
	output=$(cat "$tree.seen")
	ok "$1" diff "$looks/$1" "$tree.seen"
}
# No line is longer than that, and there are no more of them.
fits() { # COLUMNS LINES
	perl -CSD -ne 'chomp; s/\{\d+\}//g; print STDERR "# $_\n" and $bad = 1 if length > '"$1"'; END { exit(($bad // 0) || $. > '"$2"') }' "$tree.seen"
}

offer="--gpu --usb --net --storage"
forms() { # NAME
	for columns in 80 200; do
		typed $columns >"$tree.seen"
		looks_as "$1-tree-$columns"
		ok "$1, the tree: no line is longer than $columns" fits $columns 9999
		# shellcheck disable=SC2086
		typed $columns $offer >"$tree.seen"
		looks_as "$1-offer-$columns"
		ok "$1: what can be given away is on one screen of $columns columns" fits $columns 26
	done
	piped >"$tree.seen"
	looks_as "$1-all-piped"
	# shellcheck disable=SC2086
	piped $offer >"$tree.seen"
	looks_as "$1-offer-piped"
}

unpack "$looks/desktop"
forms desktop
typed 80 01:00.0 >"$tree.seen"
looks_as desktop-selector-80
typed 80 --json 01:00.0 03:00.0 00:02.0 >"$tree.seen"
looks_as desktop-json
largest=$(cd "$machines" && grep -c '^pci ' advice/* ./*/machine hosts/* "$looks/desktop" | sort -t : -k 2 -rn | sed -n '1s/:.*//p')
ok "the largest machine is two-vega" [ "$largest" = advice/two-vega ]
unpack "$machines/$largest"
forms largest

# On every machine: one screen. What has no room for a table is no wider than the terminal all the same.
for machine in "$machines"/*/machine "$machines"/advice/* "$machines"/hosts/*; do
	unpack "$machine"
	for size in "80 50" "63 9999"; do
		# shellcheck disable=SC2086
		typed "${size% *}" $offer --lines >"$tree.seen"
		output=$(cat "$tree.seen")
		# shellcheck disable=SC2086
		ok "${machine#"$machines"/}, ${size% *} columns: what can be given away" fits $size
	done
done
rm -f "$tree.seen"
done_testing
