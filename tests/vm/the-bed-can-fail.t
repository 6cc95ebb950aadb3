#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The scenes above prove something only if they can fail: with our hook left out, or renamed to sort after udev,
# radeon must have the cards and the radeon scene must be red.
. "$(dirname "$0")/lib.sh"

# goes_red KIND VARIANT ASSERTION...: with this image these assertions of the radeon scene fail, and the boot ends well.
goes_red() {
	vm_kind=$1 vm_variant=$2 vm_run=$vm_top/build/test/runs/twin-gpus-$1-$2 vm_ended=yes
	shift 2
	result=$(IMAGES=$vm_kind FORCE_VARIANT=$vm_variant sh "$vm_here/twin-gpus.t")
	expect "$vm_variant: the boot comes to its end" "$result" seen "ok [0-9]* - $vm_kind: the boot came to its end"
	for wanted; do
		expect "$vm_variant: red: $wanted" "$result" seen "not ok [0-9]* - $vm_kind: $wanted"
	done
}
seen() { echo "$result" | grep -q "^$1\$"; }

lost="01:00.0 is on vfio-pci"
touched="no host driver has touched 01:00.0"
useless="a machine can use 02:00.0"
goes_red own no-hook "$lost" "$touched" "$useless"
driver_is 01:00.0 radeon
# Too late, it takes the card from radeon again; but radeon has had it.
goes_red initramfs-tools late-hook "$touched"
for kind in dracut-systemd $([ "${EVERY:-}" != 1 ] || echo dracut-plain dracut-trixie); do
	goes_red $kind no-hook "$lost" "$touched" "$useless"
	driver_is 01:00.0 radeon
done
echo "1..$vm_count"
