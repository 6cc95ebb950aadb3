#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A configuration and a command line full of rubbish: each piece is reported with its place, the rest counts.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	slot 1 $gpu $audio
	slot 2 $gpu
	variant rubbish
	boot rd.vfio.iommu=banana rd.vfio.ids=zzz,,1002-5159,8086:2668 rd.vfio.ids rd.vfio.nonsense=1 \
		'rd.vfio.ids="02:00.0,99:00.0"' rd.vfio.deadline=never ,,,=== '"' '"'

	claimed 01:00.0 01:00.1 02:00.0
	log_has "/proc/cmdline:1:"
	log_has "'zzz': expected an id such as 10de:1c03 or an address such as 01:00.0"
	log_has "did you mean 1002:5159?"
	log_has "'banana': iommu takes "
	log_has "'nonsense': unknown setting"
	log_has "99:00.0 not found: no device matches 99:00.0"
	log_has "/etc/vfio-early.conf:2:1: 'frobnicate': unknown directive"
	log_has "/etc/vfio-early.conf:4:7: '1:0.0': an address is"
	log_has "did you mean 01:00.0?"
	expect "the report lists the errors" "$(told report | jq -c .errors 2>&1)" \
		sh -c 'sed -n "/^== report/,/^== boot/p" "$1" | grep -v "^==" | jq -e ".errors | length > 8" >/dev/null' - "$vm_run/told.txt"
}

in_images $quick_images
