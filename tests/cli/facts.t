#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Host facts: what the host writes down, and what the boot makes of it.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"

machines=$cli_here/../machines
spares=$machines/hosts/home-in-luks-and-spares

# unpacked FILE: the machine of this file in place of the tree.
unpacked() {
	rm -rf "${tree:?}"/*
	"$machines/unpack" "$1" "$tree.new" && mv "$tree.new"/* "$tree/" && rmdir "$tree.new"
	# Names are no matter here.
	rm "$tree/usr/share/misc/pci.ids"
	mkdir -p "$tree/etc" "$tree/run" "$tree/dev" "$tree/sys/class/dmi/id"
	: >"$tree/dev/kmsg"
	echo 4c4c4544-0042-3010-8047-b5c04f4d5a32 >"$tree/sys/class/dmi/id/product_uuid"
}
# as_image early|late [FILE]: that machine as its image sees it, with the facts of the host in it.
as_image() {
	unpacked "${2:-$spares}"
	facts=$("$binary" --root "$tree" facts)
	"$machines/as-image" "$1" "${2:-$spares}" >"$tree.machine"
	unpacked "$tree.machine"
	rm "$tree.machine"
	echo "$facts" >"$tree/etc/vfio-early.facts"
}
fact() { printf '%s\n' "$output" | grep -qxE -- "$1"; }
verdict_is() { json_is ".devices[] | select(.address == \"0000:$1\") | .verdict" "$2"; }
early() { run boot --dry-run --json; }
more() { echo "$(cat "$tree/proc/cmdline") $*" >"$tree/proc/cmdline"; }
edit() { sed -i "$1" "$tree/etc/vfio-early.facts"; }

# --- what the host writes down ---

unpacked "$spares"
run facts
ok "the root's disk, with its chain and UUID" \
	fact 'disk 0000:01:00.0 0000:00:01.2/00.0 144d:a808 11111111-2222-3333-4444-555555555555 root: nvme0n1p1'
ok "a disk that only crypttab opens" fact 'disk 0000:02:00.0 0000:00:03.1/00.0 144d:a808 22222222-.* /home: nvme1n1p1, home'
ok "nothing of a disk that nobody needs" lacks 33333333
ok "the keyboard's controller" fact 'keyboard 0000:05:00.0 0000:00:08.3/00.0 1b21:2142 - -'
ok "every function" [ "$(printf '%s\n' "$output" | grep -c '^function ')" = 10 ]
ok "the last line counts" [ "$(printf '%s\n' "$output" | tail -n 1)" = "end $(($(printf '%s\n' "$output" | wc -l) - 1))" ]
ok "it is done" exits 0
before=$output
SOURCE_DATE_EPOCH=1000000000 run facts
ok "SOURCE_DATE_EPOCH is the time" fact 'made 2001-09-09T01:46:40Z'
ok "and the only difference" [ "$(printf '%s\n' "$output" | grep -v ^made)" = "$(printf '%s\n' "$before" | grep -v ^made)" ]
run facts
ok "the machine is a hash, and not the UUID" fact 'machine [0-9a-f]{16}'
ok "which is a secret" lacks 4c4c4544
output=$(strace -f -qq -o /dev/null -e trace=lseek -e inject=lseek:delay_enter=4s:when=1 "$binary" --root "$tree" facts)
ok "a disk that spins up first is waited for" [ "$(printf '%s\n' "$output" | grep -v ^made)" = "$(printf '%s\n' "$before" | grep -v ^made)" ]
run facts --write
ok "--write keeps them" [ "$(grep -v ^made "$tree/etc/vfio-early.facts")" = "$(run facts; printf '%s\n' "$output" | grep -v ^made)" ]
run facts --json
ok "other options are none" exits 2
ok "a full disk is a failure" sh -c '! "$1" --root "$2" facts >/dev/full 2>/dev/null' - "$binary" "$tree"
mkdir -p "$tree/etc/systemd/system/local-fs.target.requires" "$tree/usr/lib/systemd/system/local-fs.target.wants"
printf '[Mount]\nWhat=/dev/sdz1\nWhat = /dev/disk/by-uuid/33333333-2222-3333-4444-555555555555\nWhere=/srv\nType=ext4\n' \
	>"$tree/etc/systemd/system/srv.mount"
run facts
ok "a unit that nothing wants is none" lacks srv
ln -s ../srv.mount "$tree/etc/systemd/system/local-fs.target.requires/srv.mount"
run facts
ok "a mount unit is a need" fact 'disk 0000:03:00.0 0000:00:08.1/00.0 144d:a808 33333333-.* /srv: nvme2n1p1'
ok "and says so" says "srv.mount's /srv: /dev/disk/by-uuid/33333333-2222-3333-4444-555555555555"
rm "$tree/etc/systemd/system/local-fs.target.requires/srv.mount"
: >"$tree/usr/lib/systemd/system/local-fs.target.wants/srv.automount"
run facts
ok "so is one with an automount" says "/srv: nvme2n1p1"
rm -r "$tree/etc/systemd" "$tree/usr/lib/systemd"
rm "$tree/sys/class/block/nvme1n1p1"
run facts
ok "what is not found is unresolved" says "unresolved "

# --- what the early stage makes of it ---

as_image early
early
ok "the root's disk stays, early already" verdict_is 01:00.0 kept
ok "so does the one with /home" verdict_is 02:00.0 kept
ok "the reason has the chain" says "it carries /home: nvme1n1p1, home"
ok "the third drive waits" verdict_is 03:00.0 deferred
ok "a USB controller that carries nothing goes early" verdict_is 04:00.0 would-bind
ok "one with a keyboard goes where nobody asks" verdict_is 05:00.0 would-bind
more rd.break
early
ok "where the boot asks for a passphrase it waits" verdict_is 05:00.0 deferred
ok "and says why" says "it may have the keyboard, and the boot may ask for a passphrase"
ok "so does the other one: the keyboard may be there by now" verdict_is 04:00.0 deferred

as_image early
edit '/^disk/d'
run boot
ok "the log says so" log_says "the host facts in the image are incomplete or damaged, and are ignored; regenerate the initramfs"
ok "and USB waits" report_is '.devices[] | select(.address == "0000:04:00.0") | .verdict' deferred

as_image early
run boot
ok "the running system finds them" cmp -s "$tree/etc/vfio-early.facts" "$tree/run/vfio-early/facts"

for cure in rd.vfio.facts=ignore newer foreign; do
	as_image early
	case $cure in
	newer) edit '1s/1$/2/' ;;
	foreign)
		edit 's/^machine .*/machine 0123456789abcdef/'
		;;
	*) echo "$(cat "$tree/proc/cmdline") $cure" >"$tree/proc/cmdline" ;;
	esac
	early
	ok "$cure: nothing is known of disks" verdict_is 01:00.0 deferred
	ok "$cure: USB waits" verdict_is 04:00.0 deferred
	run boot --dry-run
	ok "$cure: the log says so" says "ignored"
	[ $cure != foreign ] || {
		echo 03000200-0400-0500-0006-000700080009 >"$tree/sys/class/dmi/id/product_uuid"
		early
		ok "a placeholder is no other machine" verdict_is 01:00.0 kept
	}
done

as_image early
edit 's|^disk 0000:02:00.0 0000:00:03.1/00.0|disk 0000:02:00.0 0000:00:1f.7/00.0|'
early
ok "a card that is gone: those of its id wait" verdict_is 03:00.0 deferred
ok "USB waits: the disk may be on it" verdict_is 04:00.0 deferred
as_image late
edit 's|^disk 0000:02:00.0 0000:00:03.1/00.0|disk 0000:02:00.0 0000:00:1f.7/00.0|'
run boot --late --dry-run --json
ok "in the late stage every one of its id stays" verdict_is 03:00.0 kept
ok "and the reason says why" says "it has the id of the card that was at 0000:00:1f.7/00.0 when the host facts were written"

# What the boot may need of USB, and the facts do not know.
for doubt in root=UUID=99999999-0000-0000-0000-000000000000 rd.luks.key=/key:LABEL=stick ip=dhcp cryptopts=x rd.auto=1 \
	"root=zfs:tank" dropbear crypttab cmdline.d fstab; do
	as_image early
	case $doubt in
	dropbear) mkdir -p "$tree/usr/sbin" && : >"$tree/usr/sbin/dropbear" ;;
	crypttab) echo "data UUID=1 none tpm2-device=auto" >"$tree/etc/crypttab" ;;
	fstab) echo "UUID=99999999-0000-0000-0000-000000000000 /data ext4 defaults 0 2" >>"$tree/etc/vfio-early.fstab" ;;
	cmdline.d)
		mkdir -p "$tree/etc/cmdline.d" "$tree/usr/lib/dracut"
		echo "rd.luks.uuid=1" >"$tree/etc/cmdline.d/90crypt.conf"
		: >"$tree/usr/lib/dracut/dracut-lib.sh"
		;;
	*) more "$doubt" ;;
	esac
	early
	ok "$doubt: USB waits" verdict_is 04:00.0 deferred
	echo "claim 04:00.0 stage=late" | config
	cmdline "$(sed 's/rd.vfio.ids=[^ ]*//' "$tree/proc/cmdline")"
	run boot --dry-run
	ok "$doubt: and is not reserved" lacks "write vfio-pci to /sys/bus/pci/devices/0000:04:00.0/driver_override"
done
rm "$tree/sys/class/dmi/id/product_uuid"
as_image early
rm "$tree/sys/class/dmi/id/product_uuid"
early
ok "a machine that cannot be told from others: its disks stay" verdict_is 01:00.0 kept
ok "and USB waits" verdict_is 04:00.0 deferred
# A disk that nobody needs was plugged in.
{
	cat "$spares"
	echo "block sda pci=0000:05:00.0 has=ext4:44444444-2222-3333-4444-555555555555"
} >"$tree.usb"
as_image early "$tree.usb"
rm "$tree.usb"
early
ok "a stick was plugged in: it may be needed, and anywhere, by now" verdict_is 04:00.0 deferred

as_image early
edit 's/^keyboard .*/unresolved crypttab names a stick/'
early
ok "where something is unresolved USB waits" verdict_is 04:00.0 deferred

as_image early
echo "claim 02:00.0@144d:a808 stage=early" | config
cmdline root=UUID=11111111-2222-3333-4444-555555555555
early
ok "stage=early does not take what the host needs" verdict_is 02:00.0 kept
ok "and says what to do" says "remove the claim: stage=early does not override"

as_image early "$machines/hosts/key-on-usb-stick"
early
ok "a stick with a key stays" verdict_is 03:00.0 kept
echo "claim 1b21:2142 stage=late" | config
cmdline "$(sed 's/rd.vfio.ids=[^ ]*//' "$tree/proc/cmdline")"
early
ok "but for stage=late, which waits until it is read" verdict_is 03:00.0 deferred

# --- the late stage ---

as_image late
run boot --late --dry-run --json
ok "the third drive goes, whatever fstab names" verdict_is 03:00.0 would-bind
# The card of /home was moved to a slot that had a spare one, and the other way round.
edit 's|^disk 0000:02:00.0 0000:00:03.1/00.0|disk 0000:03:00.0 0000:00:08.1/00.0|'
run boot --late --dry-run --json
ok "a known disk stays in any slot, by its UUID" verdict_is 02:00.0 kept
ok "and so does what stands in its place" verdict_is 03:00.0 kept

as_image late
sed -i 's/^resolved 22222222-[^ ]*/resolved 77777777-2222-3333-4444-555555555555/' "$tree/etc/vfio-early.facts"
rm -f "$tree/etc/vfio-early.crypttab"
run boot --late --dry-run --json
ok "an entry whose disk is not there may be on another one" verdict_is 03:00.0 kept

# --- check: the facts of the image ---

# A unit opens /home, so that only the running host knows where it is.
unpacked "$spares"
rm "$tree/etc/crypttab"
"$binary" --root "$tree" facts >"$tree.facts"
kernel 6.1.0-1
: >"$tree/etc/vfio-early.conf"
mkdir -p "$tree/usr/sbin"
: >"$tree/usr/sbin/update-initramfs"
regenerate="sudo update-initramfs -u -k all"
# The image has what the host has now.
image_with() { # FACTS-FILE, or nothing
	image /boot/initrd.img-6.1.0-1 cat
	[ -z "${1:-}" ] || {
		mkdir -p "$tree.more/etc"
		cp "$1" "$tree.more/etc/vfio-early.facts"
		(cd "$tree.more" && find . | cpio --quiet -o -H newc) >"$tree.cpio"
		BEFORE=$tree.cpio image /boot/initrd.img-6.1.0-1 cat
		rm -r "$tree.more" "$tree.cpio"
	}
}
image_with "$tree.facts"
run check
ok "as the image has them: the drive stays" says "FAIL 0000:02:00.0 144d:a808: stays with the host: it carries /home"
ok "nothing is behind" lacks "with the present image it"
image_with
run check
ok "an image without facts: what would be other with them is a warning" \
	says "WARN 0000:03:00.0 144d:a808: with the present image it stays with the host"
sed 's|^function 0000:04:00.0 0000:00:08.2/00.0|function 0000:04:00.0 0000:00:07.2/00.0|; /^function 0000:05:00.0/s/14$/13/; /^function 0000:00:08.3/s/^/#/
	s/^function 0000:00:08.1 0000:00:08.1 1022/function 0000:00:08.1 0000:00:08.1 1023/' "$tree.facts" >"$tree.old"
image_with "$tree.old"
run check
ok "a card that was moved" says "WARN 0000:04:00.0 1b21:2142: had the path 0000:00:07.2/00.0 when the host facts were written"
ok "a bridge that is new" says "WARN 0000:00:08.3 1022:1483: is new since the host facts were written"
ok "one that is gone" says "WARN 0000:00:08.1 1023:1483: is gone"
ok "a group that was split" says "WARN 0000:05:00.0 1b21:2142: no longer shares an IOMMU group with 0000:04:00.0"
mkdir -p "$tree/run/vfio-early"
cp "$tree.old" "$tree/run/vfio-early/facts"
run status
ok "status says the same" says "0000:00:08.3 1022:1483: is new since the host facts were written"
run status --json
ok "and in JSON" says '"0000:00:08.1 1023:1483: is gone"'
cp "$tree.facts" "$tree/run/vfio-early/facts"
image_with "$tree.facts"
vf=$(readlink -f "$tree/sys/bus/pci/devices/0000:04:00.0")
for function in 1 2; do
	cp -r "$vf" "${vf%.0}.$function"
	ln -s ../0000:04:00.0 "${vf%.0}.$function/physfn"
	sed -i "s/0000:04:00.0/0000:04:00.$function/" "${vf%.0}.$function/uevent"
	ln -sfn "$(readlink "$tree/sys/bus/pci/devices/0000:04:00.0" | sed "s/0000:04:00.0\$/0000:04:00.$function/")" \
		"$tree/sys/bus/pci/devices/0000:04:00.$function"
done
run check
ok "virtual functions that were made after the boot are no change" lacks "is new since"
run status
ok "for status neither" lacks "is new since"
rm "${vf%.0}.1/physfn"
run check
ok "a physical one is" says "WARN 0000:04:00.1 1b21:2142: is new since the host facts were written"
rm "$tree/sys/bus/pci/devices"/0000:04:00.[12]
rm -r "${vf%.0}".[12]
sed '/^disk 0000:02:00.0/s/^/#/; /^resolved .*fstab.s .home/s/^/#/' "$tree.facts" >"$tree.old"
image_with "$tree.old"
run check
ok "facts of before fstab had /home: what may be it stays" says "FAIL 0000:03:00.0 144d:a808: stays with the host"
ok "and what would be now is a warning" says "WARN 0000:03:00.0 144d:a808: with the present image it stays with the host"
sed '$d' "$tree.facts" >"$tree.old"
image_with "$tree.old"
run check
ok "facts that are cut" line "WARN /boot/initrd.img-6.1.0-1: the host facts in the image are incomplete or damaged, and are ignored; see 0000:03:00.0 above"
sed '1s/1$/2/' "$tree.facts" >"$tree.old"
image_with "$tree.old"
run check
ok "facts of a newer format, as after a downgrade of the package" \
	line "WARN /boot/initrd.img-6.1.0-1: the host facts in the image have a newer format than this version reads, and are ignored; see 0000:03:00.0 above"
sed 's/^machine .*/machine 0123456789abcdef/' "$tree.facts" >"$tree.old"
image_with "$tree.old"
run check
ok "facts of another machine, as in a golden image" \
	line "WARN /boot/initrd.img-6.1.0-1: the host facts in the image describe another machine, and are ignored; see 0000:03:00.0 above"
sed 's/^version .*/version 0.0.9/' "$tree.facts" >"$tree.old"
image_with "$tree.old"
run check
ok "facts that another version made, as after an upgrade: so may be the program beside them" \
	says "WARN /boot/initrd.img-6.1.0-1: has host facts of version 0.0.9 of vfio-early, so the next boot may differ from this prediction"
ok "they count" says "PASS 0000:04:00.0 1b21:2142: would be bound"
image_with "$tree.facts"
run check
ok "of the same version nothing is said" lacks "of vfio-early, so the next boot"

# --- check: the tables of the image ---

# /srv and a LUKS come into the tables, or go, when the image is made already.
srv="UUID=33333333-2222-3333-4444-555555555555 /srv ext4"
unpacked "$spares"
kernel 6.1.0-1
: >"$tree/etc/vfio-early.conf"
"$binary" --root "$tree" facts >"$tree.facts"
image_with "$tree.facts"
run check
ok "the same tables: the third drive goes" says "PASS 0000:03:00.0 144d:a808: would be bound"
ok "and no table is another one" lacks "has another"
echo "$srv" >>"$tree/etc/fstab"
run check
ok "an fstab that is newer than the image does not count at the next boot" says "PASS 0000:03:00.0 144d:a808: would be bound"
ok "what a new image changes is a warning" \
	says "WARN 0000:03:00.0 144d:a808: with the present image it would be bound to vfio-pci, IOMMU group 12 (now: nvme); with a new image it stays with the host: it carries /srv"
ok "so is the difference, once" [ "$(printf '%s\n' "$output" | grep -c 'contains an outdated copy of /etc/fstab')" = 1 ]
sed -i '/srv/s/$/ nofail/' "$tree/etc/fstab"
run check
ok "what the booted system loses goes by the fstab of now" says "WARN 0000:03:00.0 144d:a808: /etc/fstab mounts /srv from it"
sed -i '/srv/d' "$tree/etc/fstab"
echo "data UUID=33333333-2222-3333-4444-555555555555 none luks" >>"$tree/etc/crypttab"
run check
ok "nor does a newer crypttab" says "PASS 0000:03:00.0 144d:a808: would be bound"
ok "which is a difference" says "contains an outdated copy of /etc/crypttab"
ok "and what it changes a warning" says "with a new image it stays with the host: it carries data: nvme2n1p1"
sed -i '/^data/d' "$tree/etc/crypttab"
echo "$srv" >>"$tree/etc/fstab"
image_with "$tree.facts"
sed -i '/srv/d' "$tree/etc/fstab"
run check
ok "an entry that only the image has keeps its disk" says "FAIL 0000:03:00.0 144d:a808: stays with the host: it carries /srv: nvme2n1p1"
ok "a new image gives it free" says "WARN 0000:03:00.0 144d:a808: with the present image it stays with the host: it carries /srv: nvme2n1p1; with a new image it would be bound"
rm "$tree/etc/fstab"
image_with "$tree.facts"
echo "$srv" >"$tree/etc/fstab"
run check
ok "an image without an fstab has none" says "PASS 0000:03:00.0 144d:a808: would be bound"
for broken in cut missing; do
	case $broken in
	cut) random 300 >"$tree/boot/initrd.img-6.1.0-1" ;;
	missing) rm "$tree/boot/initrd.img-6.1.0-1" ;;
	esac
	run check
	ok "an image that is $broken: the host as it is now counts" says "FAIL 0000:03:00.0 144d:a808: stays with the host: it carries /srv"
	ok "and check says so" says "the predictions use the state of the running host"
done
rm -f "$tree.facts" "$tree.old"
done_testing
