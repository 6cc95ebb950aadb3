#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Tab in real shells: what bash and zsh complete and list, on a machine below --root.
# shellcheck disable=SC2154
. "$(dirname "$0")/../tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
binary=$(realpath "${BINARY:-$top/build/static/vfio-early}")

mkdir "$work/bin" "$work/tree-of-host"
ln -s "$binary" "$work/bin/vfio-early"
"$top/tests/machines/unpack" "$top/tests/machines/guide-gtx1060/machine" "$work/tree" || exit 1
"$top/tests/machines/unpack" "$top/tests/machines/advice/segments" "$work/segments" || exit 1

tab() { # SHELL LINE
	PATH=$work/bin:$PATH timeout 60 "$here/type-tab" "$1" "$2" >"$work/seen" 2>&1
}
completes() { # LINE EXPECTED: in both shells; blanks at the end do not count
	for shell in bash zsh; do
		tab $shell "$1"
		ok "$shell: '$1' becomes '$2'" sh -c '[ "$(sed -n "1s/ *$//p" "$1")" = "$2" ] || ! sed "s/^/# /" "$1" >&2' - "$work/seen" "$2"
	done
}
lists() { # SHELL LINE TEXT...: each is in the list
	tab "$1" "$2"
	shell=$1 typed=$2
	shift 2
	for text; do
		ok "$shell: '$typed' lists $text" sh -c 'sed 1d "$1" | tr -s " " | grep -qF -- "$2" || ! sed "s/^/# /" "$1" >&2' - "$work/seen" "$text"
	done
}
list="vfio-early --root=$work/tree list"

completes "vfio-early che" "vfio-early check"
completes "vfio-early --js" "vfio-early --json"
completes "vfio-early list --gp" "vfio-early list --gpu"
completes "vfio-early facts --w" "vfio-early facts --write"
completes "vfio-early boot --la" "vfio-early boot --late"
completes "vfio-early help sta" "vfio-early help status"
completes "vfio-early --ro" "vfio-early --root="
completes "vfio-early --root=$work/tree-" "vfio-early --root=$work/tree-of-host/"
completes "vfio-early list --root $work/tree-" "vfio-early list --root $work/tree-of-host/"
# Addresses are short, ids go up to their end, and the shell keeps "*" for the program.
completes "$list 01:00.1" "$list 01:00.1"
completes "$list 10de:1c" "$list 10de:1c03"
completes "$list 10de:1c03 boot" "$list 10de:1c03 boot-vga"
completes "$list 01:00.\\*" "$list 01:00.\\*"
completes "$list 0000:01:00.1" "$list 0000:01:00.1"
completes "vfio-early --root $work/tree list --driver=snd" "vfio-early --root $work/tree list --driver=snd_hda_intel"
# Not 03:00.0, which would be that of another segment.
completes "vfio-early --root=$work/segments list 0004:03" "vfio-early --root=$work/segments list 0004:03:00.0"
lists bash "$list 01:00." 00.0 00.1 '00.\*'
lists bash "vfio-early list --color=" always auto never
lists zsh "$list 01:00." "01:00.* -- every function of the slot" \
	"01:00.0 -- 10de:1c03, no driver, VGA compatible controller; NVIDIA Corporation GP106 [GeForce GTX 1060 6GB]" \
	"01:00.1 -- 10de:10f1, snd_hda_intel, Audio device; NVIDIA"
lists zsh "$list 10de:1" "10de:10f1 -- Audio device; NVIDIA" "10de:1c03 -- VGA compatible controller; NVIDIA"
lists zsh "$list group:" "group:1 -- 00:01.0 01:00.0 01:00.1"
lists zsh "vfio-early " "check -- predict the next boot" "list -- show IOMMU groups and devices"
lists zsh "vfio-early list --" "--gpu -- only graphics cards and accelerators" "--driver -- only devices bound to this driver"
finish
