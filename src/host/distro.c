/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/distro.h"

#include "host/rootdir.h"

static const char *find_entries(void)
{
	static const char *const folders[] = { "/boot/loader/entries", "/efi/loader/entries",
					       "/boot/efi/loader/entries" };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (rootdir_exists(folders[i]))
			return folders[i];
	return NULL;
}

static enum distro_loader find_loader(bool ostree, const char *entries)
{
	if (ostree)
		return LOADER_RPM_OSTREE;
	if (ROOTDIR_ANY_EXISTS("/etc/kernel/proxmox-boot-uuids"))
		return LOADER_PROXMOX;
	if (ROOTDIR_ANY_EXISTS("/usr/sbin/grubby", "/usr/bin/grubby", "/sbin/grubby"))
		return LOADER_GRUBBY;
	if (ROOTDIR_ANY_EXISTS("/etc/default/grub")) {
		if (ROOTDIR_ANY_EXISTS("/usr/sbin/update-grub", "/sbin/update-grub", "/usr/bin/update-grub"))
			return LOADER_UPDATE_GRUB;
		if (ROOTDIR_ANY_EXISTS("/usr/sbin/grub2-mkconfig", "/usr/bin/grub2-mkconfig"))
			return LOADER_GRUB2;
		if (ROOTDIR_ANY_EXISTS("/usr/sbin/grub-mkconfig", "/usr/bin/grub-mkconfig"))
			return LOADER_GRUB;
	}
	if (ROOTDIR_ANY_EXISTS("/etc/kernel/cmdline"))
		return LOADER_KERNEL_INSTALL;
	return entries ? LOADER_ENTRIES : LOADER_UNKNOWN;
}

void distro_read(struct distro *ret)
{
	*ret = (struct distro){ .generator = generators_find(), .entries = find_entries() };
	ret->loader = find_loader(ret->generator == &generators[GENERATOR_RPM_OSTREE], ret->entries);
}

static const char *grub_command(enum distro_loader loader)
{
	if (loader == LOADER_UPDATE_GRUB)
		return "update-grub";
	return loader == LOADER_GRUB2 ? "grub2-mkconfig -o /boot/grub2/grub.cfg" :
					"grub-mkconfig -o /boot/grub/grub.cfg";
}

static const char *describe(const struct distro *distro, const char *parameter, bool add, char *buffer,
			    size_t size)
{
	const char *verb = add ? "add" : "remove", *where = add ? "to" : "from";

	switch (distro->loader) {
	case LOADER_RPM_OSTREE:
		return util_format(buffer, size, "sudo rpm-ostree kargs %s=%s",
				   add ? "--append-if-missing" : "--delete", parameter);
	case LOADER_GRUBBY:
		return util_format(buffer, size, "sudo grubby --update-kernel=ALL %s=%s",
				   add ? "--args" : "--remove-args", parameter);
	case LOADER_PROXMOX:
		return util_format(
			buffer, size,
			"%s %s %s /etc/kernel/cmdline (or GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub), "
			"then: sudo proxmox-boot-tool refresh",
			verb, parameter, where);
	case LOADER_UPDATE_GRUB:
	case LOADER_GRUB2:
	case LOADER_GRUB:
		return util_format(buffer, size,
				   "%s %s %s GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub, then: sudo %s",
				   verb, parameter, where, grub_command(distro->loader));
	case LOADER_KERNEL_INSTALL:
		return util_format(buffer, size,
				   "%s %s %s /etc/kernel/cmdline, then for each kernel: "
				   "sudo kernel-install add VERSION /lib/modules/VERSION/vmlinuz",
				   verb, parameter, where);
	case LOADER_ENTRIES:
		return util_format(buffer, size, "%s %s %s the 'options' lines in %s", verb, parameter, where,
				   distro->entries);
	case LOADER_UNKNOWN:
		break;
	}
	return util_format(buffer, size,
			   "%s %s %s the kernel command line, in the boot loader's configuration", verb,
			   parameter, where);
}

const char *distro_add(const struct distro *distro, const char *parameter, char *buffer, size_t size)
{
	return describe(distro, parameter, true, buffer, size);
}

const char *distro_remove(const struct distro *distro, const char *parameter, char *buffer, size_t size)
{
	return describe(distro, parameter, false, buffer, size);
}

const char *distro_regenerate(const struct distro *distro)
{
	return distro->generator ? distro->generator->regenerate : "make the initramfs anew";
}
