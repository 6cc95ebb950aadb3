/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Units of the systemd that runs the machine: the door to systemctl(1). */
#pragma once

#include "util.h"

#define SERVICE_LATE "vfio-early-late.service" /* dracut/50vfio-early has the unit */

/* Is systemd pid 1, as sd_booted(3) tells? Never below another root, whose files say nothing about pid 1. */
bool service_manager_runs(void);

/*
 * Ask systemd for a start job of @unit and do not wait for the job (systemctl --no-block). The request itself
 * has a deadline. Returns 0, -ETIMEDOUT, -ENOENT without a systemctl, -ECANCELED where systemctl fails, or
 * -errno.
 */
int service_start(const char *unit) must_check;
