/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guards: what stays with the host, whatever matches it. Pure; part of making a plan. */
#pragma once

#include "core/plan.h"

/*
 * A function of the base class of bridges, or with the header of one. vfio-pci refuses the header types of bridges
 * (drivers/vfio/pci/vfio_pci_core.c, vfio_pci_core_register_device()); what expand=group takes leaves the class out.
 */
bool guard_is_bridge(const struct pci_function *function);

/*
 * Give each entry that must stay or wait its verdict. The other entries keep would-bind. @wait is
 * plan_find_waiting()'s.
 */
void guard_apply(const struct plan_input *input, const enum plan_wait *wait, struct plan *plan);

/* Keep the last display. Comes when it is known what cannot be isolated: that stays anyhow. */
void guard_displays(const struct plan_input *input, struct plan *plan);

/* Is it the display that the firmware drew on, by the boot's own signs? */
bool guard_is_console(const struct pci_function *function);

/*
 * Is the function a display that the plan leaves to the host, which can use it? One on vfio-pci or pci-stub is none, unless
 * this boot's early stage has put it there.
 */
bool guard_is_host_display(const struct plan_input *input, const struct plan *plan, const struct pci_function *function);

/*
 * Find the functions whose drivers would make a claimed group unusable, and those that the kernel links to a
 * claimed one, and add them to the plan's neighbours with the line that claims them.
 */
void guard_find_neighbours(const struct plan_input *input, struct plan *plan);
