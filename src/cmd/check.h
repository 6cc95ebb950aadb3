/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Would the next boot do what is wanted? Findings, each with its cure in this system's own terms. Pure. */
#pragma once

#include "cmd/findings.h"
#include "core/other-setups.h"
#include "host/bootloader.h"
#include "host/context.h"
#include "host/distro.h"
#include "host/kernels.h"
#include "host/guests-read.h"
#include "host/keyboard-read.h"
#include "host/module-index-read.h"

/* What there is to judge by; all of it stays the caller's. */
struct check_input {
	struct context *context; /* of plan_next; what is advised to claim is noted in it */
	/* the same by the running host, where the image may say something else; or the one above */
	const struct context *live;
	const struct distro *distro;
	const struct kernel *kernels;
	size_t kernel_count;
	const struct initramfs *host; /* the configuration as it is on the host */
	const struct other_setups *setups;
	const struct keyboards *keyboards;
	const bool *unresettable; /* for each entry of the plan: it cannot be reset */
	const char *next_path; /* the file whose command line the plan goes by, NULL for that of this boot */
	bool awaits_install;   /* see bootloader_awaits_install() */
	const struct kernel *next; /* the one that boots next, NULL for none */
	/* the path of its image, if the plan goes by what that knows of the host; NULL if by the running host */
	const char *image;
	const char *elsewhere; /* why a new image would have no host facts either, "" where it would */
	bool unprivileged;     /* not run by root: some things cannot be seen */
	const struct module_index *index;    /* of the kernel that boots next */
	enum kernel_switch iommu_by_default; /* whether that switches VT-d on by itself */
	const char *ignored_file; /* one that claims or keeps something, and does not count; NULL for none */
	const struct bootloader_edit *edit; /* what was edited and not applied, NULL for nothing */
	const struct guest_devices *guests;
	const struct modprobe_ids *ids;     /* the ids= of modules, of which the last one of each counts */
	bool files_ignored;                 /* by rd.vfio.config=0, whatever they claim */
	const struct bootloader_next *boot; /* what the boot loader boots by default */
	const char *
		other_entry; /* why another boot entry than that of @next may be the default, "" for nothing */
};

/* Add what is to be said of the system, its boot loader, and how to switch off for one boot. */
void check_boot(const struct check_input *input, struct findings *findings);

/*
 * Add what is to be said of the configuration, the IOMMU and each device, in the order in which a reader
 * wants to know.
 */
void check_devices(const struct check_input *input, struct findings *findings);

/* Add what the host loses with the devices that go: displays, disks, its route, network cards, keyboards, consoles. */
void check_losses(const struct check_input *input, struct findings *findings);

/* Add what the next boot does by its command line, its kernel and the guests that start on it. */
void check_next(const struct check_input *input, struct findings *findings);

/* Does the driver that the claim names fail at the next boot? Then add the finding that says so. */
bool check_driver_fails(const struct check_input *input, const struct plan_entry *entry,
			struct findings *findings);

/* Add what is to be said of the kernels and their images, and of other methods that give devices away. */
void check_kernels(const struct check_input *input, struct findings *findings);
void check_other_setups(const struct check_input *input, struct findings *findings);
