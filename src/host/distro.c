/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/distro.h"

#include <stdlib.h>
#include <string.h>

#include "host/rootdir.h"

#define RELEASE_LIMIT (1 << 16)

static const char *find_entries(void)
{
	static const char *const folders[] = { "/boot/loader/entries", "/efi/loader/entries",
					       "/boot/efi/loader/entries" };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (rootdir_exists(folders[i]))
			return folders[i];
	return NULL;
}

static void add_defaults(void *defaults, const char *path)
{
	cleanup_free char *text = rootdir_read_text(path, DISTRO_LIMIT);

	if (text)
		grub_defaults_add(defaults, path, text);
}

void distro_read_grub(struct grub_defaults *ret)
{
	*ret = (struct grub_defaults){ 0 };
	add_defaults(ret, DISTRO_GRUB);
	rootdir_each_file(DISTRO_GRUB ".d", ".cfg", add_defaults, ret);
}

static const char *next_field(const char **cursor)
{
	size_t length = strcspn(*cursor, "|\n");
	const char *field = util_text_copy(*cursor, length);

	*cursor += length + ((*cursor)[length] != 0);
	return field;
}

static bool has_program(const char *name)
{
	for (const char *c = "/usr/bin/|/usr/sbin/|/sbin/|/bin/"; *c;)
		if (rootdir_exists(util_text("%s%s", next_field(&c), name)))
			return true;
	return false;
}

/* --- systems that cannot be served --- */

/*
 * Lines of ID= of os-release, a file that is there, who it is, why it cannot be served, what its owner can do. "-" in
 * place of the id: see is_bare_ostree().
 */
static const char unsupported[] =
	"truenas|/usr/bin/midclt|TrueNAS|each update replaces the system and its images|"
	"isolate the GPU in the web interface: System, Advanced Settings, Isolated GPU Devices\n"
	"unraid|/etc/unraid-version|Unraid|it boots a fixed image from its flash drive|"
	"bind the device in the web interface: Tools, System Devices\n"
	"qubes|/etc/qubes-release|Qubes OS dom0|Xen gives devices to qubes, without vfio-pci|"
	"assign the device in the settings of the qube, or hide it from dom0 with rd.qubes.hide_pci=\n"
	"xen|/proc/xen/capabilities|Xen|it gives devices to its guests without vfio-pci|"
	"use xl pci-assignable-add, or xen-pciback.hide= on the kernel command line of dom0\n"
	"nixos|/etc/NIXOS|NixOS|its own configuration makes the image and the kernel command line|"
	"set boot.initrd.kernelModules and boot.kernelParams in the configuration of the system\n"
	"guix|/run/current-system/parameters|Guix|its own configuration makes the image and the kernel "
	"command line|"
	"set initrd-modules and kernel-arguments in the configuration of the system\n"
	"steamos|/usr/bin/steamos-atomupd-client|SteamOS|each update replaces the read-only system and its "
	"images|"
	"use another distribution\n"
	"chromeos|/usr/sbin/chromeos-install|ChromeOS|its verified kernel boots without an initramfs|"
	"use another distribution\n"
	"-|-|ostree without rpm-ostree|each update replaces the system and its images|use another "
	"distribution\n";

/* Generators of images that have no hook of ours. They count where no other one is installed. */
static const char strangers[] = "mkinitcpio|mkinitfs|booster|ugrd|genkernel|mkinitrd|";

/* ID= of os-release, as the shell reads it: a util_text(), or NULL. */
static const char *read_id(void)
{
	struct grub_defaults values = { 0 };
	const char *id;

	add_defaults(&values, "/usr/lib/os-release");
	add_defaults(&values, "/etc/os-release");
	id = grub_defaults_value(&values, "ID");
	grub_defaults_clear(&values);
	return id;
}

static bool is_bare_ostree(const struct generator *generator)
{
	return rootdir_exists("/run/ostree-booted") && generator != &generators[GENERATOR_RPM_OSTREE] &&
	       !has_program("bootc");
}

static void find_unsupported(const struct generator *generator, struct distro_unsupported *ret)
{
	const char *system = read_id();

	for (const char *c = unsupported; *c;) {
		const char *id = next_field(&c), *file = next_field(&c);

		*ret = (struct distro_unsupported){ .name = next_field(&c) };
		ret->why = next_field(&c);
		ret->instead = next_field(&c);
		if (id[0] == '-' ? is_bare_ostree(generator) :
				   (system && !strcmp(id, system)) || rootdir_exists(file))
			return;
	}
	*ret = (struct distro_unsupported){ NULL, NULL, NULL };
	for (const char *c = strangers; *c && !generator && !ret->name;) {
		const char *name = next_field(&c);

		if (has_program(name))
			*ret = (struct distro_unsupported){ name, "its images cannot contain vfio-early yet",
							    "install dracut and boot from its images" };
	}
}

/* --- boot loaders --- */

static bool has_install(void)
{
	return has_program("kernel-install");
}

static bool install_calls_dracut(void)
{
	return rootdir_exists("/usr/lib/kernel/install.d/50-dracut.install") ||
	       rootdir_exists("/etc/kernel/install.d/50-dracut.install");
}

/* The origin of a deployment that rpm-ostree has changed on this host: it has packages or an image of its own. */
static void look_for_changes(void *changed, const char *path)
{
	cleanup_free char *text = rootdir_read_text(path, RELEASE_LIMIT);

	*(bool *)changed |= text && (strstr(text, "requested") || strstr(text, "regenerate-initramfs"));
}

static bool is_layered(void)
{
	bool changed = rootdir_exists("/usr/share/ublue-os");
	struct rootdir_text folder;
	char **names;
	ssize_t count = rootdir_list("/ostree/deploy", &names);

	for (ssize_t i = 0; i < count; i++)
		rootdir_each_file(rootdir_path(&folder, "/ostree/deploy/%s/deploy", names[i]), ".origin",
				  look_for_changes, &changed);
	rootdir_list_free(names, count);
	return changed;
}

/*
 * Who has rpm-ostree changes the system with it, but where the owner builds the image of a container. Universal Blue
 * builds images for others, who have no Containerfile.
 */
static bool is_bootc(bool ostree)
{
	return has_program("bootc") &&
	       (!ostree || ((rootdir_exists(DISTRO_KARGS) || rootdir_exists("/usr/lib/bootc/install")) &&
			    !is_layered()));
}

/* It is installed on openSUSE beside GRUB, too, which has its own menu then. */
static bool is_sdbootutil(void)
{
	struct grub_defaults values = { 0 };
	const char *type;

	if (!has_program("sdbootutil"))
		return false;
	add_defaults(&values, "/etc/sysconfig/bootloader");
	type = grub_defaults_value(&values, "LOADER_TYPE");
	grub_defaults_clear(&values);
	return !type || !util_starts_with(type, "grub2") || !strcmp(type, "grub2-bls");
}

static enum distro_loader find_grub(const struct distro *distro)
{
	if (has_program("update-grub"))
		return LOADER_UPDATE_GRUB;
	if (has_program("grub2-mkconfig"))
		return distro->transactional ? LOADER_TRANSACTIONAL : LOADER_GRUB2;
	if (has_program("grub-mkconfig"))
		return LOADER_GRUB;
	return LOADER_UNKNOWN;
}

static void look_for_install(void *found, const char *path)
{
	cleanup_free char *text = rootdir_read_text(path, RELEASE_LIMIT);

	*(bool *)found |= text && strstr(text, "/kernel/install.d/");
}

/* It writes so into the entries that it makes (90-loaderentry.install), and makes them anew with each image. */
static bool has_installed(const char *entries)
{
	bool found = false;

	if (entries && has_install())
		rootdir_each_file(entries, ".conf", look_for_install, &found);
	return found;
}

const char *distro_find_limine(void)
{
	static const char *const files[] = {
		"/boot/limine.conf",
		"/boot/limine/limine.conf",
		"/boot/EFI/limine/limine.conf",
		"/boot/EFI/BOOT/limine.conf",
		"/efi/limine.conf",
		"/boot/efi/limine.conf",
		"/boot/efi/EFI/limine/limine.conf",
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (rootdir_exists(files[i]))
			return files[i];
	return "";
}

/* Loaders that are no other's neighbour: what makes their menus, else the menu itself. */
static enum distro_loader find_small_loader(void)
{
	if (rootdir_exists(DISTRO_EXTLINUX))
		return has_program("u-boot-update") ? LOADER_U_BOOT : LOADER_EXTLINUX;
	if (!distro_find_limine()[0])
		return LOADER_UNKNOWN;
	return has_program("limine-update") ? LOADER_LIMINE_TOOL : LOADER_LIMINE;
}

static enum distro_loader find_loader(const struct distro *distro)
{
	bool ostree = distro->generator == &generators[GENERATOR_RPM_OSTREE];
	bool has_cmdline = rootdir_exists(DISTRO_CMDLINE) || rootdir_exists(DISTRO_CMDLINE_FOLDER);
	enum distro_loader grub = LOADER_UNKNOWN;

	if (is_bootc(ostree))
		return LOADER_BOOTC;
	if (ostree)
		return LOADER_RPM_OSTREE;
	if (rootdir_exists("/etc/kernel/proxmox-boot-uuids"))
		return LOADER_PROXMOX;
	if (has_program("grubby"))
		return LOADER_GRUBBY;
	if (is_sdbootutil())
		return LOADER_SDBOOTUTIL;
	if (has_program("kernelstub") && !distro->by_grub)
		return LOADER_KERNELSTUB;
	if (kernels_read_layout() == KERNELS_UNIFIED && kernels_unified_by_dracut() &&
	    !install_calls_dracut())
		return LOADER_DRACUT;
	if (rootdir_exists(DISTRO_GRUB) && (!distro->by_systemd_boot || (!has_cmdline && !distro->entries)))
		grub = find_grub(distro);
	if (rootdir_exists("/boot/refind_linux.conf") && !distro->by_grub && !distro->by_systemd_boot)
		return LOADER_REFIND;
	if (grub)
		return grub;
	if (has_cmdline || has_installed(distro->entries))
		return LOADER_KERNEL_INSTALL;
	return distro->entries ? LOADER_ENTRIES : find_small_loader();
}

/* --- images --- */

/* kernel-install for each kernel, which Debian has in /boot and others beside the modules. */
static const char *find_install(void)
{
	const char *commands = "";
	struct rootdir_text path;
	char **names;
	ssize_t count = rootdir_list("/lib/modules", &names);

	for (ssize_t i = 0; i < count; i++)
		if (rootdir_exists(rootdir_path(&path, "/lib/modules/%s/vmlinuz", names[i])) ||
		    rootdir_exists(rootdir_path(&path, "/boot/vmlinuz-%s", names[i])))
			commands = util_text_add(commands, "%ssudo kernel-install add %s %s",
						 commands[0] ? " && " : "", names[i], path.text);
	rootdir_list_free(names, count);
	return commands[0] ? commands :
			     "for each kernel: sudo kernel-install add VERSION /lib/modules/VERSION/vmlinuz";
}

/*
 * What makes images for the next boot where the generator alone does not. Where it runs beside the host, the host facts
 * are written first.
 */
static const char *own_command(const struct distro *distro)
{
	if (distro->unsupported.name)
		return distro->unsupported.instead;
	if (distro->loader == LOADER_BOOTC)
		return DISTRO_CONTAINERFILE
			"COPY vfio-early.conf /etc/vfio-early.conf and, behind it, RUN kver=$(cd "
			"/usr/lib/modules && echo *) && dracut --force --add vfio-early "
			"/usr/lib/modules/$kver/initramfs.img $kver, " DISTRO_BUILD;
	if (distro->transactional)
		return "sudo vfio-early facts --write && sudo transactional-update --continue initrd";
	return distro->loader == LOADER_SDBOOTUTIL ? "sudo sdbootutil mkinitrd" : NULL;
}

static bool copies_update_initramfs(void)
{
	return rootdir_exists("/etc/initramfs/post-update.d/systemd-boot") ||
	       rootdir_exists("/etc/initramfs/post-update.d/zz-kernelstub");
}

/* dracut knows the folder of the machine's id, and none of another token. */
static bool is_out_of_reach(const char *image)
{
	struct rootdir_text id;

	return image[0] && rootdir_read("/etc/machine-id", &id) == 0 && !strstr(image, id.text) &&
	       rootdir_exists("/etc/kernel/entry-token");
}

/*
 * The generator's command makes its own images. A copy of one, or a unified kernel image with one, is regenerated
 * after that: kernel-install makes it of what the generator has made, or calls dracut itself. dracut writes into
 * the folders of kernel-install if they are there, but not over images whose names have no version. Hooks in
 * /etc/initramfs/post-update.d copy what update-initramfs makes.
 */
static void set_regenerate(struct distro *distro, enum kernels_layout layout, const char *image)
{
	bool dracut = distro->generator == &generators[GENERATOR_DRACUT];
	const char *plain = distro->generator ? distro->generator->regenerate :
						"install dracut or initramfs-tools and regenerate the "
						"initramfs";
	const char *own = own_command(distro), *packaged;

	if (own) {
		distro->regenerate = own;
		return;
	}
	packaged = dracut && layout != KERNELS_UNIFIED ? kernels_beyond_dracut("sudo dracut --force") : "";
	if (packaged[0] && (!image[0] || strstr(packaged, image)))
		distro->regenerate = packaged;
	else if (layout == KERNELS_UNIFIED && dracut && kernels_unified_by_dracut())
		distro->regenerate = DISTRO_REGENERATE_UNIFIED;
	else if (layout == KERNELS_OF_GENERATOR ||
		 (layout == KERNELS_OF_INSTALL && dracut && !is_out_of_reach(image)) ||
		 copies_update_initramfs())
		distro->regenerate = plain;
	else if (!has_install())
		distro->regenerate =
			layout == KERNELS_UNIFIED ?
				util_text("%s, then build the unified kernel images again", plain) :
				plain;
	else
		distro->regenerate =
			util_text("%s%s%s", dracut && install_calls_dracut() ? "" : plain,
				  dracut && install_calls_dracut() ? "" : ", then ", distro->install);
}

void distro_read(const char *cmdline, struct distro *ret)
{
	struct cmdline_param param;

	*ret = (struct distro){
		.generator = generators_find(),
		.entries = find_entries(),
		.by_systemd_boot = kernels_by_systemd_boot(),
		/* GRUB names the image that it has loaded. */
		.by_grub = cmdline_last(cmdline, "BOOT_IMAGE", &param),
		.staged = rootdir_exists("/run/ostree/staged-deployment"),
		.transactional = has_program("transactional-update"),
	};
	find_unsupported(ret->generator, &ret->unsupported);
	ret->loader = find_loader(ret);
	ret->install = find_install();
	set_regenerate(ret, kernels_read_layout(), "");
}

void distro_boots_next(struct distro *distro, const struct kernel *next)
{
	if (next && next->path[0])
		set_regenerate(distro, kernels_is_unified(next) ? KERNELS_UNIFIED : kernels_read_layout(),
			       next->path);
}

const char *distro_regenerate(const struct distro *distro)
{
	return distro->regenerate;
}
