#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The examples of the manual: man, groff and mandoc show each line as it is typed, and the program accepts it.
. "$(dirname "$0")/../tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
binary=${BINARY:-$top/build/static/vfio-early}
export LC_ALL=C.UTF-8 MANWIDTH=80

examples() { awk '/^```$/ { inside = !inside; next } inside' "$top/man/$1.scd"; }
plain() { sed 's/\x1b\[[0-9;]*m//g' | col -bx | sed 's/^ *//'; }
with_man() { man -l "$work/$1"; }
with_groff() { groff -man -Tutf8 "$work/$1"; }
# groff 1.23 and later show these characters as typographic ones, unless the distribution maps them back.
with_newer_groff() { groff -M "$work/newer" -man -Tutf8 "$work/$1"; }
with_mandoc() { mandoc -T utf8 "$work/$1"; }

mkdir "$work/newer"
cat >"$work/newer/man.local" <<'END'
.char - \[hy]
.char ' \[cq]
.char ` \[oq]
.char ^ \[u02C6]
.char ~ \[u02DC]
END

lines=0
for page in "$top"/man/vfio-early*.scd; do
	page=$(basename "$page" .scd)
	"$top/man/make" "$top/man/$page.scd" >"$work/$page"
	examples "$page" >"$work/examples"
	for program in man groff newer_groff mandoc; do
		"with_$program" "$page" | plain >"$work/rendered"
		while read -r line; do
			lines=$((lines + 1))
			ok "$page, $program: $line" grep -qxF -- "$line" "$work/rendered"
		done <"$work/examples"
		# But those of a word that is hyphenated at the end of a line, and of the head and the foot of the page.
		ok "$page, $program: names and options have ASCII hyphens" sh -c '! grep -E "[‐−–]." "$1" | grep -v "  "' - "$work/rendered"
	done
done
ok "there are examples" [ "$lines" -gt 20 ]

# --- the program accepts them ---

tree=$work/machine
"$here/../machines/unpack" "$here/../machines/guide-gtx1060/machine" "$tree"
accepts() { # ARGUMENT...: no error in the configuration, and none of usage
	"$binary" --root "$tree" "$@" >"$work/said" 2>&1
	[ $? -le 1 ] && ! grep -E '^(FAIL |WARN )?(/etc/vfio-early.conf|/proc/cmdline):[0-9]+:[0-9]' "$work/said"
}
refuses() { ! accepts "$@"; }

examples vfio-early.conf.5 >"$tree/etc/vfio-early.conf"
ok "the configuration" accepts check
echo "clam 10de:1c03" >>"$tree/etc/vfio-early.conf"
ok "one with a mistake is refused" refuses check
: >"$tree/etc/vfio-early.conf"
examples vfio-early.cmdline.7 >"$work/examples"
while read -r line; do
	echo "$line" >"$tree/proc/cmdline"
	ok "the kernel command line: $line" accepts boot --dry-run
done <"$work/examples"
echo "rd.vfio.ids=10de:1c0x" >"$tree/proc/cmdline"
ok "one with a mistake is refused" refuses boot --dry-run
: >"$tree/proc/cmdline"
examples vfio-early.8 | sed -n 's/^\(sudo \)\{0,1\}vfio-early \([^|]*\).*/\2/p' >"$work/examples"
while read -r line; do
	# As a shell reads it: quotes go, and the words are the arguments.
	eval "set -- $line"
	ok "vfio-early $line" accepts "$@"
done <"$work/examples"
# What the manual says of a selector: the others of the group are shown, and marked.
same "list with a selector marks the neighbours" "0000:00:01.0 (same group)
0000:01:00.0
0000:01:00.1" "$("$binary" --root "$tree" list '01:00.*' | sed -nE 's/^(0000:[^ ]*) .*( \(same group\)).*/\1\2/p; t; s/^(0000:[^ ]*) .*/\1/p')"
finish
