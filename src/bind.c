/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bind.h"

#include <errno.h>
#include <string.h>

#include "deadline.h"
#include "log.h"
#include "modules.h"
#include "sysfs.h"

/* Do one thing to a device under the deadline, and say so where the user asked to hear of every write. */
static int attempt(const struct pci_address *address, const char *what, int (*work)(const void *))
{
	char name[PCI_ADDRESS_SIZE];
	int r = deadline_run(work, address);

	log_line(LOG_DEBUG, "%s %s: %s", pci_address_format(address, name), what, r < 0 ? strerror(-r) : "done");
	return r;
}

static int write_override(const void *address)
{
	return sysfs_pci_set_override(address, PLAN_DRIVER);
}

static int clear_override(const void *address)
{
	return sysfs_pci_set_override(address, NULL);
}

static int write_unbind(const void *address)
{
	return sysfs_pci_unbind(address);
}

static int write_probe(const void *address)
{
	return sysfs_pci_probe(address);
}

static int write_bind(const void *address)
{
	return sysfs_pci_bind(address, PLAN_DRIVER);
}

static int load_driver(const void *unused)
{
	(void)unused;
	return modules_load(PLAN_DRIVER);
}

static int unbind_framebuffer(const void *name)
{
	return sysfs_framebuffer_unbind(name);
}

static void decide_stuck(struct plan_entry *entry, const char *what)
{
	plan_decide(entry, VERDICT_STUCK, "look for this device in dmesg; rd.vfio.deadline= gives it more time",
		    "%s did not return in time", what);
}

/* Read who holds the device into the entry. Returns whether that is the wanted driver. */
static bool read_driver(struct plan_entry *entry)
{
	return sysfs_pci_driver(&entry->function->address, entry->driver) == 0 && !strcmp(entry->driver, PLAN_DRIVER);
}

/* Give the device back to the host: no override, and whichever driver wants it. */
static void give_back(struct plan_entry *entry)
{
	const struct pci_address *address = &entry->function->address;

	/* Whether that worked, the link tells. */
	if (attempt(address, "clear driver_override", clear_override) == 0 && !entry->driver[0])
		attempt(address, "drivers_probe", write_probe);
	read_driver(entry);
}

static void refuse(struct plan_entry *entry, const char *what, int error)
{
	give_back(entry);
	plan_decide(entry, VERDICT_REFUSED, "look for this device in dmesg", "%s: %s; back with %s", what,
		    strerror(-error), entry->driver[0] ? entry->driver : "the host, no driver yet");
}

static void override(struct plan_entry *entry)
{
	int r = attempt(&entry->function->address, "driver_override = vfio-pci", write_override);

	if (r == -ETIMEDOUT)
		decide_stuck(entry, "the write to driver_override");
	else if (r < 0)
		refuse(entry, "driver_override cannot be written", r);
}

/* From Linux 6.0 on vfio-pci removes the framebuffer by itself; before, a guest could not map the BAR. */
static void release_framebuffer(const struct plan_entry *entry)
{
	char name[64];

	if (entry->function->class >> 8 != PCI_SUB_VGA ||
	    sysfs_framebuffer_of(&entry->function->address, name, sizeof(name)) < 0)
		return;
	/* The device is bound all the same; the hypervisor would name the BAR that it cannot map. */
	log_line(LOG_DEBUG, "%s unbind: %s", name, strerror(-deadline_run(unbind_framebuffer, name)));
}

static void decide_bound(struct plan_entry *entry)
{
	release_framebuffer(entry);
	entry->iommu_group = sysfs_pci_iommu_group(&entry->function->address);
	plan_decide(entry, VERDICT_BOUND, "", "%s", "");
}

/* The probe left the device without our driver: ask for the errno that drivers_probe swallows. */
static void explain_failure(struct plan_entry *entry, int probe_result)
{
	int r;

	if (probe_result == -ETIMEDOUT) {
		decide_stuck(entry, "the probe");
		return;
	}
	if (entry->driver[0]) {
		refuse(entry, "another driver took the device", -EBUSY);
		return;
	}
	r = attempt(&entry->function->address, "bind", write_bind);
	if (read_driver(entry))
		decide_bound(entry);
	else if (r == -ETIMEDOUT)
		decide_stuck(entry, "the bind");
	else if (r == -EAGAIN || r == -517 /* EPROBE_DEFER, should it leak */)
		plan_decide(entry, VERDICT_DEFERRED, "", "its IOMMU's driver is not loaded yet; the kernel tries again then");
	else
		refuse(entry, "the kernel's probe failed", r < 0 ? r : -EINVAL);
}

static void bind_one(struct plan_entry *entry)
{
	const struct pci_address *address = &entry->function->address;
	int r;

	/* Loading the module has probed what nobody held. */
	if (read_driver(entry)) {
		decide_bound(entry);
		return;
	}
	if (entry->driver[0]) {
		r = attempt(address, "unbind", write_unbind);
		if (r == -ETIMEDOUT) {
			decide_stuck(entry, "unbinding its driver");
			return;
		}
		/* ENODEV: it has let go by itself. */
		if (r < 0 && r != -ENODEV && r != -ENOENT) {
			refuse(entry, "its driver does not let go", r);
			return;
		}
	}
	r = attempt(address, "drivers_probe", write_probe);
	if (read_driver(entry))
		decide_bound(entry);
	else
		explain_failure(entry, r);
}

static void decide_no_driver(struct plan_entry *entry, int error)
{
	if (error == -ETIMEDOUT)
		decide_stuck(entry, "loading vfio-pci");
	else if (error == -ENOENT)
		plan_decide(entry, VERDICT_NO_DRIVER,
			    "regenerate the initramfs; driver_override stays, so modprobe vfio-pci finishes the work",
			    "vfio-pci is neither built into this kernel nor in this image");
	else
		plan_decide(entry, VERDICT_NO_DRIVER, "look for 'module' and 'vfio' in dmesg; driver_override stays",
			    "vfio-pci cannot be loaded: %s", strerror(-error));
}

static void for_each_pending(struct plan *plan, void (*action)(struct plan_entry *))
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].verdict == VERDICT_WOULD_BIND)
			action(&plan->entries[i]);
}

void bind_apply(struct plan *plan, struct bind_times *ret_times)
{
	unsigned long long start;
	int r;

	*ret_times = (struct bind_times){ 0 };
	for_each_pending(plan, override);
	if (!plan_has_work(plan))
		return;
	start = util_now();
	r = deadline_run(load_driver, NULL);
	ret_times->modules = util_now() - start;
	start = util_now();
	if (sysfs_pci_driver_exists(PLAN_DRIVER))
		for_each_pending(plan, bind_one);
	else
		for (size_t i = 0; i < plan->count; i++)
			if (plan->entries[i].verdict == VERDICT_WOULD_BIND)
				decide_no_driver(&plan->entries[i], r < 0 ? r : -ENOENT);
	ret_times->devices = util_now() - start;
}
