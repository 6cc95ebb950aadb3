/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads what the user asked for, from where it stands. */
#pragma once

#include "config.h"

#define LOAD_CONFIG_FILE "/etc/vfio-early.conf"
#define LOAD_CONFIG_FOLDER "/etc/vfio-early.conf.d"

/*
 * Read the kernel command line and, unless it says rd.vfio.config=0, the configuration file and the drop-ins in
 * name order. What cannot be read becomes an error of the configuration. Stores the command line, which the
 * caller frees and which is never NULL; free @config with config_clear().
 */
void load_config(struct config *config, char **ret_cmdline);
