#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What hangs costs its own device the budget of the stage, and nothing else; and who comes back to it. A FIFO that nobody reads
# blocks its writer, as a driver that hangs does. How long each budget is: tests/host/deadline.c, by a clock of its own.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"

hang() { rm -f "$tree/$1" && mkfifo "$tree/$1"; }
verdicts_are() { [ "$(report '[.devices[] | (.address // "-") + "=" + .verdict] | join(" ")' | sed 's/0000://g')" = "$1" ]; }
on_vfio() { ln -sfn ../../drivers/vfio-pci "$tree/sys/bus/pci/devices/$1/driver"; }
# A process that is killed needs a moment to be gone.
no_child_is_left() { sleep 0.2 && [ -z "$(ps -eo stat=,args= | awk -v tree="--root $tree" '$1 !~ /^Z/ && !/awk/ && index($0, tree)')" ]; }

# An unbind that hangs: card 1 of three; nothing binds in a tree, so the others look as if the module had taken them.
three() {
	machine dmar0
	for slot in 01 02 03; do pci 0000:$slot:00.0 1002:5159 30200 5$slot; done
	cmdline "rd.vfio.ids=1002:5159 rd.vfio.deadline=1"
	on_vfio 0000:02:00.0
	on_vfio 0000:03:00.0
	mkdir -p "$tree/sys/bus/pci/drivers/slow"
	ln -sfn ../../drivers/slow "$tree/sys/bus/pci/devices/0000:01:00.0/driver"
	hang sys/bus/pci/drivers/slow/unbind
}

three
run boot
ok "the stage ends" exits 1
ok "only the one that hangs is stuck" verdicts_are "01:00.0=stuck 02:00.0=bound 03:00.0=bound"
ok "the log names what hangs" log_says "0000:01:00.0 1002:5159 stuck: unbinding its driver did not return in time"
ok "and the cure" log_says "when its driver returns: sudo vfio-early finish"
ok "its host driver keeps it without an override" override_is 0000:01:00.0 ""
ok "no process is left behind" no_child_is_left
ok "the next stage is to look again" [ -e "$tree/run/vfio-early/stuck" ]

# It still has its driver.
run finish
ok "finish has nothing to wait for" verdicts_are "01:00.0=stuck 02:00.0=bound 03:00.0=bound"
ok "it says that the device stays" report_is '.devices[0].reason' "stuck: it was not bound before the deadline, and its host driver keeps it"
ok "and nothing is left to do" [ ! -e "$tree/run/vfio-early/stuck" ]

# The driver is away, and the kernel has not come to the probe.
three
run boot
rm "$tree/sys/bus/pci/devices/0000:01:00.0/driver"
hang sys/bus/pci/drivers_probe
: >"$tree/dev/kmsg"
run finish
ok "a probe that hangs does not hold finish up, and it fails" exits 1
ok "the device is stuck as before" verdicts_are "01:00.0=stuck 02:00.0=bound 03:00.0=bound"
ok "the log has the cure" log_says "stuck: its driver still hangs; look for this device in dmesg; when its driver returns: sudo vfio-early finish"
ok "the next one looks again" [ -e "$tree/run/vfio-early/stuck" ]
ok "no process of it is left either" no_child_is_left
run status
ok "status has the cure" says "sudo vfio-early finish"
rm "$tree/sys/bus/pci/drivers_probe"
: >"$tree/sys/bus/pci/drivers_probe"
on_vfio 0000:01:00.0
run finish
ok "when it has let go it is bound" verdicts_are "01:00.0=bound 02:00.0=bound 03:00.0=bound"
ok "finish ends well then" exits 0
ok "and nothing is left to do" [ ! -e "$tree/run/vfio-early/stuck" ]
ok "the report fits the schema" /usr/bin/python3 -m jsonschema -i "$tree/run/vfio-early/report.json" "$cli_here/../report.schema.json"

# A device that hangs from the first write on does not use up the others' time.
three
hang sys/bus/pci/devices/0000:01:00.0/driver_override
run boot
ok "a hanging override is its own device's" verdicts_are "01:00.0=stuck 02:00.0=bound 03:00.0=bound"

# The attribute of a device that nobody asked for: the kernel may serve it when its driver lets go.
three
pci 0000:04:00.0 8086:2922 10601 9 ahci
hang sys/bus/pci/devices/0000:04:00.0/uevent
hang sys/bus/pci/devices/0000:04:00.0/config
hang sys/bus/pci/devices/0000:04:00.0/driver_override
cmdline "rd.vfio.ids=02:00.0"
reads_only() { # ATTRIBUTE: of the other device
	[ "$(echo "$output" | grep -o '0000:04:00.0/[a-z_]*' | sort -u)" = "0000:04:00.0/$1" ]
}
for command in "boot --dry-run" "boot"; do
	# shellcheck disable=SC2086
	output=$(timeout 20 strace -f -qq -e trace=openat2 "$binary" --root "$tree" $command 2>&1)
	ok "$command ends" [ $? -eq 0 ]
	ok "$command reads nothing of another device that can wait" reads_only modalias
done
ok "the card is bound" verdicts_are "02:00.0=bound"

# Names and images that are no files: nothing waits for them.
three
mkdir -p "$tree/usr/share/misc"
kernel 6.1.0-1
hang usr/share/misc/pci.ids
hang boot/initrd.img-6.1.0-1
for command in "list" "check" "status" "boot --dry-run --json"; do
	# shellcheck disable=SC2086
	output=$(timeout -s KILL 20 "$binary" --root "$tree" $command 2>&1)
	ok "$command does not wait for pci.ids and an image" [ $? -le 1 ]
done

# What is no file is not read, and is named.
for path in etc/vfio-early.conf etc/vfio-early.conf.d/10-x.conf proc/cmdline run/vfio-early/report.json run/vfio-early/boot.log; do
	three
	mkdir -p "$tree/etc/vfio-early.conf.d" "$tree/run/vfio-early"
	hang "$path"
	for command in "list" "check" "status" "boot --dry-run" "boot"; do
		# shellcheck disable=SC2086
		output=$(timeout 20 "$binary" --root "$tree" $command 2>&1)
		ok "$command does not wait for $path" [ $? -le 1 ]
	done
done
three
hang etc/vfio-early.conf
run boot --dry-run
ok "a FIFO for a configuration is an error with its name" says "/etc/vfio-early.conf: cannot be read: it is not a regular file"
ok "and the command line counts" says "0000:02:00.0 1002:5159"

# Memory or processes are short: strace is the kernel.
three
rm "$tree/sys/bus/pci/devices/0000:01:00.0/driver"
# shellcheck disable=SC2034
output=$(strace -f -qq -o /dev/null -e inject=fork,vfork,clone,clone3:error=EAGAIN "$binary" --root "$tree" boot 2>&1)
ok "no process can be made: the devices are stuck, and the reason is true" \
	report_is '.devices[0].reason' "stuck: no process can be started to bind it (Resource temporarily unavailable)"
ok "it is so for each" verdicts_are "01:00.0=stuck 02:00.0=stuck 03:00.0=stuck"
ok "the next stage is to look again" [ -e "$tree/run/vfio-early/stuck" ]

# What a guard keeps, and a guest's driver has: nothing can be said of it but that it is still there.
machine dmar0
pci 0000:00:02.0 8086:0412 30000 1 vfio-pci
cmdline "rd.vfio.ids=8086:0412"
output=$(strace -f -qq -o /dev/null -e inject=fork,vfork,clone,clone3:error=EAGAIN "$binary" --root "$tree" boot 2>&1)
ok "what cannot be given back is named" \
	log_says "<3>vfio-early: 0000:00:02.0 8086:0412 is bound to vfio-pci and cannot be returned to the host: Resource temporarily unavailable; reboot"

# The link is made before the driver's probe, which then hangs.
three
hang sys/bus/pci/drivers_probe
rm "$tree/sys/bus/pci/devices/0000:01:00.0/driver"
(sleep 0.5 && on_vfio 0000:01:00.0) &
run boot
wait
ok "a probe that hangs is no binding, though the link is there" verdicts_are "01:00.0=stuck 02:00.0=bound 03:00.0=bound"
run finish
ok "finish sees what has become of it" verdicts_are "01:00.0=bound 02:00.0=bound 03:00.0=bound"

# More devices than children at one time; and a pipe is closed when the program ends, whatever hangs.
machine dmar0
for slot in $(seq 1 40); do pci "$(printf '0000:%02x:00.0' "$slot")" 1002:5159 30200 "$slot"; done
cmdline "rd.vfio.ids=1002:5159 rd.vfio.deadline=5"
strace -f -ff -qq -e trace=write -o "$tree/trace" "$binary" --root "$tree" boot >/dev/null 2>&1
ok "each of 40 devices is probed, and given back to the host, once" \
	[ "$(cat "$tree"/trace.* | grep -cE 'write\([0-9]+, "0000:[0-9a-f]{2}:00\.0", 12\)')" = 120 ]
hang sys/bus/pci/drivers_probe
cmdline "rd.vfio.ids=1002:5159 rd.vfio.deadline=1"
run boot
ok "of many that hang each is stuck" report_is '[.devices[].verdict] | unique | join(" ")' stuck
run finish
ok "finish ends too" exits 1
: >"$tree/run/vfio-early/stuck"

# A number of an IOMMU group as high as they can be.
machine dmar0
pci 0000:01:00.0 1002:5159 30200 2147483647
pci 0000:02:00.0 1002:5159 30200 3
cmdline "rd.vfio.ids=01:00.0 rd.vfio.expand=group"
run list
ok "the highest number of a group is shown" says "IOMMU group 2147483647"
run boot --dry-run
ok "and planned with" says "0000:01:00.0 1002:5159 would be bound to vfio-pci, IOMMU group 2147483647"

done_testing
