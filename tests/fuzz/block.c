/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random heaps of disks, partitions, mappings and needs. What a need names, whatever that stands on and
 * whoever shares its identity stays; where a required need is not found, everything does.
 */
#include "random.h"

#include "core/carry.h"

#define FUNCTIONS 4

static void add_block(struct block_devices *storage, uint8_t kind, uint8_t what, uint8_t below)
{
	struct block *block;

	storage->blocks = util_grow(storage->blocks, storage->count, sizeof(*storage->blocks));
	block = &storage->blocks[storage->count];
	*block = (struct block){
		.whole = -1, .major = 8, .minor = (unsigned int)storage->count, .state = BLOCK_READ
	};
	util_format(block->name, sizeof(block->name), "d%zu", storage->count);
	if (kind & 1 && storage->count) {
		block->virtual = true;
		storage->edges = util_grow(storage->edges, storage->edge_count, sizeof(*storage->edges));
		storage->edges[storage->edge_count++] =
			(struct block_edge){ storage->count, below % storage->count };
		if (kind & 2)
			util_format(block->dm_uuid, sizeof(block->dm_uuid), "LVM-%032d%d", what & 3, what);
		if (kind & 2)
			util_format(block->dm_name, sizeof(block->dm_name), "vg%d-lv%d", what & 3, what >> 4);
	} else {
		block->functions = util_grow(NULL, 0, sizeof(*block->functions));
		block->functions[block->function_count++] = (struct pci_address){ .bus = below % FUNCTIONS };
	}
	block->state = kind >> 4 & 1 ? (enum block_state)((kind >> 5) % 6) : BLOCK_READ;
	if (what & 0x80)
		util_format(block->content.volume_group, sizeof(block->content.volume_group), "%032d",
			    what & 3);
	if (what & 0x0c)
		util_format(block->content.type, sizeof(block->content.type), "%s",
			    what & 4 ? "btrfs" : "ext4");
	if (what & 0x0c)
		util_format(block->content.uuid, sizeof(block->content.uuid), "u%d", what >> 4 & 7);
	block->content.members = what & 4 ? what & 3 : 0;
	block->held = (kind & 0x0c) == 0x0c;
	block->locked = (kind & 0x0c) == 0x08;
	storage->count++;
}

/* Is the function below this device? Followed by hand, the slow way. */
static bool is_below(const struct block_devices *storage, size_t block, const struct pci_address *function,
		     int depth)
{
	if (block_is_on(&storage->blocks[block], function))
		return true;
	for (size_t e = 0; depth && e < storage->edge_count; e++)
		if (storage->edges[e].upper == block &&
		    is_below(storage, storage->edges[e].lower, function, depth - 1))
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct block_devices storage = { 0 };
	struct host_needs needs = { 0 };
	char cmdline[128];
	struct explanation why;
	uint8_t root = take(&data, &size), resume = take(&data, &size);
	bool root_found = false;

	while (size >= 3 && storage.count < 24) {
		uint8_t kind = take(&data, &size), what = take(&data, &size), below = take(&data, &size);

		add_block(&storage, kind, what, below);
	}
	util_format(cmdline, sizeof(cmdline), root & 0x80 ? "root=UUID=u%d%s" : "root=/dev/d%d%s",
		    root & 0x0f, resume & 1 ? " resume=UUID=u7" : "");
	host_needs_add_cmdline(&needs, cmdline);
	carry_mark(&storage, &needs);
	for (size_t i = 0; i < storage.count; i++)
		root_found |= block_matches(&storage, &needs.list[0], i);
	for (uint8_t bus = 0; bus < FUNCTIONS; bus++) {
		struct pci_address function = { .bus = bus };
		const struct carry_question question = { .function = &function, .may_carry = true };
		bool keeps = carry_keeps(&storage, &question, &why);

		require(keeps || root_found);
		for (size_t i = 0; i < storage.count; i++) {
			bool here = is_below(&storage, i, &function, 24);

			require(keeps || !here || !block_matches(&storage, &needs.list[0], i));
			require(keeps || !here || !(storage.blocks[i].held || storage.blocks[i].locked));
			require(keeps || !block_is_on(&storage.blocks[i], &function) ||
				storage.blocks[i].state < BLOCK_AMBIGUOUS);
		}
	}
	host_needs_clear(&needs);
	block_clear(&storage);
	util_free_texts();
	return 0;
}
