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
ok "the last line is a summary" [ "$(printf '%s\n' "$output" | tail -n 1)" = "3 devices in 2 groups; 1 claimed, 1 used by the host" ]
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
ok "a selector that is none is pointed at" says "'10dx:1c03': "
ok "with status 2" exits 2

run list --json
ok "JSON fits the schema" sh -c 'printf "%s" "$1" >"$2/json" && /usr/bin/python3 -m jsonschema -i "$2/json" "$3"' - "$output" "$tree" "$cli_here/../report.schema.json"
ok "with the resets" [ "$(printf '%s' "$output" | jq -c '.devices[0].resets')" = '["flr","bus"]' ]

run list --color=always
ok "colour where it is asked for" says "$(printf '\033[')"
run list --color=auto
ok "none in a pipe" lacks "$(printf '\033[')"

columns_of_80() { output=$(env TERM=xterm NO_COLOR=1 LC_ALL=C script -qc "stty cols 80; $binary --root $tree list $1" /dev/null </dev/null | tr -d '\r'); }
rm "$tree"/sys/bus/pci/devices/*/iommu_group
columns_of_80 --lines
ok "without groups none share one" [ "$(printf '%s\n' "$output" | grep -c '^    - 0')" = 3 ]
run list 01:00.0
ok "nor in a pipe" lacks "(same group)"
machine dmar0
pci 0000:02:00.0 10DE:1C03 30000 2 nouveau
pci 0000:01:00.0 10DE:1C03 30000 10 vfio-pci

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

# --- filters, groups, and who else is in the group ---
rm -rf "$tree"
"$cli_here/../machines/unpack" "$cli_here/list/desktop" "$tree" || exit 1
shows() { # WORDS EXPECTED: addresses, those of the same group with a "+" behind them
	run list $1
	ok "list $1: $2" [ "$(printf '%s\n' "$output" | sed -nE 's/^0000:([^ ]*) .*\(same group\).*/\1+/p; t; s/^0000:([^ ]*) .*/\1/p' | tr '\n' ' ')" = "$2 " ]
}
gpu_group="00:01.0+ 01:00.0 01:00.1+ 01:00.2+ 01:00.3+"
shows "--gpu" "$gpu_group 00:02.0"
shows "--usb" "00:01.0+ 01:00.0+ 01:00.1+ 01:00.2 01:00.3+ 00:14.0 00:14.2+"
shows "--net" "00:1f.0+ 00:1f.3+ 00:1f.4+ 00:1f.6"
shows "--storage" "00:17.0 03:00.0"
shows "--storage --net" "00:17.0 00:1f.0+ 00:1f.3+ 00:1f.4+ 00:1f.6 03:00.0"
shows "--wanted" "$gpu_group"
shows "--driver=snd_hda_intel" "00:01.0+ 01:00.0+ 01:00.1 01:00.2+ 01:00.3+ 00:1f.0+ 00:1f.3 00:1f.4+ 00:1f.6+"
shows "--driver=snd-hda-intel,nvme" "00:01.0+ 01:00.0+ 01:00.1 01:00.2+ 01:00.3+ 00:1f.0+ 00:1f.3 00:1f.4+ 00:1f.6+ 03:00.0"
shows "--driver=ahci --driver=nvme" "00:17.0 03:00.0"
shows "--driver=none" "00:00.0 00:14.0+ 00:14.2 00:1f.0 00:1f.3+ 00:1f.4+ 00:1f.6+"
shows "--driver=-" "00:00.0 00:14.0+ 00:14.2 00:1f.0 00:1f.3+ 00:1f.4+ 00:1f.6+"
shows "group:4" "00:14.0 00:14.2"
shows "group:4 group:6" "00:14.0 00:14.2 00:17.0"
shows "01:00.0" "$gpu_group"
shows "class:03 --driver=i915" "00:02.0"
shows "group:1 --usb" "00:01.0+ 01:00.0+ 01:00.1+ 01:00.2 01:00.3+"
shows "group:1 group:2 --gpu --usb" "00:01.0+ 01:00.0 01:00.1+ 01:00.2 01:00.3+ 00:02.0"
run list --gpu
ok "the last line counts both" says "2 devices in 2 groups (4 more of these groups); 1 claimed, 1 used by the host"
run group:6
ok "without the command too" says "0000:00:17.0"
run list --gpu --json
ok "JSON marks them too" json_is '[.devices[] | select(.same_group) | .address] | join(" ")' "0000:00:01.0 0000:01:00.1 0000:01:00.2 0000:01:00.3"

unmet() { # WORDS MESSAGE
	run list $1
	ok "list $1: $2" line "vfio-early: $2"
	ok "list $1: status 1" exits 1
}
unmet 01:00.5 "no device matches 01:00.5; the nearest is 01:00.0"
unmet 0000:03:00.1 "no device matches 0000:03:00.1; the nearest is 0000:03:00.0"
unmet 04:00.0 "no device matches 04:00.0; the nearest is 03:00.0"
unmet 10de:1f60 "no device matches 10de:1f60; the nearest is 10de:1f06"
unmet 1de0:1f06 "no device matches 1de0:1f06; the nearest is 10de:1f06"
unmet 0000:00:1c.0/01.0 "no device matches 0000:00:1c.0/01.0; the nearest is 0000:00:1c.0/00.0"
unmet group:15 "no device matches group:15; the nearest is group:14"
unmet class:0b "no device matches class:0b"
unmet --driver=nouvaeu "no device matches --driver=nouvaeu; the nearest is --driver=nouveau"
unmet --driver=vfio-pci "no device matches --driver=vfio-pci"
unmet "class:03 --net" "no device matches --net among those that the selectors match"
run list 01:00.0 09:00.0
ok "one of two: it is said" line "vfio-early: no device matches 09:00.0; the nearest is 03:00.0"
ok "and what is there is shown" exits 0
for word in group: group:x group:-1 group:1x group:99999999999999999999; do
	run list $word
	ok "list $word: a mistake" says "'$word': expected the number of an IOMMU group, as in group:13"
	ok "list $word: status 2" exits 2
done

# --- facts ---
fact() { # ADDRESS JQ EXPECTED
	output=$json
	ok "$1 $2: $3" json_is ".devices[] | select(.address == \"0000:$1\") | $2" "$3"
}
printf 'eno1\t0002000A\t00000000\t0001\n' >>"$tree/proc/net/route"
run list --json
json=$output
ok "JSON of it fits the schema" sh -c 'printf "%s" "$1" >"$2/json" && /usr/bin/python3 -m jsonschema -i "$2/json" "$3"' - "$output" "$tree" "$cli_here/../report.schema.json"
fact 01:00.0 .path 0000:00:01.0/00.0
fact 00:02.0 .path 0000:00:02.0
fact 01:00.0 '.modules | join(" ")' "nouveau nvidiafb"
fact 00:1f.0 '.modules | length' 0
fact 01:00.0 '.link | "\(.speed) \(.width) \(.max_speed) \(.max_width)"' "2.5 GT/s 8 8.0 GT/s 16"
fact 01:00.1 '.link.width' 8
fact 00:14.0 '.link | tostring' null
fact 00:02.0 '.monitors | join(" ")' "DP-1 HDMI-A-1"
fact 01:00.0 '.monitors | length' 0
fact 00:1f.3 '.monitors | tostring' null
fact 03:00.0 '.in_use | map("\(.kind) \(.name)") | join(", ")' "mounted /, mounted /boot/efi"
# A second route through it says nothing more.
fact 00:1f.6 '.in_use | map("\(.kind) \(.name)") | join(", ")' "route eno1"
fact 00:14.0 '.in_use | map("\(.kind) \(.name)") | join(", ")' "keyboard null"
fact 03:00.0 .kept "it carries root: nvme0n1p1"
fact 00:17.0 '.kept | tostring' null
fact 03:00.0 '.disks[0] | "\(.name) \(.model) \(.size)"' "nvme0n1 Samsung SSD 980 PRO 1TB 1000204886016"
# What the lines say is what JSON says, no more and no less.
agree() { # SELECTOR...
	run list --json "$@"
	printf '%s' "$output" >"$tree/json"
	run list "$@"
	printf '%s\n' "$output" | grep '^0000:' >"$tree/lines"
	differences=$(perl -MJSON::PP -e '
		my ($json, $lines) = map { local (@ARGV, $/) = $_; scalar <> } @ARGV;
		sub joined { my ($name, $list, $with) = @_; return $list && @$list ? $name . join($with, @$list) : () }
		for my $device (@{ decode_json($json)->{devices} }) {
			my $link = $device->{link};
			my @max = $link ? (($link->{speed} eq $link->{max_speed} ? () : $link->{max_speed}),
				($link->{width} == $link->{max_width} ? () : "x$link->{max_width}")) : ();
			my @expected = ($device->{name} // (), $device->{boot_vga} ? "the boot display" : (),
				$device->{monitors} && !@{ $device->{monitors} } ? "no monitor" : (), joined("monitor: ", $device->{monitors}, ","),
				$device->{kept} && !$device->{verdict} ? "kept: $device->{kept}" : (),
				joined("in use: ", [map { $_->{kind} eq "mounted" ? $_->{name} : join(" ", grep { defined } @$_{"kind", "name"}) } @{ $device->{in_use} }], ", "),
				joined("disks: ", [map { $_->{name} . sprintf(" %.1f TB", $_->{size} / 1e12) . " $_->{model}" . (@{ $_->{uses} } ? " (" . join(", ", @{ $_->{uses} }) . ")" : "") } @{ $device->{disks} }], ", "),
				$device->{resets} ? "resets: " . (join(" ", @{ $device->{resets} }) || "none") : (), joined("modules: ", $device->{modules}, ","),
				$link ? "link: $link->{speed} x$link->{width}" . (@max ? " (max @max)" : "") : (),
				$device->{path} =~ m{/} ? "path: $device->{path}" : (),
				$device->{verdict} ? ("claimed by $device->{wanted_by}", $device->{reason}) : ());
			my ($line) = $lines =~ /^(\Q$device->{address}\E .*)$/m;
			my ($head, @seen) = split(/; /, $line);
			my $start = "$device->{address} $device->{id} group=$device->{iommu_group} driver=" . ($device->{driver} // "-") . ($device->{same_group} ? " (same group) " : " ");
			print "$line\n  is not: $start...; ", join("; ", @expected), "\n" if index($head, $start) || "@seen" ne "@expected";
		}' "$tree/json" "$tree/lines")
	output=$differences
	ok "list $*: lines and JSON agree" [ -z "$differences" ]
	ok "list $*: on as many devices" [ "$(wc -l <"$tree/lines")" = "$(jq '.devices | length' "$tree/json")" ]
}
agree
agree 01:00.2
agree --net --storage
rm -r "$tree/lib/modules"
run list --json 01:00.0
ok "without an index of aliases the modules are unknown" json_is '.devices[0].modules | tostring' null
ok "they are no error" exits 0

# --- forms ---
run list --tree --gpu
ok "--tree in a pipe" line '`- 0000:00:02.0 8086:3e92 i915           VGA compatible controller'
run list --lines --gpu
lines=$output
run list --gpu
ok "--lines in a pipe is the default" [ "$output" = "$lines" ]
typed() { output=$(env TERM=xterm NO_COLOR=1 LC_ALL=C script -qc "stty cols $1; $binary --root $tree list $2" /dev/null </dev/null | tr -d '\r'); }
typed 80 --gpu
ok "filters make a table on a terminal" line "GROUP ADDRESS ID        DRIVER        KIND      DEVICE"
ok "without colours the others of the group are in parentheses" says "01:00.1 10de:10f9 snd_hda_intel (audio)"
ok "a name that is cut has a mark" says "..."
ok "the summary says what the parentheses are" says "2 devices in 2 groups (4 more in parentheses); 1 claimed, 1 used by the host"
typed 80 "--gpu --tree"
ok "--tree makes them a tree" says "IOMMU group 1"
typed 80 --lines
ok "--lines makes all of it a table" line "GROUP ADDRESS ID        DRIVER        KIND    DEVICE"
typed 40 --lines
ok "on a narrow terminal --lines are lines" says "0000:01:00.0 10de:1f06 group=1"
# What a table does not show is not read: paths, links, modules, resets.
strace -f -o "$tree/trace" env TERM=xterm script -qc "$binary --root $tree list --gpu" /dev/null </dev/null >/dev/null
ok "a table does not read what it does not show" sh -c '[ -s "$1" ] && ! grep -E "link_width|modules.alias|osrelease" "$1"' - "$tree/trace"
done_testing
