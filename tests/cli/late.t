#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# boot --late on a small tree: what the early stage leaves it, what it reads, what it writes.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"

# A card that is bound already, and two drives of one kind: the first with the root, the second a guest's.
twin_nvme() {
	"$cli_here/../machines/unpack" "$cli_here/../machines/twin-nvme/machine" "$tree/new" && rm -rf "${tree:?}"/[a-m]* "$tree"/[o-z]* &&
		mv "$tree"/new/* "$tree/" && rmdir "$tree/new"
	config </dev/null
	pci 0000:03:00.0 1002:5159 30200 12 radeon
	# Nothing binds in a tree: without modalias its uevent says what it was on before, and the link what it is on after.
	ln -sfn ../../drivers/vfio-pci "$tree/sys/bus/pci/devices/0000:03:00.0/driver"
	rm "$tree/sys/bus/pci/devices/0000:03:00.0/modalias"
	: >"$tree/sys/bus/pci/drivers_probe"
	cmdline "root=UUID=11111111-2222-3333-4444-555555555555 rd.vfio.ids=144d:a808,03:00.0 rd.vfio.deadline=1"
}
verdicts() { report '[.devices[] | .address + "=" + .verdict] | join(" ")' | sed 's/0000://g'; }
verdicts_are() { [ "$(verdicts)" = "$1" ]; }

twin_nvme
run boot --late
ok "without word from the early stage the late one does nothing" exits 0
ok "and says nothing" [ ! -s "$tree/dev/kmsg" ]
run boot
ok "the early stage defers storage" verdicts_are "01:00.0=deferred 02:00.0=deferred 03:00.0=bound"
ok "it leaves word for the late one" [ -e "$tree/run/vfio-early/late" ]
: >"$tree/dev/kmsg"
# In a tree nothing binds; let it look as if the module had probed it.
ln -sfn ../../../../../../bus/pci/drivers/vfio-pci "$tree/sys/devices/pci0000:00/0000:00:01.2/0000:01:00.0/driver"
run boot --late
ok "the late stage merges its verdicts into the report" verdicts_are "01:00.0=bound 02:00.0=kept 03:00.0=bound"
ok "what was settled is as it was" report_is '.devices[2].reason' "bound to vfio-pci, IOMMU group 12 (was: radeon)"
ok "the reason has the chain" report_is '.devices[1].reason' "stays with the host: it carries root: nvme1n1p2"
ok "the log has what is new" log_says "0000:02:00.0 144d:a808 stays with the host: it carries root: nvme1n1p2"
ok "and nothing twice" [ "$(grep -c 0000:03:00.0 "$tree/dev/kmsg")" = 0 ]
ok "boot.log has both stages" [ "$(grep -c 0000:02:00.0 "$tree/run/vfio-early/boot.log")" = 2 ]
ok "the root's drive was not written to" override_is 0000:02:00.0 "(null)"
ok "the other one was" override_is 0000:01:00.0 vfio-pci
ok "the report fits the schema" /usr/bin/python3 -m jsonschema -i "$tree/run/vfio-early/report.json" "$cli_here/../report.schema.json"
ok "the word is taken away" [ ! -e "$tree/run/vfio-early/late" ]

# What the image's scripts know is stronger than the command line.
twin_nvme
run boot
run boot --late --dry-run root=/dev/nvme0n1p1
ok "a script's root counts" says "0000:01:00.0 144d:a808 stays with the host: it carries root: nvme0n1p1"
run boot --late --dry-run "root=LABEL=no such thing"
ok "blanks in it are its own" says "root=LABEL=no such thing is not found, so its disk is unknown; correct it: blkid lists the devices"
run boot root=/dev/sda1
ok "the early stage takes none" exits 2
run boot --sideways
ok "an option that is none is named" says "unknown option '--sideways': vfio-early boot --help lists the options"

# No report, or none that can be read: the late stage does its own part.
for text in "" "{ \"devices\": [ { \"address\": \"0000:03:00.0\", \"verdict\": " "[[[[" "\"" "null"; do
	twin_nvme
	run boot
	printf '%s' "$text" >"$tree/run/vfio-early/report.json"
	ln -sfn ../../../../../../bus/pci/drivers/vfio-pci "$tree/sys/devices/pci0000:00/0000:00:01.2/0000:01:00.0/driver"
	run boot --late --dry-run --json
	ok "a dry run says so" json_is '[.devices[] | .address + "=" + .verdict] | join(" ") | gsub("0000:|would-";"")' "01:00.0=bind 02:00.0=kept 03:00.0=stuck"
	run boot --late
	ok "a report of '$text' does not stop it" verdicts_are "01:00.0=bound 02:00.0=kept 03:00.0=stuck"
done

# What is pulled out between the stages stays in the report.
twin_nvme
run boot
rm -r "$tree/sys/bus/pci/devices/0000:01:00.0" "$tree/sys/bus/pci/devices/0000:03:00.0"
: >"$tree/dev/kmsg"
run boot --late
ok "what is gone is in the report" verdicts_are "02:00.0=kept =absent 01:00.0=absent 03:00.0=bound"
ok "with a reason" report_is '.devices[] | select(.address == "0000:01:00.0") | .reason' "not found: it was there in the early stage and is gone"
ok "and in the log" log_says "0000:01:00.0 144d:a808 not found: it was there in the early stage and is gone; look for this device in dmesg"
ok "what was bound says what it was" report_is '.devices[] | select(.address == "0000:03:00.0") | .reason' "bound to vfio-pci, IOMMU group 12 (was: radeon)"
ok "the report fits the schema" /usr/bin/python3 -m jsonschema -i "$tree/run/vfio-early/report.json" "$cli_here/../report.schema.json"
run status
ok "status tells of both" says "0000:03:00.0 1002:5159 Advanced Micro Devices, Inc. [AMD/ATI]: now: removed since the boot"
ok "each once" [ "$(printf '%s\n' "$output" | grep -c "^[A-Z]* 0000:01:00.0")" = 1 ]
run finish
ok "nothing is left to finish" exits 0
ok "nothing waits any more" report_is '[.devices[] | select(.verdict == "deferred")] | length' 0

# A configuration that says nothing of storage leaves no word, and costs the late stage nothing.
twin_nvme
cmdline "root=/dev/nvme0n1p1 rd.vfio.ids=03:00.0"
run boot
ok "nothing waits where no storage is wanted" [ ! -e "$tree/run/vfio-early/late" ]
cmdline "root=/dev/nvme0n1p1 rd.vfio.ids=144d:a808 rd.vfio=0"
run boot
ok "nor where everything is off" [ ! -e "$tree/run/vfio-early/late" ]

# The files that generators leave.
twin_nvme
echo "/dev/nvme0n1p1 /srv ext4 defaults 0 2" >"$tree/etc/vfio-early.fstab"
run boot --late --dry-run
ok "the host's fstab counts" says "0000:01:00.0 144d:a808 stays with the host: it carries /srv: nvme0n1p1"
twin_nvme
mkdir -p "$tree/cryptroot" "$tree/conf/conf.d"
echo "crypt /dev/nvme0n1p1 none luks" >"$tree/cryptroot/crypttab"
run boot --late --dry-run
ok "so does cryptroot's" says "stays with the host: it carries crypt: nvme0n1p1"
rm "$tree/cryptroot/crypttab"
echo "RESUME=/dev/nvme0n1p1" >"$tree/conf/conf.d/resume"
run boot --late --dry-run
ok "and the resume device" says "stays with the host: it carries resume: nvme0n1p1"
twin_nvme
mkdir -p "$tree/etc/cmdline.d"
cmdline quiet
echo "root=/dev/nvme0n1p1 rd.vfio.ids=144d:a808" >"$tree/etc/cmdline.d/90-own.conf"
run boot --late --dry-run
ok "cmdline.d is a dracut image's" says "nothing is claimed"
mkdir -p "$tree/usr/lib"
: >"$tree/usr/lib/initrd-release"
run boot --late --dry-run
ok "dracut 106 writes only /usr/lib/initrd-release without systemd" says "0000:01:00.0 144d:a808 stays with the host: it carries root: nvme0n1p1"
rm "$tree/usr/lib/initrd-release"
: >"$tree/etc/initrd-release"
run boot --late --dry-run
ok "and counts in one" says "0000:01:00.0 144d:a808 stays with the host: it carries root: nvme0n1p1"

# A node that is not there, a read that never returns.
twin_nvme
rm "$tree/dev/nvme0n1p1"
run boot --late --dry-run
ok "a disk without a node stays" says "nvme0n1p1 cannot be read: No such file or directory; its content is unknown"
twin_nvme
rm "$tree/dev/nvme0n1p1"
mkfifo "$tree/dev/nvme0n1p1"
run boot --late --dry-run
ok "so does one whose node is something else" says "0000:01:00.0 144d:a808 stays with the host: nvme0n1p1 cannot be read"
twin_nvme
output=$(strace -f -qq -o /dev/null -e trace=lseek -e inject=lseek:delay_enter=4s \
	"$binary" --root "$tree" boot --late --dry-run 2>&1)
ok "a read that hangs is left, and its disk stays" says "reading nvme0n1 did not return in time, so its content is unknown"
ok "the root's too" says "0000:02:00.0 144d:a808 stays with the host: "

# udev that is busy for ever is waited for while something is not found, as long as the deadline allows, and not at all otherwise.
busy_udev() { # ROOT [COMMAND...]: what is done to the machine
	twin_nvme
	[ $# = 1 ] || eval "$2"
	cmdline "$1 rd.vfio.ids=144d:a808 rd.vfio.deadline=2"
	run boot
	mkdir -p "$tree/run/udev"
	: >"$tree/run/udev/queue"
	strace -f -qq -e trace=openat2 -o "$tree.trace" "$binary" --root "$tree" boot --late >/dev/null 2>&1
	looks=$(grep -c '"/run/udev/queue"' "$tree.trace")
	rm -f "$tree.trace"
}
busy_udev "root=UUID=11111111-2222-3333-4444-555555555555"
ok "udev is not waited for where nothing is missing" [ "$looks" -le 2 ]
ok "and the work is done" verdicts_are "01:00.0=refused 02:00.0=kept"
busy_udev "root=UUID=11111111-2222-3333-4444-555555555555" \
	'printf "LUKS\272\276\0\1" | dd of="$tree/dev/nvme0n1p1" conv=notrunc status=none'
ok "it is where it may be opening what is inside a wanted disk" [ "$looks" -ge 10 ]
ok "and the disk goes when it has not" verdicts_are "01:00.0=refused 02:00.0=kept"
busy_udev "root=UUID=0a0a0a0a-2222-3333-4444-555555555555"
ok "it is where the root is not found" [ "$looks" -ge 10 ]
ok "and not for ever: what is not known keeps the drives" verdicts_are "01:00.0=kept 02:00.0=kept"

# A member of a ZFS pool: libblkid is asked to look for one where a label has the list of its pool. It goes by the list, and
# before version 2.41 by the uberblocks.
zfs_list() {
	perl -e 'sub text { pack("N", length($_[0])) . $_[0] . "\0" x (-length($_[0]) % 4) }
		sub pair { my $rest = text($_[0]) . pack("NN", $_[1], 1) . $_[2]; pack("NN", (8 + length($rest)) x 2) . $rest }
		print pack("CCCC NN", 1, 1, 0, 0, 0, 1), pair("version", 8, pack("Q>", 5000)), pair("name", 9, text("tank")),
			pair("state", 8, pack("Q>", 0)), pair("txg", 8, pack("Q>", 4)),
			pair("pool_guid", 8, pack("Q>", 1234)), pair("guid", 8, pack("Q>", 5678)), pack("NN", 0, 0)'
}
zfs_member() {
	twin_nvme
	truncate -s 64M "$tree/dev/nvme0n1p1"
	dd if=/dev/zero of="$tree/dev/nvme0n1p1" bs=64k count=1 conv=notrunc status=none
	for slot in 0 1 2 3 4 5 6 7; do
		printf '\014\261\272\0\0\0\0\0' | dd of="$tree/dev/nvme0n1p1" bs=1 seek=$((131072 + slot * 1024)) conv=notrunc status=none
	done
	zfs_list | dd of="$tree/dev/nvme0n1p1" bs=1 seek=16384 conv=notrunc status=none
	cmdline "root=zfs:AUTO rd.vfio.ids=144d:a808"
	run boot --late --dry-run
}
zfs_member
ok "a member of the root's pool stays" says "0000:01:00.0 144d:a808 stays with the host: it carries root: nvme0n1p1"

# stage=early on storage that is not named exactly
twin_nvme
cmdline "root=/dev/nvme0n1p1"
echo "claim 144d:a808 stage=early" | config
run boot
ok "it is an error with its place" log_says "/etc/vfio-early.conf:1: 144d:a808: for storage, USB controllers and card readers stage=early needs a pinned address"
ok "the report has it" report_is '.errors[0].where' /etc/vfio-early.conf:1
ok "and the drives wait" verdicts_are "01:00.0=deferred 02:00.0=deferred"
# What is in use is judged without a claim of our own: no exclusive open, no lock.
twin_nvme
run boot
strace -f -qq -e trace=openat2,flock,openat -o "$tree.trace" "$binary" --root "$tree" boot --late >/dev/null 2>&1
ok "no disk is opened exclusively" sh -c 'grep -q "dev/nvme0n1" "$1" && ! grep "dev/nvme" "$1" | grep -qE "O_EXCL|O_RDWR|O_WRONLY"' - "$tree.trace"
ok "and none is locked" sh -c '! grep -q "flock(" "$1"' - "$tree.trace"
rm -f "$tree.trace"
twin_nvme
device=$(stat -c %D "$tree/dev/nvme0n1p1")
printf '1: FLOCK  ADVISORY  WRITE 318 %02x:%02x:%s 0 EOF\n' "$((0x$device >> 8 & 0xff))" "$((0x$device & 0xff))" "$(stat -c %i "$tree/dev/nvme0n1p1")" >"$tree/proc/locks"
run boot --late --dry-run
ok "a block device that a program has locked stays" says "0000:01:00.0 144d:a808 stays with the host: it carries a block device that a program has locked: nvme0n1p1"
twin_nvme
mkdir -p "$(readlink -f "$tree/sys/class/block/nvme0n1p1")/holders/of-another-kind"
run boot --late --dry-run
ok "so does what something holds that is no block device" says "0000:01:00.0 144d:a808 stays with the host: it carries what is in use: nvme0n1p1"

# A pool that the host imports at its boot is in zpool.cache, also where the initramfs has not imported it.
twin_nvme
mkdir -p "$tree/proc/spl/kstat/zfs/tank" "$tree/etc/zfs"
run boot --late --dry-run
ok "a pool that has no member here keeps nothing" says "0000:01:00.0 144d:a808 would be bound"
done_testing
