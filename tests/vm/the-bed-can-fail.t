#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The scenes above prove something only if they can fail: with our hook left out, or renamed to sort after udev,
# radeon must have the cards and the radeon scene must be red.
. "$(dirname "$0")/lib.sh"

# goes_red KIND VARIANT
goes_red() {
	vm_kind=$1 vm_run=$vm_top/build/test/runs/twin-gpus-$1-$2 vm_ended=yes
	result=$(IMAGES=$1 FORCE_VARIANT=$2 sh "$vm_here/twin-gpus.t")
	for wanted in "ok [0-9]* - $1: the boot came to its end" "not ok [0-9]* - $1: 01:00.0 is on vfio-pci" \
		"not ok [0-9]* - $1: no host driver has touched 01:00.0" "not ok [0-9]* - $1: a machine can use 02:00.0"; do
		expect "$2: $wanted" "$result" sh -c 'echo "$1" | grep -q "^$2\$"' - "$result" "$wanted"
	done
	driver_is 01:00.0 radeon
}

goes_red own no-hook
goes_red initramfs-tools late-hook
goes_red dracut-systemd no-hook
goes_red dracut-plain no-hook
goes_red dracut-trixie no-hook
echo "1..$vm_count"
