#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What README shows is what the program prints: list, check and the log, on the machine of a guide. README stays short, and
# the links of README and docs/ lead somewhere.
# shellcheck disable=SC2154
. "$(dirname "$0")/../cli/lib.sh"
top=$(cd "$cli_here/../.." && pwd)
machines=$top/tests/machines
# What a failure shows.
status=- output=

# shown COMMAND: the block of README that shows this command, without the command itself.
shown() { awk -v command="\$ $1" '$0 == command { inside = 1; next } /^```$/ { inside = 0 } inside' "$top/README.md"; }
# On a terminal, as users see it.
typed() {
	TERM=xterm NO_COLOR=1 LANG=C.UTF-8 script -qc "stty cols 100; $binary --root $tree $*" /dev/null </dev/null | tr -d '\r'
}
# prints COMMAND ARGUMENT...: the arguments print what README shows below the command.
prints() {
	shown "$1" >"$tree.shown"
	shift
	"$@" >"$tree.printed"
	[ -s "$tree.shown" ] && output=$(diff "$tree.shown" "$tree.printed")
}

# That machine after its owner has read the guide.
host() { # LINES OF THE MACHINE
	rm -rf "$tree"
	"$machines/unpack" "$1" "$tree"
	mkdir -p "$tree/dev" "$tree/run" "$tree/sys/class/dmi/id"
	echo 4c4c4544-0042-3010-8047-b5c04f4d5a32 >"$tree/sys/class/dmi/id/product_uuid"
	rm -rf "$tree/etc/modprobe.d"
	sed -i 's/ *vfio_pci.ids=[^ ]*//' "$tree/proc/cmdline"
	: >"$tree/etc/vfio-early.conf"
}
image_with_facts() {
	mkdir -p "$tree.more/etc"
	"$binary" --root "$tree" facts >"$tree.more/etc/vfio-early.facts"
	(cd "$tree.more" && find . | cpio --quiet -o -H newc) >"$tree.cpio"
	BEFORE=$tree.cpio image /boot/initrd.img-6.1.0-48-amd64 cat
	rm -r "$tree.more" "$tree.cpio"
}
# The dry run of the early stage, in the words of the boot.
log_of_the_boot() {
	"$binary" --root "$tree" boot --dry-run | sed -nE 's/^(0000:.*) would be bound (.*)\(now:/vfio-early: \1 bound \2(was:/p'
}
without_times() { shown 'sudo dmesg | grep vfio-early' | sed 's/^\[[ 0-9.]*\] //'; }

host "$machines/guide-gtx1060/machine"
ok "list" prints "sudo vfio-early list --gpu" typed "list --gpu"
kernel 6.1.0-48-amd64
echo "claim 10de:1c03" | config
image_with_facts
ok "check" prints 'sudo vfio-early check' typed check
"$machines/as-image" early "$machines/guide-gtx1060/machine" >"$tree.machine"
host "$tree.machine"
echo "claim 10de:1c03 10de:10f1" | config
without_times >"$tree.log"
log_of_the_boot >"$tree.printed"
same_log() { [ -s "$tree.log" ] && output=$(diff "$tree.log" "$tree.printed"); }
ok "the log" same_log
rm -f "$tree".*

ok "README has at most 150 lines" [ "$(wc -l <"$top/README.md")" -le 150 ]
ok "it names the command that CI runs" grep -qxF "    $(tail -n 1 "$top/.ci/run")" "$top/README.md"
for text in "$top"/README.md "$top"/CONTRIBUTING.md "$top"/SECURITY.md "$top"/docs/*.md; do
	grep -oE '\]\([^)#]+' "$text" | sed 's/^](//' >"$tree.links"
	while read -r link; do
		case $link in
		http*) ;;
		*) ok "${text##*/}: $link is there" [ -e "${text%/*}/$link" ] ;;
		esac
	done <"$tree.links"
done
for text in "$top"/docs/*.md; do
	ok "README names docs/${text##*/}" grep -qF "(docs/${text##*/})" "$top/README.md"
done
rm -f "$tree.links"
done_testing
