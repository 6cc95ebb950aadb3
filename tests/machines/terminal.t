#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# On a terminal of 80 columns, and on a narrow one, no line is longer, and every word of the plain output is there: nothing
# is cut without a mark ("\" at a line's end, where a word goes on below). For the largest machine and one with much to say.
. "$(dirname "$0")/../tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
binary=${BINARY:-$top/build/static/vfio-early}
tree=$work

# fits FILE COLUMNS: print the lines that are longer; succeeds where there is none.
fits() { perl -CSD -lne 'print, $bad = 1 if length > '"$2"'; END { exit($bad // 0) }' "$1"; }

# The words of the first file that the second has not.
lost() {
	perl -CSD -e '
		sub words { local (@ARGV, $/) = shift; $_ = <>; s/\\\n[^0-9a-zA-Z\/"]*//g; tr/;:,//d; return split; }
		my %there = map { $_ => 1 } words($ARGV[1]);
		my @lost = grep { !$there{$_} } words($ARGV[0]);
		print "lost: @lost\n" if @lost; exit(@lost > 0)' "$1" "$2"
}

show() { # MACHINE COMMAND COLUMNS
	"$binary" --root "$tree/root" "$2" >"$tree/plain" 2>/dev/null
	TERM=xterm NO_COLOR=1 LANG=C.UTF-8 script -qc "stty cols $3; $binary --root $tree/root $2" /dev/null </dev/null | tr -d '\r' >"$tree/shown"
	ok "$1, $2, $3 columns: no line is longer" fits "$tree/shown" "$3"
	# What the plain line says in another form: fields with a name, and the prefix of the log.
	sed -E 's/(group|driver)=[^ ]*//g; s/^log: //; s/(wanted|at boot|now|cure): /\1 /g' "$tree/plain" >"$tree/words"
	ok "$1, $2, $3 columns: every word is there" lost "$tree/words" "$tree/shown"
}

largest=$(cd "$here" && wc -l -- */machine | sort -rn | awk '$2 != "total" { print $2; exit }')
for machine in "$largest" guide-rx7900xtx/machine laptop/machine; do
	rm -rf "$tree/root"
	"$here/unpack" "$here/$machine" "$tree/root" || exit 1
	"$here/install" "$tree/root" "$(find "$here/${machine%/machine}" -name '*.case' | sort | head -n 1)" || exit 1
	mkdir "$tree/root/run/vfio-early"
	echo "[    1.000000] <6> 0000:01:00.0 10de:1c03 bound to vfio-pci, IOMMU group 14 (was: no driver), and some more words" \
		>"$tree/root/run/vfio-early/boot.log"
	for command in list check status; do
		for columns in 80 40; do
			show "${machine%/machine}" $command $columns
		done
	done
done
finish
