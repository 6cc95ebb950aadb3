#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Where nothing is claimed yet, check and status show the line that claims a device, and it works as it stands.
. "$(dirname "$0")/lib.sh"

machine dmar0
pci 0000:01:00.0 10DE:1C03 30000 1
pci 0000:00:02.0 8086:041A 30000 2
echo "# nothing" | config
for command in check status; do
	run $command
	ok "$command says how" says "; add a line to /etc/vfio-early.conf, for example: claim 01:00.0; vfio-early list shows the addresses"
	ok "and does not fail" exits 0
done
example=$(printf '%s\n' "$output" | sed -n 's/.*for example: \([^;]*\);.*/\1/p')
echo "$example" | config
run check
ok "the line claims" says "PASS 0000:01:00.0 10de:1c03: would be bound to vfio-pci"
ok "and check has no more to say of it" lacks "for example: claim"
done_testing
