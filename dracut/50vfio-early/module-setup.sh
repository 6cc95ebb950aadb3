#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Puts vfio-early, its configuration and vfio-pci into every image, configured or not, so that rd.vfio.ids=
# works without making the image anew.

# called by dracut
check() {
    require_binaries @SBINDIR@/vfio-early || return 1
    return 0
}

# called by dracut
depends() {
    return 0
}

# called by dracut
installkernel() {
    # hostonly='': which driver holds the device on this host now must not decide.
    # -s: vfio-pci may be built in, and only virtual machines have a virtio_iommu.
    hostonly='' instmods -s vfio-pci vfio_iommu_type1 virtio_iommu
}

# called by dracut
install() {
    inst @SBINDIR@/vfio-early /usr/sbin/vfio-early
    inst_multiple -o /etc/vfio-early.conf
    # What the host mounts, opens and swaps on stays with it; an image's own tables hold less.
    for table in fstab crypttab; do
        [ ! -f "${dracutsysrootdir-}/etc/$table" ] || inst_simple "/etc/$table" "/etc/vfio-early.$table"
    done
    install_facts
    install_drop_ins
    # ids= of modprobe.d are claims; an image that is not hostonly has none of these files.
    for file in "${dracutsysrootdir-}"/etc/modprobe.d/*.conf; do
        ! grep -qs '^[[:space:]]*options[[:space:]].*[[:space:]]ids=' "$file" || inst_simple "${file#"${dracutsysrootdir-}"}"
    done

    if dracut_module_included "systemd" || dracut_module_included "systemd-initrd"; then
        # A pre-udev hook has no order against systemd-modules-load, which may load a GPU's driver.
        inst_simple "$moddir/vfio-early.service" "$systemdsystemunitdir/vfio-early.service"
        mkdir -p "$initdir$systemdsystemunitdir/sysinit.target.wants"
        ln_r "$systemdsystemunitdir/vfio-early.service" "$systemdsystemunitdir/sysinit.target.wants/vfio-early.service"
        # No target wants the late unit: the early stage starts it where something waits for it.
        inst_simple "$moddir/vfio-early-late.service" "$systemdsystemunitdir/vfio-early-late.service"
    else
        # rd.driver.pre and force_drivers load in cmdline hook 01, long before pre-udev.
        inst_hook cmdline 00 "$moddir/vfio-early.sh"
        inst_hook pre-mount 99 "$moddir/vfio-early-late.sh"
        inst_hook pre-pivot 00 "$moddir/vfio-early-finish.sh"
        warn_of_earlier_hooks
    fi
}

# What this host stands on. The program knows whether / is a running host; a sysroot is another one. Elsewhere what
# "facts --write" has kept counts.
install_facts() {
    local facts="$initdir/etc/vfio-early.facts" reason="vfio-early: no facts: the image is for a sysroot" status=1
    mkdir -p "$initdir/etc"
    if [ -z "${dracutsysrootdir-}" ]; then
        reason=$(timeout 60 @SBINDIR@/vfio-early facts 2>&1 > "$facts") && status=0 || status=$?
    fi
    [ "$status" = 0 ] || rm -f "$facts"
    case $status in
        0) ;;
        1) # / is no running host.
            dinfo "$reason"
            [ ! -f "${dracutsysrootdir-}/etc/vfio-early.facts" ] || inst_simple /etc/vfio-early.facts
            ;;
        *) dwarn "vfio-early: no host facts in the image: ${reason:-vfio-early facts ended with $status}" ;;
    esac
}

# A file of /etc, also a link to /dev/null, stands in for the one of /usr/lib with the same name.
install_drop_ins() {
    local file etc="${dracutsysrootdir-}/etc/vfio-early.conf.d"
    for file in "${dracutsysrootdir-}"/usr/lib/vfio-early.conf.d/*.conf "$etc"/*.conf; do
        [ -f "$file" ] || continue
        case $file in
            "$etc"/*) ;;
            *) if [ -e "$etc/${file##*/}" ] || [ -L "$etc/${file##*/}" ]; then continue; fi ;;
        esac
        inst_simple "${file#"${dracutsysrootdir-}"}"
    done
}

# Hooks run in the order of their names; one that sorts before ours may load drivers.
warn_of_earlier_hooks() {
    local hook
    for hook in "$initdir"/*/dracut/hooks/cmdline/* "$initdir"/var/lib/dracut/hooks/cmdline/*; do
        [[ -e $hook ]] || continue
        hook=${hook##*/}
        LC_ALL=C
        if [[ $hook < 00-vfio-early.sh ]]; then
            dwarn "vfio-early: the cmdline hook $hook runs before vfio-early; it must not load drivers"
        fi
    done
}
