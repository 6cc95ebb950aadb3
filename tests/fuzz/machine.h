/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A random machine as it truly is: functions, what is on its disks, the tables and the command line that name
 * it, and what is claimed.
 *
 * It has nothing that no host can foresee: virtual functions, device names that the kernel gives in another order,
 * IOMMU groups that another command line brings, a volume group or an array that only one of host and image
 * opens, a disk on what is no controller; and of disks behind a function that a guest has now only a file system
 * that nothing names.
 */
#pragma once

#include "core/plan.h"
#include "random.h"

#define FUNCTIONS_MAX 24
#define THINGS_MAX 24
#define BIT(i) (UINT32_C(1) << (i))

/* A block device as it truly is. */
struct thing {
	struct block block;
	uint32_t lower;     /* what it is made of: bits by index */
	bool foreign;       /* seen only when no guest has its function */
	bool listed, named; /* a LUKS in crypttab, on the kernel command line */
	struct pci_address functions[2];
};

struct world {
	struct pci_function functions[FUNCTIONS_MAX]; /* as the running host has them */
	size_t count;
	struct thing things[THINGS_MAX];
	size_t thing_count;
	/* bits of things: the file systems; what the initramfs opens for them; what the host must not lose */
	uint32_t root, usr, required, needed;
	char cmdline[2048], fstab[4096], crypttab[4096], own_crypttab[4096];
	char network_use[16];
	uint32_t routes; /* bits of functions: the cards that have one */
	struct config config;
	struct iommu iommu;
	bool doubtful; /* which machine it is cannot be told */
};

/* --- the functions and the disks --- */

#define VMD_SEGMENT 0x10000
#define VMD_GROUP 9 /* of the controller and what is behind it alone */

static struct pci_function new_function(uint32_t segment, uint8_t bus, uint8_t slot, uint8_t function)
{
	struct pci_function new = { .address = { segment, bus, slot, function },
				    .vendor = 0x1000,
				    .iommu_group = -1,
				    .boot_vga = -1 };
	struct pci_hop hop = { slot, function };

	/* What is on another bus is behind the bridge that make_functions() adds. */
	new.path = (struct pci_path){
		.segment = segment, .root_bus = segment ? bus : 0, .hops = 1, .hop = { hop }
	};
	if (bus && !segment)
		new.path = (struct pci_path){ .hops = 2, .hop = { { 0x1c, bus }, hop } };
	return new;
}

/* An id has one class. */
static struct pci_function random_function(const uint8_t **data, size_t *size)
{
	static const uint32_t classes[] = { 0x030000, 0x030000, 0x030200, 0x038000, 0x040300, 0x010802,
					    0x010802, 0x010601, 0x0c0330, 0x0c0330, 0x080501, 0x020000,
					    0x020000, 0x068000, 0x0c0400, 0x120000 };
	uint8_t where = take(data, size), what = take(data, size), how = take(data, size);
	uint32_t class = classes[what >> 2 & 15];
	bool behind = what & 0x40 && class == 0x010802;
	uint8_t bus = where >> 6, slot = where >> 3 & (bus ? 1 : 7);
	struct pci_function function =
		behind ? new_function(VMD_SEGMENT, 0xe1, slot, 0) : new_function(0, bus, slot, where & 7);

	function.device = what & 0x3f;
	function.class = class;
	function.iommu_group = behind ? VMD_GROUP : (how & 7) - 1;
	function.has_keyboard = class == 0x0c0330 && how & 8;
	if (pci_is_display(&function))
		function.console = (enum pci_console)((how >> 5) % 3);
	strcpy(function.driver, (how & 0x90) == 0x90 && !behind ? "vfio-pci" : "native");
	return function;
}

static void make_functions(struct world *world, const uint8_t **data, size_t *size)
{
	size_t count = take(data, size) % (FUNCTIONS_MAX - 4 + 1);
	uint8_t groups = take(data, size);
	bool vmd = false, vga = false, drawn = false;

	for (size_t i = 0; i < count; i++) {
		world->functions[i] = random_function(data, size);
		vmd |= pci_is_behind_vmd(&world->functions[i]);
	}
	for (uint8_t bus = 1; bus < 4; bus++) {
		world->functions[count] = new_function(0, 0, 0x1c, bus);
		world->functions[count].class = 0x060400;
		world->functions[count].header_type = 1;
		world->functions[count].iommu_group = (groups >> bus * 2 & 3) + 1;
		strcpy(world->functions[count++].driver, "pcieport");
	}
	if (vmd) {
		world->functions[count] = new_function(0, 0, 0x0e, 0);
		world->functions[count].class = 0x010400;
		world->functions[count].iommu_group = VMD_GROUP;
		strcpy(world->functions[count++].driver, "native");
	}
	world->count = sort_functions(world->functions, count);
	/* The firmware has drawn on one display, which may be another one than that of VGA's registers. */
	for (size_t i = 0; i < world->count; i++) {
		struct pci_function *function = &world->functions[i];

		if (function->class == 0x030000) {
			function->boot_vga = groups & 1 && !vga;
			vga = true;
		}
		if (drawn || pci_is_guest_driver(function->driver))
			function->console = PCI_CONSOLE_NONE;
		drawn |= function->console != PCI_CONSOLE_NONE;
	}
}

static uint32_t go_down(const struct world *world, uint32_t mask)
{
	for (size_t i = world->thing_count; i--;)
		if (mask & BIT(i))
			mask |= world->things[i].lower;
	return mask;
}

/* The members of a group or an array, among the first @count things. */
static uint32_t members_of(const struct world *world, size_t count, const char *type, const char *id)
{
	uint32_t members = 0;

	for (size_t i = 0; i < count; i++) {
		const struct block_content *content = &world->things[i].block.content;

		if (!strcmp(content->type, type) &&
		    !strcmp(*type == 'L' ? content->volume_group : content->uuid, id))
			members |= BIT(i);
	}
	return members;
}

/* Is it a volume, or does it stand on one or on an array? A member of the same one cannot be on it. */
static bool stands_on_many(const struct world *world, const struct thing *thing)
{
	uint32_t mask = go_down(world, thing->lower);

	for (size_t i = 0; i < world->thing_count; i++)
		if (mask & BIT(i) && (block_is_volume(&world->things[i].block) ||
				      util_starts_with(world->things[i].block.name, "md")))
			return true;
	return block_is_volume(&thing->block);
}

static void fill(struct world *world, struct thing *thing, uint8_t what)
{
	static const char *const types[] = {
		"ext4", "", "ext4", "crypto_LUKS", "LVM2_member", "btrfs", "linux_raid_member", "swap"
	};
	struct block_content *content = &thing->block.content;
	size_t index = world->thing_count;
	int tag = what >> 3 & 1;
	const char *type = types[what & 7];

	if ((UTIL_IS_ONE_OF(type, "LVM2_member", "linux_raid_member") && stands_on_many(world, thing)) ||
	    (!strcmp(type, "linux_raid_member") && util_starts_with(thing->block.name, "md")))
		type = "ext4";
	strcpy(content->type, type);
	strcpy(content->usage, UTIL_IS_ONE_OF(type, "LVM2_member", "linux_raid_member") ? "raid" :
			       !strcmp(type, "crypto_LUKS")                             ? "crypto" :
			       *type                                                    ? "filesystem" :
											  "");
	/*
	 * Copies have one UUID. Not one in a mapping: where only the real root opens that, check takes it for one that the
	 * initramfs opens, since the root may be in it.
	 */
	if (*type && what & 0x80 && what & 0x40 && !thing->block.dm_name[0])
		sprintf(content->uuid, "aa%02d", tag);
	else if (*type)
		sprintf(content->uuid, "bb%02d", (int)index);
	if (!strcmp(type, "LVM2_member")) {
		sprintf(content->volume_group, "%032d", tag);
		sprintf(content->group_name, "vg%d", tag);
	} else if (!strcmp(type, "linux_raid_member")) {
		sprintf(content->uuid, "cc%02d", tag);
	} else if (!strcmp(type, "btrfs")) {
		sprintf(content->uuid, "dd%02d", tag);
		content->members = tag ? 1 : 2;
	} else if (*type && what & 0x20) {
		sprintf(content->label, "label%zu", index);
	}
	thing->block.state = (what & 0xf0) == 0xa0 ? BLOCK_AMBIGUOUS : BLOCK_READ;
	if (thing->block.state == BLOCK_AMBIGUOUS)
		*content = (struct block_content){ 0 };
}

/* What may be on a controller, or, where a guest has that, what nobody names. */
static bool make_disk(const struct world *world, struct thing *thing, uint8_t where)
{
	const struct pci_function *function = &world->functions[where % world->count];

	if (!pci_may_carry_disks(function) || (function->class == 0x010400))
		return false;
	thing->foreign = pci_is_guest_driver(function->driver);
	thing->functions[thing->block.function_count++] =
		pci_is_behind_vmd(function) ? (struct pci_address){ 0, 0, 0x0e, 0 } :
					      (struct pci_address){ 0, 0, 0x1c, function->address.bus };
	thing->functions[thing->block.function_count++] = function->address;
	return true;
}

static bool make_partition(struct world *world, struct thing *thing, size_t on)
{
	struct thing *disk = &world->things[on];

	if (disk->block.whole >= 0 || disk->block.dm_name[0] || disk->foreign || world->thing_count == on)
		return false;
	/* A partition table is all that is on the disk, and it was there before anything stood on that. */
	for (size_t i = 0; i < world->thing_count; i++)
		if (world->things[i].lower & BIT(on) && world->things[i].block.whole != (int)on)
			return false;
	disk->block.content = (struct block_content){ 0 };
	disk->block.state = BLOCK_READ;
	thing->block.virtual = disk->block.virtual;
	thing->block.whole = (int)on;
	thing->lower = BIT(on);
	memcpy(thing->functions, disk->functions, sizeof(thing->functions));
	thing->block.function_count = disk->block.function_count;
	sprintf(thing->block.content.part_uuid, "ee%02zu", world->thing_count);
	return true;
}

static bool make_mapping(struct world *world, struct thing *thing, uint8_t kind, size_t on)
{
	const struct block_content *content = &world->things[on].block.content;
	size_t index = world->thing_count;

	thing->block.virtual = true;
	if (!strcmp(content->type, "crypto_LUKS") && !world->things[on].foreign) {
		sprintf(thing->block.dm_name, "luks%zu", index);
		sprintf(thing->block.dm_uuid, "CRYPT-LUKS2-%s-luks%zu", content->uuid, index);
		thing->lower = BIT(on);
		thing->listed = kind & 0x08;
		thing->named = kind & 0x10;
	} else if (content->volume_group[0]) {
		sprintf(thing->block.dm_name, "%s-lv%zu", content->group_name, index);
		sprintf(thing->block.dm_uuid, "LVM-%s%zu", content->volume_group, index);
		thing->lower = kind & 0x08 ? BIT(on) :
					     members_of(world, index, "LVM2_member", content->volume_group);
	} else if (!strcmp(content->type, "linux_raid_member")) {
		thing->lower = members_of(world, index, content->type, content->uuid);
		sprintf(thing->block.name, "md%zu", index);
		thing->block.degraded = kind & 0x20;
	}
	for (size_t i = 0; i < index; i++)
		if (world->things[i].lower & thing->lower && !content->volume_group[0])
			return false;
	return thing->lower != 0;
}

static void make_things(struct world *world, const uint8_t **data, size_t *size)
{
	size_t count = take(data, size) % (THINGS_MAX + 1);

	for (size_t i = 0; i < count; i++) {
		uint8_t kind = take(data, size), what = take(data, size), where = take(data, size);
		struct thing *thing = &world->things[world->thing_count];
		size_t on = world->thing_count ? where % world->thing_count : 0;

		*thing = (struct thing){
			.block = { .whole = -1, .major = 8, .minor = (unsigned int)world->thing_count }
		};
		sprintf(thing->block.name, "d%zu", world->thing_count);
		if ((kind & 7) < 3      ? !make_disk(world, thing, where) :
		    !world->thing_count ? true :
		    (kind & 7) < 5      ? !make_partition(world, thing, on) :
					  !make_mapping(world, thing, kind, on))
			continue;
		fill(world, thing, thing->foreign ? 0 : what);
		world->thing_count++;
	}
}

/* --- what the host says of itself --- */

static bool is_on(const struct thing *thing, const struct pci_function *function)
{
	for (size_t f = 0; f < thing->block.function_count; f++)
		if (!pci_address_compare(&thing->functions[f], &function->address))
			return true;
	return false;
}

static bool is_luks(const struct thing *thing)
{
	return util_starts_with(thing->block.dm_uuid, "CRYPT-");
}

/*
 * The thing as tables name it, in one of several ways. Whether the image opens a volume that the root does not
 * stand on, the host does not know, so that its UUID may be found or not: its path tells the group.
 */
static void name_thing(const struct thing *thing, uint8_t form, bool opened, char *name, size_t size)
{
	const struct block *block = &thing->block;
	const struct block_content *content = &block->content;

	form = (form & 3) < 2 && block_is_volume(block) && !opened ? form | 2 : form;
	if ((form & 3) == 0 && content->label[0])
		util_format(name, size, "LABEL=%s", content->label);
	else if ((form & 3) == 1 && content->part_uuid[0])
		util_format(name, size, "PARTUUID=%s", content->part_uuid);
	else if ((form & 3) < 2 && content->uuid[0])
		util_format(name, size, "UUID=%s", content->uuid);
	else if ((form & 3) == 2 && block_is_volume(block))
		util_format(name, size, "/dev/%.3s/%s", block->dm_name, block->dm_name + 4);
	else if (block->dm_name[0])
		util_format(name, size, "/dev/mapper/%s", block->dm_name);
	else
		util_format(name, size, "/dev/%s", block->name);
}

static bool is_mountable(const struct thing *thing)
{
	return !thing->foreign && UTIL_IS_ONE_OF(thing->block.content.type, "ext4", "btrfs");
}

/* One line of fstab from three bytes; a device that is not there among them. */
static void add_mount(struct world *world, uint8_t what, uint8_t how, uint8_t which)
{
	static const char *const options[] = { "defaults", "nofail", "noauto", "defaults" };
	static const char *const places[] = { "/data", "/home", "/usr", "none" };
	size_t index = world->thing_count ? which % world->thing_count : 0;
	const struct thing *thing = &world->things[index];
	const char *option = options[how & 3], *place = places[how >> 2 & 3];
	char name[160] = "UUID=9999";

	if ((what & 0xf0) == 0xf0) {
		util_append(world->fstab, sizeof(world->fstab), "server:/x /mnt nfs %s 0 0\n", option);
		return;
	}
	if (!strcmp(place, "/usr") && (world->usr || !world->thing_count || !is_mountable(thing)))
		place = "/data";
	if (world->thing_count && (what & 0xf0) != 0xe0 && !thing->foreign &&
	    !block_is_container(&thing->block.content)) {
		name_thing(thing, what, false, name, sizeof(name));
		if (!strcmp(place, "/usr")) {
			option = "defaults";
			world->usr = BIT(index);
			world->required |= BIT(index);
		}
		if (!strcmp(option, "defaults"))
			world->needed |= BIT(index);
	}
	util_append(world->fstab, sizeof(world->fstab), "%s %s %s %s 0 0\n", name, place,
		    *place == 'n' ? "swap" : "ext4", option);
}

static void name_root(struct world *world, uint8_t which, uint8_t form)
{
	char name[160];

	for (size_t i = 0; i < world->thing_count && !world->root; i++) {
		size_t index = (which + i) % world->thing_count;

		if (!is_mountable(&world->things[index]))
			continue;
		world->root = BIT(index);
		name_thing(&world->things[index], form, true, name, sizeof(name));
		util_append(world->cmdline, sizeof(world->cmdline), "root=%s ro", name);
	}
	if (!world->root)
		strcpy(world->cmdline, "root=/dev/nfs ip=dhcp");
	world->required |= world->root;
}

/* What the group of a volume consists of. */
static uint32_t find_group(const struct world *world, const struct thing *thing)
{
	char group[33];

	util_format(group, sizeof(group), "%.32s", thing->block.dm_uuid + strlen("LVM-"));
	return block_is_volume(&thing->block) ? members_of(world, world->thing_count, "LVM2_member", group) :
						0;
}

/* What the root stands on: the initramfs opens it. */
static uint32_t find_required(const struct world *world)
{
	uint32_t mask = world->required, before = 0;

	while (mask != before) {
		before = mask;
		for (size_t i = 0; i < world->thing_count; i++)
			if (mask & BIT(i)) {
				const struct thing *thing = &world->things[i];

				mask |= find_group(world, thing);
				if (thing->block.content.members)
					mask |= members_of(world, world->thing_count, "btrfs",
							   thing->block.content.uuid);
			}
		mask = go_down(world, mask);
	}
	return mask;
}

/* What the root stands on the initramfs must be told to open; its generator copies such lines of crypttab. */
static void name_luks(struct world *world, size_t index, uint8_t how, uint8_t key)
{
	struct thing *thing = &world->things[index];
	bool below = world->required & BIT(index);
	const struct thing *on = &world->things[__builtin_ctz(thing->lower)];
	const struct thing *stick = &world->things[key % world->thing_count];
	char source[160], holder[160] = "none", line[640];

	thing->listed |= below && !thing->named;
	if (thing->named)
		util_append(world->cmdline, sizeof(world->cmdline), " rd.luks.uuid=%s",
			    on->block.content.uuid);
	if (!thing->listed)
		return;
	name_thing(on, how, false, source, sizeof(source));
	if ((how & 0xc0) == 0xc0 && is_mountable(stick) &&
	    !(go_down(world, BIT(key % world->thing_count)) & BIT(index))) {
		strcpy(holder, "/key:");
		name_thing(stick, how >> 2, false, holder + 5, sizeof(holder) - 5);
	}
	util_format(line, sizeof(line), "%s %s %s luks%s\n", thing->block.dm_name, source, holder,
		    below || how & 0x10 ? "" :
		    how & 0x20          ? ",nofail" :
					  ",noauto");
	util_append(world->crypttab, sizeof(world->crypttab), "%s", line);
	if (below)
		util_append(world->own_crypttab, sizeof(world->own_crypttab), "%s", line);
	if (below || how & 0x10)
		world->needed |= thing->lower;
}

static void make_tables(struct world *world, const uint8_t **data, size_t *size)
{
	uint8_t how = take(data, size), which = take(data, size), form = take(data, size);

	name_root(world, which, form);
	if (how & 1)
		strcpy(world->network_use, "dropbear");
	if ((how & 0x06) == 0x06)
		util_append(world->cmdline, sizeof(world->cmdline), " ip=dhcp");
	for (int i = 0; i < how >> 5; i++) {
		uint8_t a = take(data, size), b = take(data, size), c = take(data, size);

		add_mount(world, a, b, c);
	}
	for (size_t i = 0; i < world->thing_count; i++)
		if (world->things[i].named)
			world->required |= world->things[i].lower;
	world->required = find_required(world);
	for (size_t i = 0; i < world->thing_count; i++)
		if (is_luks(&world->things[i])) {
			uint8_t a = take(data, size), b = take(data, size);

			name_luks(world, i, a, b);
		}
	world->needed |= world->required;
	/* Of a live system with a crypttab the host does not know which lines are in its image. */
	if ((how & 0x18) == 0x18 && !world->crypttab[0])
		util_append(world->cmdline, sizeof(world->cmdline), " boot=live");
	for (size_t i = 0; i < world->count; i++)
		if (pci_is_network(&world->functions[i]) && world->functions[i].device & 1 &&
		    !pci_is_guest_driver(world->functions[i].driver))
			world->routes |= BIT(i);
}

static void make_wish(struct world *world, uint8_t a, uint8_t b)
{
	const struct pci_function *function = &world->functions[b % world->count];
	const char *address = pci_address_text(&function->address), *path = pci_path_text(&function->path);
	char text[128];

	switch (a & 7) {
	case 0:
		util_format(text, sizeof(text), "%s", address);
		break;
	case 1:
		util_format(text, sizeof(text), "%.*s*", (int)strlen(address) - 1, address);
		break;
	case 2:
		util_format(text, sizeof(text), "%s@1000:%04x", address, function->device);
		break;
	case 3:
		util_format(text, sizeof(text), "%s", path);
		break;
	case 4:
		util_format(text, sizeof(text), "1000:%04x", function->device);
		break;
	case 5:
		util_format(text, sizeof(text), "class:%04x", function->class >> 8);
		break;
	case 6:
		util_format(text, sizeof(text), "class:%02x", function->class >> 16);
		break;
	default:
		util_format(text, sizeof(text), "boot-vga");
	}
	add_wish(&world->config, text, a >> 3, (a & 0xc0) == 0xc0);
}

static void make_config(struct world *world, const uint8_t **data, size_t *size)
{
	uint8_t settings = take(data, size);

	config_init(&world->config);
	world->config.last_display_claimed = (settings & 3) == 3;
	world->config.expand = settings & 4 ? EXPAND_GROUP : EXPAND_NONE;
	world->config.iommu_ignored = (settings & 0x18) == 0x18;
	world->config.facts_ignored = (settings & 0x60) == 0x60;
	world->doubtful = settings & 0x80;
	world->iommu.state = (settings & 0x18) == 0x08 ? IOMMU_OFF : IOMMU_ON;
	world->iommu.kind = (settings & 0x18) == 0x10 ? IOMMU_SMMU : IOMMU_INTEL;
	world->iommu.reason = "reason";
	world->iommu.hint = world->iommu.interrupts = "";
	for (int i = 0; i < 6 && *size >= 2; i++) {
		uint8_t a = take(data, size), b = take(data, size);

		make_wish(world, a, b);
	}
}

static void make_world(struct world *world, const uint8_t **data, size_t *size)
{
	memset(world, 0, sizeof(*world));
	make_functions(world, data, size);
	make_things(world, data, size);
	make_tables(world, data, size);
	make_config(world, data, size);
}
