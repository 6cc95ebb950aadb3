/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is asked for, what the machine is, and the plan that is made from both: what every command looks at.
 */
#pragma once

#include "core/facts.h"
#include "core/module-index.h"
#include "core/other-setups.h"
#include "host/initramfs.h"
#include "host/keyboard-read.h"
#include "host/machine.h"

struct context {
	struct config config;
	char *cmdline;
	/* the command line of this boot where that is another one, else NULL; the caller's */
	const char *booted;
	struct machine machine;
	struct host_needs needs;
	struct facts facts;
	const struct initramfs
		*image; /* whose tables count, by context_go_by(); NULL for those that are there */
	/* of the kernel that boots next, where the caller has set it: what the neighbours' drivers are judged by */
	const struct module_index *index;
	const struct other_setups *setups; /* also the caller's, with @index */
	struct plan plan, early; /* early: what the early stage decides, where its report does not say it */
	struct early_verdict *early_verdicts; /* what this boot's early stage has reported */
	size_t early_verdict_count;
	bool reported;
	bool vtd_by_parameter;      /* the kernel of the next boot enables VT-d by a parameter only */
	struct keyboards keyboards; /* for advice; read where something is claimed */
	/* what guests take, the caller's, NULL for nothing: context_advise_on() is asked of it */
	const struct guest_devices *guests;
	const char *notes[2]; /* what limits the answer, for the user */
	size_t note_count;
};

/*
 * Load the configuration and the command line, and start the budget that they ask for. Where @next is not
 * NULL the plan goes by that command line in place of @booted, that of this boot, which is kept, not copied.
 * With @booted the next boot is meant. Free with context_clear().
 */
void context_load(const char *next, const char *booted, struct context *ret);

/*
 * Say what the plan of plan_next goes by: the host facts, fstab and crypttab in @image, which is kept, not
 * copied; NULL for what the running host has now. Without this it goes by no facts.
 */
void context_go_by(struct context *context, const struct initramfs *image);

/*
 * Read the machine and make the plan of @stage; the @count @parameters are host_needs_read()'s. Where it is
 * not @real, a dry run or the next boot, the late stage stands on the plan of the early one, and waits for
 * nothing.
 */
void context_plan(struct context *context, const struct plan_stage *stage, bool real, char *const *parameters,
		  size_t count);
void context_clear(struct context *context);

/*
 * What helps against @function, by advice_on_function(), after a context_plan() of plan_next? It shares an IOMMU group
 * with what that takes, or is one of @context->guests or of their groups.
 */
void context_advise_on(struct context *context, const struct pci_function *function,
		       struct plan_neighbour *ret);

/* Note what another user than root (rootdir_is_unprivileged()) cannot read, where that matters for the plan. */
void context_add_notes(struct context *context);

/* The IOMMU, or NULL where it was not judged. */
const struct iommu *context_iommu(const struct context *context);
