/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/pci-read.h"

#include <string.h>

#include "host/deadline.h"
#include "host/sysfs.h"

/*
 * The kernel may serve uevent under the device's lock, which a driver that hangs in probe or remove holds
 * (drivers/base/core.c, uevent_show(), Linux 6.1 and 6.6 stable): modalias has the same ids and never waits.
 * Without it the tree is no kernel's sysfs.
 */
static bool read_identity(struct pci_function *function)
{
	struct rootdir_text text;

	if (sysfs_pci_read(&function->address, "modalias", &text) == 0 &&
	    pci_parse_modalias(text.text, function) == 0)
		return true;
	function->driver_read = sysfs_pci_read(&function->address, "uevent", &text) == 0 &&
				pci_parse_uevent(text.text, function) == 0;
	return function->driver_read;
}

void pci_read_driver(struct pci_function *function)
{
	if (!function->driver_read &&
	    sysfs_pci_driver(&function->address, function->driver, sizeof(function->driver)) < 0)
		function->driver[0] = '\0';
	function->driver_read = true;
}

ssize_t pci_read_functions(struct pci_function **ret_functions)
{
	struct pci_function *functions = NULL;
	size_t count = 0;
	char **names;
	ssize_t found = sysfs_pci_list(&names);

	if (found < 0)
		return found;
	for (ssize_t i = 0; i < found; i++) {
		struct pci_function function = {
			.header_type = -1, .iommu_group = -1, .boot_vga = -1, .monitor = -1
		};

		if (pci_address_parse(names[i], strlen(names[i]), &function.address) < 0 ||
		    !read_identity(&function))
			continue;
		functions = util_grow(functions, count, sizeof(*functions));
		functions[count++] = function;
	}
	rootdir_list_free(names, found);
	pci_sort(functions, count);
	*ret_functions = functions;
	return (ssize_t)count;
}

/* Functions whose configuration space is read in one child. */
struct headers {
	const struct pci_function *functions;
	const size_t *which;
	size_t count;
};

/*
 * Byte 0x0e of configuration space; bit 7 says that the slot has more functions. The read wakes the bridge
 * above and waits while the device is reset (drivers/pci/access.c, pci_wait_cfg()).
 */
static int read_headers(const void *argument, void *result)
{
	const struct headers *headers = argument;
	signed char *types = result;
	uint8_t header[0x0e + 1];

	for (size_t i = 0; i < headers->count; i++) {
		const struct pci_address *address = &headers->functions[headers->which[i]].address;

		if (sysfs_pci_read_config(address, header, sizeof(header)) > 0x0e)
			types[i] = header[0x0e] & 0x7f;
		deadline_progress();
	}
	return 0;
}

void pci_read_headers(struct pci_function *functions, const size_t *which, size_t count)
{
	struct headers headers = { functions, which, count };
	cleanup_free signed char *types = util_zeroed(count, 1);
	struct deadline_task task = {
		.work = read_headers,
		.argument = &headers,
		.result = types,
		.size = count,
		.stall = deadline_stall(),
	};

	if (!count)
		return;
	memset(types, -1, count);
	deadline_run_tasks(&task, 1, deadline_read_end());
	for (size_t i = 0; i < count; i++)
		functions[which[i]].header_type = types[i];
}

void pci_read_details(struct pci_function *function)
{
	function->iommu_group = sysfs_pci_iommu_group(&function->address);
	pci_read_boot_vga(function);
}

void pci_read_boot_vga(struct pci_function *function)
{
	struct rootdir_text text;

	if (function->boot_vga < 0 && function->class >> 8 == PCI_SUB_VGA &&
	    sysfs_pci_read(&function->address, "boot_vga", &text) == 0)
		function->boot_vga = text.text[0] == '1';
}

void pci_read_virtual(struct pci_function *function)
{
	function->is_virtual = sysfs_pci_physical(&function->address, &function->physical);
}

void pci_read_state(struct pci_function *function)
{
	pci_read_virtual(function);
	if (!pci_is_display(function))
		return;
	if (sysfs_framebuffer_range(&function->address))
		function->console = PCI_CONSOLE_FRAMEBUFFER;
	else if (sysfs_drm_is_boot_display(&function->address))
		function->console = PCI_CONSOLE_BOOT_DISPLAY;
}

void pci_read_display(struct pci_function *function)
{
	function->monitor = sysfs_drm_has_monitor(&function->address);
	pci_read_virtual(function);
}

void pci_read_path(struct pci_function *function)
{
	struct rootdir_text link;

	/* What is no path stays without hops. */
	if (sysfs_pci_link(&function->address, &link) < 0 || pci_parse_path(link.text, &function->path) < 0)
		function->path.hops = 0;
}

void pci_read_group(struct pci_function *functions, size_t count, int group)
{
	char **names;
	ssize_t found = sysfs_iommu_group_list(group, &names);

	for (ssize_t i = 0; i < found; i++) {
		struct pci_address address;
		const struct pci_function *member;

		if (pci_address_parse(names[i], strlen(names[i]), &address) < 0)
			continue;
		member = pci_find(functions, count, &address);
		if (member)
			functions[member - functions].iommu_group = group;
	}
	rootdir_list_free(names, found);
}

int pci_read_resets(const struct pci_function *function, bool known, struct rootdir_text *ret)
{
	int r = sysfs_pci_read(&function->address, "reset_method", ret);

	if (r == 0)
		return 0;
	if (sysfs_pci_has(&function->address, "reset")) {
		rootdir_path(ret, "yes");
		return 0;
	}
	return known ? 0 : r;
}

bool pci_read_has_resets(const struct pci_function *functions, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (sysfs_pci_has(&functions[i].address, "reset_method") ||
		    sysfs_pci_has(&functions[i].address, "reset"))
			return true;
	return false;
}
