#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What check advises on the machines of advice/: each is followed by configurations ("#: LINE; LINE..."), and by what
# check says to it ("#+ TEXT") and does not say ("#- TEXT") in the finding or its cure.
. "$(dirname "$0")/../tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
binary=${BINARY:-$top/build/static/vfio-early}

says() { grep -qF -e "$1" "$work/check" || { cat "$work/check" && false; }; }
says_not() { ! says "$1" || { cat "$work/check" && false; }; }

for machine in "$here"/advice/*; do
	name=$(basename "$machine")
	"$here/unpack" "$machine" "$work/root" || exit 1
	# Names are no matter here.
	rm "$work/root/usr/share/misc/pci.ids"
	while IFS= read -r line; do
		text=${line#??}
		text=${text# }
		case $line in
		"#: "*)
			note="$name, $text: "
			printf '%s\n' "$text" | sed 's/; /\n/g' >"$work/root/etc/vfio-early.conf"
			"$binary" --root "$work/root" check >"$work/check" 2>&1
			;;
		"#+ "*) ok "$text" says "$text" ;;
		"#- "*) ok "never: $text" says_not "$text" ;;
		esac
	done <"$machine"
	rm -rf "$work/root"
done
finish
