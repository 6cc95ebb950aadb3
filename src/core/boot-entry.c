/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/boot-entry.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* The rest of a line, without blanks around it: a util_text(). */
static const char *copy_rest(const char *text, const char *end)
{
	while (text < end && strchr(" \t", *text))
		text++;
	while (end > text && strchr(" \t\r", end[-1]))
		end--;
	return util_text_copy(text, (size_t)(end - text));
}

static const struct boot_entry nothing = {
	.path = "",
	.id = "",
	.title = "",
	.version = "",
	.sort_key = "",
	.machine = "",
	.kernel = "",
	.initrd = "",
	.options = "",
	.tries = -1,
};

/* --- the Boot Loader Specification --- */

void boot_entry_set_id(struct boot_entry *entry, const char *name)
{
	const char *point = strrchr(name, '.'),
		   *plus = point ? memrchr(name, '+', (size_t)(point - name)) : NULL;
	size_t left = plus ? strspn(plus + 1, "0123456789") : 0, done = 0;

	if (left && plus[1 + left] == '-')
		done = 1 + strspn(plus + 2 + left, "0123456789");
	entry->tries = -1;
	entry->id = util_text("%s", name);
	if (!left || left > 4 || done == 1 || plus + 1 + left + done != point)
		return;
	entry->tries = (int)strtoul(plus + 1, NULL, 10);
	entry->id = util_text("%.*s%s", (int)(plus - name), name, point);
}

bool boot_entry_parse_loader(const char *text, const char *name, struct boot_entry *ret)
{
	static const struct {
		char key[11];
		unsigned char at;
	} keys[] = {
		{ "title", offsetof(struct boot_entry, title) },
		{ "version", offsetof(struct boot_entry, version) },
		{ "machine-id", offsetof(struct boot_entry, machine) },
		{ "sort-key", offsetof(struct boot_entry, sort_key) },
		{ "linux", offsetof(struct boot_entry, kernel) },
		{ "uki", offsetof(struct boot_entry, kernel) },
		{ "initrd", offsetof(struct boot_entry, initrd) },
	};
	const char *line, *key;
	size_t length, size;

	*ret = nothing;
	boot_entry_set_id(ret, name);
	while (util_next_line(&text, &line, &length)) {
		const char *end = line + length;

		if (!util_next_word(&line, end, &key, &size))
			continue;
		if (util_equal(key, size, "options"))
			ret->options = util_text_add(ret->options, "%s%s", ret->options[0] ? " " : "",
						     copy_rest(line, end));
		for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
			if (util_equal(key, size, keys[i].key))
				*(const char **)((char *)ret + keys[i].at) = copy_rest(line, end);
	}
	/* One line may name several, too. */
	if (strrchr(ret->initrd, ' '))
		ret->initrd = strrchr(ret->initrd, ' ') + 1;
	return ret->kernel[0];
}

int boot_entry_compare(const struct boot_entry *a, const struct boot_entry *b)
{
	int order = (a->tries == 0) - (b->tries == 0);

	if (!order)
		order = !a->sort_key[0] - !b->sort_key[0];
	if (!order && a->sort_key[0]) {
		order = strcmp(a->sort_key, b->sort_key);
		if (!order)
			order = strcmp(a->machine, b->machine);
		if (!order)
			order = strverscmp(b->version, a->version);
	}
	if (!order)
		order = strverscmp(b->id, a->id);
	return order ? order : a->tries < 0 || b->tries < 0 ? 0 : b->tries - a->tries;
}

const struct boot_entry *boot_entry_find(const struct boot_entry *entries, size_t count, const char *pattern)
{
	for (size_t i = 0; i < count; i++) {
		const char *id = entries[i].id, *point = strrchr(id, '.');

		/* The suffix may be left out, and case counts nothing. */
		if (!fnmatch(pattern, id, FNM_CASEFOLD) ||
		    (point && !fnmatch(pattern, util_text_copy(id, (size_t)(point - id)), FNM_CASEFOLD)))
			return &entries[i];
	}
	return NULL;
}

static const char *last_value(const char *text, const char *key, const char *separators)
{
	const char *line, *value = NULL;
	size_t length, skip = strlen(key);

	while (util_next_line(&text, &line, &length)) {
		const char *end = line + length;

		line += strspn(line, " \t");
		if (line + skip < end && !memcmp(line, key, skip) && strchr(separators, line[skip]))
			value = copy_rest(line + skip + 1, end);
	}
	return value;
}

const char *boot_entry_setting(const char *text, const char *key)
{
	return last_value(text, key, " \t");
}

/* --- GRUB --- */

const char *boot_entry_grubenv(const char *text, const char *name)
{
	return last_value(text, name, "=");
}

/* Where a word of GRUB's language ends: a blank that no quote has. Counts what it is without quotes. */
static const char *grub_word_end(const char *c, const char *end, char *out, size_t *ret_length)
{
	size_t length = 0;
	char quote = 0;

	for (; c < end && (quote || !strchr(" \t\r", *c)); c++) {
		bool escaped = quote != '\'' && *c == '\\' && c + 1 < end;

		if (!escaped && (quote ? *c == quote : *c == '"' || *c == '\'')) {
			quote = quote ? 0 : *c;
			continue;
		}
		c += escaped;
		if (out)
			out[length] = *c;
		length++;
	}
	*ret_length = length;
	return c;
}

/* One word, without its quotes: a util_text(), "" at the end. */
static const char *next_grub_word(const char **cursor, const char *end)
{
	const char *c = *cursor, *stop;
	size_t length;
	char *word;

	while (c < end && strchr(" \t\r", *c))
		c++;
	stop = grub_word_end(c, end, NULL, &length);
	word = util_text_copy(c, length);
	grub_word_end(c, end, word, &length);
	*cursor = stop;
	return word;
}

const char *boot_entry_grub_variable(const char *text, const char *name)
{
	const char *line, *word, *found = NULL;
	size_t length, size, skip = strlen(name);

	while (util_next_line(&text, &line, &length)) {
		const char *end = line + length, *value;

		if (!util_next_word(&line, end, &word, &size) || !util_equal(word, size, "set"))
			continue;
		value = next_grub_word(&line, end);
		if (!strncmp(value, name, skip) && value[skip] == '=' &&
		    strcmp(value + skip + 1, "${next_entry}"))
			found = value + skip + 1;
	}
	return found;
}

/* Is it a command of GRUB that loads Linux? */
static bool loads_linux(const char *word, size_t length)
{
	return util_equal(word, length, "linux") || util_equal(word, length, "linuxefi") ||
	       util_equal(word, length, "linux16");
}

#define OPTIONS_LIMIT 8192
#define LEVELS 4 /* of menus; deeper ones are nobody's */

struct grub_walk {
	size_t depth, braces;        /* braces: of what else is open */
	unsigned long index[LEVELS]; /* how many entries the level has had */
	const char *wanted[LEVELS];  /* of that level, NULL for nothing */
	size_t inside;               /* of an entry, at this depth + 1 */
	bool reading, done;
	bool retrying; /* what Ubuntu's menu does only after a boot without an image has failed */
};

/* What a level's part of "default" leaves for the levels below it, NULL where it is another entry's. */
static const char *match_level(const char *wanted, unsigned long index, const char *title, const char *id)
{
	const char *names[] = { title, id };
	char *end;

	if (strtoul(wanted, &end, 10) == index && end > wanted && (!*end || *end == '>'))
		return *end ? end + 1 : end;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *c = wanted, *name = names[i];

		/* A title's own ">" is written twice. */
		while (*name && *c == *name) {
			c += 1 + (*c == '>' && c[1] == '>');
			name++;
		}
		if (names[i][0] && !*name && (!*c || (*c == '>' && c[1] != '>')))
			return *c ? c + 1 : c;
	}
	return NULL;
}

/* A line "menuentry" or "submenu": its title and id, and whether it is the one that is looked for. */
static void open_entry(struct grub_walk *walk, const char *line, const char *end, bool menu,
		       struct boot_entry *entry)
{
	const char *title = next_grub_word(&line, end), *id = "", *rest = NULL, *word;
	size_t depth = walk->depth;

	while (line < end) {
		word = next_grub_word(&line, end);
		if (UTIL_IS_ONE_OF(word, "$menuentry_id_option", "${menuentry_id_option}", "--id"))
			id = next_grub_word(&line, end);
		else if (util_starts_with(word, "--id="))
			id = word + 5;
	}
	if (depth < LEVELS && walk->wanted[depth])
		rest = match_level(walk->wanted[depth], walk->index[depth], title, id);
	if (rest && !menu) {
		entry->title = title;
		walk->reading = true;
	}
	if (depth < LEVELS)
		walk->index[depth]++;
	if (!menu) {
		walk->inside = 1;
		return;
	}
	walk->depth++;
	if (walk->depth < LEVELS) {
		walk->index[walk->depth] = 0;
		walk->wanted[walk->depth] = rest ? (rest[0] ? rest : "0") : NULL;
	}
}

static void close_brace(struct grub_walk *walk)
{
	if (walk->braces) {
		walk->braces--;
	} else if (walk->inside) {
		walk->inside = 0;
		walk->done |= walk->reading;
		walk->reading = false;
	} else if (walk->depth) {
		walk->depth--;
	}
}

static void read_grub_line(struct grub_walk *walk, const char *line, const char *end,
			   struct boot_entry *entry)
{
	const char *word;
	size_t size;

	while (end > line && strchr(" \t\r", end[-1]))
		end--;
	if (!util_next_word(&line, end, &word, &size))
		return;
	if (!walk->inside && (util_equal(word, size, "menuentry") || util_equal(word, size, "submenu"))) {
		open_entry(walk, line, end, size == strlen("submenu"), entry);
		/* All of it on one line is nobody's. */
		if (end[-1] == '}')
			close_brace(walk);
	} else if (util_equal(word, size, "}")) {
		close_brace(walk);
	} else if (end[-1] == '{') {
		walk->braces++;
	} else if (walk->reading && util_equal(word, size, "if")) {
		walk->retrying = memmem(line, (size_t)(end - line), "initrdfail", strlen("initrdfail"));
	} else if (util_equal(word, size, "else") || util_equal(word, size, "fi")) {
		walk->retrying = false;
	} else if (walk->retrying) {
		return;
	} else if (walk->reading && !entry->kernel[0] && loads_linux(word, size)) {
		entry->kernel = next_grub_word(&line, end);
		entry->options = copy_rest(line, end);
	} else if (walk->reading && util_starts_with(word, "initrd")) {
		while (line < end)
			entry->initrd = next_grub_word(&line, end);
	}
}

static bool find_grub(const char *text, const char *wanted, struct boot_entry *ret)
{
	struct grub_walk walk = { .wanted = { wanted } };
	const char *line;
	size_t length;

	*ret = nothing;
	ret->id = wanted;
	while (!walk.done && util_next_line(&text, &line, &length))
		read_grub_line(&walk, line, line + length, ret);
	return walk.done || walk.reading;
}

bool boot_entry_parse_grub(const char *text, const char *wanted, struct boot_entry *ret)
{
	if (!find_grub(text, wanted[0] ? wanted : "0", ret) && !find_grub(text, "0", ret))
		return false;
	return ret->kernel[0];
}

const char *boot_entry_expand(const char *options, const char *(*find)(const void *data, const char *name),
			      const void *data)
{
	const char *expanded = "", *word, *end = options + strlen(options);
	size_t length;

	/* No loader takes so much. */
	if (strlen(options) > OPTIONS_LIMIT)
		return options;
	while (util_next_word(&options, end, &word, &length)) {
		const char *value = *word == '$' ? find(data, util_text_copy(word + 1, length - 1)) : NULL;

		expanded = util_text_add(expanded, "%s%.*s", expanded[0] ? " " : "",
					 (int)(value ? strlen(value) : length), value ? value : word);
	}
	return expanded;
}

/* --- rEFInd --- */

const char *boot_entry_parse_refind(const char *text)
{
	const char *line;
	size_t length;

	while (util_next_line(&text, &line, &length)) {
		const char *end = line + length, *title = next_grub_word(&line, end);

		if (title[0] && title[0] != '#')
			return next_grub_word(&line, end);
	}
	return NULL;
}

/* --- parameters --- */

/* What the loader or kernel-install adds by itself, and variables of GRUB that are not known here. */
static bool is_the_loaders(const struct cmdline_param *param)
{
	return param->name[0] == '$' || cmdline_is(param, "BOOT_IMAGE") || cmdline_is(param, "initrd") ||
	       cmdline_is(param, "vt.handoff") || cmdline_is(param, "systemd.machine_id");
}

static bool same_param(const struct cmdline_param *a, const struct cmdline_param *b)
{
	return a->name_length == b->name_length && !memcmp(a->name, b->name, a->name_length) &&
	       !a->value == !b->value &&
	       (!a->value ||
		(a->value_length == b->value_length && !memcmp(a->value, b->value, a->value_length)));
}

bool boot_entry_has(const char *text, const struct cmdline_param *param)
{
	struct cmdline_param other;

	while (cmdline_next(&text, &other))
		if (same_param(param, &other))
			return true;
	return false;
}

static bool has_all(const char *text, const char *of)
{
	struct cmdline_param param;

	while (cmdline_next(&of, &param))
		if (!is_the_loaders(&param) && !boot_entry_has(text, &param))
			return false;
	return true;
}

static bool is_of_guests(const struct cmdline_param *param)
{
	static const char *const names[] = { "intel_iommu",        "amd_iommu",       "iommu",
					     "iommu.passthrough",  "intremap",        "pcie_acs_override",
					     "modprobe.blacklist", "module_blacklist" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (cmdline_is(param, names[i]))
			return true;
	return (param->name_length >= 7 && !memcmp(param->name, "rd.vfio", 7)) ||
	       (param->name_length >= 4 && !memcmp(param->name, "vfio", 4));
}

bool boot_entry_lacks(const char *other, const char *text, struct cmdline_param *ret)
{
	while (cmdline_next(&text, ret))
		if (is_of_guests(ret) && !boot_entry_has(other, ret))
			return true;
	return false;
}

bool boot_entry_is_same(const char *a, const char *b)
{
	return has_all(a, b) && has_all(b, a);
}
