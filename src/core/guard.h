/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guards: what stays with the host, whatever matches it. Pure; part of making a plan. */
#pragma once

#include "core/plan.h"
#include "core/wait.h"

/* What to do about a function of a group that stays though its claim has stage=early, unless that leads nowhere. */
#define GUARD_ALONE "remove expand=group; stage=early then binds it without reading its disks"

/* Is the function on a bus below the bridge? Both paths must have been read. */
bool guard_is_behind(const struct pci_function *function, const struct pci_function *bridge);

/* Why a bridge stays, wherever that is said. */
#define GUARD_BRIDGE "it is a bridge, which vfio-early never claims"

/*
 * Give each entry that must stay or wait its verdict. The other entries keep would-bind. @wait is
 * wait_find()'s.
 */
void guard_apply(const struct plan_input *input, const enum wait *wait, struct plan *plan);

/* Keep the last display. Comes when it is known what cannot be isolated: that stays anyhow. */
void guard_displays(const struct plan_input *input, struct plan *plan);

/* Is it the display that the firmware drew on, by the boot's own signs? */
bool guard_is_console(const struct pci_function *function);

/*
 * Is the function a display that the plan leaves to the host, which can use it? One on vfio-pci or pci-stub
 * is none, unless this boot's early stage has put it there.
 */
bool guard_is_host_display(const struct plan_input *input, const struct plan *plan,
			   const struct pci_function *function);
