#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each system: its image is found and judged, the cures are those of docs/boot-loaders.md, and so is the way back. Then which
# entry boots next, by the files of each loader.
. "$(dirname "$0")/lib.sh"

docs=$cli_here/../../docs/boot-loaders.md
guid=4a67b082-0a4c-41cf-b6c7-440b29bb8c4f
variables=$tree/sys/firmware/efi/efivars
id=0123456789abcdef0123456789abcdef
version=6.12.1-1

files() { # FILE...: empty ones
	for file; do
		mkdir -p "$tree$(dirname "$file")"
		: >"$tree$file"
	done
}
write() { # FILE: what comes in
	mkdir -p "$tree$(dirname "$1")"
	cat >"$tree$1"
}
variable() { # NAME TEXT: of the Boot Loader Interface, in UTF-16
	mkdir -p "$variables"
	{ printf '\6\0\0\0' && printf '%s\0' "$2" | sed 's/./&\x00/g'; } >"$variables/$1-$guid"
}
secure_boot() {
	mkdir -p "$variables"
	printf '\6\0\0\0\1' >"$variables/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
}
# A card and a kernel without a program that makes images; $parameters are those of this boot and the next one.
host() {
	machine dmar0
	pci 0000:00:02.0 8086:041A 30000 2
	pci 0000:01:00.0 10DE:1C03 30000 1
	mkdir -p "$tree/lib/modules/$version"
	echo "kernel/drivers/vfio/pci/vfio-pci.ko.xz:" >"$tree/lib/modules/$version/modules.dep"
	: >"$tree/lib/modules/$version/modules.builtin"
	cmdline "$parameters"
	echo "claim 10de:10f1 optional" | config
}
entry() { # FILE KERNEL IMAGE
	printf 'title x\nversion %s\nlinux %s\ninitrd %s\noptions %s\n' "$version" "$2" "$3" "$parameters" | write "$1"
}
menu() { # FOLDER KERNEL IMAGE: GRUB's
	printf 'set default="0"\nmenuentry x {\n\tlinux %s %s\n\tinitrd %s\n}\n' "$2" "$parameters" "$3" | write "$1/grub.cfg"
	cmdline "BOOT_IMAGE=$2 $parameters"
	files /etc/default/grub
}
by_systemd_boot() { variable LoaderInfo "systemd-boot 257"; }
by_stub() { variable StubInfo "systemd-stub 257"; }

# --- one function a system: it sets $image ---

debian() {
	image=/boot/initrd.img-$version
	files /boot/vmlinuz-$version /usr/sbin/update-initramfs /usr/sbin/update-grub
	menu /boot/grub /boot/vmlinuz-$version $image
}
fedora() {
	image=/boot/initramfs-$version.img
	files /lib/modules/$version/vmlinuz /boot/vmlinuz-$version /usr/bin/dracut /usr/sbin/grubby /usr/sbin/grub2-mkconfig /etc/default/grub
	entry /boot/loader/entries/$id-$version.conf /vmlinuz-$version /initramfs-$version.img
	printf 'set default="${saved_entry}"\nblscfg\n' | write /boot/grub2/grub.cfg
	cmdline "BOOT_IMAGE=(hd0,gpt2)/vmlinuz-$version $parameters"
}
rhel8() {
	fedora
	sed -i 's/^options.*/options $kernelopts $tuned_params/' "$tree/boot/loader/entries/$id-$version.conf"
	printf '# GRUB Environment Block\nsaved_entry=%s-%s\nkernelopts=%s \n####\n' $id $version "$parameters" | write /boot/grub2/grubenv
}
opensuse() {
	image=/boot/initrd-$version
	files /lib/modules/$version/vmlinuz /boot/vmlinuz-$version /usr/bin/dracut /usr/sbin/grub2-mkconfig
	menu /boot/grub2 /boot/vmlinuz-$version $image
}
sdbootutil() {
	opensuse
	image=/boot/efi/opensuse-tumbleweed/$version/initrd-5af3c1
	files /usr/bin/sdbootutil
	echo 'LOADER_TYPE="grub2-bls"' | write /etc/sysconfig/bootloader
	entry /boot/efi/loader/entries/opensuse-tumbleweed-$version-3.conf /opensuse-tumbleweed/$version/linux-77ab12 ${image#/boot/efi}
	mkdir -p "$tree${image%/*}"
}
microos() {
	opensuse
	files /usr/sbin/transactional-update
}
microos_sdbootutil() {
	sdbootutil
	files /usr/sbin/transactional-update
}
silverblue() {
	image=/lib/modules/$version/initramfs.img
	files /lib/modules/$version/vmlinuz /run/ostree-booted /usr/bin/rpm-ostree /usr/bin/dracut /usr/sbin/grub2-mkconfig /etc/default/grub
	entry /boot/loader/entries/ostree-2.conf /ostree/fedora-77ab12/vmlinuz-$version /ostree/fedora-77ab12/initramfs-$version.img
}
bootc() {
	image=/lib/modules/$version/initramfs.img
	files /lib/modules/$version/vmlinuz /run/ostree-booted /usr/bin/bootc /usr/bin/dracut /usr/lib/bootc/kargs.d/10-console.toml
	entry /boot/loader/entries/ostree-1.conf /ostree/default-77ab12/vmlinuz-$version /ostree/default-77ab12/initramfs-$version.img
}
arch() {
	image=/boot/initramfs-linux.img
	files /lib/modules/$version/vmlinuz /boot/vmlinuz-linux /boot/initramfs-linux-fallback.img /usr/bin/dracut
	echo linux >"$tree/lib/modules/$version/pkgbase"
}
arch_grub() {
	arch
	files /usr/bin/grub-mkconfig
	menu /boot/grub /boot/vmlinuz-linux $image
}
arch_systemd_boot() {
	arch
	files /usr/bin/kernel-install
	by_systemd_boot
	entry /boot/loader/entries/arch.conf /vmlinuz-linux /initramfs-linux.img
}
arch_refind() {
	arch
	printf '"Boot with standard options" "root=/dev/sda2 rw %s"\n"Boot to single-user mode" "root=/dev/sda2 single"\n' "$parameters" | write /boot/refind_linux.conf
	cmdline "root=/dev/sda2 rw $parameters initrd=/boot/initramfs-linux.img"
}
arch_limine() {
	arch
	printf '/Arch\n    protocol: linux\n    path: boot():/vmlinuz-linux\n    cmdline: %s\n' "$parameters" | write /boot/limine.conf
	cmdline "$parameters"
}
u_boot() {
	image=/boot/initrd.img-$version
	files /boot/vmlinuz-$version /usr/sbin/update-initramfs /usr/sbin/u-boot-update /etc/default/u-boot
	printf 'label l0\n\tlinux /boot/vmlinuz-%s\n\tappend %s\n' $version "$parameters" | write /boot/extlinux/extlinux.conf
	cmdline "$parameters"
}
extlinux() {
	u_boot
	rm "$tree/usr/sbin/u-boot-update" "$tree/etc/default/u-boot"
}
pop() {
	image=/boot/efi/EFI/Pop_OS-1234/initrd.img
	files /boot/vmlinuz-$version /boot/initrd.img-$version /usr/sbin/update-initramfs /usr/bin/kernelstub /usr/bin/kernel-install \
		/etc/initramfs/post-update.d/zz-kernelstub $image
	ln -s vmlinuz-$version "$tree/boot/vmlinuz"
	by_systemd_boot
	entry /boot/efi/loader/entries/Pop_OS-current.conf /EFI/Pop_OS-1234/vmlinuz.efi /EFI/Pop_OS-1234/initrd.img
	echo "default Pop_OS-current" | write /boot/efi/loader/loader.conf
}
proxmox() {
	image=/boot/initrd.img-$version
	files /boot/vmlinuz-$version /usr/sbin/update-initramfs /usr/sbin/update-grub /etc/kernel/proxmox-boot-uuids /etc/kernel/cmdline \
		/usr/sbin/proxmox-boot-tool
	by_systemd_boot
}
proxmox_tool_grub() {
	debian
	files /etc/kernel/proxmox-boot-uuids /usr/sbin/proxmox-boot-tool
}
token() {
	image=/efi/debian/$version/initrd.img-$version
	files /boot/vmlinuz-$version /usr/sbin/update-initramfs /usr/bin/kernel-install
	echo debian | write /etc/kernel/entry-token
	echo "$parameters" | write /etc/kernel/cmdline
	by_systemd_boot
	entry /efi/loader/entries/debian-$version+3.conf /debian/$version/linux /debian/$version/initrd.img-$version
	mkdir -p "$tree${image%/*}"
}
uki_kernel_install() {
	image=/efi/EFI/Linux/arch-$version+3-0.efi
	files /lib/modules/$version/vmlinuz /usr/bin/dracut /usr/bin/kernel-install /usr/lib/kernel/install.d/50-dracut.install
	echo arch | write /etc/kernel/entry-token
	echo "$parameters" | write /etc/kernel/cmdline
	by_systemd_boot
	by_stub
}
uki_dracut() {
	image=/efi/EFI/Linux/linux-$version-$id-1.efi
	files /lib/modules/$version/vmlinuz /usr/bin/dracut
	echo "$parameters" | write /etc/kernel/cmdline
	by_systemd_boot
	by_stub
}
entries() {
	image=/boot/initramfs-$version.img
	files /lib/modules/$version/vmlinuz /usr/bin/dracut
	by_systemd_boot
	entry /boot/loader/entries/gentoo.conf /vmlinuz-$version /initramfs-$version.img
}

alpine() {
	image=/boot/initramfs-lts
	files /boot/vmlinuz-lts /sbin/mkinitfs
	menu /boot/grub /boot/vmlinuz-lts $image
}

# --- what the table says ---

# doc SYSTEM COLUMN: a cell of the table, without backticks, for the parameter
doc() {
	awk -F ' *[|] *' -v name="$1" -v column="$2" '$2 == name { print $(column + 2) }' "$docs" | tr -d '\140' |
		sed "s/\\bPARAMETER\\b/${3:-PARAMETER}/g; s/IMAGE/$(printf %s "$image" | sed 's/[/&]/\\&/g')/g"
}
hint() { printf '%s\n' "$output" | jq -er "first(.findings[] | select(.code == \"$1\")).hint"; }
make_image() {
	case $image in
	*.efi)
		image /boot/aside gzip
		UKI_CMDLINE=$parameters uki "$image" "$tree/boot/aside"
		rm "$tree/boot/aside"
		;;
	*) image "$image" gzip ;;
	esac
}
is_doc() { # CODE COLUMN PARAMETER: the cure is the cell
	told=$(hint "$1") && [ -n "$told" ] && [ "$told" = "$(doc "$system" "$2" "$3" | sed \
		-e "s/for each kernel: \(sudo kernel-install add\) VERSION \(.*\)VERSION/\1 $version \2$version/" \
		-e "s/ VERSION\$/ $told_version/")" ]
}

row() { # NAME-IN-THE-TABLE FUNCTION
	system=$1
	parameters="quiet rd.vfio.ids=10de:1c03"
	told_version=VERSION
	case $2 in arch*) told_version=$version ;; esac
	host
	$2
	make_image
	run check
	ok "$system: its image is found and judged" line "PASS $image: contains vfio-early and the present configuration"
	LACKS=program make_image
	run check --json
	ok "$system: the cure for the image" is_doc image-without-program 3 PARAMETER

	rmdir "$tree/sys/class/iommu/dmar0"
	: >"$tree/sys/firmware/acpi/tables/DMAR"
	run check --json
	ok "$system: a parameter is added" is_doc iommu 1 intel_iommu=on

	parameters="quiet rd.vfio=0 rd.vfio.ids=10de:1c03"
	host
	$2
	make_image
	run check --json
	ok "$system: a parameter is removed" is_doc off 2 rd.vfio=0

	parameters="quiet rd.vfio.ids=10de:1c03"
	host
	$2
	make_image
	secure_boot
	run check
	case $image in
	*.efi) ok "$system: Secure Boot leaves no editor" says "WARN way back: Secure Boot is on, and a unified kernel image ignores" ;;
	*) ok "$system: nothing is in the way back" lacks "way back" ;;
	esac
	ok "$system: the way back stands in the table" [ -n "$(doc "$system" 4)" ]
}
row "Debian, Ubuntu (GRUB)" debian
row "Fedora, RHEL 9 and later (grubby)" fedora
row "RHEL 8 (grubby)" rhel8
row "openSUSE (GRUB)" opensuse
row "openSUSE (sdbootutil)" sdbootutil
row "openSUSE MicroOS (GRUB)" microos
row "openSUSE MicroOS (sdbootutil)" microos_sdbootutil
row "Silverblue and others with rpm-ostree" silverblue
row "bootc" bootc
row "Arch with dracut (GRUB)" arch_grub
row "Arch with dracut (systemd-boot)" arch_systemd_boot
row "Arch with dracut (rEFInd)" arch_refind
row "Arch with dracut (Limine)" arch_limine
row "Debian (U-Boot, u-boot-menu)" u_boot
row "U-Boot with an extlinux.conf written by hand" extlinux
row "Pop!_OS (kernelstub)" pop
row "Proxmox (proxmox-boot-tool, systemd-boot)" proxmox
row "Proxmox (proxmox-boot-tool, GRUB)" proxmox_tool_grub
row "Proxmox (GRUB)" debian
row "systemd-boot with kernel-install" token
row "unified kernel images by kernel-install" uki_kernel_install
row "unified kernel images by dracut" uki_dracut
row "systemd-boot with entries written by hand" entries
ok "the table has no other row" [ "$(sed -n '/^| system | add/,/^$/p' "$docs" | grep -c '^| ')" = "$(($(grep -c '^row "' "$0") + 2))" ]

# --- where a parameter is written ---

start() { # FUNCTION [PARAMETERS]: the system with its image
	parameters=${2-"quiet rd.vfio.ids=10de:1c03"}
	host
	$1
	make_image
}
no_iommu() {
	rmdir "$tree/sys/class/iommu/dmar0"
	: >"$tree/sys/firmware/acpi/tables/DMAR"
}

start arch_limine
files /usr/bin/limine-update /etc/default/limine
no_iommu
run check
ok "limine-entry-tool" says "add intel_iommu=on to KERNEL_CMDLINE[default] in /etc/default/limine, then: sudo limine-update"
start debian
files /boot/extlinux/extlinux.conf /boot/limine.conf
no_iommu
run check
ok "menus that nothing boots do not count beside GRUB" says "then: sudo update-grub"
start debian
no_iommu
echo 'GRUB_CMDLINE_LINUX_DEFAULT="console=tty1 console=ttyS0"' | write /etc/default/grub.d/50-cloudimg-settings.cfg
run check
ok "a drop-in that replaces the variable is the one to change" says "add intel_iommu=on to GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub.d/50-cloudimg-settings.cfg, then: sudo update-grub"
start debian "quiet rd.vfio=0 rd.vfio.ids=10de:1c03"
printf 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"\nGRUB_CMDLINE_LINUX="a \\\n rd.vfio=0" # off\n' | write /etc/default/grub
run check
ok "the variable that has the parameter is named" says "remove rd.vfio=0 from GRUB_CMDLINE_LINUX in /etc/default/grub, then: sudo update-grub"
echo 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX rd.vfio=0"' | write /etc/default/grub.d/off.cfg
run check
ok "so is the file" says "remove rd.vfio=0 from GRUB_CMDLINE_LINUX in /etc/default/grub.d/off.cfg"
start debian
echo 'export GRUB_CMDLINE_LINUX+=" iommu=pt"' | write /etc/default/grub.d/vfio.cfg
run check
ok "what was added there and not applied" line "WARN /etc/default/grub.d/vfio.cfg: has iommu=pt, which the next boot does not have: the file was edited and not applied; sudo update-grub"
printf 'if true; then\nGRUB_CMDLINE_LINUX="iommu=pt"\nfi\n' | write /etc/default/grub.d/vfio.cfg
run check
ok "where the shell decides, nothing is said" lacks "/etc/default/grub"
start sdbootutil
echo "$parameters iommu=pt" | write /etc/kernel/cmdline
run check
ok "sdbootutil's file was edited and not applied" line "WARN /etc/kernel/cmdline: has iommu=pt, which the next boot does not have: the file was edited and not applied; sudo sdbootutil update-all-entries"
echo 'LOADER_TYPE="grub2-efi"' | write /etc/sysconfig/bootloader
no_iommu
run check
ok "sdbootutil beside a GRUB with its own menu" says "then: sudo grub2-mkconfig -o /boot/grub2/grub.cfg"
start token "quiet rd.vfio=0 rd.vfio.ids=10de:1c03"
echo "rd.vfio=0" | write /etc/kernel/cmdline.d/off.conf
run check
ok "a drop-in of kernel-install's file" says "remove rd.vfio=0 from /etc/kernel/cmdline.d/off.conf, then sudo kernel-install add"
mkdir "$tree/lib/modules/6.12.2-1" "$tree/lib/modules/5.1"
: >"$tree/boot/vmlinuz-6.12.2-1"
run check
ok "for each kernel that is there" says "off.conf, then sudo kernel-install add 6.12.1-1 /boot/vmlinuz-6.12.1-1 && sudo kernel-install add 6.12.2-1 /boot/vmlinuz-6.12.2-1"
start token
printf 'quiet\n\trd.vfio.ids=10de:1c03\n' | write /etc/kernel/cmdline
run check
ok "/etc/kernel/cmdline may have several lines" lacks "/etc/kernel/cmdline"
printf 'quiet\nrd.vfio.ids=01:00.0\n' | write /etc/kernel/cmdline
run check
ok "another one in the second line" says "WARN /etc/kernel/cmdline: has other parameters than the next boot"
debian_entries() {
	token
	rm -r "$tree/etc/kernel"
	echo "# File created by /usr/lib/kernel/install.d/90-loaderentry.install (systemd 257)" >>"$tree/efi/loader/entries/debian-$version+3.conf"
	files /etc/default/grub /usr/sbin/update-grub
}
start debian_entries
no_iommu
run check
ok "kernel-install makes entries anew, so a parameter stands in its file" says "; sudo sh -c \"sed 's/ *initrd=[^ ]*//' /proc/cmdline >/etc/kernel/cmdline\", then add intel_iommu=on to /etc/kernel/cmdline, then sudo kernel-install add "
ok "the file that is made so has what this boot has" [ "$(echo 'quiet initrd=\x\initrd root=/dev/sda1' | sed 's/ *initrd=[^ ]*//')" = "quiet root=/dev/sda1" ]
start bootc
files /usr/bin/rpm-ostree
no_iommu
run check
ok "an image that the owner builds" says "; add to the Containerfile: "
printf '[origin]\ncontainer-image-reference=x\n[packages]\nrequested-local=1:vfio-early\n' | write /ostree/deploy/default/deploy/77ab12.0.origin
run check
ok "rpm-ostree has added packages to it" says "; sudo rpm-ostree kargs --append-if-missing=intel_iommu=on"
rm -r "$tree/ostree"
files /usr/share/ublue-os/image-info.json
LACKS=program make_image
run check
ok "Bazzite: somebody else builds the image" says "; sudo rpm-ostree kargs --append-if-missing=intel_iommu=on"
ok "Bazzite: so the host regenerates it" says "; sudo vfio-early facts --write && sudo rpm-ostree initramfs --enable --arg=--add=vfio-early"
start bootc
no_iommu
echo 'kargs = ["intel_iommu=off"]' | write /usr/lib/bootc/kargs.d/20-a.toml
sed -i 's/^options.*/options intel_iommu=off rd.vfio.ids=10de:1c03/' "$tree/boot/loader/entries/ostree-1.conf"
run check
ok "the file in bootc's image" says "remove intel_iommu=off from /usr/lib/bootc/kargs.d/20-a.toml in the image, then build the image and: sudo bootc upgrade"

# --- which entry boots ---

newer=6.13.0-1
# A second kernel, which is the newest, without vfio-early in its image.
second() { # IMAGE
	cp -r "$tree/lib/modules/$version" "$tree/lib/modules/$newer"
	LACKS=program image "$1" gzip
}
next_is() { # VERSION: the results are for this kernel's image and parameters
	said=$("$binary" --root "$tree" check --json | jq -r '[.findings[] | select(.code == "no-facts")][0].subject')
	case $1 in
	"$newer") [ "$said" = null ] ;;
	*) [ "$said" = "$image" ] ;;
	esac
}
two_of_grub() { # VALUE-OF-DEFAULT
	start debian
	files /boot/vmlinuz-$newer
	second /boot/initrd.img-$newer
	write /boot/grub/grub.cfg <<CFG
if [ "\${next_entry}" ] ; then
   set default="\${next_entry}"
   set next_entry=
else
   set default="$1"
fi
menuentry 'Debian' --id simple {
	linux /boot/vmlinuz-$newer quiet rd.vfio.ids=10de:1c03
	initrd /boot/initrd.img-$newer
}
submenu 'Advanced' \$menuentry_id_option 'advanced' {
	menuentry 'Debian, $newer' {
		linux /boot/vmlinuz-$newer quiet rd.vfio.ids=10de:1c03
		initrd /boot/initrd.img-$newer
	}
	menuentry 'Debian, $version' --id old {
		linux /boot/vmlinuz-$version quiet splash rd.vfio.ids=10de:1c03
		initrd /boot/initrd.img-$version
	}
}
menuentry 'Windows' {
	chainloader /x.efi
}
CFG
}
two_of_grub 0
run check
ok "GRUB: the first entry" next_is $newer
for default in "1>1" "Advanced>Debian, $version" "advanced>old" "1>old"; do
	two_of_grub "$default"
	run check
	ok "GRUB: $default" next_is $version
	ok "GRUB: $default, and its parameters" says "the next boot has a different command line (/boot/grub/grub.cfg)"
done
two_of_grub '${saved_entry}'
run check
ok "GRUB: nothing is saved" next_is $newer
printf '# GRUB Environment Block\nsaved_entry=advanced>old\n####\n' | write /boot/grub/grubenv
run check
ok "GRUB: what was saved" next_is $version
printf '# GRUB Environment Block\nsaved_entry=advanced>old\nnext_entry=0\n####\n' | write /boot/grub/grubenv
run check
ok "GRUB: what grub-reboot has set" next_is $newer
printf '# GRUB Environment Block\nenv_block=512+1\n####\n' | write /boot/grub/grubenv
run check
ok "GRUB: variables elsewhere" says "WARN boot loader: GRUB keeps its variables outside of /boot/grub/grubenv; these results are for the first entry of this system"
two_of_grub Windows
run check
ok "GRUB: another system" line "WARN boot loader: the default entry Windows (/boot/grub/grub.cfg) boots no kernel that is installed here; these results are for the first entry of this system"

start debian
printf 'menuentry x {\n\tif [ "${initrdfail}" = 1 ]; then\n\t  linux /boot/vmlinuz-%s %s\n\t  initrd /boot/initrd.img-%s\n\telse\n\t  linux /boot/vmlinuz-%s %s panic=-1\n\tfi\n\tinitrdfail\n}\n' \
	$version "$parameters" $version $version "$parameters" | write /boot/grub/grub.cfg
echo 'GRUB_FORCE_PARTUUID=7a1c' | write /etc/default/grub.d/40-force-partuuid.cfg
run check
ok "Ubuntu for clouds: without an initramfs first" line "FAIL boot loader: the default entry (/boot/grub/grub.cfg) boots the kernel without an initramfs, so vfio-early does not run; remove GRUB_FORCE_PARTUUID from /etc/default/grub.d/40-force-partuuid.cfg, then: sudo update-grub"
ok "nothing is ready then" exits 1
rm "$tree/etc/default/grub.d/40-force-partuuid.cfg"
sed -i '/initrd /d' "$tree/boot/grub/grub.cfg"
run check
ok "GRUB: an entry without an initramfs" says "so vfio-early does not run; sudo update-initramfs -u -k all, then: sudo update-grub"
start entries
sed -i '/^initrd/d' "$tree/boot/loader/entries/gentoo.conf"
run check
ok "systemd-boot: an entry without an initramfs" says "FAIL boot loader: the default entry (/boot/loader/entries) boots the kernel without an initramfs, so vfio-early does not run; add a line 'initrd' with the image to that entry"
: | config
sed -i 's/rd.vfio.ids=10de:1c03//' "$tree/boot/loader/entries/gentoo.conf"
run check
ok "where nothing is claimed, nothing is said" lacks "without an initramfs"

start debian
sed -i 's/rd.vfio.ids=10de:1c03/& $vt_handoff/' "$tree/boot/grub/grub.cfg"
cmdline "BOOT_IMAGE=/boot/vmlinuz-$version $parameters vt.handoff=7"
run check
ok "Ubuntu: what its menu adds is no other command line" lacks "command line"
start debian
second /boot/initrd.img-$newer
files /boot/vmlinuz-$newer
printf 'menuentry x {\n\tlinux "/BOOT/ubuntu@/vmlinuz-%s" quiet rd.vfio.ids=10de:1c03\n\tinitrd "/BOOT/ubuntu@/initrd.img-%s"\n}\n' $version $version |
	write /boot/grub/grub.cfg
run check
ok "GRUB: paths in quotes, on another file system" next_is $version

start fedora
second /boot/initramfs-$newer.img
files /boot/vmlinuz-$newer
sed "s/$version/$newer/g; s/^title.*/title newer/" "$tree/boot/loader/entries/$id-$version.conf" >"$tree/boot/loader/entries/$id-$newer.conf"
run check
ok "Fedora: the newest entry" next_is $newer
for saved in $id-$version x 1; do
	printf '# GRUB Environment Block\nsaved_entry=%s\n####\n' "$saved" | write /boot/grub2/grubenv
	run check
	ok "Fedora: the saved entry $saved" next_is $version
done
start rhel8
second /boot/initramfs-$newer.img
files /boot/vmlinuz-$newer
sed "s/$version/$newer/g" "$tree/boot/loader/entries/$id-$version.conf" >"$tree/boot/loader/entries/$id-$newer.conf"
mkdir -p "$tree/boot/efi/EFI/almalinux" "$tree/boot/efi/EFI/BOOT"
mv "$tree/boot/grub2/grub.cfg" "$tree/boot/grub2/grubenv" "$tree/boot/efi/EFI/almalinux/"
ln -s ../efi/EFI/almalinux/grubenv "$tree/boot/grub2/grubenv"
run check
ok "RHEL 8 on UEFI: GRUB's files are on the partition of the firmware" next_is $version
start rhel8
cmdline BOOT_IMAGE=/vmlinuz quiet
run check
ok "RHEL 8: the parameters come from grubenv" says "PASS command line: the next boot has a different command line (/boot/loader/entries)"
ok "RHEL 8: and count" says "PASS 0000:01:00.0 10de:1c03: would be bound"
rm "$tree/boot/grub2/grubenv"
run check
ok "RHEL 8: where they cannot be read, nothing is claimed of them" lacks "a different command line"

two_of_systemd_boot() { # KEYS-OF-THE-OLDER-ENTRY KEYS-OF-THE-NEWER-ENTRY
	start entries
	second /boot/initramfs-$newer.img
	files /lib/modules/$newer/vmlinuz
	rm "$tree/boot/loader/entries/gentoo.conf"
	printf 'linux /vmlinuz-%s\ninitrd /initramfs-%s.img\noptions %s\n%b' $version $version "$parameters" "${1:-}" | write /boot/loader/entries/x-$version.conf
	printf 'linux /vmlinuz-%s\ninitrd /initramfs-%s.img\noptions %s\n%b' $newer $newer "$parameters" "${2:-}" | write /boot/loader/entries/x-$newer.conf
}
two_of_systemd_boot
run check
ok "systemd-boot: by name" next_is $newer
two_of_systemd_boot "sort-key a\nversion $version\n"
run check
ok "systemd-boot: one with a sort key comes first" next_is $version
two_of_systemd_boot "sort-key a\nversion $version\n" "sort-key a\nversion $newer\n"
run check
ok "systemd-boot: then by version" next_is $newer
mv "$tree/boot/loader/entries/x-$newer.conf" "$tree/boot/loader/entries/x-$newer+0-3.conf"
run check
ok "systemd-boot: without tries left comes last" next_is $version
mv "$tree/boot/loader/entries/x-$newer+0-3.conf" "$tree/boot/loader/entries/x-$newer+2-1.conf"
run check
ok "systemd-boot: with tries left it does not" next_is $newer
for pattern in "x-$version.conf" "X-$version*" "x-$version"; do
	printf 'timeout 3\ndefault %s\n' "$pattern" | write /boot/loader/loader.conf
	run check
	ok "systemd-boot: loader.conf: $pattern" next_is $version
done
variable LoaderEntryDefault "x-$newer.conf"
run check
ok "systemd-boot: bootctl set-default" next_is $newer
variable LoaderEntryOneShot "x-$version.conf"
run check
ok "systemd-boot: bootctl set-oneshot" next_is $version
variable LoaderEntryOneShot "auto-windows"
run check
ok "systemd-boot: another system" line "WARN boot loader: the default entry auto-windows (LoaderEntryOneShot) boots no kernel that is installed here; these results are for the first entry of this system"

start proxmox
files /boot/vmlinuz-$newer
second /boot/initrd.img-$newer
run check
ok "Proxmox: the newest" next_is $newer
echo $version | write /etc/kernel/proxmox-boot-pin
run check
ok "Proxmox: the pinned kernel" next_is $version
start arch_refind
cmdline "root=/dev/sda2 rw quiet"
run check
ok "rEFInd: the first line" says "PASS command line: the next boot has a different command line (/boot/refind_linux.conf)"

# --- unified kernel images ---

start uki_kernel_install
rm "$tree$image"
image /boot/aside gzip
uki "$image" "$tree/boot/aside"
cmdline quiet rd.vfio.ids=10de:1c03
echo "rd.vfio=0" | write /etc/kernel/cmdline
run check
ok "one without a command line: kernel-install's file does not count" lacks "command line: the next boot has"
ok "and its edits wait for nothing" lacks "has other parameters"
start uki_kernel_install
cmdline "$parameters rd.vfio.dryrun"
UKI_CMDLINE="rd.vfio.dryrun" uki /efi/loader/addons/dry.addon.efi /dev/null
run check
ok "addons add to it" says "WARN command line: rd.vfio.dryrun: the next boot plans"
rm -r "$tree/efi/loader"
UKI_CMDLINE="rd.vfio.dryrun" uki "$image.extra.d/dry.addon.efi" /dev/null
run check
ok "also those beside the image" says "WARN command line: rd.vfio.dryrun: the next boot plans"
start arch_systemd_boot
echo "editor no" | write /boot/loader/loader.conf
run check
ok "a menu without an editor" line "WARN way back: loader.conf has switched the editor of the boot menu off, so rd.vfio=0 cannot be set for one boot; if the screen stays black, boot an older entry without vfio-early or a rescue medium, remove the claims there and regenerate the image"
cmdline quiet
sed -i 's/^options.*/options quiet/' "$tree/boot/loader/entries/arch.conf"
run check
ok "is nothing to say where no display goes" lacks "way back"

# --- images ---

squashed() { # NAME LINE-OF-THE-LIST: dracut's image with all else in a file system of its own
	rm -rf "$tree.image"
	mkdir -p "$tree.image/usr/lib/dracut"
	echo squash >"$tree.image/$1"
	[ -z "$2" ] || printf 'base\n%s\n' "$2" >"$tree.image/usr/lib/dracut/modules.txt"
	(cd "$tree.image" && find . | cpio --quiet -o -H newc) | gzip >"$tree$image"
	rm -rf "$tree.image"
}
start fedora
for name in squash-root.img squashfs-root.img erofs-root.img; do
	squashed $name vfio-early
	run check
	ok "$name, with our module" line "WARN $image: has vfio-early in its file system $name, which is not read here, so whether it has the present configuration is unknown; the predictions use the state of the running host; sudo lsinitrd -f etc/vfio-early.conf $image"
	ok "$name is no failure" exits 0
done
squashed squashfs-root.img ""
run check
ok "without a list it is unknown" says "WARN $image: has perhaps vfio-early in its file system squashfs-root.img"
squashed squashfs-root.img bash
run check
ok "a list without our module is clear" says "FAIL $image: does not contain vfio-early"
start opensuse
files /boot/vmlinuz-$newer
second /boot/initrd-$newer.img
run check
ok "Mageia's name of an image" says "/boot/initrd-$newer.img: does not contain vfio-early"
start arch_grub
files /boot/initramfs-$version.img
run check
ok "Arch: what dracut --regenerate-all has written does not boot" says "PASS /boot/initramfs-linux.img"
cp -r "$tree/lib/modules/$version" "$tree/lib/modules/6.6.1-1-lts"
echo linux-lts >"$tree/lib/modules/6.6.1-1-lts/pkgbase"
LACKS=program image /boot/initramfs-linux-lts.img gzip
run check
ok "Arch: each kernel has its image" says "FAIL /boot/initramfs-linux-lts.img: does not contain vfio-early; see /boot/initramfs-linux.img above"
ok "Arch: the cure makes both" says "; sudo dracut --force /boot/initramfs-linux.img $version && sudo dracut --force /boot/initramfs-linux-lts.img 6.6.1-1-lts"
start uki_kernel_install
rm "$variables/LoaderInfo-$guid"
run check
ok "one that the firmware boots has no menu" says "WARN way back: the firmware boots the unified kernel image without a boot menu, so rd.vfio=0 cannot be set for one boot; "
gentoo() {
	image=/boot/initramfs-$version.img
	files /boot/kernel-$version /usr/bin/dracut /usr/bin/grub-mkconfig /usr/src/linux-$version/initrd
	ln -s ../../../usr/src/linux-$version/initrd "$tree/lib/modules/$version/initrd"
	menu /boot/grub /boot/kernel-$version $image
}
start gentoo
LACKS=program make_image
run check
ok "Gentoo: dracut --regenerate-all writes beside the modules" says "FAIL $image: does not contain vfio-early; sudo dracut --force $image $version"
start fedora
echo $id | write /etc/machine-id
mkdir "$tree/boot/$id"
LACKS=program make_image
run check
ok "Fedora: a folder of the machine's id draws dracut's images" says "FAIL $image: does not contain vfio-early; sudo dracut --force $image $version"
start token
rm "$tree/usr/sbin/update-initramfs"
files /usr/bin/dracut /usr/lib/kernel/install.d/50-dracut.install
echo $id | write /etc/machine-id
LACKS=program make_image
run check
ok "dracut does not know the folder of another token" says "FAIL $image: does not contain vfio-early; sudo kernel-install add 6.12.1-1 /boot/vmlinuz-6.12.1-1"
start token
rm "$tree/etc/kernel/entry-token"
run check
ok "the folder of a token that nobody tells is found" says "PASS $image: contains vfio-early"
start token
entry /boot/loader/entries/x-$newer.conf /vmlinuz-none /none
run check
ok "entries of both partitions count" says "PASS $image: contains vfio-early"
start uki_kernel_install
mv "$tree$image" "$tree/efi/EFI/Linux/mine.efi"
run check
ok "a unified image without a version" says "WARN $version: no image of this kernel was found"
image /boot/aside gzip
UKI_CMDLINE=$parameters UKI_UNAME=$version uki /efi/EFI/Linux/mine.efi "$tree/boot/aside"
run check
ok "one that has it inside" says "PASS /efi/EFI/Linux/mine.efi: contains vfio-early"

start silverblue
LACKS=program make_image
files /run/ostree/staged-deployment
run check
ok "a staged deployment is not known yet" line "WARN boot loader: a deployment is staged, and cannot be read before the reboot; these results are for the present one"
ok "its image may be another one" says "WARN $image: does not contain vfio-early; the staged deployment has another one; "
ok "so nothing fails" exits 0
rm "$tree/run/ostree/staged-deployment"
run check
ok "without one it does" exits 1
image=/boot/ostree/fedora-77ab12/initramfs-$version.img
mkdir -p "$tree${image%/*}"
make_image
run check
ok "the image of the entry counts, not the one beside the modules" says "PASS $image: contains vfio-early"

# --- systems that are not supported ---

sed -n '/^## Systems that are not/,$s/^| \([^ s-][^|]*[^ ]\) | \(.*\) |$/\1: \2/p' "$docs" >"$tree.unsupported"
unsupported() { # NAME FILE [TEXT]
	start debian
	rm "$tree/usr/sbin/update-initramfs"
	files "$2"
	[ -z "${3:-}" ] || echo "$3" | write "$2"
	run check
	ok "$1 is not supported" says "FAIL system: vfio-early does not support $(grep "^$1: " "$tree.unsupported"); "
	ok "$1 fails" exits 1
	LACKS=program make_image
	run check
	ok "$1: the image has no other cure" says "FAIL $image: does not contain vfio-early; see system above"
}
unsupported TrueNAS /usr/bin/midclt
unsupported Unraid /etc/unraid-version
unsupported "Qubes OS dom0" /etc/qubes-release
unsupported Xen /proc/xen/capabilities
unsupported NixOS /etc/os-release 'ID=nixos'
unsupported SteamOS /etc/os-release 'ID="steamos"'
unsupported ChromeOS /usr/lib/os-release 'ID=chromeos'
unsupported Guix /etc/os-release 'ID=guix'
unsupported "ostree without rpm-ostree" /run/ostree-booted
unsupported mkinitcpio /usr/bin/mkinitcpio
unsupported mkinitfs /sbin/mkinitfs
unsupported booster /usr/bin/booster
unsupported ugrd /usr/bin/ugrd
unsupported genkernel /usr/bin/genkernel
unsupported mkinitrd /sbin/mkinitrd
ok "the documents list no other" [ "$(wc -l <"$tree.unsupported")" = 15 ]
rm "$tree.unsupported"
start arch_grub
files /usr/bin/mkinitcpio
run check
ok "mkinitcpio beside dracut is no obstacle" lacks "does not support"
start debian
rm "$tree/usr/sbin/update-initramfs"
LACKS=program make_image
run check
ok "without a generator, one is to be installed" says "does not contain vfio-early; install dracut or initramfs-tools and regenerate the initramfs"
start alpine
run check
ok "without a kernel that is known, an unsupported generator still fails" says "FAIL system: vfio-early does not support mkinitfs: "
ok "and nothing is ready" lacks "Ready: "
done_testing
