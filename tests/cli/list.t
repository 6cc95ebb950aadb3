#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# list on small trees: which devices, in which order and form; colour and width.
. "$(dirname "$0")/lib.sh"

names() {
	mkdir -p "$tree/usr/share/$1"
	printf '10de  NVIDIA\n\t1c03  GP106\nC 03  Display controller\n\t00  VGA compatible controller\n' >"$tree/usr/share/$1/pci.ids"
}

machine dmar0
pci 0000:02:00.0 10DE:1C03 30000 2 nouveau
pci 0000:01:00.0 10DE:1C03 30000 10 vfio-pci
pci 0000:03:00.0 8086:1533 20000 -
echo 1 >"$tree/sys/bus/pci/devices/0000:02:00.0/boot_vga"
echo "flr bus" >"$tree/sys/bus/pci/devices/0000:02:00.0/reset_method"
cmdline rd.vfio.ids=01:00.0

run list
first=$(printf '%s\n' "$output" | sed -n 2p)
ok "groups are in order" [ "${first%% *}" = 0000:02:00.0 ]
ok "those without a group are behind them" [ "$(printf '%s\n' "$output" | tail -n 2 | head -n 1)" = "0000:03:00.0 8086:1533 group=- driver=- class 020000; resets: none" ]
ok "the last line is a summary" [ "$(printf '%s\n' "$output" | tail -n 1)" = "3 devices in 2 IOMMU groups; 1 claimed, 1 in use by the host" ]
ok "without names there are ids" line "0000:02:00.0 10de:1c03 group=2 driver=nouveau class 030000; the boot display; resets: flr bus"
ok "what is wanted says so" line "0000:01:00.0 10de:1c03 group=10 driver=vfio-pci class 030000; resets: none; claimed by rd.vfio.ids; would be bound to vfio-pci, IOMMU group 10 (now: vfio-pci)"
ok "nothing fails" exits 0
all=$output
run
ok "without a command it is the same" [ "$output" = "$all" ]

for place in misc hwdata; do
	names $place
	run list
	ok "names are taken from $place" line "0000:02:00.0 10de:1c03 group=2 driver=nouveau VGA compatible controller; NVIDIA GP106; the boot display; resets: flr bus"
	ok "a device without a name keeps its id" says "0000:03:00.0 8086:1533 group=- driver=- class 020000"
	rm -r "${tree:?}/usr"
done
printf 'rubbish\n\t\t\n10de\n\033[31m  \n' >"$tree/x" && mkdir -p "$tree/usr/share/misc" && mv "$tree/x" "$tree/usr/share/misc/pci.ids"
run list
ok "a spoilt list of names does no harm" exits 0
printf '10de  \033[31mEvil\n' >"$tree/usr/share/misc/pci.ids"
run list
ok "a terminal's commands in it are no commands" says "?[31mEvil"

for selector in 10de:1c03 class:03; do
	run list $selector
	ok "$selector shows two" [ "$(printf '%s\n' "$output" | grep -c '^0000:')" = 2 ]
done
run list boot-vga 03:00.*
ok "several selectors" [ "$(printf '%s\n' "$output" | grep -c '^0000:')" = 2 ]
run list 09:00.0
ok "none that matches is said, and fails" says "no device matches"
ok "with status 1" exits 1
run list 10dx:1c03
ok "a selector that is none is pointed at" says "10dx:1c03:1: "
ok "with status 2" exits 2

run list --json
ok "JSON fits the schema" sh -c 'printf "%s" "$1" >"$2/json" && /usr/bin/python3 -m jsonschema -i "$2/json" "$3"' - "$output" "$tree" "$cli_here/../report.schema.json"
ok "with the resets" [ "$(printf '%s' "$output" | jq -c '.devices[0].resets')" = '["flr","bus"]' ]

run list --color=always
ok "colour where it is asked for" says "$(printf '\033[')"
run list --color=auto
ok "none in a pipe" lacks "$(printf '\033[')"

# On a terminal.
on_terminal() { # COLUMNS ENVIRONMENT...
	columns=$1
	shift
	status=0
	output=$(env "$@" script -qc "stty cols $columns; $binary --root $tree list" /dev/null </dev/null | tr -d '\r') || status=$?
}
on_terminal 80 TERM=xterm LANG=C.UTF-8
ok "a terminal has colours" says "$(printf '\033[')"
ok "and a tree" says "└─ "
on_terminal 80 TERM=xterm NO_COLOR=1 LC_ALL=C
ok "not with NO_COLOR" lacks "$(printf '\033[')"
ok "nor lines where they cannot be drawn" line "IOMMU group 2"
ok "but these" says '`- 0000:02:00.0 10de:1c03 nouveau'
on_terminal 80 TERM=dumb
ok "a dumb terminal has none either" lacks "$(printf '\033[')"
on_terminal 40 TERM=xterm NO_COLOR=1
ok "in 40 columns no line is longer" [ "$(printf '%s\n' "$output" | perl -CS -lne 'length > 40 and $n++; END { print $n // 0 }')" = 0 ]
done_testing
