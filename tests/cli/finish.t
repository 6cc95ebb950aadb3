#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# finish: what a boot without a late stage has left; and where boot is refused.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"

# A GPU and a drive of one group, claimed as a whole, and a card that waits because its claim says so.
left() {
	machine dmar0
	pci 0000:00:02.0 8086:0412 30000 1
	pci 0000:01:00.0 10DE:1C03 30000 2
	pci 0000:01:00.1 144D:A808 10802 2 nvme
	pci 0000:02:00.0 8086:1539 20000 3
	mkdir -p "$tree/sys/kernel/iommu_groups/2/devices/0000:01:00.0" "$tree/sys/kernel/iommu_groups/2/devices/0000:01:00.1"
	cmdline "root=/dev/sda1"
	echo "claim 01:00.0 expand=group
claim 02:00.0 stage=late
claim 09:00.0 optional" | config
	run boot
}
verdicts_are() { [ "$(report '[.devices[] | (.address // "-") + "=" + .verdict] | join(" ")' | sed 's/0000://g')" = "$1" ]; }

left
ok "the group waits" verdicts_are "01:00.0=deferred 01:00.1=deferred 02:00.0=deferred -=absent"
ok "who waits only for the others is reserved" override_is 0000:01:00.0 vfio-pci
ok "storage is not" override_is 0000:01:00.1 "(null)"
: >"$tree/dev/kmsg"
run finish
ok "it ends well" exits 0
ok "what waited stays with the host" verdicts_are "01:00.0=kept 01:00.1=kept 02:00.0=kept -=absent"
ok "the reason says why" report_is '.devices[0].reason' "stays with the host: it waited for the late stage, and this boot had none"
ok "the log too" log_says "<4>vfio-early: 0000:01:00.0 10de:1c03 stays with the host: it waited for the late stage, and this boot had none"
ok "its override is cleared" override_is 0000:01:00.0 ""
ok "it is probed" holds sys/bus/pci/drivers_probe 0000:02:00.0
ok "what has a driver is not touched" override_is 0000:01:00.1 "(null)"
ok "the report fits the schema" /usr/bin/python3 -m jsonschema -i "$tree/run/vfio-early/report.json" "$cli_here/../report.schema.json"
ok "nothing waits any more" [ ! -e "$tree/run/vfio-early/late" ]
cp "$tree/run/vfio-early/report.json" "$tree/before"
: >"$tree/dev/kmsg"
run finish
ok "a second time it does nothing" cmp -s "$tree/before" "$tree/run/vfio-early/report.json"
ok "and says nothing" [ ! -s "$tree/dev/kmsg" ]
run status
ok "status shows it" says "at boot: stays with the host: it waited for the late stage, and this boot had none"

# A FIFO without a reader blocks its writer, as a driver that probes does.
left
rm "$tree/sys/bus/pci/drivers_probe" && mkfifo "$tree/sys/bus/pci/drivers_probe"
(sleep 2 && exec 9<>"$tree/sys/bus/pci/drivers_probe" && sleep 1) &
run finish
wait
ok "a host driver that needs two seconds to probe is waited for" verdicts_are "01:00.0=kept 01:00.1=kept 02:00.0=kept -=absent"

left
ln -s ../../drivers/vfio-pci "$tree/sys/bus/pci/devices/0000:02:00.0/driver"
run finish
ok "what the kernel has bound meanwhile is bound" report_is '.devices[2] | .verdict + " " + .driver' "bound vfio-pci"

left
echo "{ \"devices\": [ {" >"$tree/run/vfio-early/report.json"
run finish
ok "a damaged report does not stop it" exits 0
ok "and is named" log_says "/run/vfio-early/report.json: "
ok "what was reserved is returned all the same" override_is 0000:01:00.0 ""
ok "and what has no override is not touched" override_is 0000:01:00.1 "(null)"
ok "nothing waits then either" [ ! -e "$tree/run/vfio-early/late" ]

left
ln -s ../../drivers/igb "$tree/sys/bus/pci/devices/0000:02:00.0/driver"
run finish
ok "an override is cleared also where the host's driver has the device" override_is 0000:02:00.0 ""
left
echo foreign >"$tree/sys/bus/pci/devices/0000:01:00.1/driver_override"
rm "$tree/sys/bus/pci/devices/0000:01:00.1/driver"
run finish
ok "another override than ours stays" override_is 0000:01:00.1 foreign

# A dry run writes nothing, now and later.
left
cmdline "root=/dev/sda1 rd.vfio.dryrun"
rm -r "$tree/run/vfio-early"
echo "(null)" | tee "$tree/sys/bus/pci/devices/0000:01:00.0/driver_override" "$tree/sys/bus/pci/devices/0000:02:00.0/driver_override" >/dev/null
run boot
run finish
ok "after a dry run no device is written to" holds sys/bus/pci/drivers_probe ""
ok "the report is settled" report_is '.devices[0].verdict' kept

# Without the flag nobody would return what is reserved.
left
rm -r "$tree/run/vfio-early"
echo "(null)" >"$tree/sys/bus/pci/devices/0000:01:00.0/driver_override"
mkdir -p "$tree/run/vfio-early/late/in-the-way"
run boot
ok "where the flag cannot be written, nothing is reserved" override_is 0000:01:00.0 "(null)"
ok "and that is said" log_says "/run/vfio-early/late: cannot be written"

# The late stage knows of a network root that the early one did not.
left
run boot --late root=/dev/nfs nfsroot=10.0.0.1:/srv
ok "a card that was reserved and stays is returned" override_is 0000:02:00.0 ""
ok "with its reason" report_is '.devices[2].reason' "stays with the host: the root is on the network, and the card that leads there is unknown"

# The late stage takes the flag away at its end.
left
cmdline "root=/dev/sda1 rd.vfio.deadline=1"
run boot --late
ok "the late stage leaves nothing to finish" [ ! -e "$tree/run/vfio-early/late" ]
ok "what it keeps is given back" override_is 0000:01:00.0 ""
ok "it has a verdict for each" report_is '[.devices[] | select(.verdict == "deferred")] | length' 0

run finish now
ok "it takes no arguments" exits 2

# --- boot, elsewhere ---
machine dmar0
status=0
output=$("$binary" boot 2>&1) || status=$?
ok "boot refuses where / is no initramfs" exits 2
ok "and says what to do" says "boot --dry-run prints its plan"
output=$("$binary" boot --late 2>&1) || status=$?
ok "so does its late stage" exits 2
status=0
output=$("$binary" boot --dry-run 2>&1) || status=$?
ok "a dry run is not refused" [ "$status" -le 1 ]

# In an initramfs of its own: / is a tmpfs, and a boot has a report once.
in_initramfs() { # COMMAND...
	$apart sh -c 'mount -t tmpfs tmpfs "$1" && mkdir -p "$1/run" "$1/proc" "$1/sys" "$1/dev" && cp "$2" "$1/vfio-early" &&
		: >"$1/dev/kmsg" && shift 2 && exec "$@"' - "$tree" "$binary" "$@"
}
status=0
output=$(in_initramfs chroot "$tree" /vfio-early boot 2>&1) || status=$?
ok "boot runs where / is a tmpfs" [ "$status" -le 1 ]
output=$(in_initramfs sh -c 'mkdir "$0/run/vfio-early" && : >"$0/run/vfio-early/report.json" && chroot "$0" /vfio-early boot' "$tree" 2>&1)
status=$?
ok "a second boot is refused" exits 2
ok "and says why" says "boot has run already"
done_testing
