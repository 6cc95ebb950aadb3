/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bind.h"

#include <errno.h>
#include <string.h>

#include "cmdline.h"
#include "deadline.h"
#include "log.h"
#include "modules.h"
#include "sysfs.h"

/* Do one thing to a device under the deadline, and say so where the user asked to hear of every write. */
static int attempt(const struct plan_entry *entry, const char *what, int (*work)(const void *))
{
	char name[PCI_ADDRESS_SIZE];
	int r = deadline_run(work, entry);

	log_line(LOG_DEBUG, "%s %s: %s", pci_address_format(&entry->function->address, name), what,
		 r < 0 ? strerror(-r) : "done");
	return r;
}

static const struct pci_address *address_of(const void *entry)
{
	return &((const struct plan_entry *)entry)->function->address;
}

static int write_override(const void *entry)
{
	return sysfs_pci_set_override(address_of(entry), ((const struct plan_entry *)entry)->wanted_driver);
}

static int clear_override(const void *entry)
{
	return sysfs_pci_set_override(address_of(entry), NULL);
}

static int write_unbind(const void *entry)
{
	return sysfs_pci_unbind(address_of(entry));
}

static int write_probe(const void *entry)
{
	return sysfs_pci_probe(address_of(entry));
}

static int write_bind(const void *entry)
{
	return sysfs_pci_bind(address_of(entry), ((const struct plan_entry *)entry)->wanted_driver);
}

static int load_driver(const void *name)
{
	return modules_load(name);
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
	return sysfs_pci_driver(&entry->function->address, entry->driver) == 0 &&
	       !strcmp(entry->driver, entry->wanted_driver);
}

/* Give the device back to the host: no override, and whichever driver wants it. */
static void give_back(struct plan_entry *entry)
{
	/* Whether that worked, the link tells. */
	if (attempt(entry, "clear driver_override", clear_override) == 0 && !entry->driver[0])
		attempt(entry, "drivers_probe", write_probe);
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
	int r = attempt(entry, "driver_override", write_override);

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
	r = attempt(entry, "bind", write_bind);
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
	int r;

	/* Loading the module has probed what nobody held. */
	if (read_driver(entry)) {
		decide_bound(entry);
		return;
	}
	if (entry->driver[0]) {
		r = attempt(entry, "unbind", write_unbind);
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
	r = attempt(entry, "drivers_probe", write_probe);
	if (read_driver(entry))
		decide_bound(entry);
	else
		explain_failure(entry, r);
}

/*
 * What the kernel says to a module (kernel/module/main.c and signing.c, Linux 5.10 to 7.2): EKEYREJECTED without a
 * signature that it trusts where signatures are enforced, EPERM where lockdown asks for one, or module_blacklist=.
 */
static const char *why_not_loaded(int error, const char *driver, const char *cmdline, const char **ret_hint)
{
	char module[PCI_DRIVER_SIZE];

	util_format(module, sizeof(module), "%s", driver);
	for (char *c = module; *c; c++)
		if (*c == '-')
			*c = '_';
	*ret_hint = "look for 'module' and 'vfio' in dmesg; driver_override stays";
	if (error == -EKEYREJECTED || error == -ENOKEY || error == -EBADMSG) {
		*ret_hint = "use the distribution's own kernel and modules, or sign the module and enrol the key (mokutil --import)";
		return "its module has no signature that this kernel trusts, and signatures are enforced (Secure Boot)";
	}
	if (error == -EPERM && cmdline_has(cmdline, "module_blacklist", module)) {
		*ret_hint = "remove it from module_blacklist= on the kernel command line";
		return "module_blacklist= on the kernel command line forbids its module";
	}
	if (error == -EPERM) {
		*ret_hint = "use the distribution's own kernel and modules, or sign the module and enrol the key (mokutil --import)";
		return "its module has no signature that this kernel trusts, and the kernel is locked down (Secure Boot)";
	}
	return strerror(-error);
}

static void decide_no_driver(struct plan_entry *entry, int error, const char *cmdline)
{
	char hint[256];
	const char *why, *what_to_do;

	if (error == -ETIMEDOUT) {
		decide_stuck(entry, "loading the driver");
	} else if (error == -ENOENT) {
		util_format(hint, sizeof(hint),
			    "regenerate the initramfs; driver_override stays, so modprobe %s finishes the work",
			    entry->wanted_driver);
		plan_decide(entry, VERDICT_NO_DRIVER, hint, "%s is neither built into this kernel nor in this image",
			    entry->wanted_driver);
	} else {
		why = why_not_loaded(error, entry->wanted_driver, cmdline, &what_to_do);
		plan_decide(entry, VERDICT_NO_DRIVER, what_to_do, "%s cannot be loaded: %s", entry->wanted_driver, why);
	}
}

static bool is_pending(const struct plan_entry *entry)
{
	return entry->verdict == VERDICT_WOULD_BIND;
}

/*
 * Where the kernel has a variant of vfio-pci for this device, that one is meant. A module's driver has a name of its
 * own, known once it is loaded; until then the override names vfio-pci and keeps the host's drivers away.
 */
static void choose_variant(struct plan_entry *entry)
{
	char modalias[256], module[PCI_DRIVER_SIZE];
	int r;

	if (entry->claim->driver[0] || sysfs_pci_read(address_of(entry), "modalias", modalias, sizeof(modalias)) < 0 ||
	    modules_find_variant(modalias, module, sizeof(module)) < 0)
		return;
	r = deadline_run(load_driver, module);
	log_line(LOG_DEBUG, "load %s: %s", module, r < 0 ? strerror(-r) : "done");
	if (sysfs_pci_driver_of_module(module, entry->wanted_driver) == 0)
		override(entry);
}

/* Load this entry's driver, and decide all entries that wait for it where that fails. */
static void load_driver_of(struct plan *plan, const char *driver, const char *cmdline)
{
	int r = deadline_run(load_driver, driver);

	log_line(LOG_DEBUG, "load %s: %s", driver, r < 0 ? strerror(-r) : "done");
	if (sysfs_pci_driver_exists(driver))
		return;
	for (size_t i = 0; i < plan->count; i++)
		if (is_pending(&plan->entries[i]) && !strcmp(plan->entries[i].wanted_driver, driver))
			decide_no_driver(&plan->entries[i], r < 0 ? r : -ENOENT, cmdline);
}

void bind_apply(struct plan *plan, const char *cmdline, struct bind_times *ret_times)
{
	unsigned long long start;

	*ret_times = (struct bind_times){ 0 };
	for (size_t i = 0; i < plan->count; i++)
		if (is_pending(&plan->entries[i]))
			override(&plan->entries[i]);
	start = util_now();
	for (size_t i = 0; i < plan->count; i++)
		if (is_pending(&plan->entries[i]))
			choose_variant(&plan->entries[i]);
	for (size_t i = 0; i < plan->count; i++)
		if (is_pending(&plan->entries[i]) && plan_is_first_of_driver(plan, i))
			load_driver_of(plan, plan->entries[i].wanted_driver, cmdline);
	ret_times->modules = util_now() - start;
	start = util_now();
	for (size_t i = 0; i < plan->count; i++)
		if (is_pending(&plan->entries[i]))
			bind_one(&plan->entries[i]);
	ret_times->devices = util_now() - start;
}
