/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/details-read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/deadline.h"
#include "host/sysfs.h"

#define INDEX_LIMIT (16 << 20)
#define WIDTH_LIMIT 32 /* lanes of the widest link; the kernel writes 255 for one that it does not know */

void details_read_aliases(struct kernel_aliases *ret)
{
	struct rootdir_text version;
	size_t length;

	*ret = (struct kernel_aliases){ 0 };
	if (rootdir_read("/proc/sys/kernel/osrelease", &version) < 0)
		return;
	if (rootdir_read_file(util_text("/lib/modules/%s/modules.builtin.modinfo", version.text), INDEX_LIMIT,
			      &ret->builtin, &length) == 0)
		modaliases_add_builtin(&ret->aliases, ret->builtin, length);
	ret->known = rootdir_read_file(util_text("/lib/modules/%s/modules.alias", version.text), INDEX_LIMIT,
				       &ret->modules, &length) == 0;
	if (ret->known)
		modaliases_add(&ret->aliases, ret->modules);
	modaliases_sort(&ret->aliases);
}

void details_clear_aliases(struct kernel_aliases *aliases)
{
	modaliases_clear(&aliases->aliases);
	free(aliases->modules);
	free(aliases->builtin);
}

static void read_speed(const struct pci_address *address, const char *attribute, char ret[8])
{
	struct rootdir_text text;
	unsigned int whole;

	if (sysfs_pci_read(address, attribute, &text) < 0 || sscanf(text.text, "%u", &whole) != 1)
		return;
	text.text[strcspn(text.text, " ")] = '\0';
	util_format(ret, 8, "%s", text.text);
}

static unsigned char read_width(const struct pci_address *address, const char *attribute)
{
	struct rootdir_text text;
	unsigned int lanes;

	if (sysfs_pci_read(address, attribute, &text) < 0 || sscanf(text.text, "%u", &lanes) != 1 ||
	    lanes > WIDTH_LIMIT)
		return 0;
	return (unsigned char)lanes;
}

struct links {
	const struct pci_function *const *which;
	size_t count;
};

/* The functions of a card are behind one link. Those of a slot that are bridges have one each. */
static bool shares_link(const struct pci_function *a, const struct pci_function *b)
{
	return a->header_type == 0 && b->header_type == 0 && pci_same_slot(&a->address, &b->address);
}

static int read_links(const void *argument, void *result)
{
	const struct links *links = argument;
	struct pci_link *link = result;

	for (size_t i = 0; i < links->count; i++, link++) {
		const struct pci_address *address = &links->which[i]->address;

		if (i && shares_link(links->which[i - 1], links->which[i])) {
			*link = link[-1];
			continue;
		}
		/* What has no link, as a function of the chipset and a virtual one, says 0. */
		link->width = read_width(address, "current_link_width");
		if (!link->width)
			continue;
		read_speed(address, "current_link_speed", link->speed);
		read_speed(address, "max_link_speed", link->max_speed);
		link->max_width = read_width(address, "max_link_width");
		deadline_progress();
	}
	return 0;
}

void details_read_links(const struct pci_function *const *which, size_t count, struct pci_link *links)
{
	struct links argument = { which, count };
	struct deadline_task task = {
		.work = read_links,
		.argument = &argument,
		.result = links,
		.size = count * sizeof(*links),
		.stall = deadline_stall(),
	};

	if (count)
		deadline_run_tasks(&task, 1, deadline_read_end());
}

/* Blanks pad the model to the length that SCSI and NVMe give it. */
static void trim(char *text)
{
	size_t length = strlen(text);

	while (length && text[length - 1] == ' ')
		text[--length] = '\0';
}

unsigned long long details_read_disk(const char *name, struct rootdir_text *ret_model)
{
	unsigned long long sectors = 0;
	struct rootdir_text size;

	/* That of an SD card is its name. */
	if (sysfs_block_read(name, "device/model", ret_model) < 0 &&
	    sysfs_block_read(name, "device/name", ret_model) < 0)
		ret_model->text[0] = '\0';
	trim(ret_model->text);
	if (sysfs_block_read(name, "size", &size) < 0 || sscanf(size.text, "%llu", &sectors) != 1)
		return 0;
	return sectors * 512;
}
