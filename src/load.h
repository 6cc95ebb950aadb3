/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads what the user asked for, and what the host needs, from where it stands. */
#pragma once

#include "config.h"
#include "needs.h"

#define LOAD_CONFIG_FILE "/etc/vfio-early.conf"
#define LOAD_CONFIG_FOLDER "/etc/vfio-early.conf.d"

/* The host's own fstab as the hooks put it into the image: an image has none, or the generator's. */
#define LOAD_FSTAB_COPY "/etc/vfio-early.fstab"

/*
 * Is the tree an initramfs image: etc/initrd-release or usr/lib/initrd-release (systemd's and dracut's; dracut 106 and
 * later write only the second one without systemd), or conf/initramfs.conf and scripts/init-top (initramfs-tools)?
 */
bool load_is_image(void);

/* Read the kernel command line of this boot: a string that the caller frees, "" with -errno where it cannot be read. */
int load_cmdline(char **ret_cmdline) must_check;

/*
 * Read the kernel command line and, unless it says rd.vfio.config=0, the configuration file and the drop-ins in
 * name order. What cannot be read becomes an error of the configuration. Stores the command line, which the
 * caller frees and which is never NULL; free @config with config_clear(). @given is another command line to go by, or
 * NULL for that of this boot.
 */
void load_config(const char *given, struct config *config, char **ret_cmdline);

/*
 * Read what the host needs: from the parameters in a dracut image, @cmdline and the @count @arguments (parameters
 * again, the strongest), then from initramfs-tools' conf.d; where @disks are asked for also from fstab and crypttab,
 * which never name the network. Free with needs_clear().
 */
void load_needs(const char *cmdline, char *const *arguments, size_t count, bool disks, struct needs *ret);
