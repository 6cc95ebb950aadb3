/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a parameter of the kernel command line is added or removed here, and what applies that. */
#include "host/distro.h"

#include <string.h>

#include "core/boot-entry.h"
#include "host/rootdir.h"

bool distro_has_grub(const struct distro *distro)
{
	static const enum distro_loader loaders[] = { LOADER_UPDATE_GRUB, LOADER_GRUB2, LOADER_TRANSACTIONAL,
						      LOADER_GRUB };

	for (size_t i = 0; i < ARRAY_SIZE(loaders); i++)
		if (distro->loader == loaders[i])
			return true;
	return distro->loader == LOADER_PROXMOX && distro->by_grub;
}

/* The variable and the file that has the parameter, or in which it is to be. */
static const char *grub_place(const char *parameter, bool add)
{
	const char *cursor = parameter, *file = DISTRO_GRUB, *name = GRUB_NORMAL;
	const struct grub_default *found;
	struct grub_defaults defaults;
	struct cmdline_param param;

	distro_read_grub(&defaults);
	found = !add && cmdline_next(&cursor, &param) ? grub_defaults_find(&defaults, &param) : NULL;
	if (found) {
		file = found->file;
		name = found->name;
	} else if (add && !defaults.unsure) {
		file = grub_defaults_place(&defaults, GRUB_NORMAL, DISTRO_GRUB);
	}
	grub_defaults_clear(&defaults);
	return util_text("%s in %s", name, file);
}

/* Is it certain that what /etc/default/grub gives has the parameter, or does not have it? */
static bool grub_is_done(const char *parameter, bool add)
{
	struct grub_defaults defaults;
	struct cmdline_param param;
	const char *cursor = parameter, *given;
	bool done;

	distro_read_grub(&defaults);
	given = grub_defaults_cmdline(&defaults);
	/* A value that the shell makes can have anything. */
	done = given && !defaults.unsure && !strpbrk(given, "$`") && cmdline_next(&cursor, &param) &&
	       (add ? boot_entry_has(given, &param) : !grub_defaults_find(&defaults, &param));
	grub_defaults_clear(&defaults);
	return done;
}

struct place_search {
	const char *parameter, *found;
};

static void look_for_parameter(void *data, const char *path)
{
	struct place_search *search = data;
	cleanup_free char *text = rootdir_read_text(path, DISTRO_LIMIT);

	if (text && strstr(text, search->parameter))
		search->found = util_text("%s", path);
}

/* The file of a folder that has the parameter, else @standard. */
static const char *find_place(const char *folder, const char *suffix, const char *parameter,
			      const char *standard)
{
	struct place_search search = { parameter, standard };

	rootdir_each_file(folder, suffix, look_for_parameter, &search);
	return search.found;
}

/* Where it is written, for a person. */
static const char *describe_place(const struct distro *distro, const char *parameter, bool add)
{
	if (distro_has_grub(distro))
		return grub_place(parameter, add);
	switch (distro->loader) {
	case LOADER_PROXMOX:
		return distro->by_systemd_boot ?
			       DISTRO_CMDLINE :
			       util_text(DISTRO_CMDLINE " (or %s)", grub_place(parameter, add));
	case LOADER_DRACUT:
		return util_text("kernel_cmdline in %s",
				 find_place("/etc/dracut.conf.d", ".conf", "kernel_cmdline",
					    "/etc/dracut.conf.d/cmdline.conf"));
	case LOADER_REFIND:
		return "each line of /boot/refind_linux.conf";
	case LOADER_ENTRIES:
		return util_text("the 'options' lines in %s", distro->entries);
	case LOADER_U_BOOT:
		return "U_BOOT_PARAMETERS in /etc/default/u-boot";
	case LOADER_EXTLINUX:
		return "the 'append' lines in " DISTRO_EXTLINUX;
	case LOADER_LIMINE_TOOL:
		return "KERNEL_CMDLINE[default] in /etc/default/limine";
	case LOADER_LIMINE:
		return util_text("the 'cmdline' lines in %s", distro_find_limine());
	case LOADER_BOOTC:
		return find_place(DISTRO_KARGS, ".toml", parameter, DISTRO_KARGS);
	case LOADER_SDBOOTUTIL:
	case LOADER_KERNEL_INSTALL:
		return add ? DISTRO_CMDLINE :
			     find_place(DISTRO_CMDLINE_FOLDER, ".conf", parameter, DISTRO_CMDLINE);
	default:
		return "the kernel command line, in the boot loader's configuration";
	}
}

/* What applies what was written, or "" where nothing has to. */
static const char *apply_command(const struct distro *distro)
{
	switch (distro->loader) {
	case LOADER_UPDATE_GRUB:
		return "sudo update-grub";
	case LOADER_GRUB2:
		return "sudo grub2-mkconfig -o /boot/grub2/grub.cfg";
	case LOADER_TRANSACTIONAL:
		return "sudo transactional-update --continue grub.cfg";
	case LOADER_GRUB:
		return "sudo grub-mkconfig -o /boot/grub/grub.cfg";
	case LOADER_DRACUT:
		return DISTRO_REGENERATE_UNIFIED;
	case LOADER_PROXMOX:
		return "sudo proxmox-boot-tool refresh";
	case LOADER_SDBOOTUTIL:
		return "sudo sdbootutil update-all-entries";
	case LOADER_U_BOOT:
		return "sudo u-boot-update";
	case LOADER_LIMINE_TOOL:
		return "sudo limine-update";
	default:
		return "";
	}
}

/* Without the file kernel-install takes the parameters of this boot, and a changed entry lasts until it runs again. */
static const char *make_cmdline(void)
{
	return rootdir_exists(DISTRO_CMDLINE) || rootdir_exists(DISTRO_CMDLINE_FOLDER) ?
		       "" :
		       "sudo sh -c \"sed 's/ *initrd=[^ ]*//' /proc/cmdline >" DISTRO_CMDLINE "\", then ";
}

static const char *describe(const struct distro *distro, const char *parameter, bool add)
{
	const char *verb = add ? "add" : "remove", *where = add ? "to" : "from", *apply;

	if (distro->unsupported.name)
		return distro->unsupported.instead;
	switch (distro->loader) {
	case LOADER_RPM_OSTREE:
		return util_text("sudo rpm-ostree kargs %s=%s", add ? "--append-if-missing" : "--delete",
				 parameter);
	case LOADER_GRUBBY:
		return util_text("sudo grubby --update-kernel=ALL %s=%s", add ? "--args" : "--remove-args",
				 parameter);
	case LOADER_KERNELSTUB:
		return util_text("sudo kernelstub %s %s", add ? "-a" : "-d", parameter);
	case LOADER_BOOTC:
		if (add)
			return util_text(DISTRO_CONTAINERFILE "RUN mkdir -p " DISTRO_KARGS
							      " && echo 'kargs = [\"%s\"]' >" DISTRO_KARGS
							      "/50-vfio-early.toml, " DISTRO_BUILD,
					 parameter);
		return util_text("remove %s from %s in the image, " DISTRO_BUILD, parameter,
				 describe_place(distro, parameter, add));
	case LOADER_KERNEL_INSTALL:
		return util_text("%s%s %s %s %s, then %s", make_cmdline(), verb, parameter, where,
				 describe_place(distro, parameter, add), distro->install);
	default:
		apply = apply_command(distro);
		if (distro_has_grub(distro) && grub_is_done(parameter, add))
			return add ? apply :
				     util_text("%s; if the default menu entry still has %s, choose another "
					       "default "
					       "entry",
					       apply, parameter);
		return util_text("%s %s %s %s%s%s", verb, parameter, where,
				 describe_place(distro, parameter, add), apply[0] ? ", then: " : "", apply);
	}
}

const char *distro_add(const struct distro *distro, const char *parameter)
{
	return describe(distro, parameter, true);
}

const char *distro_remove(const struct distro *distro, const char *parameter)
{
	return describe(distro, parameter, false);
}

const char *distro_apply(const struct distro *distro, const char *parameter, bool removed)
{
	const char *apply = apply_command(distro);

	if (distro->loader == LOADER_KERNEL_INSTALL)
		return distro->install;
	return !apply[0]                        ? describe(distro, parameter, !removed) :
	       distro->loader == LOADER_PROXMOX ? util_text("%s, then reboot", apply) :
						  apply;
}

/* Images for clouds of Ubuntu have the variable: the menu tries without an initramfs first. */
#define WITHOUT_IMAGE "GRUB_FORCE_PARTUUID"

const char *distro_add_image(const struct distro *distro)
{
	const char *apply = apply_command(distro), *value, *file;
	struct grub_defaults defaults;

	if (!distro_has_grub(distro))
		return "add a line 'initrd' with the image to that entry";
	distro_read_grub(&defaults);
	value = grub_defaults_value(&defaults, WITHOUT_IMAGE);
	file = grub_defaults_place(&defaults, WITHOUT_IMAGE, DISTRO_GRUB);
	grub_defaults_clear(&defaults);
	return value && value[0] ? util_text("remove " WITHOUT_IMAGE " from %s, then: %s", file, apply) :
				   util_text("%s, then: %s", distro->regenerate, apply);
}
