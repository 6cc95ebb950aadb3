/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/sysfs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCI "/sys/bus/pci"
#define PLATFORM "/sys/bus/platform"
#define BLOCK "/sys/class/block"
#define ACPI_LIMIT (1 << 20)

#define ADDRESS "%04x:%02x:%02x.%x"
#define ADDRESS_VALUES(address) \
	(address)->segment, (address)->bus, (address)->slot & 0x1fU, (address)->function & 7U

/* What is written is never a text that memory may lack. */
static const char *name_of(struct rootdir_text *ret, const struct pci_address *address)
{
	return rootdir_path(ret, ADDRESS, ADDRESS_VALUES(address));
}

static const char *pci_path(struct rootdir_text *ret, const struct pci_address *address,
			    const char *attribute)
{
	return rootdir_path(ret, PCI "/devices/" ADDRESS "/%s", ADDRESS_VALUES(address), attribute);
}

ssize_t sysfs_pci_list(char ***ret_names)
{
	return rootdir_list(PCI "/devices", ret_names);
}

static void find_guest_driver(void *data, const char *name)
{
	*(bool *)data |= pci_is_guest_driver(name);
}

bool sysfs_pci_has_guest_driver(void)
{
	bool any = false;

	/* Where there is no such folder there is no driver. */
	(void)!rootdir_each_name(PCI "/drivers", find_guest_driver, &any);
	return any;
}

int sysfs_pci_read(const struct pci_address *address, const char *attribute, struct rootdir_text *ret)
{
	return rootdir_read(pci_path(ret, address, attribute), ret);
}

ssize_t sysfs_pci_read_config(const struct pci_address *address, void *buffer, size_t size)
{
	struct rootdir_text path;

	return rootdir_read_start(pci_path(&path, address, "config"), buffer, size);
}

bool sysfs_pci_has(const struct pci_address *address, const char *attribute)
{
	struct rootdir_text path;

	return rootdir_exists(pci_path(&path, address, attribute));
}

bool sysfs_pci_exists(const struct pci_address *address)
{
	return sysfs_pci_has(address, "");
}

int sysfs_pci_link(const struct pci_address *address, struct rootdir_text *ret)
{
	return rootdir_link(rootdir_path(ret, PCI "/devices/" ADDRESS, ADDRESS_VALUES(address)), ret);
}

bool sysfs_pci_physical(const struct pci_address *address, struct pci_address *ret)
{
	struct rootdir_text text;
	const char *cursor = text.text;

	return rootdir_link(pci_path(&text, address, "physfn"), &text) == 0 && pci_next_address(&cursor, ret);
}

ssize_t sysfs_iommu_group_list(int group, char ***ret_names)
{
	struct rootdir_text path;

	return rootdir_list(rootdir_path(&path, "/sys/kernel/iommu_groups/%d/devices", group), ret_names);
}

struct consumers {
	void (*found)(void *data, const struct pci_address *consumer);
	void *data;
};

static void add_consumer(void *data, const char *name)
{
	static const char prefix[] = "consumer:pci:";
	const struct consumers *consumers = data;
	struct pci_address consumer;

	if (util_starts_with(name, prefix) &&
	    pci_address_parse(name + strlen(prefix), strlen(name + strlen(prefix)), &consumer) == 0)
		consumers->found(consumers->data, &consumer);
}

void sysfs_pci_consumers(const struct pci_address *address,
			 void (*found)(void *data, const struct pci_address *consumer), void *data)
{
	struct consumers consumers = { found, data };
	struct rootdir_text path;

	/* A function that is gone by now has none. */
	(void)!rootdir_each_name(pci_path(&path, address, ""), add_consumer, &consumers);
}

int sysfs_pci_driver(const struct pci_address *address, char *driver, size_t size)
{
	struct rootdir_text path;
	int r = rootdir_link_name(pci_path(&path, address, "driver"), driver, size);

	if (r != -ENOENT)
		return r;
	driver[0] = '\0';
	return sysfs_pci_exists(address) ? 0 : -ENODEV;
}

/* A line a region: start, end, type (Documentation/ABI/testing/sysfs-kernel-iommu_groups). */
bool sysfs_iommu_group_is_direct(int group)
{
	struct rootdir_text path;
	cleanup_free char *text = NULL;
	const char *cursor, *line;
	size_t length;

	if (rootdir_read_file(rootdir_path(&path, "/sys/kernel/iommu_groups/%d/reserved_regions", group),
			      1 << 16, &text, &length) < 0)
		return false;
	for (cursor = text; util_next_line(&cursor, &line, &length);)
		if (length > 7 && !memcmp(line + length - 7, " direct", 7))
			return true;
	return false;
}

int sysfs_pci_iommu_group(const struct pci_address *address)
{
	struct rootdir_text text;
	const char *number;
	char *end;
	long group;

	if (rootdir_link(pci_path(&text, address, "iommu_group"), &text) < 0)
		return -1;
	number = strrchr(text.text, '/');
	number = number ? number + 1 : text.text;
	group = strtol(number, &end, 10);
	if (*end || end == number || group < 0 || group > INT_MAX)
		return -1;
	/*
	 * vfio's no-IOMMU mode makes groups that isolate nothing (drivers/vfio/group.c,
	 * vfio_noiommu_group_alloc).
	 */
	if (rootdir_read(rootdir_path(&text, "/sys/kernel/iommu_groups/%ld/name", group), &text) == 0 &&
	    util_starts_with(text.text, "vfio-noiommu"))
		return -1;
	return (int)group;
}

int sysfs_pci_set_override(const struct pci_address *address, const char *driver)
{
	struct rootdir_text path, line;

	return rootdir_write(pci_path(&path, address, "driver_override"),
			     rootdir_path(&line, "%s\n", driver ? driver : ""));
}

int sysfs_pci_unbind(const struct pci_address *address)
{
	struct rootdir_text path, name;

	return rootdir_write(pci_path(&path, address, "driver/unbind"), name_of(&name, address));
}

int sysfs_pci_probe(const struct pci_address *address)
{
	struct rootdir_text name;

	return rootdir_write(PCI "/drivers_probe", name_of(&name, address));
}

int sysfs_pci_bind(const struct pci_address *address, const char *driver)
{
	struct rootdir_text path, name;

	return rootdir_write(rootdir_path(&path, PCI "/drivers/%s/bind", driver), name_of(&name, address));
}

int sysfs_pci_remove_id(const struct pci_function *function, const char *driver)
{
	struct rootdir_text path, id;

	return rootdir_write(rootdir_path(&path, PCI "/drivers/%s/remove_id", driver),
			     rootdir_path(&id, "%04x %04x", function->vendor, function->device));
}

void sysfs_pci_bound_to(const char *driver, void (*found)(void *data, const struct pci_address *address),
			void *data)
{
	struct rootdir_text path;
	char **names;
	ssize_t count = rootdir_list(rootdir_path(&path, PCI "/drivers/%s", driver), &names);
	struct pci_address address;

	for (ssize_t i = 0; i < count; i++)
		if (pci_address_parse(names[i], strlen(names[i]), &address) == 0)
			found(data, &address);
	rootdir_list_free(names, count);
}

bool sysfs_pci_driver_exists(const char *driver)
{
	struct rootdir_text path;

	return rootdir_exists(rootdir_path(&path, PCI "/drivers/%s", driver));
}

int sysfs_pci_driver_of_module(const char *module, char *driver, size_t size)
{
	struct rootdir_text path;
	char **names;
	ssize_t count = rootdir_list(rootdir_path(&path, "/sys/module/%s/drivers", module), &names);
	int r = count < 0 ? (int)count : -ENOENT;

	for (ssize_t i = 0; i < count && r < 0; i++) {
		if (!util_starts_with(names[i], "pci:"))
			continue;
		r = strlen(names[i] + 4) < size ? 0 : -ENAMETOOLONG;
		if (r == 0)
			strcpy(driver, names[i] + 4);
	}
	rootdir_list_free(names, count);
	return r;
}

/* One line of the "resource" file: start, end and flags of a BAR. Unused ones are all zero. */
static bool overlaps_bar(const char *resources, unsigned long long start, unsigned long long end)
{
	for (const char *line = resources; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		unsigned long long first, last;

		if (sscanf(line, "%llx %llx", &first, &last) == 2 && last && start <= last && end >= first)
			return true;
	}
	return false;
}

/* The drivers' names in /proc/iomem; BOOTFB is what x86's sysfb code reserves. */
static bool is_framebuffer_range(const char *label)
{
	static const char *const labels[] = { "efifb",  "vesafb", "simplefb", "simpledrm",
					      "BOOTFB", "efidrm", "vesadrm" };

	for (size_t i = 0; i < ARRAY_SIZE(labels); i++)
		if (util_starts_with(label, labels[i]))
			return true;
	return false;
}

const char *sysfs_framebuffer_range(const struct pci_address *address)
{
	struct rootdir_text resources;
	cleanup_free char *iomem = NULL;
	size_t length;

	/* Of a table that is cut, what was read counts. */
	if (sysfs_pci_read(address, "resource", &resources) < 0 ||
	    (rootdir_read_file("/proc/iomem", 1 << 20, &iomem, &length) < 0 && !iomem))
		return NULL;
	for (const char *line = iomem; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *name = strstr(line, " : ");
		unsigned long long start, end;

		if (!name || !is_framebuffer_range(name + 3) ||
		    sscanf(line, " %llx-%llx", &start, &end) != 2 ||
		    !overlaps_bar(resources.text, start, end))
			continue;
		return util_text("%.*s", (int)strcspn(name + 3, "\n"), name + 3);
	}
	return NULL;
}

const char *sysfs_framebuffer_of(const struct pci_address *address)
{
	const char *found = NULL;
	struct rootdir_text path;
	char **names;
	ssize_t count;

	if (!sysfs_framebuffer_range(address))
		return NULL;
	count = rootdir_list(PLATFORM "/devices", &names);
	for (ssize_t i = 0; i < count && !found; i++)
		if (strstr(names[i], "-framebuffer") &&
		    rootdir_link(rootdir_path(&path, PLATFORM "/devices/%s/driver", names[i]), &path) == 0)
			found = util_text("%s", names[i]);
	rootdir_list_free(names, count);
	return found;
}

int sysfs_framebuffer_unbind(const char *name)
{
	struct rootdir_text path;

	return rootdir_write(rootdir_path(&path, PLATFORM "/devices/%s/driver/unbind", name), name);
}

bool sysfs_drm_is_boot_display(const struct pci_address *address)
{
	struct rootdir_text folder, value;
	char **names;
	ssize_t count = rootdir_list(pci_path(&folder, address, "drm"), &names);
	bool boots = false;

	for (ssize_t i = 0; i < count; i++)
		boots |= rootdir_read(rootdir_path(&value, "%s/%s/boot_display", folder.text, names[i]),
				      &value) == 0 &&
			 value.text[0] == '1';
	rootdir_list_free(names, count);
	return boots;
}

/* The connectors of one card: folders "card0-HDMI-A-1" with a file "status" (drivers/gpu/drm/drm_sysfs.c). */
static int read_connectors(const char *card, const char **connected)
{
	char **names;
	ssize_t count = rootdir_list(card, &names);
	int monitor = -1;

	for (ssize_t i = 0; i < count; i++) {
		const char *connector = strchr(names[i], '-');
		struct rootdir_text status;

		if (!util_starts_with(names[i], "card") || !connector ||
		    rootdir_read(rootdir_path(&status, "%s/%s/status", card, names[i]), &status) < 0)
			continue;
		if (!util_starts_with(status.text, "connected")) {
			monitor = monitor == 1;
			continue;
		}
		monitor = 1;
		if (connected)
			*connected =
				util_text_add(*connected, "%s%s", *connected[0] ? "," : "", connector + 1);
	}
	rootdir_list_free(names, count);
	return monitor;
}

static int read_cards(const struct pci_address *address, const char **connected)
{
	struct rootdir_text folder, card;
	char **names;
	ssize_t count = rootdir_list(pci_path(&folder, address, "drm"), &names);
	int monitor = -1;

	for (ssize_t i = 0; i < count; i++) {
		int seen = read_connectors(rootdir_path(&card, "%s/%s", folder.text, names[i]), connected);

		monitor = seen > monitor ? seen : monitor;
	}
	rootdir_list_free(names, count);
	return monitor;
}

int sysfs_drm_has_monitor(const struct pci_address *address)
{
	return read_cards(address, NULL);
}

const char *sysfs_drm_monitors(const struct pci_address *address)
{
	const char *connected = "";

	return read_cards(address, &connected) < 0 ? NULL : connected;
}

ssize_t sysfs_iommu_list(char ***ret_names)
{
	return rootdir_list("/sys/class/iommu", ret_names);
}

bool sysfs_acpi_table_exists(const char *name)
{
	struct rootdir_text path;

	return rootdir_exists(rootdir_path(&path, "/sys/firmware/acpi/tables/%s", name));
}

int sysfs_acpi_table_read(const char *name, char **ret_bytes, size_t *ret_length)
{
	struct rootdir_text path;

	return rootdir_read_file(rootdir_path(&path, "/sys/firmware/acpi/tables/%s", name), ACPI_LIMIT,
				 ret_bytes, ret_length);
}

int sysfs_dmi_uuid_read(struct rootdir_text *ret)
{
	return rootdir_read("/sys/class/dmi/id/product_uuid", ret);
}

bool sysfs_firmware_exists(const char *name)
{
	struct rootdir_text path;

	return rootdir_exists(rootdir_path(&path, "/sys/firmware/%s", name));
}

bool sysfs_efi_variable_exists(const char *name)
{
	struct rootdir_text path;

	return rootdir_exists(rootdir_path(&path, "/sys/firmware/efi/efivars/%s", name));
}

int sysfs_efi_variable_read(const char *name, char **ret_bytes, size_t *ret_length)
{
	struct rootdir_text path;

	return rootdir_read_file(rootdir_path(&path, "/sys/firmware/efi/efivars/%s", name), SYSFS_EFI_LIMIT,
				 ret_bytes, ret_length);
}

void sysfs_irq_chips(bool (*found)(void *data, const char *chip), void *data)
{
	char **names;
	ssize_t count = rootdir_list("/sys/kernel/irq", &names);
	bool goes_on = true;

	for (ssize_t i = 0; i < count && goes_on; i++) {
		struct rootdir_text chip;

		if (rootdir_read(rootdir_path(&chip, "/sys/kernel/irq/%s/chip_name", names[i]), &chip) == 0)
			goes_on = found(data, chip.text);
	}
	rootdir_list_free(names, count);
}

bool sysfs_module_says(const char *module, const char *parameter)
{
	struct rootdir_text value;

	return rootdir_read(rootdir_path(&value, "/sys/module/%s/parameters/%s", module, parameter),
			    &value) == 0 &&
	       (value.text[0] == 'Y' || value.text[0] == '1');
}

ssize_t sysfs_block_list(char ***ret_names)
{
	return rootdir_list(BLOCK, ret_names);
}

int sysfs_block_link(const char *name, struct rootdir_text *ret)
{
	return rootdir_link(rootdir_path(ret, BLOCK "/%s", name), ret);
}

void sysfs_block_functions(void (*found)(void *data, const struct pci_address *address), void *data)
{
	char **names;
	ssize_t count = sysfs_block_list(&names);

	for (ssize_t i = 0; i < count; i++) {
		struct rootdir_text link;
		const char *cursor = link.text;
		struct pci_address address;

		if (sysfs_block_link(names[i], &link) < 0)
			continue;
		while (pci_next_address(&cursor, &address))
			found(data, &address);
	}
	rootdir_list_free(names, count);
}

void sysfs_tty_functions(const char *name, void (*found)(void *data, const struct pci_address *address),
			 void *data)
{
	struct rootdir_text link;
	const char *cursor = link.text;
	struct pci_address address;

	if (rootdir_link(rootdir_path(&link, "/sys/class/tty/%.32s", name), &link) < 0)
		return;
	while (pci_next_address(&cursor, &address))
		found(data, &address);
}

int sysfs_block_read(const char *name, const char *attribute, struct rootdir_text *ret)
{
	return rootdir_read(rootdir_path(ret, BLOCK "/%s/%s", name, attribute), ret);
}

bool sysfs_block_has(const char *name, const char *attribute)
{
	struct rootdir_text path;

	return rootdir_exists(rootdir_path(&path, BLOCK "/%s/%s", name, attribute));
}

ssize_t sysfs_block_slaves(const char *name, char ***ret_names)
{
	struct rootdir_text path;

	return rootdir_list(rootdir_path(&path, BLOCK "/%s/slaves", name), ret_names);
}

ssize_t sysfs_block_holders(const char *name, char ***ret_names)
{
	struct rootdir_text path;

	return rootdir_list(rootdir_path(&path, BLOCK "/%s/holders", name), ret_names);
}

void sysfs_nvme_paths(const char *subsystem, size_t length, void (*found)(void *data, const char *link),
		      void *data)
{
	struct rootdir_text folder, link;
	char **names;
	ssize_t count = rootdir_list(
		rootdir_path(&folder, "/sys/class/nvme-subsystem/%.*s", (int)length, subsystem), &names);

	for (ssize_t i = 0; i < count; i++)
		if (util_starts_with(names[i], "nvme") &&
		    rootdir_link(rootdir_path(&link, "%s/%s", folder.text, names[i]), &link) == 0)
			found(data, link.text);
	rootdir_list_free(names, count);
}

int sysfs_net_link(const char *name, struct rootdir_text *ret)
{
	return rootdir_link(rootdir_path(ret, "/sys/class/net/%s", name), ret);
}

void sysfs_net_lower(const char *name, void (*found)(void *data, const char *lower), void *data)
{
	static const char prefix[] = "lower_";
	struct rootdir_text path;
	char **names;
	ssize_t count = rootdir_list(rootdir_path(&path, "/sys/class/net/%s", name), &names);

	for (ssize_t i = 0; i < count; i++)
		if (util_starts_with(names[i], prefix))
			found(data, names[i] + strlen(prefix));
	rootdir_list_free(names, count);
}

ssize_t sysfs_input_list(char ***ret_names)
{
	return rootdir_list("/sys/class/input", ret_names);
}

int sysfs_input_link(const char *name, struct rootdir_text *ret)
{
	return rootdir_link(rootdir_path(ret, "/sys/class/input/%s", name), ret);
}

int sysfs_input_read(const char *name, const char *attribute, struct rootdir_text *ret)
{
	return rootdir_read(rootdir_path(ret, "/sys/class/input/%s/%s", name, attribute), ret);
}
