/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/carry.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of two causes the first one counts. Returns whether the mark is new. */
static bool mark(struct block_devices *storage, size_t block, const struct block_mark *why)
{
	struct block_mark *mark = &storage->marks[block];

	if (mark->set && mark->rank <= why->rank)
		return false;
	*mark = *why;
	mark->set = true;
	return true;
}

static void mark_for(struct block_devices *storage, size_t block, enum block_cause cause, unsigned int rank,
		     const char *purpose)
{
	mark(storage, block,
	     &(struct block_mark){
		     .cause = cause, .rank = rank, .purpose = purpose, .from = -1, .peer = -1 });
}

static const char *say_purpose(const struct block_mark *mark)
{
	switch (mark->cause) {
	case BLOCK_IN_USE:
		return block_use_text(mark->purpose);
	case BLOCK_OPEN_MAPPING:
		return "an open device mapping";
	case BLOCK_RUNNING_ARRAY:
		return "a running array";
	case BLOCK_POOL:
		return "an imported ZFS pool";
	case BLOCK_HELD:
		return "what is in use";
	case BLOCK_LOCKED:
		return "a block device that a program has locked";
	default:
		return mark->purpose;
	}
}

/* The first reason counts. */
static void printf_format(3, 4)
	say_unknown(struct block_devices *storage, const char *hint, const char *format, ...)
{
	va_list args;

	if (storage->unknown)
		return;
	va_start(args, format);
	storage->unknown = util_text_list(format, args);
	va_end(args);
	storage->hint = hint;
}

/* Do the host facts say on which disks the need is, and are these there? Then it is on no other one. */
static bool is_located(const struct block_devices *storage, const struct need *need)
{
	const struct facts *facts = storage->needs->facts;
	const struct fact_need *found = facts ? facts_find_need(facts, need->text) : NULL;

	for (size_t i = 0; found && i < storage->count; i++)
		if (storage->blocks[i].content.uuid[0] &&
		    util_list_has(found->uuids, strlen(found->uuids), storage->blocks[i].content.uuid))
			return true;
	return false;
}

/*
 * The boot opens a LUKS or a volume group of the host's own only later, so what is inside might be on any
 * disk.
 */
static void say_unmet(struct block_devices *storage, const struct need *need)
{
	if (is_located(storage, need))
		return;
	/* The initramfs opens only what the root stands on, and what the kernel command line names. */
	storage->unmet_awaited |= need->opened || need->kind != NEED_DEVICE || !block_is_opened(need->value);
	if (!storage->unmet)
		storage->unmet_in_table = util_starts_with(need->text, "fstab's ") ||
					  util_starts_with(need->text, "crypttab's ");
	if (!storage->unmet)
		storage->unmet =
			util_text("%s is not found", util_text_shown(need->text, strlen(need->text)));
}

static void say_missing(struct block_devices *storage, const struct need *need)
{
	if (!need->required) {
		say_unmet(storage, need);
		return;
	}
	storage->awaited = true;
	say_unknown(storage, "correct it: blkid lists the devices", "%s is not found, so its disk is unknown",
		    util_text_shown(need->text, strlen(need->text)));
}

/*
 * Is the device there while the initramfs runs? Seen from the running host, a mapping is open that the
 * initramfs opens only where the root itself stands on it (@absent: find_absent(), one a block).
 */
static bool is_in_image(const bool *absent, size_t block)
{
	return !absent || !absent[block];
}

static bool is_imported(const struct block_devices *storage, const char *pool)
{
	for (size_t i = 0; i < storage->pool_count; i++)
		if (!strcmp(storage->pools[i], pool))
			return true;
	return false;
}

/*
 * Mark the source of the mapping that the need names, where crypttab tells it: whatever opens the mapping
 * later, it is made of that. A mapping that is @there is marked itself. Returns whether the source is found.
 */
static bool mark_source(struct block_devices *storage, const struct need *need, unsigned int rank, bool there,
			const bool *absent)
{
	static const char folder[] = "/dev/mapper/";
	bool found = false;

	for (size_t n = 0;
	     n < storage->needs->count && need->kind == NEED_DEVICE && util_starts_with(need->value, folder);
	     n++) {
		const struct need *source = &storage->needs->list[n];
		int link = source->source ? block_by_tag(storage, source) : -1;

		if (!source->source || strcmp(source->purpose, need->value + strlen(folder)))
			continue;
		for (size_t i = 0; i < storage->count; i++) {
			if ((int)i != link && !block_matches(storage, source, i))
				continue;
			if (!there)
				mark_for(storage, i, BLOCK_NEED, rank, need->purpose);
			found |= is_in_image(absent, i);
		}
	}
	return found;
}

/*
 * Mark the group of the logical volume that the need names: a volume of it that is not open yet is on its
 * disks. Returns whether one of these is known.
 */
static bool mark_group(struct block_devices *storage, const struct need *need, unsigned int rank, bool there,
		       const bool *absent)
{
	bool found = false;

	for (size_t i = 0; i < storage->count && need->kind == NEED_DEVICE; i++) {
		if (!block_is_in_group_of(&storage->blocks[i], need->value))
			continue;
		if (!there)
			mark_for(storage, i, BLOCK_NEED, rank, need->purpose);
		found |= is_in_image(absent, i);
	}
	return found;
}

static void mark_need(struct block_devices *storage, const struct need *need, unsigned int rank,
		      const bool *absent)
{
	int link = block_by_tag(storage, need);
	bool found = !host_needs_is_on_disk(need), unmet = false;

	rank += need->key ? CARRY_RANK_KEY : 0;
	for (size_t i = 0; i < storage->count; i++) {
		if ((int)i != link && !block_matches(storage, need, i))
			continue;
		mark_for(storage, i, BLOCK_NEED, rank, need->purpose);
		found = true;
		unmet |= !is_in_image(absent, i);
	}
	if (found && need->kind == NEED_POOL &&
	    (storage->view == BLOCK_VIEW_NEXT_BOOT || !is_imported(storage, need->value)))
		storage->partial =
			util_text("the ZFS pool of %s is not imported in the initramfs", need->purpose);
	if ((found && !unmet) || (!found && need->repeated))
		return;
	if (!need->required && (mark_source(storage, need, rank, found, absent) ||
				mark_group(storage, need, rank, found, absent)))
		return;
	if (!found)
		say_missing(storage, need);
	else
		say_unmet(storage, need);
}

/* What the initramfs itself needs, what else it opens, and the rest. */
enum need_turn { TURN_REQUIRED, TURN_OPENED, TURN_LATER };

static void mark_needs(struct block_devices *storage, unsigned int *rank, enum need_turn turn,
		       const bool *absent)
{
	for (size_t n = 0; n < storage->needs->count; n++) {
		const struct need *need = &storage->needs->list[n];
		enum need_turn its = need->required ? TURN_REQUIRED : need->opened ? TURN_OPENED : TURN_LATER;

		if (!need->spare && its == turn)
			mark_need(storage, need, (*rank)++, absent);
	}
}

/*
 * Arrays and volume groups are put together by udev's rules in many images, named or not
 * (64-md-raid-assembly.rules, 69-lvm.rules); a LUKS is opened only where something names it.
 */
static bool opens_by_itself(const struct block *block)
{
	return !block->dm_name[0] || block_is_volume(block);
}

/*
 * Seen from the running host: which devices are not there while the initramfs runs? Each mapping that it does
 * not open (@open: one a block), and what stands on that. Volumes open by themselves in many images; with
 * @volumes those that it does not open count as well. An array that the caller frees.
 */
static bool *find_absent(const struct block_devices *storage, const bool *open, bool volumes)
{
	bool *absent = util_zeroed(storage->count, sizeof(*absent)), new = true;

	for (size_t i = 0; i < storage->count; i++)
		absent[i] = !open[i] && (volumes ? storage->blocks[i].dm_name[0] != '\0' :
						   !opens_by_itself(&storage->blocks[i]));
	while (new) {
		new = false;
		for (size_t i = 0; i < storage->edge_count; i++) {
			const struct block_edge *edge = &storage->edges[i];

			if (!absent[edge->lower] || absent[edge->upper] || open[edge->upper])
				continue;
			absent[edge->upper] = new = true;
		}
		for (size_t i = 0; i < storage->count; i++) {
			int whole = storage->blocks[i].whole;

			if (whole < 0 || !absent[whole] || absent[i] || open[i])
				continue;
			absent[i] = new = true;
		}
	}
	return absent;
}

/*
 * What is in use, and every mapping and array that is open, is the host's, whether anything names it or not; at
 * the next boot what is open then (@absent: find_absent(), one a block).
 */
static void mark_uses(struct block_devices *storage, unsigned int *rank, const bool *absent)
{
	for (size_t i = 0; i < storage->use_count; i++)
		if (storage->view == BLOCK_VIEW_NOW ||
		    UTIL_IS_ONE_OF(block_use_name(&storage->uses[i]), "/", "/usr"))
			mark_for(storage, storage->uses[i].block, BLOCK_IN_USE, (*rank)++,
				 storage->uses[i].place);
	for (size_t i = 0; i < storage->edge_count && storage->view != BLOCK_VIEW_FACTS; i++) {
		size_t upper = storage->edges[i].upper;

		if (is_in_image(absent, upper))
			mark_for(storage, upper,
				 storage->blocks[upper].dm_name[0] ? BLOCK_OPEN_MAPPING : BLOCK_RUNNING_ARRAY,
				 *rank, NULL);
	}
	++*rank;
	for (size_t i = 0; i < storage->count; i++)
		for (size_t p = 0; p < storage->pool_count; p++)
			if (!strcmp(storage->blocks[i].content.type, "zfs_member") &&
			    !strcmp(storage->blocks[i].content.label, storage->pools[p]))
				mark_for(storage, i, BLOCK_POOL, *rank, NULL);
	++*rank;
}

/* Do two devices carry parts, or copies, of one thing? The journal of an ext4 is a part of it. */
static bool belong_together(const struct block *a, const struct block *b)
{
	const struct block_content *x = &a->content, *y = &b->content;

	return (x->uuid[0] && !strcmp(x->uuid, y->uuid) && !strcmp(x->type, y->type)) ||
	       (x->journal[0] && !strcmp(x->journal, y->uuid)) ||
	       (x->volume_group[0] && !strcmp(x->volume_group, y->volume_group)) ||
	       (x->cache_set[0] && !strcmp(x->cache_set, y->cache_set)) ||
	       (block_is_volume(a) && y->volume_group[0] && !strncmp(a->dm_uuid + 4, y->volume_group, 32));
}

static bool mark_below(struct block_devices *storage, size_t block)
{
	struct block_mark above = storage->marks[block];
	int whole = storage->blocks[block].whole;
	bool new = false;

	above.from = (int)block;
	above.peer = -1;
	for (size_t i = 0; i < storage->edge_count; i++)
		if (storage->edges[i].upper == block)
			new |= mark(storage, storage->edges[i].lower, &above);
	/* The partition of an array stands on the array; that of a disk says by itself where it is. */
	if (whole >= 0 && storage->blocks[whole].virtual)
		new |= mark(storage, (size_t)whole, &above);
	return new;
}

static bool mark_peers(struct block_devices *storage, size_t block, const bool *absent)
{
	struct block_mark first = storage->marks[block];
	bool new = false;

	first.from = -1;
	first.peer = (int)block;
	for (size_t i = 0; i < storage->count; i++)
		if (i != block && is_in_image(absent, i) &&
		    (!storage->marks[i].set || storage->marks[i].rank >= CARRY_RANK_KEY) &&
		    belong_together(&storage->blocks[block], &storage->blocks[i]))
			new |= mark(storage, i, &first);
	return new;
}

/* A btrfs tells how many devices it has; an array whether one is missing. */
static void find_missing(struct block_devices *storage, const bool *absent)
{
	for (size_t i = 0; i < storage->count; i++) {
		const struct block *block = &storage->blocks[i];
		unsigned int found = 0;

		if (!storage->marks[i].set || storage->missing || !is_in_image(absent, i))
			continue;
		for (size_t j = 0; j < storage->count; j++)
			found += j == i || (block->content.uuid[0] && is_in_image(absent, j) &&
					    belong_together(block, &storage->blocks[j]));
		storage->missing_type = block->degraded ? "linux_raid_member" : block->content.type;
		if (block->content.members > found)
			storage->missing =
				util_text("the %s of %s has %u devices (found: %u)", block->content.type,
					  block->name, block->content.members, found);
		else if (block->degraded)
			storage->missing = util_text("%s lacks a device", block->name);
	}
}

/* What is marked must have been readable: else who belongs together with it is not known. */
static void find_unread(struct block_devices *storage, const bool *absent)
{
	for (size_t i = 0; i < storage->count; i++) {
		const struct block *block = &storage->blocks[i];

		if (storage->marks[i].set && block->state >= BLOCK_AMBIGUOUS && is_in_image(absent, i))
			say_unknown(storage, "", "%s, which carries %s, %s, so its other devices are unknown",
				    block->name, say_purpose(&storage->marks[i]),
				    block->state == BLOCK_UNREADABLE ? "cannot be read" :
								       "has no unambiguous superblock");
	}
}

/* Virtual disks that are known to stand on no disk of the machine, or on a file of a mounted file system. */
static bool stands_on_nothing(const struct block *block)
{
	static const char *const names[] = { "nbd", "ram", "zram", "loop", "rbd" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (util_starts_with(block->name, names[i]))
			return true;
	return false;
}

static bool has_lower(const struct block_devices *storage, size_t block)
{
	for (size_t i = 0; i < storage->edge_count; i++)
		if (storage->edges[i].upper == block)
			return true;
	return false;
}

/* What needs a device that shows nothing below it, a ZFS volume for one, might need any disk. */
static void find_bottomless(struct block_devices *storage)
{
	for (size_t i = 0; i < storage->count; i++) {
		const struct block *block = &storage->blocks[i];

		if (storage->marks[i].set && block->virtual && !block->function_count && block->whole < 0 &&
		    !has_lower(storage, i) && !stands_on_nothing(block))
			say_unknown(storage, "", "the kernel does not report the devices below %s",
				    block->name);
	}
}

/* From what is marked down to what it stands on, and across to what belongs together with it and is there. */
static void spread(struct block_devices *storage, const bool *absent)
{
	bool new = true;

	while (new) {
		new = false;
		for (size_t i = 0; i < storage->count; i++)
			if (storage->marks[i].set) {
				new |= mark_below(storage, i);
				new |= mark_peers(storage, i, absent);
			}
	}
}

/* Which devices are marked now: an array that the caller frees. */
static bool *copy_marks(const struct block_devices *storage)
{
	bool *marked = util_zeroed(storage->count, sizeof(*marked));

	for (size_t i = 0; i < storage->count; i++)
		marked[i] = storage->marks[i].set;
	return marked;
}

static bool has_open_volume(const struct block_devices *storage, const bool *open, const struct block *volume)
{
	for (size_t i = 0; i < storage->count; i++)
		if (open[i] && block_is_volume(&storage->blocks[i]) &&
		    !strncmp(storage->blocks[i].dm_uuid, volume->dm_uuid, 36))
			return true;
	return false;
}

/* Is it a mapping of a LUKS that the kernel command line names? */
static bool is_on_named_luks(const struct block_devices *storage, size_t block)
{
	if (!util_starts_with(storage->blocks[block].dm_uuid, "CRYPT-"))
		return false;
	for (size_t n = 0; n < storage->needs->count; n++)
		for (size_t i = 0; storage->needs->list[n].opened && i < storage->edge_count; i++)
			if (storage->edges[i].upper == block &&
			    block_matches(storage, &storage->needs->list[n], storage->edges[i].lower))
				return true;
	return false;
}

/* The initramfs opens a LUKS that the command line names whole, and a group of which it opens one volume. */
static void spread_open(const struct block_devices *storage, bool *open)
{
	for (size_t i = 0; i < storage->count; i++)
		open[i] |= is_on_named_luks(storage, i);
	for (size_t i = 0; i < storage->count; i++)
		open[i] |= block_is_volume(&storage->blocks[i]) &&
			   has_open_volume(storage, open, &storage->blocks[i]);
}

/*
 * Seen from the running host, the root is what is mounted, also where systemd finds it by the type of its
 * partition.
 */
static bool is_root_mounted(const struct block_devices *storage)
{
	for (size_t i = 0; i < storage->use_count; i++)
		if (storage->view != BLOCK_VIEW_NOW && !strcmp(block_use_name(&storage->uses[i]), "/"))
			return true;
	return false;
}

static void say_rootless(struct block_devices *storage)
{
	if (!storage->needs->root && !is_root_mounted(storage))
		say_unknown(storage, "add root= to the kernel command line",
			    "the kernel command line has no root=, so the disk of the root is unknown");
}

void carry_mark(struct block_devices *storage, const struct host_needs *needs)
{
	cleanup_free bool *open = NULL, *unsure = NULL, *absent = NULL;
	unsigned int rank = 0;

	free(storage->marks);
	storage->marks = util_zeroed(storage->count, sizeof(*storage->marks));
	storage->needs = needs;
	storage->unknown = storage->hint = storage->missing = storage->unmet = storage->partial = NULL;
	storage->awaited = storage->unmet_awaited = false;
	mark_needs(storage, &rank, TURN_REQUIRED, NULL);
	mark_needs(storage, &rank, TURN_OPENED, NULL);
	spread(storage, NULL);
	/* In the initramfs itself, what is not there is not seen. */
	if (storage->view == BLOCK_VIEW_NEXT_BOOT) {
		open = copy_marks(storage);
		spread_open(storage, open);
		unsure = find_absent(storage, open, true);
		absent = find_absent(storage, open, false);
	}
	mark_needs(storage, &rank, TURN_LATER, unsure);
	say_rootless(storage);
	mark_uses(storage, &rank, absent);
	spread(storage, absent);
	/* Somebody holds it, and nothing above says who: a member of a pool, or a program that formats it. */
	for (size_t i = 0; i < storage->count && storage->view == BLOCK_VIEW_NOW; i++)
		if ((storage->blocks[i].held || storage->blocks[i].locked) && !storage->marks[i].set)
			mark_for(storage, i, storage->blocks[i].held ? BLOCK_HELD : BLOCK_LOCKED, rank, NULL);
	spread(storage, absent);
	find_unread(storage, absent);
	find_bottomless(storage);
	find_missing(storage, absent);
}

bool carry_finds(const struct block_devices *storage, const struct need *need)
{
	for (size_t i = 0; i < storage->count; i++)
		if (block_matches(storage, need, i) ||
		    (need->kind == NEED_DEVICE && block_is_in_group_of(&storage->blocks[i], need->value)))
			return true;
	return block_by_tag(storage, need) >= 0;
}

const char *carry_list_uuids(const struct block_devices *storage, const struct need *need)
{
	const char *uuids = "";

	cleanup_free bool *below = util_zeroed(storage->count, sizeof(*below));
	int link = block_by_tag(storage, need);
	bool new = true;

	for (size_t i = 0; i < storage->count; i++)
		below[i] =
			(int)i == link || block_matches(storage, need, i) ||
			(need->kind == NEED_DEVICE && block_is_in_group_of(&storage->blocks[i], need->value));
	while (new) {
		new = false;
		for (size_t e = 0; e < storage->edge_count; e++) {
			const struct block_edge *edge = &storage->edges[e];

			new |= below[edge->upper] && !below[edge->lower];
			below[edge->lower] |= below[edge->upper];
		}
	}
	for (size_t i = 0; i < storage->count; i++)
		if (below[i] && storage->blocks[i].function_count)
			uuids = block_add_uuid(uuids, &storage->blocks[i]);
	return uuids;
}

static bool lacks_tags(const struct block_devices *storage)
{
	for (size_t n = 0; n < storage->needs->count; n++) {
		const struct need *need = &storage->needs->list[n];
		/* Where that of root= is found, another name of the root tells nothing. */
		bool tells =
			need->kind == NEED_DEVICE ? block_is_opened(need->value) : need->kind != NEED_NUMBER;

		if (!need->spare && !need->repeated && tells && host_needs_is_on_disk(need) &&
		    !carry_finds(storage, need))
			return true;
	}
	return false;
}

/*
 * Chooses what is unread and marked as @marked says, or is on one of the @count functions. Returns how many
 * are chosen.
 */
static size_t choose(const struct block_devices *storage, bool marked, const struct pci_address *functions,
		     size_t count, bool *chosen)
{
	size_t found = 0;

	for (size_t i = 0; i < storage->count; i++) {
		chosen[i] = storage->blocks[i].state == BLOCK_NOT_READ &&
			    (storage->marks[i].set == marked ||
			     block_is_on_one_of(&storage->blocks[i], functions, count));
		found += chosen[i];
	}
	return found;
}

bool carry_choose(struct block_devices *storage, const struct host_needs *needs,
		  const struct pci_address *functions, size_t count, bool first, bool *chosen)
{
	carry_mark(storage, needs);
	if (!count)
		return false;
	if (choose(storage, true, first ? functions : NULL, first ? count : 0, chosen) || first)
		return true;
	/* Other disks may have what a need names, or the members that something lacks. */
	return (lacks_tags(storage) || storage->missing) && choose(storage, false, NULL, 0, chosen);
}

/* A mapping goes by its name, a logical volume as "group/volume", everything else by the kernel's name. */
static const char *add_name(const char *text, const struct block *block)
{
	cleanup_free char *name = util_copy(block->dm_name, strlen(block->dm_name));
	char *to = name;

	if (!block_is_volume(block))
		return util_text_add(text, "%s", *name ? name : block->name);
	for (const char *c = block->dm_name; *c; c++) {
		bool dash = *c == '-' && c[1] == '-';

		*to++ = *c == '-' && !dash ? '/' : *c;
		c += dash;
	}
	*to = '\0';
	return util_text_add(text, "%s", name);
}

static const char *add_chain(const char *text, const struct block_devices *storage, size_t block)
{
	const struct block_mark *mark = &storage->marks[block];

	text = add_name(text, &storage->blocks[block]);
	while (mark->from >= 0) {
		text = add_name(util_text_add(text, ", "), &storage->blocks[mark->from]);
		mark = &storage->marks[mark->from];
	}
	if (mark->peer >= 0) {
		const struct block *peer = &storage->blocks[mark->peer];

		text = util_text_add(text, ", of one %s with ",
				     block_is_volume(peer) || peer->content.volume_group[0] ?
					     "volume group" :
					     peer->content.type);
		text = add_name(text, peer);
	}
	return text;
}

/* The block on the function that is needed for the first cause, or -1. */
static int best_mark(const struct block_devices *storage, const struct pci_address *function)
{
	int best = -1;

	for (size_t i = 0; i < storage->count; i++)
		if (storage->marks[i].set && block_is_on(&storage->blocks[i], function) &&
		    (best < 0 || storage->marks[i].rank < storage->marks[best].rank))
			best = (int)i;
	return best;
}

const char *carry_describe(const struct block_devices *storage, const struct pci_address *function,
			   bool *ret_key)
{
	int best = best_mark(storage, function);

	if (best < 0)
		return NULL;
	*ret_key = storage->marks[best].rank >= CARRY_RANK_KEY;
	return add_chain(util_text("%s: ", say_purpose(&storage->marks[best])), storage, (size_t)best);
}

static bool keeps_marked(const struct block_devices *storage, const struct carry_question *question,
			 struct explanation *ret)
{
	int best = best_mark(storage, question->function);
	const char *what;
	bool key;

	what = carry_describe(storage, question->function, &key);
	if (!what || (question->without_keys && key))
		return false;
	*ret = (struct explanation){ util_text("it carries %s", what), key ? CARRY_KEY_HINT : "" };
	if (storage->marks[best].cause == BLOCK_OPEN_MAPPING)
		ret->hint = "if the host does not need it, configure the initramfs not to open it (LVM: "
			    "auto_activation_volume_list in lvm.conf)";
	return true;
}

static struct explanation explain_unread(const struct block *block)
{
	static const char more_time[] = "increase rd.vfio.deadline=";
	const char *name = block->name;

	if (block->state == BLOCK_AMBIGUOUS)
		return (struct explanation){
			util_text("%s has superblocks of more than one kind, so its content is unknown",
				  name),
			util_text("wipefs -n /dev/%s lists them", name)
		};
	if (block->state == BLOCK_SPOILT)
		return (struct explanation){
			util_text("the %s superblock of %s has a wrong checksum, so its content is unknown",
				  block->content.type, name),
			""
		};
	if (block->error == -ETIME)
		return (struct explanation){
			util_text("the deadline expired before %s was read, so its content is unknown", name),
			more_time
		};
	if (block->error == -ETIMEDOUT)
		return (struct explanation){
			util_text("reading %s did not return in time, so its content is unknown", name),
			more_time
		};
	return (struct explanation){
		util_text("%s cannot be read: %s; its content is unknown", name, strerror(-block->error)), ""
	};
}

static bool keeps_unread(const struct block_devices *storage, const struct pci_address *function,
			 struct explanation *ret)
{
	for (size_t i = 0; i < storage->count; i++) {
		const struct block *block = &storage->blocks[i];

		if (!block_is_on(block, function) || block->state < BLOCK_AMBIGUOUS)
			continue;
		*ret = explain_unread(block);
		return true;
	}
	return false;
}

static bool has_partitions(const struct block_devices *storage, size_t block)
{
	for (size_t i = 0; i < storage->count; i++)
		if (storage->blocks[i].whole == (int)block)
			return true;
	return false;
}

/*
 * What is on the function: its disks without partitions, and its partitions. Returns the next one from
 * *@cursor, or NULL.
 */
static const struct block *next_on(const struct block_devices *storage, const struct pci_address *function,
				   size_t *cursor)
{
	while (*cursor < storage->count) {
		size_t i = (*cursor)++;

		if (block_is_on(&storage->blocks[i], function) && storage->blocks[i].state != BLOCK_EMPTY &&
		    !has_partitions(storage, i))
			return &storage->blocks[i];
	}
	return NULL;
}

static bool has_disk(const struct block_devices *storage, const struct pci_address *function)
{
	size_t cursor = 0;

	return next_on(storage, function, &cursor) != NULL;
}

/*
 * Might the device that something lacks be on this function? There is no disk yet, or nothing is known on it,
 * or it is of the same kind: one damaged bit of its UUID makes a member a stranger (libblkid does not compare
 * every checksum).
 */
static bool keeps_missing(const struct block_devices *storage, const struct pci_address *function,
			  struct explanation *ret)
{
	const struct block *block;
	size_t cursor = 0;
	bool might = !has_disk(storage, function);

	while (storage->missing && !might && (block = next_on(storage, function, &cursor)))
		might = !block->content.type[0] || !strcmp(block->content.type, storage->missing_type);
	if (!storage->missing || !might)
		return false;
	*ret = (struct explanation){ util_text("%s; this device may be the missing one", storage->missing),
				     "" };
	return true;
}

/*
 * What is needed and not found may be inside a container, on a disk that shows nothing, or on one that is yet
 * to appear.
 */
static bool keeps_unmet(const struct block_devices *storage, const struct pci_address *function,
			struct explanation *ret)
{
	const struct block *block;
	size_t cursor = 0;

	if (!storage->unmet)
		return false;
	ret->hint = storage->unmet_in_table ? CARRY_INSIST "; if the boot does "
							   "not need the entry, add nofail or noauto to it" :
					      CARRY_INSIST;
	if (!has_disk(storage, function)) {
		ret->reason = util_text("%s, and this controller has no disk yet", storage->unmet);
		return true;
	}
	while ((block = next_on(storage, function, &cursor))) {
		if (block->content.type[0] && !block_is_container(&block->content))
			continue;
		ret->reason = util_text("%s, and it may be on %s (%s)", storage->unmet, block->name,
					block->content.type[0] ? block->content.type : "no superblock");
		return true;
	}
	ret->hint = "";
	return false;
}

/* A pool does not say how many members it has: a controller without a disk might have one. */
static bool keeps_partial(const struct block_devices *storage, const struct pci_address *function,
			  struct explanation *ret)
{
	if (!storage->partial || has_disk(storage, function))
		return false;
	*ret = (struct explanation){ util_text("%s, and this controller has no disk yet", storage->partial),
				     "" };
	return true;
}

bool carry_awaits_disk(const struct block_devices *storage, const struct pci_address *functions, size_t count)
{
	if (storage->awaited)
		return true;
	for (size_t i = 0; i < count && (storage->unmet_awaited || storage->missing); i++)
		if (!has_disk(storage, &functions[i]))
			return true;
	return false;
}

bool carry_keeps(const struct block_devices *storage, const struct carry_question *question,
		 struct explanation *ret)
{
	const struct pci_address *function = question->function;

	*ret = (struct explanation){ "", "" };
	if (keeps_marked(storage, question, ret))
		return true;
	if (!question->may_carry && !has_disk(storage, function))
		return false;
	if (keeps_unread(storage, function, ret))
		return true;
	if (storage->unknown) {
		*ret = (struct explanation){ storage->unknown, storage->hint };
		return true;
	}
	return keeps_missing(storage, function, ret) ||
	       (question->is_storage && keeps_partial(storage, function, ret)) ||
	       keeps_unmet(storage, function, ret);
}
