#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check foretells the next boot: by its command line, by the drivers of the kernel that boots, by what was edited and not
# applied, and by the guests that start on it; and status says when all that is left is to reboot.
. "$(dirname "$0")/lib.sh"

last_line() { [ "$(printf '%s\n' "$output" | tail -n 1)" = "$1" ]; }
code_is() { # CODE LEVEL: there is a finding with this code and level
	"$binary" --root "$tree" check --json | jq -e --arg code "$1" --arg level "$2" \
		'.findings[] | select(.code == $code and .level == $level)' >/dev/null
}
# A card with its audio function, another device in its group, and a kernel with the indexes of depmod.
card() {
	machine dmar0
	pci 0000:00:02.0 8086:041A 30000 2 i915
	pci 0000:01:00.0 10DE:1C03 30000 1
	pci 0000:01:00.1 10DE:10F1 40300 1
	kernel 6.1.0-1
	modules=$tree/lib/modules/6.1.0-1
	echo "kernel/drivers/gpu/drm/nouveau/nouveau.ko.xz: kernel/drivers/gpu/drm/drm.ko.xz" >>"$modules/modules.dep"
	printf '%s\n' "# Aliases" "alias pci:v000010DEd*sv*sd*bc03sc*i* nouveau" "alias pci:v*d*sv*sd*bc04sc03i00* snd_hda_intel" \
		"alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci" >"$modules/modules.alias"
	cmdline rd.vfio.ids=01:00.0
	mkdir -p "$tree/usr/sbin" "$tree/etc/default"
	: >"$tree/usr/sbin/update-initramfs"
}
grub() { # PARAMETER...: what grub.cfg has
	: >"$tree/usr/sbin/update-grub"
	[ -e "$tree/etc/default/grub" ] || : >"$tree/etc/default/grub"
	mkdir -p "$tree/boot/grub"
	printf '# made by update-grub\nmenuentry x {\n\tlinux /boot/vmlinuz-6.1.0-1 %s\n\tinitrd /boot/initrd.img-6.1.0-1\n}\n' "$*" >"$tree/boot/grub/grub.cfg"
}

# --- ids that several devices have ---

card
pci 0000:02:00.0 10DE:1C03 30000 3
cmdline rd.vfio.ids=10de:1c03
run check
ok "an id of two devices" line "PASS claim 10de:1c03: matches 2 devices: 0000:01:00.0, 0000:02:00.0; to claim one of them, name it: rd.vfio.ids=0000:01:00.0@10de:1c03"
echo "claim 10de:1c03" | config
run check
ok "one that the file has, too, has one line" [ "$(printf '%s\n' "$output" | grep -c "matches 2 devices")" = 1 ]
rm -r "$tree/sys/bus/pci/devices/0000:00:02.0"
echo 1 >"$tree/sys/bus/pci/devices/0000:01:00.0/boot_vga"
cmdline quiet
echo "claim 10de:1c03" | config
run check
ok "one of which the host keeps" line "WARN claim 10de:1c03: matches 2 devices: 0000:01:00.0, 0000:02:00.0; see 0000:01:00.0 above"
ok "its code" code_is several-devices WARN
echo "keep 01:00.0" >>"$tree/etc/vfio-early.conf"
run check
ok "which a keep says" says "PASS claim 10de:1c03: matches 2 devices"
echo "claim 02:00.0@10de:1c03" | config
run check
ok "that line names one" lacks "matches 2"
echo "claim class:0300" | config
run check
ok "a class is meant to match more" lacks "matches 2"
# Virtual functions of one id, the first of which has no IOMMU group.
machine dmar0
pci 0000:02:00.0 8086:1520 20000 -
for number in $(seq 8 24); do
	pci "$(printf '0000:02:%02x.%x' $((number / 8)) $((number % 8)))" 8086:1520 20000 "$number"
done
echo "claim 8086:1520" | config
run check
listed=$(seq 8 22 | while read -r number; do printf ', 0000:02:%02x.%x' $((number / 8)) $((number % 8)); done)
ok "of many devices the first are listed" says "WARN claim 8086:1520: matches 18 devices: 0000:02:00.0$listed and 2 more; to claim what can go, put in place of 8086:1520: claim 0000:02:01.0@8086:1520 "
for number in $(seq 25 72); do
	pci "$(printf '0000:02:%02x.%x' $((number / 8)) $((number % 8)))" 8086:1520 20000 "$number"
done
run check
ok "and more than 64 are not offered one by one" says "matches 66 devices: 0000:02:00.0$listed and 50 more; to claim one of them, name it: claim 0000:02:01.0@8086:1520 (in "

# --- a keep, a driver ---

card
echo "keep 03:00.0" | config
run check
ok "a keep that matches nothing" line "WARN /etc/vfio-early.conf:1: this keep has no effect: no device matches it; compare with lspci -nn"
echo "keep 01:00.0" | config
run check
ok "one that is obeyed is no failure" line "PASS 0000:01:00.0 10de:1c03: stays with the host: keep (/etc/vfio-early.conf:1) overrides every claim"
run boot --dry-run
ok "for a dry run neither" exits 0
run check
ok "and nothing is ready for a guest" last_line "The next boot binds no device."
cmdline quiet
echo "claim 01:00.0 driver=nonsense" | config
run check
ok "a driver that the kernel does not have" line "FAIL 0000:01:00.0 10de:1c03: driver=nonsense: the kernel 6.1.0-1 has no such driver, neither built in nor as a module; remove driver=nonsense (/etc/vfio-early.conf:1); vfio-pci, or a variant of it, is the default"
ok "it is not said that it would be bound" lacks "would be bound to nonsense"
ok "its device does not pass" lacks "PASS 0000:01:00.0"
ok "its code" code_is driver FAIL
echo "claim 01:00.0 driver=nouveau" | config
run check
ok "one that is no vfio driver" says "WARN 0000:01:00.0 10de:1c03: driver=nouveau: this is no vfio driver by its name"
echo "claim 01:00.0 driver=vfio_pci" | config
run check
ok "a vfio driver in the module's spelling" lacks "driver="
rm "$modules/modules.dep"
: >"$modules/modules.builtin"
echo "claim 01:00.0 driver=nonsense" | config
run check
ok "where the kernel's modules cannot be read, nothing is claimed of them" lacks "has no such driver"

# --- the next boot's command line ---

card
cmdline rd.vfio.ids=01:00.0,01:00.1
grub rd.vfio.ids=01:00.0,01:00.1 rd.vfio.dryrun
run check
ok "a dry run" line "WARN command line: rd.vfio.dryrun: the next boot plans and reports, and binds no device; remove rd.vfio.dryrun from GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub, then: sudo update-grub"
ok "nothing passes as bound" says "WARN 0000:01:00.0 10de:1c03: would be bound"
ok "it is not ready" last_line "The next boot is a dry run and binds no device."
ok "its code" code_is dry-run WARN
grub rd.vfio.ids=01:00.0
for word in single systemd.unit=rescue.target init=/bin/bash; do
	cmdline rd.vfio.ids=01:00.0 $word
	rm -rf "${tree:?}/boot/grub"
	run check
	ok "a recovery word, which is named: $word" line "WARN 0000:01:00.0 10de:1c03: left alone: $word on the kernel command line asks for a rescue shell (rd.vfio.recovery=claim overrides this); remove $word from GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub, then: sudo update-grub"
done
card
grub rd.vfio.ids=01:00.0 single
sed -i '1i menuentry Windows {\n\tchainloader /bootmgr\n}' "$tree/boot/grub/grub.cfg"
cmdline rd.vfio.ids=01:00.0
run check
ok "where the default is another system, and all entries of this one recover, the first of them counts" says "WARN 0000:01:00.0 10de:1c03: left alone: single on the kernel command line"
sed -n '/^menuentry x/,$ { s/ single//; p }' "$tree/boot/grub/grub.cfg" >"$tree/whole"
cat "$tree/whole" >>"$tree/boot/grub/grub.cfg"
run check
ok "and one that does not recover goes before them" says "PASS 0000:01:00.0 10de:1c03"
grub rd.vfio.ids=01:00.0 single
mv "$tree/boot/grub/grub.cfg" "$tree/grub.cfg"
run check
ok "a file of that name in another folder is not GRUB's" lacks "single"
rm -r "$tree/boot/grub" "$tree/grub.cfg"
cmdline rd.vfio.ids=01:00.0 elfcorehdr=0x1000
run boot --dry-run
ok "a crash kernel is another thing" says "left alone: this is a crash kernel, by elfcorehdr=0x1000 on its command line"
cmdline rd.vfio.ids=01:00.0 rd.vfio=off
run check
ok "the token as it is written" says "left alone: rd.vfio=off on the kernel command line; remove rd.vfio=off from"
cmdline rd.vfio.config=0
echo "claim 01:00.0" | config
run check
ok "files that are ignored" line "WARN /etc/vfio-early.conf: the next boot ignores this file and its drop-ins, by rd.vfio.config=0 on its command line; remove rd.vfio.config=0 from GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub, then: sudo update-grub"
ok "its code" code_is file-ignored WARN
echo "# nothing" | config
run check
ok "which is nothing to say of an empty one" lacks "ignores this file"
mkdir -p "$tree/etc/modprobe.d" "$tree/etc/vfio-early.conf.d"
echo 'options vfio-pci ids=10de:1c03' >"$tree/etc/modprobe.d/v.conf"
run check
ok "nor where modprobe.d has ids, which count" lacks "ignores this file"
echo "claim 01:00.1" >"$tree/etc/vfio-early.conf.d/a.conf"
run check
ok "a drop-in is named" says "WARN /etc/vfio-early.conf.d/a.conf: the next boot ignores this file, by rd.vfio.config=0 on its command line;"
rm -r "$tree/etc/modprobe.d" "$tree/etc/vfio-early.conf.d"
echo "keep 01:00.1" | config
run check
ok "a keep that does not count" says "WARN /etc/vfio-early.conf: the next boot ignores this file and its drop-ins, by"
: | config
cmdline quiet
grub quiet rd.vfio.ids=10de:1c0x
run check
ok "an error of the next boot's command line names file and line" says "FAIL /boot/grub/grub.cfg:3: "
mkdir -p "$tree/boot/loader/entries"
printf 'title x\nlinux /vmlinuz-6.1.0-1\noptions quiet rd.vfio.ids=10de:1c0x\n' >"$tree/boot/loader/entries/a.conf"
: >"$tree/usr/sbin/grubby"
run check
ok "in an entry too" says "FAIL /boot/loader/entries/a.conf:3: "
mv "$tree/boot/loader/entries/a.conf" "$tree/boot/loader/entries/x-6.1.0-9.conf"
printf 'title x\nlinux /vmlinuz-6.1.0-1\noptions splash rd.vfio.ids=10de:1c0x\n' >"$tree/boot/loader/entries/x-6.1.0-10.conf"
run check
ok "of two entries the newer version counts" says "FAIL /boot/loader/entries/x-6.1.0-10.conf:"
rm -r "$tree/boot/loader" "$tree/boot/grub" "$tree/usr/sbin/grubby" "$tree/usr/sbin/update-grub" "$tree/etc/default"
mkdir -p "$tree/etc/kernel" "$tree/usr/bin"
: >"$tree/usr/bin/kernel-install"
mv "$tree/usr/sbin/update-initramfs" "$tree/hidden"
echo "splash rd.vfio.ids=10de:1c0x" >"$tree/etc/kernel/cmdline"
run check
ok "in the file of kernel-install" says "FAIL /etc/kernel/cmdline:1: "
for word in rescue elfcorehdr=0x1000 rd.vfio=no; do
	echo "splash rd.vfio.ids=01:00.0 $word" >"$tree/etc/kernel/cmdline"
	run check
	ok "the next boot's word, which this one does not have: $word" says "WARN 0000:01:00.0 10de:1c03: left alone: "
	ok "its last line: $word" last_line "vfio-early is off on the next boot ($word): it binds no device."
done
echo "splash rd.vfio.ids=01:00.0 elfcorehdr=0x1000" >"$tree/etc/kernel/cmdline"
run check
ok "a crash kernel is no rescue shell" says "left alone: this is a crash kernel, by elfcorehdr=0x1000 on its command line"
ok "for check neither" lacks "rescue shell"
echo "splash rd.vfio.ids=01:00.0 rd.vfio.dryrun=1" >"$tree/etc/kernel/cmdline"
run check
ok "a dry run of the next boot" says "WARN command line: rd.vfio.dryrun=1: the next boot plans and reports, and binds no device;"
rm -r "$tree/etc/kernel" "$tree/usr/bin/kernel-install"
mv "$tree/hidden" "$tree/usr/sbin/update-initramfs"
cmdline rd.vfio.ids=10de:1c0x
run check
ok "of this boot's one it is the kernel's file" says "FAIL /proc/cmdline:1:"

card
cmdline rd.vfio.ids=01:00.0
for module in vfio_pci vfio_pci_core vfio; do
	grub "rd.vfio.ids=01:00.0 module_blacklist=floppy,$module"
	run check
	ok "a forbidden module: $module" says "FAIL command line: module_blacklist=floppy,$module forbids $module, so the next boot binds no device to vfio-pci; "
	ok "is a failure" exits 1
done
grub rd.vfio.ids=01:00.0 module_blacklist=vfio_pci
echo kernel/drivers/vfio/pci/vfio-pci.ko >"$modules/modules.builtin"
run check
ok "what is built in cannot be forbidden" lacks "forbids"
: >"$modules/modules.builtin"
echo "kernel/drivers/vfio/pci/mlx5/mlx5-vfio-pci.ko:" >>"$modules/modules.dep"
grub module_blacklist=mlx5_vfio_pci
echo "claim 01:00.0 driver=mlx5-vfio-pci" | config
run check
ok "the driver of a claim" says "FAIL 0000:01:00.0 10de:1c03: driver=mlx5-vfio-pci: module_blacklist=mlx5_vfio_pci forbids it; remove module_blacklist=mlx5_vfio_pci from"
echo kernel/drivers/pci/pci-stub.ko >"$modules/modules.builtin"
echo "claim 01:00.0 driver=pci-stub" | config
run check
ok "pci-stub is for no guest" says "WARN 0000:01:00.0 10de:1c03: driver=pci-stub: this is no vfio driver by its name"
: >"$modules/modules.builtin"
: | config
grub rd.vfio.ids=01:00.0 module_blacklist=vfio-pci
run check
ok "the kernel does not know it with a hyphen" lacks "forbids"

# --- off, and the ids of vfio-pci ---

off="it binds no device, and leaves vfio-pci.ids= to the kernel."
for word in rd.vfio=off rd.vfio=0 single elfcorehdr=0x1000; do
	card
	cmdline vfio-pci.ids=10de:1c03 $word
	run check
	ok "ids with vfio-early off: $word" line "WARN the kernel command line: vfio-early is disabled by $word, so vfio-pci binds every device with the ids 10de:1c03, including the last display; remove vfio-pci.ids=10de:1c03 from the kernel command line, in the boot loader's configuration"
	ok "the last line agrees" last_line "vfio-early is off on the next boot ($word): $off"
	cmdline vfio-pci.ids=10de:1c03 rd.vfio.ids=01:00.0 $word
	run check
	ok "also where something is claimed" last_line "vfio-early is off on the next boot ($word): $off"
	cmdline $word
	run check
	ok "without any ids" last_line "vfio-early is off on the next boot ($word): it binds no device."
done
card
mkdir -p "$tree/etc/modprobe.d"
echo 'options vfio-pci ids=10de:1c03' >"$tree/etc/modprobe.d/v.conf"
cmdline quiet
run check
ok "ids of modprobe.d count" says "PASS 0000:01:00.0 10de:1c03: would be bound to vfio-pci"
cmdline vfio-pci.ids=10de:10f1
run check
ok "those of the command line replace them" line "WARN /etc/modprobe.d/v.conf:1: ids=10de:1c03 has no effect: of several ids= the last one counts, and that is vfio-pci.ids=10de:10f1; remove the line, then: sudo update-initramfs -u -k all"
ok "and are what is claimed" says "PASS 0000:01:00.1 10de:10f1: would be bound to vfio-pci"
ok "alone" lacks "PASS 0000:01:00.0"
echo 'options vfio-pci ids="10de:1c03" disable_vga=1' >"$tree/etc/modprobe.d/v.conf"
cmdline quiet
run check
ok "other options of that line stay" says "; add to the configuration: claim 10de:1c03 (in /etc/vfio-early.conf), and remove ids=\"10de:1c03\" from the line, then: sudo update-initramfs -u -k all"
echo "claim 10de:1c03" | config
run check
ok "also where the ids are claimed" says "; remove ids=\"10de:1c03\" from the line, then: sudo update-initramfs -u -k all"
: | config
cmdline vfio-pci.ids=10de:1c03
run check
ok "the same ids in both places are no difference" lacks "has no effect"
cmdline rd.vfio=off vfio-pci.ids=10de:10f1
run check
ok "also where vfio-early is off" says "WARN /etc/modprobe.d/v.conf:1: ids=\"10de:1c03\" has no effect:"
echo 'options vfio-pci ids=8086:1539' >"$tree/etc/modprobe.d/w.conf"
cmdline quiet
run check
ok "of two files the later one counts" says "WARN /etc/modprobe.d/v.conf:1: ids=\"10de:1c03\" has no effect: of several ids= the last one counts, and that is ids=8086:1539 (/etc/modprobe.d/w.conf:1);"

# --- advice where the files are ignored ---

card
cmdline rd.vfio.config=0 rd.vfio.ids=01:00.0
echo "claim 01:00.1" | config
run check
ok "what helps is a parameter" says "with 0000:01:00.0; put rd.vfio.ids=0000:01:00.1 on the kernel command line"
ok "and no line of a file" lacks "(in /etc"
cmdline rd.vfio.config=0
run check
ok "the file claims, and does not count" says "WARN configuration: nothing is claimed: no rd.vfio.ids= names a device, and the files are ignored"
pci 0000:02:00.0 10DE:1C03 30000 3
cmdline rd.vfio.config=0 vfio-pci.ids=10de:1c03
run check
ok "several devices too" says "to claim one of them, remove 10de:1c03 from vfio-pci.ids= and add rd.vfio.ids=0000:01:00.0@10de:1c03"
mkdir -p "$tree/etc/modprobe.d"
echo 'options vfio-pci ids=10de:1c03' >"$tree/etc/modprobe.d/v.conf"
cmdline rd.vfio.config=0
run check
ok "and the ids of modprobe.d" says "; put rd.vfio.ids=10de:1c03 on the kernel command line and remove the line, then: sudo update-initramfs"
machine dmar0
pci 0000:00:02.0 8086:041A 30000 2 i915
kernel 6.1.0-1
cmdline rd.vfio.config=0 rd.vfio.ids=00:02.0
run check
ok "and the last display" says "add rd.vfio.last-display=claim to the kernel command line"

# --- the IOMMU ---

card
cmdline rd.vfio.ids=01:00.0 intel_iommu=on
grub rd.vfio.ids=01:00.0
run check
ok "an IOMMU that may be off then" says "WARN IOMMU: is on by intel_iommu=on, which the next boot does not have, and whether its kernel enables VT-d by default is unknown; add intel_iommu=on to"
echo "# CONFIG_INTEL_IOMMU_DEFAULT_ON is not set" >"$tree/boot/config-6.1.0-1"
run check
echo 'GRUB_CMDLINE_LINUX="intel_iommu=on"' >"$tree/etc/default/grub"
run check
ok "what the file has already is applied" says "which the next boot does not have, and its kernel does not enable VT-d by default; sudo update-grub"
ok "and not added again" lacks "add intel_iommu=on"
: >"$tree/etc/default/grub"
cmdline intel_iommu=on
grub quiet
run check
ok "who claims nothing loses nothing" says "WARN IOMMU: is on by intel_iommu=on"
cmdline rd.vfio.ids=01:00.0 intel_iommu=on
grub rd.vfio.ids=01:00.0
run check
ok "one that will be off" says "FAIL IOMMU: is on by intel_iommu=on, which the next boot does not have, and its kernel does not enable VT-d by default"
ok "it fails" exits 1
ok "its code" code_is iommu-lost FAIL
echo "CONFIG_INTEL_IOMMU_DEFAULT_ON=y" >"$tree/boot/config-6.1.0-1"
run check
ok "one that the kernel switches on" lacks "FAIL IOMMU"
grub rd.vfio.ids=01:00.0 intel_iommu=on,sm_on
rm "$tree/boot/config-6.1.0-1"
run check
ok "the parameter among others" lacks "is on by intel_iommu=on"

# A cure has the whole parameter.
card
long=rd.vfio.ids=$(seq -s , -f "8086:%04.0f" 40)
cmdline rd.vfio.ids=01:00.0 quiet
grub rd.vfio.ids=01:00.0 quiet
mkdir -p "$tree/usr/sbin"
: >"$tree/usr/sbin/grubby"
rm -rf "$tree/boot/grub"
mkdir -p "$tree/boot/loader/entries"
printf 'title x\nversion 6.1.0-1\nlinux /vmlinuz-6.1.0-1\noptions quiet\n' >"$tree/boot/loader/entries/a.conf"
echo "GRUB_CMDLINE_LINUX=\"quiet $long\"" >"$tree/etc/default/grub"
run check
ok "a long parameter is whole in the command" says "sudo grubby --update-kernel=ALL --args=$long"

# --- what has an error may be a claim ---

card
echo "clam 10de:1c03" | config
run check
ok "a line with an error is no missing claim" lacks "nothing is claimed"

# --- what was edited and not applied ---

card
cmdline rd.vfio.ids=01:00.0 quiet
grub rd.vfio.ids=01:00.0 quiet
printf 'GRUB_CMDLINE_LINUX_DEFAULT="quiet rd.vfio.ids=01:00.0 vfio-pci.ids=10de:1c03"\n' >"$tree/etc/default/grub"
run check
ok "one of another method is not to be applied" line "WARN /etc/default/grub: has vfio-pci.ids=10de:1c03, which the next boot does not have: the file was edited and not applied; remove it from this file"
printf 'GRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX_DEFAULT="quiet splash rd.vfio.ids=01:00.0 iommu=pt"\nGRUB_CMDLINE_LINUX=""\n' >"$tree/etc/default/grub"
run check
ok "a parameter of /etc/default/grub" line "WARN /etc/default/grub: has iommu=pt, which the next boot does not have: the file was edited and not applied; sudo update-grub"
ok "its code" code_is not-applied WARN
grub rd.vfio.ids=01:00.0 quiet iommu=pt
run check
ok "that was applied" lacks "/etc/default/grub"
echo 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"' >"$tree/etc/default/grub"
run check
ok "one that was taken out" says "WARN /etc/default/grub: the next boot has rd.vfio.ids=01:00.0, which this file has no longer; sudo update-grub"
echo 'GRUB_CMDLINE_LINUX_DEFAULT="quiet rd.vfio.ids=01:00.0"' >"$tree/etc/default/grub"
grub rd.vfio.ids=01:00.0 quiet intel_iommu=on,sm_on
run check
ok "the one that the IOMMU is on by is to be added, not taken out" says "WARN /etc/default/grub: lacks intel_iommu=on,sm_on, which the next boot has and needs: once this file is applied, for example by a kernel update, the IOMMU is off; add intel_iommu=on to GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub, then: sudo update-grub"
echo "CONFIG_INTEL_IOMMU_DEFAULT_ON=y" >"$tree/boot/config-6.1.0-1"
run check
ok "unless the kernel switches it on" says "which this file has no longer; sudo update-grub"
rm "$tree/boot/config-6.1.0-1"
echo 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"' >"$tree/etc/default/grub"
grub rd.vfio.ids=01:00.0 single
echo 'GRUB_CMDLINE_LINUX_DEFAULT="rd.vfio.ids=01:00.0"' >"$tree/etc/default/grub"
run check
ok "what the file does not have cannot be removed from it" says "asks for a rescue shell (rd.vfio.recovery=claim overrides this); sudo update-grub; if the default menu entry still has single, choose another default entry"
grub rd.vfio.ids=01:00.0 quiet iommu=pt
mkdir "$tree/etc/default/grub.d"
echo 'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT rd.vfio.ids=01:00.0 iommu=pt"' >"$tree/etc/default/grub.d/vfio.cfg"
run check
ok "drop-ins add to it" lacks "which this file has no longer"
echo 'GRUB_CMDLINE_LINUX_DEFAULT="rd.vfio.ids=01:00.0 iommu=pt intel_iommu=on"' >"$tree/etc/default/grub"
echo 'GRUB_CMDLINE_LINUX_DEFAULT="rd.vfio.ids=01:00.0 iommu=pt"' >"$tree/etc/default/grub.d/vfio.cfg"
run check
ok "or replace it" lacks "/etc/default/grub"
rm "$tree/boot/grub/grub.cfg"
echo 'GRUB_CMDLINE_LINUX_DEFAULT="iommu=pt"' >"$tree/etc/default/grub.d/vfio.cfg"
run check
ok "where grub.cfg cannot be read, nothing is claimed of it" lacks "/etc/default/grub"
rm -r "$tree/etc/default" "$tree/boot/grub"
mkdir -p "$tree/etc/kernel"
echo x >"$tree/etc/kernel/proxmox-boot-uuids"
echo "quiet rd.vfio.ids=01:00.0 intel_iommu=on" >"$tree/etc/kernel/cmdline"
run check
ok "Proxmox, which has not booted with it" says "WARN /etc/kernel/cmdline: has intel_iommu=on, which this boot does not have; whether the next one has it cannot be read; sudo proxmox-boot-tool refresh, then reboot"
rm "$tree/etc/kernel/proxmox-boot-uuids"
echo "quiet rd.vfio.ids=01:00.0" >"$tree/etc/kernel/cmdline"
mkdir "$tree/etc/kernel/cmdline.d"
echo "iommu=pt" >"$tree/etc/kernel/cmdline.d/vfio.conf"
run check
ok "a drop-in of kernel-install's file" says "WARN /etc/kernel/cmdline.d/vfio.conf: has iommu=pt, which the next boot does not have"

# --- neighbours, by the driver that takes them ---

card
run check
ok "a neighbour without a driver, which gets one" line "FAIL 0000:01:00.1 10de:10f1: has no driver now, and the next boot binds it to snd_hda_intel; until it is released no guest can use IOMMU group 1 with 0000:01:00.0; add to the configuration: claim 0000:01:00.1 (in /etc/vfio-early.conf)"
ok "its code" code_is group-shared-later FAIL
echo "blacklist snd-hda-intel" >"$tree/etc/modprobe.d.conf"
mkdir -p "$tree/etc/modprobe.d"
mv "$tree/etc/modprobe.d.conf" "$tree/etc/modprobe.d/a.conf"
run check
spared="PASS 0000:01:00.1 10de:10f1: shares IOMMU group 1 with 0000:01:00.0 and leaves it usable:"
ok "unless that is blacklisted" line "$spared the next boot does not load snd_hda_intel (blacklist, /etc/modprobe.d/a.conf:1)"
ok "its code" code_is group-shared-spared PASS
ok "nobody advises to remove that line" says "WARN /etc/modprobe.d/a.conf:1: snd-hda-intel is blacklisted, also for the devices of the host; vfio-early does not need this; keep it as long as 0000:01:00.1 is not claimed"
echo "claim 01:00.1" | config
run check
ok "before its device is claimed" says "; vfio-early does not need this; remove the line, then: sudo update-initramfs"
: | config
run check
ok "which is what the image of the next boot is for" last_line "Ready: the next boot binds 1 device. Reboot."
echo "install snd-hda-intel /bin/false" >"$tree/etc/modprobe.d/a.conf"
run check
ok "or has an install line that loads nothing" line "$spared the next boot does not load snd_hda_intel (install line, /etc/modprobe.d/a.conf:1)"
echo "install snd-hda-intel /sbin/modprobe -i snd-hda-intel" >"$tree/etc/modprobe.d/a.conf"
run check
ok "not one that loads it" says "FAIL 0000:01:00.1 10de:10f1: has no driver now, and the next boot binds it to snd_hda_intel;"
rm "$tree/etc/modprobe.d/a.conf"
cmdline rd.vfio.ids=01:00.0 modprobe.blacklist=snd_hda_intel
run check
ok "also on the command line" line "$spared the next boot does not load snd_hda_intel (blacklist, modprobe.blacklist=snd_hda_intel)"
ok "which is to be kept too" says "keep it as long as 0000:01:00.1 is not claimed"
cmdline rd.vfio.ids=01:00.0 module_blacklist=snd_hda_intel module_blacklist=floppy
run check
ok "of the kernel's list the last one counts" says "FAIL 0000:01:00.1"
cmdline rd.vfio.ids=01:00.0 rd.driver.blacklist=snd_hda_intel
run check
ok "a list for the initramfs does not help" says "FAIL 0000:01:00.1 10de:10f1: has no driver now, and the next boot binds it to snd_hda_intel (rd.driver.blacklist= counts in the initramfs only); until"
cmdline rd.vfio.ids=01:00.0 modprobe.blacklist=snd_hda_intel
printf 'snd_hda_intel.alias=pci:v*d*sv*sd*bc04sc03i00*\0snd_hda_intel.license=GPL\0' >"$modules/modules.builtin.modinfo"
run check
ok "a driver that is built in takes it all the same" says "FAIL 0000:01:00.1 10de:10f1: has no driver now, and the next boot binds it to snd_hda_intel"
rm "$modules/modules.builtin.modinfo"
card
pci 0000:01:00.1 10DE:10F1 40300 1 vfio-pci 2>/dev/null
run check
ok "one on vfio-pci that no claim names" says "FAIL 0000:01:00.1 10de:10f1: is on vfio-pci now, but no claim names it, and the next boot binds it to snd_hda_intel"
mkdir -p "$tree/etc/driverctl.d"
echo vfio-pci >"$tree/etc/driverctl.d/0000:01:00.1"
run check
ok "by driverctl, which comes later" says "WARN 0000:01:00.1 10de:10f1: is on vfio-pci now, but no claim names it, and the next boot binds it to snd_hda_intel until driverctl binds it"
rm -r "$tree/etc/driverctl.d"
cmdline rd.vfio.ids=01:00.0,01:00.1
run check
ok "one that is claimed" lacks "FAIL"
cmdline rd.vfio.ids=01:00.0
sed -i '/snd_hda_intel/d' "$modules/modules.alias"
run check
ok "one that no driver wants" lacks "0000:01:00.1"


card
pci 0000:01:00.1 10DE:10F1 40300 1 snd_hda_intel 2>/dev/null
run check
ok "a neighbour with a host driver" says "FAIL 0000:01:00.1 10de:10f1: is bound to snd_hda_intel; until"
mkdir -p "$tree/etc/modprobe.d"
echo "blacklist snd_hda_intel" >"$tree/etc/modprobe.d/a.conf"
run check
ok "which was blacklisted since" line "$spared the next boot does not load snd_hda_intel (blacklist, /etc/modprobe.d/a.conf:1)"
ok "fails no more" lacks "FAIL 0000:01:00.1"
echo "alias pci:v*d*sv*sd*bc04sc*i* off" >"$tree/etc/modprobe.d/a.conf"
run check
ok "an alias line takes every driver" line "$spared the next boot does not load any driver (alias off, /etc/modprobe.d/a.conf:1)"
rm "$tree/etc/modprobe.d/a.conf"
echo "alias pci:v000010DEd000010F1sv*sd*bc*sc*i* snd_other" >>"$modules/modules.alias"
rm "$tree/sys/bus/pci/devices/0000:01:00.1/driver"
sed -i /DRIVER/d "$tree/sys/bus/pci/devices/0000:01:00.1/uevent"
run check
ok "every module that matches tries" says "and the next boot binds it to snd_hda_intel or snd_other; until"
cmdline rd.vfio.ids=01:00.0 modprobe.blacklist=snd_hda_intel
run check
ok "also the second one" says "and the next boot binds it to snd_other; until"

card
pci 0000:01:00.1 10DE:10F1 40300 1 own_driver 2>/dev/null
sed -i /snd_hda_intel/d "$modules/modules.alias"
run check
ok "where what is built in is not known, a driver of now counts" says "FAIL 0000:01:00.1 10de:10f1: is bound to own_driver; until"
printf 'a.alias=pci:x\0' >"$modules/modules.builtin.modinfo"
run check
ok "a kernel without its driver" line "$spared the kernel 6.1.0-1 has no driver for it"
echo "kernel/own-driver.ko:" >>"$modules/modules.dep"
run check
ok "one that has it without an alias" says "FAIL 0000:01:00.1 10de:10f1: is bound to own_driver; until"

card
pci 0000:01:00.1 10DE:10F1 40300 1 pci-stub 2>/dev/null
run check
ok "one on pci-stub, which nothing keeps there" says "FAIL 0000:01:00.1 10de:10f1: is on pci-stub now, but no claim names it, and the next boot binds it to snd_hda_intel; until"
cmdline rd.vfio.ids=01:00.0 pci-stub.ids=10de:10f1
run check
ok "what pci-stub.ids= takes is no obstacle" line "$spared pci-stub.ids= binds it to pci-stub"
ok "and is to be kept" says "also binds 0000:01:00.1, which the host keeps; keep it as long as 0000:01:00.1 is not claimed"
ok "and does not fail" lacks "FAIL 0000:01:00.1"
card
pci 0000:01:00.1 10DE:10F1 40300 1 snd_hda_intel 2>/dev/null
cmdline rd.vfio.ids=01:00.0 pci-stub.ids=10de:10f1
run check
ok "a pci-stub that nobody loads comes too late" says "FAIL 0000:01:00.1 10de:10f1: is bound to snd_hda_intel; until"
echo kernel/drivers/pci/pci-stub.ko >"$modules/modules.builtin"
run check
ok "one that is built in comes first" line "$spared pci-stub.ids= binds it to pci-stub"
mkdir -p "$tree/etc/driverctl.d"
cmdline rd.vfio.ids=01:00.0
echo vfio-pci >"$tree/etc/driverctl.d/0000:01:00.1"
run check
ok "driverctl takes it behind its host driver" says "WARN 0000:01:00.1 10de:10f1: is on snd_hda_intel now, but no claim names it, and the next boot binds it to snd_hda_intel until driverctl binds it; until"
echo snd_hda_intel >"$tree/etc/driverctl.d/0000:01:00.1"
run check
ok "not where driverctl names a host driver" says "FAIL 0000:01:00.1 10de:10f1: is bound to snd_hda_intel; until"

# --- guests ---

card
pci 0000:04:00.0 8086:1539 20000 4 igb
pci 0000:04:00.1 8086:1539 20000 4 igb
pci 0000:05:00.0 8086:1539 20000 4 igb
pci 0000:06:00.0 8086:1539 20000 6 igb
mkdir -p "$tree/etc/pve/qemu-server" "$tree/etc/libvirt/qemu/networks"
printf 'name: win\nhostpci0: 0000:04:00,pcie=1\nhostpci1: 01:00.0;0000:01:00.1,x-vga=1\n[before]\nhostpci2: 00:02.0\n' >"$tree/etc/pve/qemu-server/101.conf"
cmdline rd.vfio.ids=01:00.0,01:00.1
run check
for function in 0 1; do
	ok "Proxmox takes the slot: function $function" line "WARN 0000:04:00.$function 8086:1539: guest 101 of Proxmox takes it from the host when it starts, and the host has it until then; add to the configuration: claim 0000:04:00.$function$([ $function = 0 ] && echo " 0000:04:00.1 0000:05:00.0") (in /etc/vfio-early.conf), or remove 0000:04:00.0 from /etc/pve/qemu-server/101.conf"
done
ok "and its group" line "WARN 0000:05:00.0 8086:1539: guest 101 of Proxmox takes it from the host when it starts, with the group of its own device; add to the configuration: claim 0000:05:00.0 (in /etc/vfio-early.conf), or remove 0000:04:00.0 from /etc/pve/qemu-server/101.conf"
ok "what is claimed is ready for it" lacks "0000:01:00.0 10de:1c03: guest"
ok "a snapshot is not what starts" lacks "0000:00:02.0"
ok "its code" code_is vm-manager WARN
mkdir -p "$tree/etc/pve/mapping"
echo pve1.example.org >"$tree/etc/hostname"
printf 'nic\n\tmap id=8086:1539,node=pve1,path=0000:05:00.0\n\tmap id=8086:1539,node=pve2,path=0000:04:00.0\n' >"$tree/etc/pve/mapping/pci.cfg"
printf 'onboot: 1\nhostpci0: mapping=nic,pcie=1\n' >"$tree/etc/pve/qemu-server/101.conf"
run check
ok "Proxmox by a mapping of this node" says "WARN 0000:05:00.0 8086:1539: guest 101 of Proxmox (onboot) takes it from the host when it starts, and the host has it until then; "
ok "not of another one" says "WARN 0000:04:00.0 8086:1539: guest 101 of Proxmox (onboot) takes it from the host when it starts, with the group of its own device"
printf 'hostpci0: 0000:05:00.0,mdev=i915\n' >"$tree/etc/pve/qemu-server/101.conf"
run check
ok "a mediated device leaves the driver" lacks "guest 101"
rm -r "$tree/etc/pve" "$tree/etc/hostname"
cat >"$tree/etc/libvirt/qemu/win10.xml" <<'XML'
<domain><devices>
<hostdev mode='subsystem' type='usb' managed='yes'><source><address bus='4' device='1'/></source></hostdev>
<hostdev mode='subsystem' type='pci' managed='yes'>
  <driver name='vfio'/>
  <source>
    <address domain='0x0000' bus='0x04' slot='0x00' function='0x1'/>
  </source>
  <address type='pci' domain='0x0000' bus='0x05' slot='0x00' function='0x0'/>
</hostdev>
<hostdev mode='subsystem' type='pci' managed='no'><source><address domain='0x0000' bus='0x04' slot='0x00' function='0x0'/></source></hostdev>
</devices></domain>
XML
run check
ok "libvirt with managed='yes'" line "WARN 0000:04:00.1 8086:1539: guest win10 of libvirt takes it from the host when it starts, and the host has it until then; add to the configuration: claim 0000:04:00.1 0000:04:00.0 0000:05:00.0 (in /etc/vfio-early.conf), or remove 0000:04:00.1 from /etc/libvirt/qemu/win10.xml"
mkdir "$tree/etc/libvirt/qemu/autostart"
ln -s /etc/libvirt/qemu/win10.xml "$tree/etc/libvirt/qemu/autostart/win10.xml"
run check
ok "one that starts with the host, once" [ "$(printf '%s\n' "$output" | grep -c "guest win10 of libvirt (autostart) takes it")" = 1 ]
ok "not where a person binds it" lacks "WARN 0000:04:00.0"
ok "nor the guest's own address" lacks "WARN 0000:05:00.0"

# The planner is asked before a claim is advised, also where nothing else is claimed.
rm -rf "$tree/sys/bus/pci/devices/0000:06:00.0"
cmdline quiet
run check
ok "never the last network card" line "WARN 0000:04:00.1 8086:1539: guest win10 of libvirt (autostart) takes it from the host when it starts, and the host has it until then; no claim helps: 0000:04:00.0 8086:1539 (igb) must be claimed with it, and stays with the host: it is the host's last PCI network card; remove 0000:04:00.1 from /etc/libvirt/qemu/win10.xml"

# --- status before the first reboot ---

card
run status
ok "where the image has no vfio-early" says "this boot has no report: its image does not contain vfio-early; sudo update-initramfs -u -k all, then reboot"
: | config
image /boot/initrd.img-6.1.0-1 gzip
run status
ok "where the image has it: reboot" line "WARN report: this boot has no report: its image does not contain vfio-early, but the image of the next boot does; reboot"
ok "the device says where that stands" line "FAIL 0000:01:00.0 10de:1c03: now: no driver; at boot: unknown; claimed: by rd.vfio.ids; see report above"
echo "claim 01:00.1" | config
run status
ok "not if its configuration is older" says "; sudo update-initramfs -u -k all, then reboot"
done_testing
