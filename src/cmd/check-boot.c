/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check: the system, its boot loader, and how to switch off for one boot. */
#include "cmd/check.h"

#include <stdlib.h>
#include <string.h>

#include "host/rootdir.h"
#include "host/sysfs.h"

static void check_system(const struct check_input *input, struct findings *findings)
{
	const struct distro_unsupported *system = &input->distro->unsupported;

	if (system->name)
		findings_add(findings, input->context->config.claim_count ? FINDING_FAIL : FINDING_WARN,
			     "system", system->instead, "vfio-early does not support %s: %s", system->name,
			     system->why)
			->code = CODE_UNSUPPORTED;
}

static void check_entry(const struct check_input *input, struct findings *findings)
{
	if (input->other_entry[0])
		findings_add(findings, FINDING_WARN, "boot loader", "", "%s", input->other_entry)->code =
			CODE_OTHER_ENTRY;
}

static void check_initramfs(const struct check_input *input, struct findings *findings)
{
	if (input->boot->without_image && input->context->config.claim_count)
		findings_add(findings, FINDING_FAIL, "boot loader", distro_add_image(input->distro),
			     "the default entry (%s) boots the kernel without an initramfs, so vfio-early "
			     "does not run",
			     input->boot->path)
			->code = CODE_WITHOUT_IMAGE;
}

/* --- the way back --- */

/* UEFI specification, "Global Variables" */
#define SECURE_BOOT "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static bool is_secure_boot(void)
{
	size_t length;
	char *bytes;
	bool on;

	if (sysfs_efi_variable_read(SECURE_BOOT, &bytes, &length) < 0)
		return false;
	on = length > 4 && bytes[4] == 1;
	free(bytes);
	return on;
}

/* Why "e" in the boot menu is of no use, "" where it is. */
static const char *why_no_editor(const struct check_input *input)
{
	bool unified = input->next && kernels_is_unified(input->next);

	if (unified && is_secure_boot())
		return "Secure Boot is on, and a unified kernel image ignores what the boot menu adds to its "
		       "command line";
	if (unified && kernels_read_layout() == KERNELS_UNIFIED && !kernels_read_variable("LoaderInfo")[0])
		return "the firmware boots the unified kernel image without a boot menu";
	if (input->distro->by_systemd_boot &&
	    UTIL_IS_ONE_OF(bootloader_read_setting("editor"), "no", "off", "0", "false", "n", "f"))
		return "loader.conf has switched the editor of the boot menu off";
	return "";
}

/* Where the screen may stay black it is needed. */
static bool takes_display(const struct check_input *input)
{
	for (size_t i = 0; i < input->context->plan.count; i++)
		if (plan_is_taken(&input->context->plan.entries[i]) &&
		    pci_is_display(input->context->plan.entries[i].function))
			return true;
	return false;
}

static void check_way_back(const struct check_input *input, struct findings *findings)
{
	const char *why = takes_display(input) ? why_no_editor(input) : "";

	if (why[0])
		findings_add(findings, FINDING_WARN, "way back",
			     "if the screen stays black, boot an older entry without vfio-early or a rescue "
			     "medium, remove the claims there and regenerate the image",
			     "%s, so rd.vfio=0 cannot be set for one boot", why)
			->code = CODE_NO_EDITOR;
}

void check_boot(const struct check_input *input, struct findings *findings)
{
	check_system(input, findings);
	check_entry(input, findings);
	check_initramfs(input, findings);
	check_way_back(input, findings);
}
