/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what a plan needs to know of the machine, and nothing of devices that nobody asked for. */
#pragma once

#include "core/guests.h"
#include "core/plan.h"

struct machine {
	struct pci_function *functions; /* all of them, sorted by address; details as machine_read() says */
	size_t function_count;
	int *wanted; /* for each function the claim that wants it, or -1 */
	/* of plan_next, else NULL: which functions share a slot or a group with a wanted one, or
	 * with one that a guest takes, or are behind it */
	bool *mates;
	struct plan_link *links; /* of these and of wanted functions */
	size_t link_count;
	struct block_devices *storage; /* of any stage but the early one; else NULL */
	struct network network;
	struct iommu iommu;
	bool iommu_judged; /* false where nothing is wanted, of the early and the late stage */
};

/*
 * Read the machine for the claims of @config: one read per function, and details, links, groups and the IOMMU
 * only where a claim matches; for plan_next of every function. For any stage but the early one also the block
 * devices, what is on those that are wanted, and the routes, for what the host @needs. Locates the @facts. Adds an error to
 * @config where PCI cannot be read. @booted is the command line of this boot. @waits allows for disks that
 * have not appeared yet, see block_read(). @guests are those that advice is asked on, NULL
 * for none. Free with machine_clear().
 */
void machine_read(struct config *config, const char *booted, const struct host_needs *needs,
		  struct facts *facts, const struct plan_stage *stage, bool waits,
		  const struct guest_devices *guests, struct machine *ret);

/* Read what selectors match by into every function of @machine. */
void machine_read_for(const struct selector_reads *reads, struct machine *machine);
/* Read the paths that @facts go by, and locate them: facts_locate(). */
void machine_locate_facts(struct facts *facts, struct machine *machine);
/* Read the path of every function. */
void machine_read_paths(struct machine *machine);
/* Read what facts_compare() goes by: the paths, and which functions are virtual. */
void machine_read_topology(struct machine *machine);
/* Mark the functions that keyboards hang off. */
void machine_mark_keyboards(struct machine *machine);
void machine_clear(struct machine *machine);
