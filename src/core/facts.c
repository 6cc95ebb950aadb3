/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_LINE "vfio-early facts "

static const char *const kinds[] = {
	[FACT_DISK] = "disk",         [FACT_KEY] = "key",           [FACT_NETWORK] = "network",
	[FACT_ATTACHED] = "attached", [FACT_KEYBOARD] = "keyboard", [FACT_DISPLAY] = "display",
};

const char *facts_kind_name(enum fact_kind kind)
{
	return kinds[kind];
}

/* --- words of a line --- */

/* A line that is taken apart: blanks between the words. */
struct words {
	const char *cursor, *end;
};

static bool next(struct words *words, const char **ret_word, size_t *ret_length)
{
	return util_next_word(&words->cursor, words->end, ret_word, ret_length);
}

/* The rest of the line, as a string that the caller frees; "" for "-". */
static char *rest_of(struct words *words)
{
	const char *word;
	size_t length;

	if (!next(words, &word, &length) || (util_equal(word, length, "-") && words->cursor == words->end))
		return util_copy("", 0);
	return util_copy(word, (size_t)(words->end - word));
}

static char *word_of(struct words *words)
{
	const char *word;
	size_t length;

	if (!next(words, &word, &length) || util_equal(word, length, "-"))
		return util_copy("", 0);
	return util_copy(word, length);
}

/* The whole of the word is a number of that many digits. */
static bool hex_of(const char *word, size_t length, int digits, uint32_t *ret)
{
	const char *end = word + length;

	return pci_hex_parse(&word, end, digits, ret) && word == end;
}

/* "10de:1c03" */
static bool id_of(struct words *words, uint16_t *ret_vendor, uint16_t *ret_device)
{
	uint32_t vendor, device;
	const char *word;
	size_t length;

	if (!next(words, &word, &length) || length != 9 || word[4] != ':' || !hex_of(word, 4, 4, &vendor) ||
	    !hex_of(word + 5, 4, 4, &device))
		return false;
	*ret_vendor = (uint16_t)vendor;
	*ret_device = (uint16_t)device;
	return true;
}

static bool path_of(struct words *words, struct pci_path *ret)
{
	const char *word;
	size_t length;

	return next(words, &word, &length) && pci_path_parse(word, length, ret, NULL, NULL) == 0;
}

/* A decimal number, or -1 for "-". */
static bool number_of(struct words *words, int *ret)
{
	const char *word;
	size_t length;

	if (!next(words, &word, &length) || length > 9)
		return false;
	*ret = -1;
	if (util_equal(word, length, "-"))
		return true;
	*ret = 0;
	for (size_t i = 0; i < length; i++) {
		if (!isdigit((unsigned char)word[i]))
			return false;
		*ret = *ret * 10 + (word[i] - '0');
	}
	return true;
}

/* --- lines --- */

/* Returns false where the line cannot be read: what it protects is not known then. */
static bool add_fact(struct facts *facts, enum fact_kind kind, struct words *words)
{
	struct fact fact = { .kind = kind };
	const char *word;
	size_t length;

	if (!next(words, &word, &length) || pci_address_parse(word, length, &fact.address) < 0 ||
	    !path_of(words, &fact.path) || !id_of(words, &fact.vendor, &fact.device))
		return false;
	fact.uuids = word_of(words);
	fact.text = rest_of(words);
	facts->list = util_grow(facts->list, facts->count, sizeof(*facts->list));
	facts->list[facts->count++] = fact;
	return true;
}

static void keep_string(char **place, char *text)
{
	free(*place);
	*place = text;
}

static void add_need(struct facts *facts, struct words *words)
{
	struct fact_need need = { .uuids = word_of(words) };

	need.text = rest_of(words);
	facts->resolved = util_grow(facts->resolved, facts->resolved_count, sizeof(*facts->resolved));
	facts->resolved[facts->resolved_count++] = need;
}

static bool add_line(struct facts *facts, const char *line, size_t length)
{
	struct words words = { line, line + length };
	const char *word;
	size_t size;

	if (!next(&words, &word, &size))
		return true;
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
		if (util_equal(word, size, kinds[k]))
			return add_fact(facts, (enum fact_kind)k, &words);
	if (util_equal(word, size, "resolved"))
		add_need(facts, &words);
	else if (util_equal(word, size, "unresolved") && !facts->unresolved)
		facts->unresolved = rest_of(&words);
	else if (util_equal(word, size, "made"))
		keep_string(&facts->made, rest_of(&words));
	else if (util_equal(word, size, "version"))
		keep_string(&facts->version, rest_of(&words));
	else if (util_equal(word, size, "machine") && next(&words, &word, &size) && *word != '-')
		keep_string(&facts->machine, util_copy(word, size));
	return true;
}

/*
 * Does the text end in a line that counts those before it? The topology is most of the text, and a boot has
 * no use for it: its lines are counted and not looked into.
 */
static bool is_whole(const char *text, size_t length, size_t lines)
{
	const char *expected = util_text("\nend %zu\n", lines);
	size_t size = strlen(expected);

	return length > size && !memcmp(text + length - size, expected, size);
}

static enum facts_state parse_lines(struct facts *facts, size_t length)
{
	const char *cursor = facts->text, *line;
	size_t size, lines = 0;
	bool read = true;

	while (util_next_line(&cursor, &line, &size)) {
		/* "f" is the topology. */
		if (lines && *line != 'f' && *line != 'e')
			read &= add_line(facts, line, size);
		lines++;
	}
	return read && lines && is_whole(facts->text, length, lines - 1) ? FACTS_USED : FACTS_CUT;
}

void facts_parse(char *text, size_t length, struct facts *ret)
{
	*ret = (struct facts){ .text = text };
	ret->machine = util_copy("", 0);
	ret->made = util_copy("", 0);
	ret->version = util_copy("", 0);
	if (!util_starts_with(text, FIRST_LINE) || strlen(text) != length)
		ret->state = FACTS_CUT;
	else if (!util_starts_with(text + strlen(FIRST_LINE), "1\n"))
		ret->state = FACTS_NEWER;
	else
		ret->state = parse_lines(ret, length);
	if (ret->state != FACTS_USED)
		facts_drop(ret, ret->state);
}

void facts_drop(struct facts *facts, enum facts_state state)
{
	for (size_t i = 0; i < facts->count; i++) {
		free(facts->list[i].uuids);
		free(facts->list[i].text);
	}
	free(facts->list);
	for (size_t i = 0; i < facts->resolved_count; i++) {
		free(facts->resolved[i].uuids);
		free(facts->resolved[i].text);
	}
	free(facts->resolved);
	facts->list = NULL;
	facts->resolved = NULL;
	facts->count = facts->resolved_count = 0;
	keep_string(&facts->unresolved, NULL);
	facts->state = state;
}

void facts_clear(struct facts *facts)
{
	facts_drop(facts, FACTS_MISSING);
	free(facts->machine);
	free(facts->made);
	free(facts->version);
	free(facts->text);
	*facts = (struct facts){ 0 };
}

bool facts_next_function(const char **cursor, struct fact_function *ret)
{
	const char *line, *word;
	size_t length, size;

	while (util_next_line(cursor, &line, &length)) {
		struct words words = { line, line + length };
		uint32_t class;

		if (!next(&words, &word, &size) || !util_equal(word, size, "function") ||
		    !next(&words, &word, &size) || pci_address_parse(word, size, &ret->address) < 0 ||
		    !path_of(&words, &ret->path) || !id_of(&words, &ret->vendor, &ret->device) ||
		    !id_of(&words, &ret->subvendor, &ret->subdevice) || !next(&words, &word, &size) ||
		    !hex_of(word, size, 6, &class) || !number_of(&words, &ret->header_type) ||
		    !number_of(&words, &ret->iommu_group))
			continue;
		ret->class = class;
		return true;
	}
	return false;
}

/* --- what counts for which function --- */

static bool has_id(const struct fact *fact, const struct pci_function *function)
{
	return fact->vendor == function->vendor && fact->device == function->device;
}

static bool has_path(const struct fact *fact, const struct pci_function *function)
{
	return pci_path_equal(&fact->path, &function->path);
}

bool facts_name_id(const struct facts *facts, const struct pci_function *function)
{
	for (size_t i = 0; i < facts->count; i++)
		if (has_id(&facts->list[i], function))
			return true;
	return false;
}

static bool is_of_disks(const struct fact *fact)
{
	return fact->kind == FACT_DISK || fact->kind == FACT_KEY || fact->kind == FACT_ATTACHED;
}

void facts_locate(struct facts *facts, const struct pci_function *functions, size_t count)
{
	facts->removable = false;
	for (size_t f = 0; f < facts->count; f++) {
		struct fact *fact = &facts->list[f];
		const struct pci_function *found = NULL;

		for (size_t i = 0; i < count && !found; i++)
			if (has_id(fact, &functions[i]) && has_path(fact, &functions[i]))
				found = &functions[i];
		/* What is behind a VMD controller is not there before its driver is. */
		fact->gone = !found && fact->path.segment <= 0xffff;
		facts->removable |=
			is_of_disks(fact) && (fact->gone || (found && pci_has_removable_disks(found)));
	}
}

bool facts_is_gone(const struct facts *facts, const struct pci_function *function)
{
	for (size_t f = 0; f < facts->count; f++)
		if (facts->list[f].gone && facts->list[f].kind <= FACT_NETWORK &&
		    has_id(&facts->list[f], function))
			return true;
	return false;
}

const struct fact *facts_find(const struct facts *facts, const struct pci_function *function,
			      enum fact_kind kind)
{
	const struct fact *perhaps = NULL;

	for (size_t f = 0; f < facts->count; f++) {
		const struct fact *fact = &facts->list[f];

		if (fact->kind != kind || !has_id(fact, function))
			continue;
		if (has_path(fact, function))
			return fact;
		if (fact->gone && !perhaps)
			perhaps = fact;
	}
	return perhaps;
}

const struct fact *facts_find_uuid(const struct facts *facts, const char *uuid)
{
	for (size_t f = 0; f < facts->count && *uuid; f++)
		if (facts->list[f].kind == FACT_DISK &&
		    util_list_has(facts->list[f].uuids, strlen(facts->list[f].uuids), uuid))
			return &facts->list[f];
	return NULL;
}

const struct fact_need *facts_find_need(const struct facts *facts, const char *text)
{
	for (size_t i = 0; i < facts->resolved_count; i++)
		if (!strcmp(facts->resolved[i].text, text))
			return &facts->resolved[i];
	return NULL;
}

bool facts_are_complete(const struct facts *facts)
{
	return facts->state == FACTS_USED && !facts->unresolved;
}

/* --- which machine --- */

bool facts_are_foreign(const struct facts *facts, const char *hash)
{
	/* A machine that does not say which one it is may be any. */
	return facts->state == FACTS_USED && facts->machine[0] && *hash && strcmp(facts->machine, hash) != 0;
}

void facts_doubt_machine(struct facts *facts, const char *hash)
{
	static const char doubt[] = "the machine has no DMI product UUID";

	if (facts->state == FACTS_USED && !facts->unresolved && (!facts->machine[0] || !*hash))
		facts->unresolved = util_copy(doubt, strlen(doubt));
}

const char *facts_reason(const struct facts *facts)
{
	switch (facts->state) {
	case FACTS_CUT:
		return "the host facts in the image are incomplete or damaged, and are ignored";
	case FACTS_NEWER:
		return "the host facts in the image have a newer format than this version reads, and are "
		       "ignored";
	case FACTS_FOREIGN:
		return "the host facts in the image describe another machine, and are ignored";
	case FACTS_IGNORED:
		return "the host facts in the image are ignored (facts=ignore)";
	default:
		return "";
	}
}

/* Digits only, in lower case. Returns their number. */
static size_t take_digits(const char *uuid, char digits[static 33])
{
	size_t count = 0;

	for (; *uuid && *uuid != '\n'; uuid++) {
		if (*uuid == '-')
			continue;
		if (!isxdigit((unsigned char)*uuid) || count == 32)
			return 0;
		digits[count++] = (char)(isdigit((unsigned char)*uuid) ? *uuid : *uuid | 32);
	}
	digits[count] = '\0';
	return count;
}

static bool is_placeholder(const char *digits)
{
	/* As boards leave the factory when nobody has set it. */
	static const char *const known[] = {
		"03000200040005000006000700080009", "00020003000400050006000700080009",
		"12345678123412341234123456789abc", "0123456789abcdef0123456789abcdef",
		"fefefefefefefefefefefefefefefefe",
	};

	return strspn(digits, (char[]){ digits[0], '\0' }) == 32 ||
	       util_is_one_of(digits, known, ARRAY_SIZE(known));
}

const char *facts_hash(const char *uuid)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	char digits[33];

	if (take_digits(uuid, digits) != 32 || is_placeholder(digits))
		return "";
	for (const char *c = digits; *c; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
	return util_text("%016" PRIx64, hash);
}
