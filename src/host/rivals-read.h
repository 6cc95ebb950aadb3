/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds other methods in the host's files. */
#pragma once

#include "core/rivals.h"

/*
 * Read the administrator's modprobe.d folders and /etc/driverctl.d, and take the command line. Free with rivals_clear().
 */
void rivals_read(struct rivals *rivals, const char *cmdline);
