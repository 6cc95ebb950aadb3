/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diagnose.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "protect.h"
#include "tell.h"

/* The finding's text is the format; its cure is written by the caller. */
static struct finding *printf_format(4, 5) add(struct findings *findings, enum finding_level level, const char *subject,
					       const char *what, ...)
{
	struct finding *finding;
	va_list args;

	findings->list = util_grow(findings->list, findings->count, sizeof(*findings->list));
	finding = &findings->list[findings->count++];
	*finding = (struct finding){ .level = level };
	util_format(finding->subject, sizeof(finding->subject), "%s", subject);
	va_start(args, what);
	vsnprintf(finding->what, sizeof(finding->what), what, args);
	va_end(args);
	return finding;
}

static void printf_format(2, 3) cure(struct finding *finding, const char *hint, ...)
{
	va_list args;

	va_start(args, hint);
	vsnprintf(finding->hint, sizeof(finding->hint), hint, args);
	va_end(args);
}

static bool is_taken(const struct plan_entry *entry)
{
	return entry->verdict == VERDICT_WOULD_BIND || entry->verdict == VERDICT_BOUND;
}

static bool is_taken_function(const struct diagnosis *diagnosis, const struct pci_function *function)
{
	const struct plan_entry *entry = plan_entry_of(&diagnosis->outlook->plan, function);

	return entry && is_taken(entry);
}

static const char *address_of(const struct pci_function *function, char buffer[static PCI_ADDRESS_SIZE])
{
	return pci_address_format(&function->address, buffer);
}

static void diagnose_rights(const struct diagnosis *diagnosis, struct findings *findings)
{
	if (diagnosis->unprivileged)
		cure(add(findings, FINDING_WARN, "user", "not run by root: what is on disks, firmware tables and some images cannot be seen, "
			 "so what follows may be wrong"), "sudo vfio-early check");
}

static void diagnose_config(const struct diagnosis *diagnosis, struct findings *findings)
{
	const struct config *config = &diagnosis->outlook->config;

	if (diagnosis->next_path)
		add(findings, FINDING_PASS, "command line", "that of the next boot, from %s, is another one than this boot's: what follows "
		    "goes by it", diagnosis->next_path);
	for (size_t i = 0; i < config->error_count; i++)
		add(findings, FINDING_FAIL, config->errors[i].where, "%s", config->errors[i].what);
	if (!config->claim_count)
		cure(add(findings, FINDING_WARN, "configuration", "nothing is asked for: neither rd.vfio.ids= nor " LOAD_CONFIG_FILE
			 " names a device"), "vfio-early list shows what can be named");
}

/* --- the IOMMU --- */

/* The cure of an IOMMU that is off, in this system's terms. */
static void cure_iommu(const struct diagnosis *diagnosis, char *hint, size_t size)
{
	const struct iommu *iommu = &diagnosis->outlook->machine.iommu;

	if (iommu->remove[0])
		system_remove(diagnosis->system, iommu->remove, hint, size);
	else if (iommu->add[0])
		system_add(diagnosis->system, iommu->add, hint, size);
	else
		util_format(hint, size, "%s", iommu->hint);
}

static void diagnose_iommu(const struct diagnosis *diagnosis, struct findings *findings)
{
	const struct iommu *iommu = &diagnosis->outlook->machine.iommu;
	const struct config *config = &diagnosis->outlook->config;
	enum finding_level level = config->claim_count && !config->iommu_ignored ? FINDING_FAIL : FINDING_WARN;
	struct finding *finding;
	char sentence[512];

	if (iommu->state == IOMMU_ON)
		level = FINDING_PASS;
	else if (iommu->cause == IOMMU_CAUSE_DRIVER || iommu->mended)
		level = FINDING_WARN;
	finding = add(findings, level, "IOMMU", "%s", tell_iommu_sentence(iommu, sentence, sizeof(sentence)));
	if (iommu->mended)
		cure(finding, "nothing more to do: the next boot's command line mends it");
	else if (level != FINDING_PASS)
		cure_iommu(diagnosis, finding->hint, sizeof(finding->hint));
	if (iommu->interrupts[0])
		cure(add(findings, FINDING_WARN, "interrupts", "%s", iommu->interrupts), "%s", iommu->interrupts_hint);
}

/* --- what is asked for --- */

static enum finding_level level_of(const struct plan_entry *entry)
{
	if (entry->verdict == VERDICT_ABSENT && entry->claim->optional)
		return FINDING_PASS;
	if (verdict_is_failure(entry->verdict))
		return FINDING_FAIL;
	return is_taken(entry) ? FINDING_PASS : FINDING_WARN;
}

static void diagnose_entries(const struct diagnosis *diagnosis, struct findings *findings)
{
	const struct plan *plan = &diagnosis->outlook->plan;
	char subject[96], sentence[512];

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];
		struct finding *finding = add(findings, level_of(entry), tell_subject(entry, subject, sizeof(subject)), "%s",
					      plan_sentence(entry, sentence, sizeof(sentence)));

		if (entry->verdict == VERDICT_NO_IOMMU && diagnosis->outlook->machine.iommu.state == IOMMU_OFF)
			cure_iommu(diagnosis, finding->hint, sizeof(finding->hint));
		else if (entry->verdict == VERDICT_OFF && diagnosis->outlook->config.off)
			system_remove(diagnosis->system, "rd.vfio=0", finding->hint, sizeof(finding->hint));
		else
			cure(finding, "%s", entry->hint);
	}
}

static void diagnose_neighbours(const struct diagnosis *diagnosis, struct findings *findings)
{
	const struct plan *plan = &diagnosis->outlook->plan;
	char subject[96], address[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < plan->neighbour_count; i++) {
		const struct plan_neighbour *neighbour = &plan->neighbours[i];

		util_format(subject, sizeof(subject), "%s %04x:%04x", address_of(neighbour->function, address),
			    neighbour->function->vendor, neighbour->function->device);
		cure(add(findings, neighbour->blocks ? FINDING_FAIL : FINDING_WARN, subject, "%s", neighbour->reason), "%s%s",
		     neighbour->hint, neighbour->hint[0] ? " (in " LOAD_CONFIG_FILE ")" : "");
	}
}

static bool host_keeps_a_display(const struct diagnosis *diagnosis)
{
	const struct machine *machine = &diagnosis->outlook->machine;

	for (size_t i = 0; i < machine->function_count; i++)
		if (pci_is_display(&machine->functions[i]) && !is_taken_function(diagnosis, &machine->functions[i]))
			return true;
	return false;
}

/* What the host loses with the function, though nothing keeps it. */
static void diagnose_loss(const struct diagnosis *diagnosis, size_t index, struct findings *findings)
{
	const struct outlook *outlook = diagnosis->outlook;
	const struct plan_entry *entry = &outlook->plan.entries[index];
	const struct storage *storage = outlook->machine.storage;
	char subject[96], reason[256], hint[256];

	tell_subject(entry, subject, sizeof(subject));
	for (size_t u = 0; u < storage->use_count; u++) {
		const struct block_use *use = &storage->uses[u];

		for (size_t b = 0; b < storage->count; b++)
			if (storage_is_on(&storage->blocks[b], &entry->function->address) && storage_stands_on(storage, use->block, b)) {
				cure(add(findings, FINDING_WARN, subject, "carries %s now (%s), which the host loses with it", use->purpose,
					 storage->blocks[use->block].name), "take it out of use and out of /etc/fstab, or out of the claims");
				break;
			}
	}
	for (size_t c = 0; c < outlook->machine.network.count; c++)
		if (!pci_address_compare(&outlook->machine.network.cards[c].address, &entry->function->address))
			cure(add(findings, FINDING_WARN, subject, "the host has its route through it (%s), and loses it",
				 outlook->machine.network.cards[c].interface), "make sure that you can reach the host otherwise");
	if (pci_is_storage(entry->function) &&
	    protect_keeps(storage, &entry->function->address, reason, sizeof(reason), hint, sizeof(hint)))
		cure(add(findings, FINDING_FAIL, subject, "is taken by stage=early although %s", reason), "remove stage=early from its claim");
	if (entry->function->boot_vga == 1 && !host_keeps_a_display(diagnosis))
		cure(add(findings, FINDING_WARN, subject, "is the host's last display: its screen stays black from then on"),
		     "make sure that you can reach the host otherwise: ssh, or a serial console");
	if (diagnosis->unresettable[index])
		cure(add(findings, FINDING_WARN, subject, "the kernel knows no way to reset it: a guest may not start a second time "
			 "before the host is rebooted"), "look for a newer firmware or kernel, or for vendor-reset for some AMD GPUs");
}

/* Every keyboard hangs off a controller that goes, and the boot asks for a passphrase. */
static void diagnose_keyboard(const struct diagnosis *diagnosis, struct findings *findings)
{
	const struct machine *machine = &diagnosis->outlook->machine;
	const struct seat *seat = diagnosis->seat;
	const struct pci_function *function;
	const struct plan_entry *entry = NULL;
	char subject[96];

	if (!seat->asked || seat->elsewhere || !seat->count)
		return;
	for (size_t i = 0; i < seat->count; i++) {
		function = pci_find(machine->functions, machine->function_count, &seat->controllers[i]);
		entry = function ? plan_entry_of(&diagnosis->outlook->plan, function) : NULL;
		/* What goes late goes when the passphrase was typed. */
		if (!entry || !is_taken(entry) || entry->late)
			return;
	}
	tell_subject(entry, subject, sizeof(subject));
	cure(add(findings, FINDING_FAIL, subject, "the only keyboard hangs off it, and the boot asks for a passphrase (/etc/crypttab)"),
	     "plug the keyboard into another controller, or claim this one with stage=late");
}

/* --- kernels and images --- */

static void diagnose_image(const struct diagnosis *diagnosis, const struct kernel *kernel, struct findings *findings)
{
	const char *regenerate = system_regenerate(diagnosis->system);
	const char *differs = kernel->error ? NULL : image_differs(&kernel->image, diagnosis->host);
	struct finding *finding = add(findings, FINDING_FAIL, kernel->path[0] ? kernel->path : kernel->version, "%s", "");

	cure(finding, "%s", regenerate);
	if (!kernel->path[0] || kernel->error == -ENOTSUP) {
		finding->level = FINDING_WARN;
		util_format(finding->what, sizeof(finding->what), kernel->path[0] ? "is no initramfs that vfio-early can look into" :
			    "no image of this kernel was found, perhaps it is part of a unified kernel image");
		cure(finding, "see whether vfio-early is in it with lsinitrd or lsinitramfs");
	} else if (kernel->error == -ENOEXEC) {
		finding->level = FINDING_WARN;
		util_format(finding->what, sizeof(finding->what), "cannot be looked into without %s", kernel->tool);
		cure(finding, "install %s", kernel->tool);
	} else if (kernel->error == -EACCES || kernel->error == -EPERM) {
		finding->level = FINDING_WARN;
		util_format(finding->what, sizeof(finding->what), "cannot be read by this user");
		cure(finding, "sudo vfio-early check");
	} else if (kernel->error == -EBADMSG) {
		util_format(finding->what, sizeof(finding->what), "is damaged, and the machine may not boot from it");
	} else if (kernel->error) {
		util_format(finding->what, sizeof(finding->what), "cannot be read: %s", strerror(-kernel->error));
	} else if (!kernel->image.program) {
		util_format(finding->what, sizeof(finding->what), "does not contain vfio-early");
	} else if (!kernel->image.driver && kernel->driver == KERNEL_DRIVER_MODULE) {
		util_format(finding->what, sizeof(finding->what), "contains vfio-early but not the module vfio-pci");
	} else if (differs && !strcmp(differs, LOAD_FSTAB_COPY)) {
		finding->level = FINDING_WARN;
		util_format(finding->what, sizeof(finding->what), "has another /etc/fstab than the host has now");
	} else if (differs) {
		util_format(finding->what, sizeof(finding->what), "has an older configuration: %s is another one now", differs);
	} else {
		finding->level = FINDING_PASS;
		finding->hint[0] = '\0';
		util_format(finding->what, sizeof(finding->what), "contains vfio-early and the configuration as it is now");
	}
}

static void diagnose_kernels(const struct diagnosis *diagnosis, struct findings *findings)
{
	for (size_t i = 0; i < diagnosis->kernel_count; i++) {
		const struct kernel *kernel = &diagnosis->kernels[i];

		if (kernel->driver == KERNEL_DRIVER_NONE)
			cure(add(findings, FINDING_FAIL, kernel->version, "this kernel has no vfio-pci, neither built in nor as a module"),
			     "boot another kernel, or install the package with its other modules (linux-modules-extra, kernel-modules)");
		else
			diagnose_image(diagnosis, kernel, findings);
	}
	if (!diagnosis->kernel_count)
		cure(add(findings, FINDING_WARN, "kernels", "no installed kernel was found in /lib/modules and /boot, so no image was looked into"),
		     "see whether vfio-early is in the image with lsinitrd or lsinitramfs");
}

/* --- other methods --- */

/* What ids take besides what we would, and whether the host needs any of it. */
static void find_besides(const struct diagnosis *diagnosis, const char *ids, char *text, size_t size, bool *ret_kept)
{
	const struct machine *machine = &diagnosis->outlook->machine;
	const char *item, *end = ids + strlen(ids);
	struct selector_error error;
	struct selector selector;
	char address[PCI_ADDRESS_SIZE];
	size_t length;

	text[0] = '\0';
	while (util_next_item(&ids, end, &item, &length)) {
		if (selector_parse(item, length, &selector, &error) < 0 || selector.kind != SELECTOR_ID)
			continue;
		for (size_t i = 0; i < machine->function_count; i++) {
			const struct pci_function *function = &machine->functions[i];

			if (selector_match(&selector, function) != SELECTOR_YES || is_taken_function(diagnosis, function) ||
			    function->header_type > 0)
				continue;
			util_append(text, size, "%s%s", text[0] ? ", " : "", address_of(function, address));
			*ret_kept |= plan_entry_of(&diagnosis->outlook->plan, function) != NULL;
		}
	}
}

/* What to do so that the other method is gone. */
static void cure_rival(const struct diagnosis *diagnosis, const struct rival *rival, struct finding *finding)
{
	if (rival->parameter)
		system_remove(diagnosis->system, rival->parameter, finding->hint, sizeof(finding->hint));
	else
		cure(finding, "remove the line, then: %s", system_regenerate(diagnosis->system));
}

static void diagnose_ids(const struct diagnosis *diagnosis, const struct rival *rival, struct findings *findings)
{
	const char *name = rival->kind == RIVAL_IDS ? "vfio-pci.ids" : "pci-stub.ids";
	char besides[256];
	bool kept = false;
	struct finding *finding;

	find_besides(diagnosis, rival->text, besides, sizeof(besides), &kept);
	if (besides[0])
		finding = add(findings, kept ? FINDING_FAIL : FINDING_WARN, rival->where, "%s=%.120s takes %s besides, which vfio-early leaves to "
			      "the host", name, rival->text, besides);
	else
		finding = add(findings, FINDING_WARN, rival->where, "%s=%.120s takes whatever has these ids, in a race that vfio-early "
			      "makes needless", name, rival->text);
	cure_rival(diagnosis, rival, finding);
}

static void diagnose_driverctl(const struct diagnosis *diagnosis, const struct rival *rival, struct findings *findings)
{
	const struct plan *plan = &diagnosis->outlook->plan;
	char address[PCI_ADDRESS_SIZE], subject[96];

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];
		bool other;

		if (!entry->function || pci_address_compare(&entry->function->address, &rival->address))
			continue;
		other = strcmp(rival->text, entry->wanted_driver) != 0;
		cure(add(findings, other ? FINDING_FAIL : FINDING_WARN, tell_subject(entry, subject, sizeof(subject)),
			 other ? "driverctl moves it to %s after the boot (%s)" : "driverctl sets it to %s too, after the boot (%s)",
			 rival->text, rival->where),
		     "sudo driverctl unset-override %s", pci_address_format(&rival->address, address));
	}
}

static void diagnose_rivals(const struct diagnosis *diagnosis, struct findings *findings)
{
	for (size_t i = 0; i < diagnosis->rivals->count; i++) {
		const struct rival *rival = &diagnosis->rivals->list[i];
		struct finding *finding = NULL;

		switch (rival->kind) {
		case RIVAL_IDS:
		case RIVAL_STUB_IDS:
			diagnose_ids(diagnosis, rival, findings);
			break;
		case RIVAL_DRIVERCTL:
			diagnose_driverctl(diagnosis, rival, findings);
			break;
		case RIVAL_SOFTDEP:
			finding = add(findings, FINDING_WARN, rival->where, "a softdep of %s on vfio-pci: vfio-early needs none", rival->text);
			break;
		case RIVAL_BLACKLIST:
			finding = add(findings, FINDING_WARN, rival->where, "%s is blacklisted: the host's own devices lose it too, and "
				      "vfio-early needs no blacklist", rival->text);
			break;
		case RIVAL_UNSAFE:
			/* Where interrupts are not remapped it is what makes vfio work, and told of above. */
			if (diagnosis->outlook->machine.iommu.remapping == IOMMU_REMAPPING_ON)
				finding = add(findings, FINDING_WARN, rival->where, "allow_unsafe_interrupts: interrupts are remapped, so it serves "
					      "nothing");
			break;
		case RIVAL_INSTALL:
			finding = add(findings, FINDING_WARN, rival->where, "an install line for %s that has to do with vfio: vfio-early does not "
				      "run it, and udev does", rival->text);
			break;
		}
		if (finding)
			cure_rival(diagnosis, rival, finding);
	}
}

void diagnose(const struct diagnosis *diagnosis, struct findings *ret)
{
	const struct plan *plan = &diagnosis->outlook->plan;

	*ret = (struct findings){ 0 };
	diagnose_rights(diagnosis, ret);
	diagnose_config(diagnosis, ret);
	diagnose_iommu(diagnosis, ret);
	diagnose_entries(diagnosis, ret);
	diagnose_neighbours(diagnosis, ret);
	for (size_t i = 0; i < plan->count; i++)
		if (is_taken(&plan->entries[i]))
			diagnose_loss(diagnosis, i, ret);
	diagnose_keyboard(diagnosis, ret);
	diagnose_kernels(diagnosis, ret);
	diagnose_rivals(diagnosis, ret);
}

void findings_clear(struct findings *findings)
{
	free(findings->list);
	*findings = (struct findings){ 0 };
}

const char *finding_name(enum finding_level level)
{
	static const char *const names[] = { "PASS", "WARN", "FAIL" };

	return names[level];
}

size_t findings_count(const struct findings *findings, enum finding_level level)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->list[i].level == level;
	return count;
}
