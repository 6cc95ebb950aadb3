/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what the user asked for, from where it stands. */
#pragma once

#include "core/config.h"

#define CONFIG_READ_FILE "/etc/vfio-early.conf"
#define CONFIG_READ_FOLDER "/etc/vfio-early.conf.d"
#define CONFIG_READ_VENDOR_FOLDER "/usr/lib/vfio-early.conf.d"
#define CONFIG_READ_RUNTIME_FOLDER "/run/vfio-early.conf.d"

/* The host's own fstab as the hooks put it into the image: an image has none, or the generator's. */
#define CONFIG_READ_FSTAB_COPY "/etc/vfio-early.fstab"

/* The same of the host's crypttab: the initramfs' own one has only what the root stands on. */
#define CONFIG_READ_CRYPTTAB_COPY "/etc/vfio-early.crypttab"

/*
 * Is the tree an initramfs image, by the marks of any generator (generators.def)?
 */
bool config_read_is_image(void);

/*
 * Read the kernel command line of this boot: a string that the caller frees, "" with -errno where it cannot
 * be read. One that may have been cut is repaired (cmdline_repair()).
 */
int config_read_cmdline(char **ret_cmdline) must_check;

/*
 * Call @found with the path of each drop-in of @folders (@count, the strongest first), in the order of their
 * names over all folders. Of files with one name that of the strongest folder counts, also where it is empty
 * or a link to /dev/null, which masks the others.
 */
void config_read_each_drop_in(const char *const *folders, size_t count,
			      void (*found)(void *data, const char *path), void *data);

/*
 * Call @found with the path of each file of parameters that the generator keeps in its image, in the order in
 * which it reads them. Elsewhere files of these names are another program's, and there are none.
 */
void config_read_each_parameter_file(void (*found)(void *data, const char *path), void *data);

/*
 * Read a file of parameters: a string that the caller frees. Returns 0, -EFBIG where it is cut by the limit
 * or by a NUL byte, with what is certain (cmdline_repair()), or -errno without a string.
 */
int config_read_parameters(const char *path, char **ret_text) must_check;

/*
 * Read the kernel command line and, unless it says rd.vfio.config=0, the configuration file and the drop-ins
 * of /usr/lib, /run and /etc in name order; and, as claims of the lowest rank, the ids= of vfio-pci and of
 * drivers that claims name. What cannot be read becomes an error of the configuration. Stores the command
 * line, which the caller frees and which is never NULL; free @config with config_clear(). @given is another
 * command line to go by, or NULL for that of this boot. @next_boot leaves out /run, which no image contains.
 */
void config_read(const char *given, bool next_boot, struct config *config, char **ret_cmdline);

/*
 * Read the ids= of modules from modprobe.d, @cmdline and initramfs-tools' list of modules, the stronger ones
 * last. Free with modprobe_clear().
 */
void config_read_module_ids(const char *cmdline, struct modprobe_ids *ret);
