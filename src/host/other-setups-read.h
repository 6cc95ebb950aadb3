/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds other methods in the host's files. */
#pragma once

#include "core/other-setups.h"

/*
 * Read the administrator's modprobe.d folders and /etc/driverctl.d, and take the command line. Free with
 * other_setups_clear().
 */
void other_setups_read(struct other_setups *setups, const char *cmdline);
