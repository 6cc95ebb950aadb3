/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the drivers of an installed kernel, and what is blacklisted. */
#pragma once

#include "core/modprobe.h"
#include "core/module-index.h"

/*
 * Read those of the kernel @version, "" for none, under this command line and the @ids of modules. Free with
 * module_index_clear().
 */
void module_index_read(const char *version, const char *cmdline, const struct modprobe_ids *ids,
		       struct module_index *ret);
