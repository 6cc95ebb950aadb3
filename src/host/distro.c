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

/* --- images --- */

/* Debian has its kernels in /boot only. */
static const char *find_kernels(void)
{
	bool in_boot = false, beside_modules = false;
	struct rootdir_text path;
	char **names;
	ssize_t count = rootdir_list("/lib/modules", &names);

	for (ssize_t i = 0; i < count; i++) {
		beside_modules |= rootdir_exists(rootdir_path(&path, "/lib/modules/%s/vmlinuz", names[i]));
		in_boot |= rootdir_exists(rootdir_path(&path, "/boot/vmlinuz-%s", names[i]));
	}
	rootdir_list_free(names, count);
	return in_boot && !beside_modules ? "/boot/vmlinuz-VERSION" : "/lib/modules/VERSION/vmlinuz";
}

static bool has_install(void)
{
	return ROOTDIR_ANY_EXISTS("/usr/bin/kernel-install", "/bin/kernel-install");
}

static bool install_calls_dracut(void)
{
	return ROOTDIR_ANY_EXISTS("/usr/lib/kernel/install.d/50-dracut.install",
				  "/etc/kernel/install.d/50-dracut.install");
}

/*
 * The generator's command makes its own images. A copy of one, or a unified kernel image with one, is regenerated
 * after that: kernel-install makes it of what the generator has made, or calls dracut itself. dracut writes into
 * the folders of kernel-install if they are there. The hook of systemd-boot in /etc/initramfs/post-update.d copies
 * what update-initramfs makes.
 */
static void set_regenerate(struct distro *distro, enum kernels_layout layout)
{
	bool dracut = distro->generator == &generators[GENERATOR_DRACUT];
	const char *plain = distro->generator ? distro->generator->regenerate : "regenerate the initramfs";

	if (layout == KERNELS_UNIFIED && dracut && kernels_unified_by_dracut())
		distro->regenerate = "sudo dracut --regenerate-all --uefi --force";
	else if (layout == KERNELS_OF_GENERATOR || (layout == KERNELS_OF_INSTALL && dracut) ||
		 !has_install() || ROOTDIR_ANY_EXISTS("/etc/initramfs/post-update.d/systemd-boot"))
		distro->regenerate = plain;
	else
		distro->regenerate =
			util_text("%s%sfor each kernel: sudo kernel-install add VERSION %s",
				  dracut && install_calls_dracut() ? "" : plain,
				  dracut && install_calls_dracut() ? "" : ", then ", distro->kernels);
}

void distro_read(struct distro *ret)
{
	*ret = (struct distro){ .generator = generators_find(), .entries = find_entries() };
	ret->loader = find_loader(ret->generator == &generators[GENERATOR_RPM_OSTREE], ret->entries);
	ret->kernels = find_kernels();
	set_regenerate(ret, kernels_read_layout());
}

void distro_boots_next(struct distro *distro, const struct kernel *next)
{
	if (next && kernels_is_unified(next))
		set_regenerate(distro, KERNELS_UNIFIED);
}

static const char *grub_command(enum distro_loader loader)
{
	if (loader == LOADER_UPDATE_GRUB)
		return "update-grub";
	return loader == LOADER_GRUB2 ? "grub2-mkconfig -o /boot/grub2/grub.cfg" :
					"grub-mkconfig -o /boot/grub/grub.cfg";
}

static const char *describe(const struct distro *distro, const char *parameter, bool add)
{
	const char *verb = add ? "add" : "remove", *where = add ? "to" : "from";

	switch (distro->loader) {
	case LOADER_RPM_OSTREE:
		return util_text("sudo rpm-ostree kargs %s=%s", add ? "--append-if-missing" : "--delete",
				 parameter);
	case LOADER_GRUBBY:
		return util_text("sudo grubby --update-kernel=ALL %s=%s", add ? "--args" : "--remove-args",
				 parameter);
	case LOADER_PROXMOX:
		return util_text(
			"%s %s %s /etc/kernel/cmdline (or GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub), "
			"then: sudo proxmox-boot-tool refresh",
			verb, parameter, where);
	case LOADER_UPDATE_GRUB:
	case LOADER_GRUB2:
	case LOADER_GRUB:
		return util_text("%s %s %s GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub, then: sudo %s",
				 verb, parameter, where, grub_command(distro->loader));
	case LOADER_KERNEL_INSTALL:
		return util_text("%s %s %s /etc/kernel/cmdline, then for each kernel: "
				 "sudo kernel-install add VERSION %s",
				 verb, parameter, where, distro->kernels);
	case LOADER_ENTRIES:
		return util_text("%s %s %s the 'options' lines in %s", verb, parameter, where,
				 distro->entries);
	case LOADER_UNKNOWN:
		break;
	}
	return util_text("%s %s %s the kernel command line, in the boot loader's configuration", verb,
			 parameter, where);
}

const char *distro_add(const struct distro *distro, const char *parameter)
{
	return describe(distro, parameter, true);
}

const char *distro_remove(const struct distro *distro, const char *parameter)
{
	return describe(distro, parameter, false);
}

const char *distro_install(const struct distro *distro)
{
	return util_text("for each kernel: sudo kernel-install add VERSION %s", distro->kernels);
}

const char *distro_apply(const struct distro *distro, const char *parameter, bool removed)
{
	switch (distro->loader) {
	case LOADER_PROXMOX:
		return "sudo proxmox-boot-tool refresh, then reboot";
	case LOADER_UPDATE_GRUB:
	case LOADER_GRUB2:
	case LOADER_GRUB:
		return util_text("sudo %s", grub_command(distro->loader));
	case LOADER_KERNEL_INSTALL:
		return distro_install(distro);
	default:
		return describe(distro, parameter, !removed);
	}
}

const char *distro_regenerate(const struct distro *distro)
{
	return distro->regenerate;
}
