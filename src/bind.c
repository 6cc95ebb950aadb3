/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bind.h"

#include <errno.h>
#include <string.h>

#include "cmdline.h"
#include "deadline.h"
#include "log.h"
#include "modprobe.h"
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

/* The ids that the driver was loaded with: what they match would be taken again. */
static int write_remove_id(const void *entry)
{
	const struct plan_entry *given = entry;

	return sysfs_pci_remove_id(given->function, given->driver);
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

/*
 * Give the device back to the host: no override, no guest's driver, and whichever driver wants it. Whether that worked,
 * the link shows. remove_id fails where the driver has no such id, which is as good.
 */
static void give_back(struct plan_entry *entry)
{
	int r = attempt(entry, "clear driver_override", clear_override);

	read_driver(entry);
	if (r < 0)
		return;
	if (pci_is_guest_driver(entry->driver)) {
		(void)!attempt(entry, "remove_id", write_remove_id);
		if (attempt(entry, "unbind", write_unbind) < 0)
			return;
		entry->driver[0] = '\0';
	}
	if (!entry->driver[0])
		(void)!attempt(entry, "drivers_probe", write_probe);
	read_driver(entry);
}

/* A guard keeps it, and a guest's driver or our own driver_override has it: built in, loaded before us, or reserved. */
static void return_kept(struct plan_entry *entry)
{
	char subject[96], was[PCI_DRIVER_SIZE];

	strcpy(was, entry->driver);
	give_back(entry);
	if (!pci_is_guest_driver(was))
		return;
	log_line(pci_is_guest_driver(entry->driver) ? LOG_ERROR : LOG_WARNING,
		 "%s was on %s already, which is built in or was loaded with ids=; %s",
		 pci_format(entry->function, subject, sizeof(subject)), was,
		 pci_is_guest_driver(entry->driver) ? "the driver does not release it" : "it is given back to the host");
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

	/* What is reserved waits without it: the late stage finds the device with its host driver. */
	if (entry->reserved)
		return;
	if (r == -ETIMEDOUT)
		decide_stuck(entry, "the write to driver_override");
	else if (r < 0)
		refuse(entry, "driver_override cannot be written", r);
}

/*
 * The firmware's framebuffer stands in the way of a guest that maps the BAR. From Linux 6.0 on vfio-pci removes it by itself,
 * for class 0300 only. It goes when the device is bound, never before: a bind that fails must not cost the screen.
 */
static void release_framebuffer(struct plan_entry *entry, char *hint, size_t size)
{
	char name[64], label[32];
	const struct pci_address *address = &entry->function->address;

	if (!pci_is_display(entry->function))
		return;
	if (sysfs_framebuffer_of(address, name, sizeof(name)) == 0)
		log_line(LOG_DEBUG, "%s unbind: %s", name, strerror(-deadline_run(unbind_framebuffer, name)));
	if (sysfs_framebuffer_range(address, label, sizeof(label)) < 0)
		return;
	/* The range of sysfb's own platform device (drivers/firmware/sysfb_simplefb.c) survives the unbind of its driver. */
	util_format(hint, size, "the firmware's framebuffer (%s) still reserves a BAR of it, which no guest can map; add %s to the "
		    "kernel command line", label,
		    UTIL_IS_ONE_OF(label, "efifb", "vesafb") ? "video=efifb:off,vesafb:off" : "initcall_blacklist=sysfb_init");
}

static void decide_bound(struct plan_entry *entry)
{
	char hint[sizeof(entry->hint)] = "";

	release_framebuffer(entry, hint, sizeof(hint));
	entry->iommu_group = sysfs_pci_iommu_group(&entry->function->address);
	plan_decide(entry, VERDICT_BOUND, hint, "%s", "");
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

	modprobe_module_name(driver, module, sizeof(module));
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
		if (plan_is_pending(&plan->entries[i]) && !strcmp(plan->entries[i].wanted_driver, driver))
			decide_no_driver(&plan->entries[i], r < 0 ? r : -ENOENT, cmdline);
}

static struct plan_entry *entry_at(struct plan *plan, const struct pci_address *address)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].function && !pci_address_compare(&plan->entries[i].function->address, address))
			return &plan->entries[i];
	return NULL;
}

/* Loading a driver must not have taken what the plan leaves to the host: look at all that is on it now. */
static void check_driver(void *plan, const struct pci_address *address)
{
	struct plan_entry *entry = entry_at(plan, address);

	if (!entry || plan_is_taken(entry) || entry->settled || entry->reserved)
		return;
	read_driver(entry);
	return_kept(entry);
}

static void load_drivers(struct plan *plan, const char *cmdline)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan_is_pending(&plan->entries[i]))
			choose_variant(&plan->entries[i]);
	for (size_t i = 0; i < plan->count; i++) {
		const char *driver = plan->entries[i].wanted_driver;

		if (!plan_loads_driver(plan, i))
			continue;
		load_driver_of(plan, driver, cmdline);
		if (pci_is_guest_driver(driver))
			sysfs_pci_bound_to(driver, check_driver, plan);
	}
}

void bind_apply(struct plan *plan, const char *cmdline, struct bind_times *ret_times)
{
	unsigned long long start;

	*ret_times = (struct bind_times){ 0 };
	for (size_t i = 0; i < plan->count; i++)
		if (plan_is_pending(&plan->entries[i]) || plan->entries[i].reserved)
			override(&plan->entries[i]);
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].give_back)
			return_kept(&plan->entries[i]);
	start = util_now();
	load_drivers(plan, cmdline);
	ret_times->modules = util_now() - start;
	start = util_now();
	for (size_t i = 0; i < plan->count; i++)
		if (plan_is_pending(&plan->entries[i]))
			bind_one(&plan->entries[i]);
	ret_times->devices = util_now() - start;
}

/* What may carry disks is never reserved, so another override there is not ours. */
static int read_override(const void *argument, void *result)
{
	const struct pci_function *function = argument;
	bool *ours = result;
	char text[PCI_DRIVER_SIZE];
	ssize_t length = sysfs_pci_read(&function->address, "driver_override", text, sizeof(text));

	text[length > 0 ? strcspn(text, "\n") : 0] = '\0';
	/* The kernel shows "(null)" where none is set (drivers/base/driver.c). */
	*ours = text[0] && strcmp(text, "(null)") && (pci_is_guest_driver(text) || (function->class && !pci_may_carry_disks(function)));
	return 0;
}

void bind_release(struct pci_function *function)
{
	const struct claim claim = { 0 };
	struct plan_entry entry = { .function = function, .claim = &claim };
	bool ours = false;

	read_driver(&entry);
	/* A read of the attribute waits for a driver that probes or removes the device, up to Linux 6.11. */
	if (!pci_is_guest_driver(entry.driver) && deadline_read(read_override, function, &ours, sizeof(ours)) == 0 && ours)
		give_back(&entry);
	strcpy(function->driver, entry.driver);
}
