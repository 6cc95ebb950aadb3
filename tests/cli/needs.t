#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the host needs, from the files of images and hosts; drop-ins; input that is cut.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"

put() { # PATH [TEXT]: a file in the tree
	mkdir -p "$tree$(dirname "$1")"
	printf '%b' "${2:-}" >"$tree$1"
}

# A network card that a claim wants, on a local root.
card() {
	machine dmar0
	pci 0000:01:00.0 8086:1572 20000 10 i40e
	cmdline "root=UUID=1 rd.vfio.ids=8086:1572"
}
image_of_initramfs_tools() {
	put /conf/initramfs.conf "BOOT=local\nIP=\n"
	mkdir -p "$tree/scripts/init-top"
}
waits() { # WHAT THE-REASON: in the early stage the card is not taken
	run boot --dry-run
	ok "the card waits: $1" says "the network ($2)"
}
goes() {
	run boot --dry-run
	ok "the card goes: $1" says "0000:01:00.0 8086:1572 would be bound"
}

card
goes "a local root"
put /etc/iscsi.initramfs
waits "open-iscsi's mark" /etc/iscsi.initramfs
for table in NBFT iBFT IBFT; do
	card
	: >"$tree/sys/firmware/acpi/tables/$table"
	case $table in NBFT) name=NBFT ;; *) name=iBFT ;; esac
	waits "a table $table" "the firmware's table $name"
done
card
mkdir -p "$tree/sys/firmware/ibft"
waits "ibft without ACPI" "the firmware's table iBFT"
card
image_of_initramfs_tools
goes "initramfs.conf's defaults"
put /conf/conf.d/net "IP=off\n"
goes "IP=off"
put /conf/conf.d/net "BOOT=nfs\n"
waits "BOOT=nfs" "BOOT=nfs"
put /conf/conf.d/net 'IP="dhcp"\n'
waits "IP=dhcp" "IP=dhcp"
card
put /etc/initramfs-tools/initramfs.conf "IP=dhcp\n"
waits "the host's own initramfs.conf" "IP=dhcp"
card
put /etc/vfio-early.fstab "UUID=1 / ext4 defaults 0 1\n10.0.0.1:/usr /usr nfs ro 0 0\n"
waits "NFS /usr in the image's fstab" "fstab's /usr: 10.0.0.1:/usr"
card
put /etc/fstab "UUID=1 / ext4 defaults\nUUID=2 /data ext4 _netdev\n"
waits "a required _netdev mount" "fstab's /data: UUID=2"
put /etc/fstab "UUID=1 / ext4 defaults\nsrv:/x /data nfs nofail\nsrv:/y /y nfs noauto\n"
goes "network mounts that a boot does without"
card
cmdline "boot=live fetch=http://10.0.0.1/x rd.vfio.ids=8086:1572"
waits "live-boot's fetch=" fetch
card
image_of_initramfs_tools
put /usr/sbin/dropbear
waits "dropbear in the image" "dropbear in the initramfs"
card
: >"$tree/etc/initrd-release"
put /usr/bin/clevis-decrypt-tang
waits "tang's pin in the image" "clevis in the initramfs"
card
put /usr/share/initramfs-tools/hooks/dropbear
goes "dropbear on the host without a key of anybody"
put /etc/dropbear/initramfs/authorized_keys
waits "dropbear's hook with keys" "dropbear in the initramfs"

# --- configuration: drop-ins ---

drop_in() { put "$1/vfio-early.conf.d/$2" "$3"; }
verdicts() {
	run boot --dry-run --json
	printf '%s' "$output" | jq -r '[.devices[] | select(.verdict) | (.address // "-" | sub("^0000:"; "")) + "=" + .verdict] | join(" ")'
}
card
cmdline root=UUID=1
pci 0000:02:00.0 10DE:1C03 30000 11
pci 0000:03:00.0 10DE:1C03 30000 12
pci 0000:04:00.0 1002:5159 30000 13
drop_in /usr/lib 10-vendor.conf "claim 02:00.0\n"
ok "/usr/lib has drop-ins" [ "$(verdicts)" = "02:00.0=would-bind" ]
drop_in /run 10-vendor.conf "claim 03:00.0\n"
ok "/run replaces one of the same name" [ "$(verdicts)" = "03:00.0=would-bind" ]
drop_in /etc 10-vendor.conf "claim 01:00.0\n"
ok "and /etc both" [ "$(verdicts)" = "01:00.0=would-bind" ]
drop_in /usr/lib 20-other.conf "claim 02:00.0\n"
ok "other names count beside it" [ "$(verdicts)" = "01:00.0=would-bind 02:00.0=would-bind" ]
drop_in /etc 10-vendor.conf ""
ok "an empty file masks" [ "$(verdicts)" = "02:00.0=would-bind" ]
ln -sf /dev/null "$tree/etc/vfio-early.conf.d/20-other.conf"
ok "so does a link to /dev/null" [ "$(verdicts)" = "" ]
run boot --dry-run --json
ok "which is no error" [ "$(printf '%s' "$output" | jq '.errors | length')" = 0 ]
drop_in /run 15-x.conf "set log=info\nset deadline=3\n"
drop_in /usr/lib 12-x.conf "set deadline=x\n"
drop_in /usr/lib 17-x.conf "set deadline=y\n"
run boot --dry-run --json
ok "names order all three folders" [ "$(printf '%s' "$output" | jq -r '[.errors[].where] | join(" ")')" = \
	"/usr/lib/vfio-early.conf.d/12-x.conf:1:14 /usr/lib/vfio-early.conf.d/17-x.conf:1:14" ]

# --- what the hooks copy ---

# Both hooks copy the drop-ins of /usr/lib that /etc does not replace; "copied" lists the paths.
hooks_copy() {
	dracutsysrootdir=$tree bash -c '. "$1"; inst_simple() { echo "$1"; }; install_drop_ins' - "$cli_here/../../dracut/50vfio-early/module-setup.sh"
}
tools_copy() {
	sed -n '/^for file in .*conf/,/^done/p' "$cli_here/../../initramfs-tools/hooks/vfio-early" |
		sed "s|/etc/|$tree/etc/|g; s|/usr/lib/|$tree/usr/lib/|g" >"$tree/hook"
	sh -c 'copy_file() { echo "$2"; }; . "$1"' - "$tree/hook" | sed "s|$tree||" | grep conf.d/
}
card
drop_in /usr/lib 10-a.conf "claim 02:00.0\n"
drop_in /usr/lib 20-b.conf "claim 02:00.0\n"
drop_in /usr/lib 30-c.conf "claim 02:00.0\n"
drop_in /etc 20-b.conf "claim 02:00.0\n"
ln -s /dev/null "$tree/etc/vfio-early.conf.d/30-c.conf"
expected="/etc/vfio-early.conf.d/20-b.conf /usr/lib/vfio-early.conf.d/10-a.conf"
ok "dracut's hook copies what /etc does not replace" [ "$(hooks_copy | LC_ALL=C sort | tr '\n' ' ')" = "$expected " ]
ok "so does that of initramfs-tools" [ "$(tools_copy | LC_ALL=C sort | tr '\n' ' ')" = "$expected " ]

# --- input that is cut ---

# Of 2047 characters, which is all that this machine's kernel takes, the last ones are given.
full_cmdline() { printf '%s\n' "$(printf "%-$((2047 - ${#1}))s" "root=UUID=1" | tr ' ' x | sed 's/x$/ /')$1" >"$tree/proc/cmdline"; }
card
pci 0000:02:00.0 10DE:1C03 30000 11
pci 0000:03:00.0 10DE:1C03 30000 12
pci 0000:04:00.0 1002:5159 30000 13
full_cmdline "rd.vfio.ids=8086:1572,02:00.0"
ok "of a list only the last item is lost" [ "$(verdicts)" = "01:00.0=would-bind" ]
run boot --dry-run
ok "and that is told" says "has the maximum length (2047 characters), so its last parameter 'rd.vfio.ids=8086:1572,02:00.0' may be truncated"
full_cmdline "rd.vfio.ids=8086:1572,02:00.0 "
ok "a blank behind it says that it is whole" [ "$(verdicts)" = "01:00.0=would-bind 02:00.0=would-bind" ]
full_cmdline "rd.vfio.ids=8086:1572 rd.vfio=1"
ok "a switch that is cut means off" [ "$(verdicts)" = "01:00.0=off" ]
full_cmdline "rd.vfio.ids=8086:1572 s"
ok "the start of a word is not the word 'single'" [ "$(verdicts)" = "01:00.0=would-bind" ]

card
: >"$tree/etc/initrd-release"
mkdir "$tree/etc/cmdline.d"
cmdline root=UUID=1
{ echo rd.vfio.ids=8086:1572; yes x | head -c 65516; printf 'rd.vfio.ids=02:00.0\n'; } >"$tree/etc/cmdline.d/50-long.conf"
ok "a long file of parameters is read to its limit" [ "$(verdicts)" = "01:00.0=would-bind" ]
run boot --dry-run
ok "and that is told" says "/etc/cmdline.d/50-long.conf: the file is larger than 64 KiB or has a NUL byte"
printf 'rd.vfio.ids=8086:1572,\000 rd.vfio.ids=02:00.0\n' >"$tree/etc/cmdline.d/50-long.conf"
ok "a NUL byte ends it" [ "$(verdicts)" = "01:00.0=would-bind" ]
rm -r "$tree/etc/cmdline.d"

{ echo "claim 8086:1572"; yes '# a comment' | head -c 1048550; printf '\nclaim 02:00.0 stage=late\n'; } >"$tree/etc/vfio-early.conf"
pci 0000:02:00.0 10DE:1C03 30000 11
ok "a claim in the line that the limit cuts claims nothing" [ "$(verdicts)" = "01:00.0=would-bind" ]
run boot --dry-run
ok "and that is told" says "the file is larger than 1 MiB"

done_testing
