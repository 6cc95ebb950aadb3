/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/names.h"

#include <string.h>

#include "core/nearest.h"

/*
 * The kind, the name, and ">" with what it is called here where that differs. One string takes less room in the program
 * than pointers to many.
 */
#define DIRECTIVE "\1"
#define A_SETTING "\2"
#define OPTION "\4"
#define A_PARAMETER "\10"
static const char names[] = DIRECTIVE
	"claim\0" DIRECTIVE "keep\0" DIRECTIVE "set\0"
#define SETTING(field, name, kind, values, standard, help) \
	A_SETTING name "\0" A_PARAMETER "rd.vfio." name "\0"
#define PARAMETER(constant, name, kind, values, help) A_PARAMETER name "\0"
#define CLAIM_OPTION(field, name, kind, values, standard, help) OPTION name "\0"
#include "core/settings.def"
	A_PARAMETER "vfio-pci.ids\0"
	/* What else people write, and words of other programs. */
	DIRECTIVE "bind>claim\0" DIRECTIVE "ids>claim\0" DIRECTIVE "device>claim\0" DIRECTIVE
	"exclude>keep\0" DIRECTIVE "ignore>keep\0" DIRECTIVE "release>keep\0" DIRECTIVE
	"skip>keep\0" DIRECTIVE "leave>keep\0" DIRECTIVE "unclaim>keep\0" DIRECTIVE "noclaim>keep\0" DIRECTIVE
	"dont-claim>keep\0" A_SETTING "debug>log=debug\0" A_PARAMETER "rd.vfio.bind>rd.vfio.ids\0" A_PARAMETER
	"rd.vfio.claim>rd.vfio.ids\0" A_PARAMETER "rd.vfio.disable>rd.vfio=0\0" A_PARAMETER
	"rd.vfio.off>rd.vfio=0\0" A_PARAMETER "rd.vfio0>rd.vfio=0\0" A_PARAMETER
	"rd.vfio.enable>rd.vfio\0" A_PARAMETER "rd.vfio.exclude>rd.vfio.keep\0" A_PARAMETER
	"rd.vfio.ignore>rd.vfio.keep\0" A_PARAMETER "rd.vfio.skip>rd.vfio.keep\0";

static const char program[] = "vfio-early";

/* Of a short name one letter is much; on the kernel command line other programs have names, too ("rd.io"). */
static size_t most(const char *name, size_t length)
{
	return length <= 4 || (*name == A_PARAMETER[0] && length <= strlen("rd.vfio")) ? 1 : 2;
}

static struct name find(const char *word, size_t length, unsigned int kinds)
{
	struct name found = { NAME_NONE, "" };
	size_t shortest = 3;

	for (const char *name = names; *name; name += strlen(name) + 1) {
		size_t size = strcspn(name + 1, ">"), distance;

		if (!((unsigned int)*name & kinds))
			continue;
		distance = nearest_distance(word, length, name + 1, size);
		if (distance >= shortest || distance > most(name, size))
			continue;
		found.kind = (enum name_kind) * name;
		found.meant = name[1 + size] ? name + 1 + size + 1 : name + 1;
		shortest = distance;
	}
	return found;
}

static bool is_alike(const char *word, size_t length, const char *text, size_t most_slips)
{
	size_t size = strlen(text);

	return length >= size && nearest_distance(word, size, text, size) <= most_slips;
}

/* Is it one of the first four letters of the word? */
static bool has(const char *word, char c)
{
	return memchr(word, c, 4) || memchr(word, c - 'a' + 'A', 4);
}

/*
 * How much of the word stands for "rd.vfio": its letters with two swapped, or the whole name of the program. With another
 * letter, as "fio" or "gfio", it is another program's.
 */
static size_t find_prefix(const char *word, size_t length)
{
	size_t rd = is_alike(word, length, "rd.", 0) ? 3 : 0;

	if (is_alike(word + rd, length - rd, program, 0))
		return rd + strlen(program);
	if (rd || length < 4 || nearest_distance(word, 4, "vfio", 4) > 1)
		return 0;
	for (const char *c = "vfio"; *c; c++)
		if (!has(word, *c))
			return 0;
	return 4;
}

struct name names_find(const char *word, size_t length, unsigned int kinds)
{
	struct name found = find(word, length, kinds);
	size_t skip;

	if (found.kind || !(kinds & NAME_PARAMETER))
		return found;
	skip = find_prefix(word, length);
	if (!skip)
		return found;
	word = util_text("rd.vfio%.*s", (int)(length - skip), word + skip);
	return find(word, strlen(word), NAME_PARAMETER);
}

/* Is a word alone cut off from one of ours? */
static bool is_start(const char *word, size_t length, const char *name, size_t least)
{
	return length >= least && length < strlen(name) && !nearest_distance(word, length, name, length);
}

const char *names_find_start(const char *word, const char *end)
{
	size_t length = (size_t)(end - word), longest = 0, behind = 0;
	const char *found = NULL;

	if (is_start(word, length, "rd.vfio", 4))
		return "rd.vfio";
	if (is_start(word, length, "vfio-pci.ids", 9))
		return "vfio-pci.ids";
	for (const char *name = names; *name; name += strlen(name) + 1) {
		size_t size = strlen(name + 1);

		if (*name != A_PARAMETER[0] || size <= longest || strchr(name, '>'))
			continue;
		/* The same length last: that is the least of slips. */
		for (size_t i = 0; i < 3; i++) {
			size_t cut = size + (i == 0) - (i == 1);

			if (length < cut || nearest_distance(word, cut, name + 1, size) > 1)
				continue;
			found = name + 1;
			longest = size;
			behind = cut;
		}
	}
	if (!found)
		return "";
	behind += behind < length && strchr("=:;,-_/'\"", word[behind]) ? 1 : 0;
	if (behind == length)
		return found;
	return util_text("%s=%s", found, util_text_shown(word + behind, length - behind));
}
