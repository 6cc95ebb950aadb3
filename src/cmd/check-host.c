/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/check.h"

#include <errno.h>
#include <string.h>

#include "cmd/show.h"
#include "host/config-read.h"
#include "host/generators.h"

/* --- kernels and images --- */

static void cure_by_looking(struct finding *finding, const char *place)
{
	finding_cure(finding, "check with %2$s that %1$s contains vfio-early", place,
		     generators_list_tools());
}

/* Why the image could not be looked into. */
static void judge_unread(const struct kernel *kernel, struct finding *finding)
{
	finding->level = FINDING_WARN;
	finding->code = CODE_IMAGE_UNREAD;
	switch (kernel->error) {
	case -ENOTSUP:
		finding->what = "has a format that vfio-early cannot read";
		cure_by_looking(finding, "it");
		break;
	case -ENOEXEC:
		finding->what = util_text("cannot be decompressed without %s", kernel->tool);
		finding_cure(finding, "install %s", kernel->tool);
		break;
	case -EACCES:
	case -EPERM:
		finding->what = "cannot be read by this user";
		finding_cure(finding, "sudo vfio-early check");
		break;
	case -EBADMSG:
		finding->code = CODE_IMAGE_DAMAGED;
		finding->level = FINDING_FAIL;
		finding->what = "is damaged; the machine may not boot from it";
		break;
	default:
		finding->level = FINDING_FAIL;
		finding->what = util_text("cannot be read: %s", strerror(-kernel->error));
	}
}

/* What is said of devices goes by the host then. */
static void say_judged_by_host(const struct check_input *input, const struct kernel *kernel,
			       struct finding *finding)
{
	if (kernel == input->next && input->context->plan.count)
		finding->what =
			util_text_add(finding->what, "; the predictions use the state of the running host");
}

/* What is missing may be in the file system that is not read. */
static bool is_hidden(const struct kernel *kernel)
{
	return kernel->initramfs.squashed && kernel->initramfs.listed != INITRAMFS_NOT_LISTED;
}

static void judge_hidden(const struct kernel *kernel, struct finding *finding)
{
	finding->level = FINDING_WARN;
	finding->code = CODE_IMAGE_UNREAD;
	finding->what = util_text(
		"has %svfio-early in its file system %s, which is not read here, so whether "
		"it has the present configuration is unknown",
		kernel->initramfs.listed == INITRAMFS_LISTED || kernel->initramfs.program ? "" : "perhaps ",
		kernel->initramfs.squashed);
	finding_cure(finding, "sudo lsinitrd -f etc/vfio-early.conf %s", kernel->path);
}

static void judge_content(const struct check_input *input, const struct kernel *kernel,
			  struct finding *finding)
{
	const char *differs = initramfs_differs(&kernel->initramfs, input->host);

	if (is_hidden(kernel) && (!kernel->initramfs.program || !kernel->initramfs.driver || differs)) {
		judge_hidden(kernel, finding);
		say_judged_by_host(input, kernel, finding);
	} else if (!kernel->initramfs.program) {
		finding->code = CODE_IMAGE_LACKS;
		finding->what = "does not contain vfio-early";
	} else if (!kernel->initramfs.driver && kernel->driver == KERNEL_DRIVER_MODULE) {
		finding->code = CODE_IMAGE_DRIVER;
		finding->what = "contains vfio-early but not the module vfio-pci";
	} else if (differs && UTIL_IS_ONE_OF(differs, CONFIG_READ_FSTAB_COPY, CONFIG_READ_CRYPTTAB_COPY)) {
		finding->level = FINDING_WARN;
		finding->code = CODE_IMAGE_TABLES;
		finding->what =
			util_text("contains an outdated copy of %s",
				  !strcmp(differs, CONFIG_READ_FSTAB_COPY) ? "/etc/fstab" : "/etc/crypttab");
	} else if (differs) {
		finding->code = CODE_IMAGE_OLD;
		finding->what = util_text("contains an outdated configuration: %s differs", differs);
	} else {
		finding->level = FINDING_PASS;
		finding->code = CODE_IMAGE;
		finding_cure(finding, "%s", "");
		finding->what = "contains vfio-early and the present configuration";
	}
}

static void check_image(const struct check_input *input, const struct kernel *kernel,
			struct findings *findings)
{
	struct finding *finding;

	if (!kernel->path[0]) {
		finding = findings_add(
			findings, FINDING_WARN, kernel->version, "",
			"no image of this kernel was found; it may be part of a unified kernel image");
		finding->code = CODE_NO_IMAGE;
		cure_by_looking(finding, "it");
		say_judged_by_host(input, kernel, finding);
		return;
	}
	finding = findings_add(findings, FINDING_FAIL, kernel->path, distro_regenerate(input->distro), "%s",
			       "");
	if (kernel->error) {
		judge_unread(kernel, finding);
		say_judged_by_host(input, kernel, finding);
	} else {
		judge_content(input, kernel, finding);
	}
	if (finding->level == FINDING_FAIL && input->distro->staged) {
		finding->level = FINDING_WARN;
		finding->what = util_text_add(finding->what, "; the staged deployment has another one");
	}
}

void check_kernels(const struct check_input *input, struct findings *findings)
{
	for (size_t i = 0; i < input->kernel_count; i++) {
		const struct kernel *kernel = &input->kernels[i];

		if (kernel->driver == KERNEL_DRIVER_NONE)
			findings_add(findings, FINDING_FAIL, kernel->version,
				     "boot another kernel, or install the package with its other modules "
				     "(linux-modules-extra, "
				     "kernel-modules)",
				     "this kernel has no vfio-pci, neither built in nor as a module")
				->code = CODE_KERNEL_LACKS;
		else
			check_image(input, kernel, findings);
	}
	if (!input->kernel_count) {
		struct finding *finding = findings_add(
			findings, FINDING_WARN, "kernels", "",
			"no installed kernel was found in /lib/modules and /boot, so no image was checked");

		finding->code = CODE_NO_KERNEL;
		cure_by_looking(finding, "the image");
	}
}

/* --- other methods --- */

/* What ids take besides what we would, and whether the host needs any of it. */
static const char *find_besides(const struct check_input *input, const char *ids, bool *ret_kept)
{
	const struct machine *machine = &input->context->machine;
	const char *item, *end = ids + strlen(ids);
	struct selector_error error;
	struct selector selector;
	const char *text = "";
	size_t length;

	while (util_next_item(&ids, end, &item, &length)) {
		if (selector_parse(item, length, &selector, &error) < 0 || selector.kind != SELECTOR_ID)
			continue;
		for (size_t i = 0; i < machine->function_count; i++) {
			const struct pci_function *function = &machine->functions[i];

			if (selector_match(&selector, function) != SELECTOR_YES ||
			    plan_takes(&input->context->plan, function) || function->header_type > 0)
				continue;
			text = util_text_add(text, "%s%s", text[0] ? ", " : "",
					     pci_address_text(&function->address));
			*ret_kept |= plan_entry_of(&input->context->plan, function) != NULL;
		}
	}
	return text;
}

/* Its ids without the quotes that modprobe.d allows around them, and the configuration does not. */
static const char *ids_of(const struct other_setup *setup)
{
	return util_text_unquoted(setup->text);
}

/* Other options of the module count, with vfio-early too. */
static const char *remove_of_line(const struct other_setup *setup)
{
	return setup->among_options ? util_text("remove ids=%s from the line",
						util_text_shown(setup->text, strlen(setup->text))) :
				      "remove the line";
}

/* What to do so that the other method is gone. */
static void cure_setup(const struct check_input *input, const struct other_setup *setup,
		       struct finding *finding)
{
	if (setup->parameter)
		finding->hint = distro_remove(input->distro, setup->parameter);
	/* No image has what the running system loads. */
	else if (util_starts_with(setup->where, "/etc/modules"))
		finding->hint = setup->kind == SETUP_IDS ? "remove the line" : "remove these lines";
	else
		finding_cure(finding, "%s, then: %s", remove_of_line(setup),
			     distro_regenerate(input->distro));
}

/* What keeps a host driver off a claimed device's group is not to be removed: @text is in the finding that says so. */
static void keep_if_needed(const struct findings *findings, const char *text, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		const struct finding *spared = &findings->list[i];

		if (spared->code == CODE_GROUP_SPARED && strstr(spared->what, text))
			finding_cure(&findings->list[index], "keep it as long as %.*s is not claimed",
				     (int)strcspn(spared->subject, " "), spared->subject);
	}
}

/* Is anything claimed by a module's ids= alone? */
static bool claims_by_ids(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].claim->rank == CLAIM_OF_MODULE)
			return true;
	return false;
}

/* Of several ids= of a module the last one counts: where that is, or NULL if this is it. */
static const char *find_stronger(const struct check_input *input, const struct other_setup *setup,
				 const char *module)
{
	const struct module_ids *ids = modprobe_find(input->ids, module);

	if (!ids || !strcmp(ids->ids, ids_of(setup)))
		return NULL;
	return ids->where[0] == '/' ? util_text("ids=%s (%s)", ids->ids, ids->where) :
				      util_text("%s=%s", ids->where, ids->ids);
}

static bool check_overridden(const struct check_input *input, const struct other_setup *setup,
			     const char *module, struct findings *findings)
{
	const char *stronger = find_stronger(input, setup, module);
	struct finding *finding;

	if (!stronger)
		return false;
	finding = findings_add(findings, FINDING_WARN, setup->where, "",
			       "ids=%s has no effect: of several ids= the last one counts, and that is %s",
			       util_text_shown(setup->text, strlen(setup->text)), stronger);
	finding->code = setup->kind == SETUP_IDS ? CODE_MODULE_IDS : CODE_STUB_IDS;
	cure_setup(input, setup, finding);
	return true;
}

/* An id as a claim of our own; where it names devices that the host keeps, the others by their addresses. */
static const char *add_as_claim(const struct check_input *input, const char *text, const char *item,
				size_t length, const char *separator)
{
	const struct machine *machine = &input->context->machine;
	struct selector_error error;
	struct selector selector;
	const char *taken = text;
	bool kept = false;

	if (selector_parse(item, length, &selector, &error) == 0)
		for (size_t i = 0; i < machine->function_count; i++) {
			const struct pci_function *function = &machine->functions[i];

			if (pci_is_bridge(function) || selector_match(&selector, function) != SELECTOR_YES)
				continue;
			if (plan_takes(&input->context->plan, function))
				taken = util_text_add(taken, "%s%s@%04x:%04x", taken[0] ? separator : "",
						      pci_address_text(&function->address), function->vendor,
						      function->device);
			else
				kept = true;
		}
	if (kept && strcmp(taken, text) != 0)
		return taken;
	return util_text_add(text, "%s%.*s", text[0] ? separator : "", (int)length, item);
}

static const char *list_as_claims(const struct check_input *input, const char *ids, const char *separator)
{
	const char *end = ids + strlen(ids), *item, *text = "";
	size_t length;

	while (util_next_item(&ids, end, &item, &length))
		text = add_as_claim(input, text, item, length, separator);
	return text;
}

/* Its ids count as claims: to remove it alone would lose them. */
static void check_ids(const struct check_input *input, const struct other_setup *setup,
		      struct findings *findings)
{
	const struct config *config = &input->context->config;
	bool off = config_off_reason(config);
	const char *shown = util_text_shown(setup->text, strlen(setup->text));
	struct finding *finding;

	if (check_overridden(input, setup, "vfio_pci", findings))
		return;
	finding =
		off ? findings_add(findings, FINDING_WARN, setup->where, "",
				   "vfio-early is disabled by %2$s, so vfio-pci binds every device with the "
				   "ids %1$s, including the last display",
				   shown, config_off_parameter(config)) :
		      findings_add(findings, FINDING_WARN, setup->where, "",
				   "vfio-early treats vfio-pci.ids=%s as claims with the lowest priority, "
				   "and loads the module without these ids",
				   shown);
	finding->code = CODE_MODULE_IDS;
	if (off || !claims_by_ids(&input->context->plan))
		cure_setup(input, setup, finding);
	else if (setup->parameter)
		finding_cure(finding, "replace it with rd.vfio.ids=%s",
			     list_as_claims(input, ids_of(setup), ","));
	else
		finding_cure(finding,
			     input->files_ignored ?
				     "put rd.vfio.ids=%2$s on the kernel command line and "
				     "%3$s, then: %1$s" :
				     "add to the configuration: claim %2$s (in " CONFIG_READ_FILE
				     "), and %3$s, then: %1$s",
			     distro_regenerate(input->distro),
			     list_as_claims(input, ids_of(setup), input->files_ignored ? "," : " "),
			     remove_of_line(setup));
}

static void check_stub_ids(const struct check_input *input, const struct other_setup *setup,
			   struct findings *findings)
{
	struct finding *finding;
	bool kept = false;
	const char *besides = find_besides(input, ids_of(setup), &kept);

	if (check_overridden(input, setup, "pci_stub", findings))
		return;
	if (besides[0])
		finding = findings_add(findings, kept ? FINDING_FAIL : FINDING_WARN, setup->where, "",
				       "pci-stub.ids=%s also binds %s, which the host keeps", setup->text,
				       besides);
	else
		finding = findings_add(
			findings, FINDING_WARN, setup->where, "",
			"pci-stub.ids=%s may bind devices before vfio-pci does; vfio-early does not need it",
			setup->text);
	finding->code = CODE_STUB_IDS;
	cure_setup(input, setup, finding);
	keep_if_needed(findings, "pci-stub.ids=", findings->count - 1);
}

static void check_driverctl(const struct check_input *input, const struct other_setup *setup,
			    struct findings *findings)
{
	const struct plan *plan = &input->context->plan;
	const char *subject,
		*hint = util_text("sudo driverctl unset-override %s", pci_address_text(&setup->address));

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];

		if (!entry->function || pci_address_compare(&entry->function->address, &setup->address))
			continue;
		subject = show_subject(entry);
		if (strcmp(setup->text, entry->wanted_driver) != 0)
			findings_add(findings, FINDING_FAIL, subject, hint,
				     "driverctl binds it to %s after the boot (%s)", setup->text,
				     setup->where)
				->code = CODE_DRIVERCTL;
		else
			findings_add(findings, FINDING_WARN, subject, hint,
				     "driverctl also binds it to %s after the boot (%s), which is not needed",
				     setup->text, setup->where)
				->code = CODE_DRIVERCTL;
	}
}

/* One that is told of in one sentence, or "" where there is nothing to say. */
static const char *describe(const struct check_input *input, const struct other_setup *setup)
{
	switch (setup->kind) {
	case SETUP_SOFTDEP:
		return util_text("%s has a softdep on vfio-pci, which vfio-early does not need", setup->text);
	case SETUP_BLACKLIST:
		return util_text(
			"%s is blacklisted, also for the devices of the host; vfio-early does not need this",
			setup->text);
	case SETUP_INSTALL:
		return util_text("the install line of %s mentions vfio: udev runs it, vfio-early does not",
				 setup->text);
	case SETUP_LOAD:
		return util_text(
			"loads %s or adds it to images, which is harmless and which vfio-early does not "
			"need",
			setup->text);
	case SETUP_OMIT:
		return util_text("keeps %s out of the images, so no device can be bound to vfio-pci there",
				 setup->text);
	case SETUP_UNSAFE:
		/* Where interrupts are not remapped it is what makes vfio work, and told of above. */
		return input->context->machine.iommu.remapping == IOMMU_REMAPPING_ON ?
			       "allow_unsafe_interrupts has no effect, because interrupts are remapped" :
			       "";
	default:
		return "";
	}
}

static void check_rest(const struct check_input *input, const struct other_setup *setup,
		       struct findings *findings)
{
	static const enum finding_code codes[] = {
		[SETUP_SOFTDEP] = CODE_SOFTDEP,    [SETUP_BLACKLIST] = CODE_BLACKLIST,
		[SETUP_INSTALL] = CODE_INSTALL,    [SETUP_UNSAFE] = CODE_UNSAFE,
		[SETUP_LOAD] = CODE_MODULE_LOADED, [SETUP_OMIT] = CODE_OMITTED
	};
	struct finding *finding =
		findings_add(findings, setup->kind == SETUP_OMIT ? FINDING_FAIL : FINDING_WARN, setup->where,
			     "", "%s", describe(input, setup));

	finding->code = codes[setup->kind];
	cure_setup(input, setup, finding);
	if (setup->kind == SETUP_BLACKLIST)
		keep_if_needed(findings, util_text("%s)", setup->parameter ? setup->parameter : setup->where),
			       findings->count - 1);
}

void check_other_setups(const struct check_input *input, struct findings *findings)
{
	for (size_t i = 0; i < input->setups->count; i++) {
		const struct other_setup *setup = &input->setups->list[i];

		if (setup->kind == SETUP_IDS)
			check_ids(input, setup, findings);
		else if (setup->kind == SETUP_STUB_IDS)
			check_stub_ids(input, setup, findings);
		else if (setup->kind == SETUP_DRIVERCTL)
			check_driverctl(input, setup, findings);
		else if (describe(input, setup)[0])
			check_rest(input, setup, findings);
	}
}
