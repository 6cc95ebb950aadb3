/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernels that are installed, and their images: those of the generators, of kernel-install, and unified ones. */
#pragma once

#include "host/initramfs.h"

enum kernel_driver { KERNEL_DRIVER_NONE, KERNEL_DRIVER_MODULE, KERNEL_DRIVER_BUILTIN };

struct kernel {
	char *version;
	enum kernel_driver driver; /* vfio-pci */
	const char *path;          /* of its image, a util_text(), "" where none was found */
	struct initramfs initramfs;
	int error;        /* 0, or what initramfs_read() returned */
	const char *tool; /* of -ENOEXEC */
	bool next;        /* the boot loader's default entry is its */
};

/* Which of its images boots a kernel, by what the loader of this boot reports (systemd's Boot Loader Interface). */
enum kernels_layout {
	KERNELS_OF_GENERATOR, /* where the generator puts them; also if the loader reports nothing */
	KERNELS_OF_INSTALL,   /* the copies that kernel-install makes: systemd-boot has booted */
	KERNELS_UNIFIED,      /* in one file with the kernel, which systemd's stub has booted */
};

enum kernels_layout kernels_read_layout(void);
/* Has systemd-boot booted? */
bool kernels_by_systemd_boot(void);
/* A variable of the Boot Loader Interface: a util_text(), "" where there is none. */
#define KERNELS_LOADER_GUID "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
const char *kernels_read_variable(const char *name) must_check;

/* The path of the unified kernel image of a version, a util_text(), "" where there is none. */
const char *kernels_find_unified(const char *version) must_check;

/* Is there a unified kernel image that "dracut --uefi" has made, by its name? */
bool kernels_unified_by_dracut(void);

/* Is its image a unified one? */
bool kernels_is_unified(const struct kernel *kernel);

/* The version of the installed kernel that a boot entry calls @file: a util_text(), "" where it is none, or not known. */
const char *kernels_version_of(const char *file) must_check;

/*
 * "@command IMAGE VERSION", with "&&" between them, for each image that "dracut --regenerate-all" would not write:
 * it is called after its kernel's package, or dracut prefers another place. A util_text(), "" for none.
 */
const char *kernels_beyond_dracut(const char *command) must_check;

/* The boot loader's default entry has this kernel and this image, "" where it does not tell: read that one. */
void kernels_set_next(struct kernel *kernels, size_t count, const char *version, const char *image);

/*
 * The kernel that boots next: that of kernels_set_next(), else the newest one, as boot loaders have it; where unified images boot, the newest that
 * has one. NULL where none was found.
 */
const struct kernel *kernels_find_next(const struct kernel *kernels, size_t count);

/* Find the kernels and read their images. Returns how many there are; free with kernels_free(). */
size_t kernels_read(struct kernel **ret_kernels);
void kernels_free(struct kernel *kernels, size_t count);

/* What the configuration that a kernel was built with says of one switch. */
enum kernel_switch { KERNEL_SWITCH_UNKNOWN, KERNEL_SWITCH_OFF, KERNEL_SWITCH_ON };
/*
 * Read the switch @name (CONFIG_...) of the installed kernel @version: unknown for "", and where no configuration is
 * beside its image or its modules. One that is not in the configuration is off.
 */
enum kernel_switch kernels_read_switch(const char *version, const char *name);
