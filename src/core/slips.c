/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/slips.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/nearest.h"

#define LONGEST_WORD 100
#define SELECTORS_MAX 16 /* of one line no more are repeated */

/* --- characters --- */

/* What stands for an ASCII character in pasted texts, with its name in Unicode. */
static const struct character {
	unsigned short code;
	char plain;    /* '\0' where it stands for nothing */
	char name[29]; /* no pointer, which takes more room in the program */
} characters[] = {
	{ 0x00a0, ' ', "NO-BREAK SPACE" },
	{ 0x00ad, '\0', "SOFT HYPHEN" },
	{ 0x00d7, '*', "MULTIPLICATION SIGN" },
	{ 0x2007, ' ', "FIGURE SPACE" },
	{ 0x2009, ' ', "THIN SPACE" },
	{ 0x200b, '\0', "ZERO WIDTH SPACE" },
	{ 0x200e, '\0', "LEFT-TO-RIGHT MARK" },
	{ 0x2010, '-', "HYPHEN" },
	{ 0x2011, '-', "NON-BREAKING HYPHEN" },
	{ 0x2012, '-', "FIGURE DASH" },
	{ 0x2013, '-', "EN DASH" },
	{ 0x2014, '-', "EM DASH" },
	{ 0x2018, '\'', "LEFT SINGLE QUOTATION MARK" },
	{ 0x2019, '\'', "RIGHT SINGLE QUOTATION MARK" },
	{ 0x201c, '"', "LEFT DOUBLE QUOTATION MARK" },
	{ 0x201d, '"', "RIGHT DOUBLE QUOTATION MARK" },
	{ 0x201e, '"', "DOUBLE LOW-9 QUOTATION MARK" },
	{ 0x2026, '.', "HORIZONTAL ELLIPSIS" },
	{ 0x202f, ' ', "NARROW NO-BREAK SPACE" },
	{ 0x2212, '-', "MINUS SIGN" },
	{ 0x2217, '*', "ASTERISK OPERATOR" },
	{ 0x2236, ':', "RATIO" },
	{ 0x3000, ' ', "IDEOGRAPHIC SPACE" },
	{ 0xfeff, '\0', "ZERO WIDTH NO-BREAK SPACE" },
	{ 0xff0c, ',', "FULLWIDTH COMMA" },
	{ 0xff0e, '.', "FULLWIDTH FULL STOP" },
	{ 0xff1a, ':', "FULLWIDTH COLON" },
	{ 0xff1d, '=', "FULLWIDTH EQUALS SIGN" },
};

/* Take a character of UTF-8. Returns its bytes, 1 for what is none: then the byte is stored. */
static size_t take_character(const char *text, size_t length, unsigned int *ret_code)
{
	unsigned char first = (unsigned char)text[0];
	size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
	unsigned int code = first & (0xffU >> (size + 1));

	*ret_code = first;
	if (size == 1 || size > length)
		return 1;
	for (size_t i = 1; i < size; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 1;
		code = code << 6 | ((unsigned char)text[i] & 0x3f);
	}
	*ret_code = code;
	return size;
}

static const struct character *find_character(unsigned int code)
{
	for (size_t i = 0; i < ARRAY_SIZE(characters); i++)
		if (characters[i].code == code)
			return &characters[i];
	return NULL;
}

const char *slips_character(const char *text, size_t length, size_t *ret_offset)
{
	const struct character *character;
	unsigned int code;

	for (*ret_offset = 0; *ret_offset < length; ++*ret_offset)
		if ((unsigned char)text[*ret_offset] >= 0x80)
			break;
	if (*ret_offset == length)
		return "";
	if (take_character(text + *ret_offset, length - *ret_offset, &code) == 1)
		return util_text("the byte 0x%02x, which is no ASCII character", code);
	character = find_character(code);
	if (!character)
		return util_text("U+%04X, which is no ASCII character", code);
	if (!character->plain)
		return util_text("U+%04X %s, which is invisible", code, character->name);
	return util_text(character->plain == ' ' ? "U+%04X %s in place of a blank" :
						   "U+%04X %s in place of '%c'",
			 code, character->name, character->plain);
}

const char *slips_plain(const char *text, size_t length)
{
	char *plain = util_text_copy(text, length);
	size_t used = 0;

	for (size_t i = 0, size; i < length; i += size) {
		unsigned int code = (unsigned char)text[i];
		const struct character *character;

		size = 1;
		if (code < 0x80) {
			plain[used++] = code ? text[i] : '?';
			continue;
		}
		size = take_character(text + i, length - i, &code);
		character = find_character(code);
		if (!character)
			plain[used++] = '?';
		else if (character->plain)
			plain[used++] = character->plain;
	}
	plain[used] = '\0';
	return plain;
}

/* Is it what guides write where the reader is to put a number, as in "10de:xxxx" or "<id>"? */
static bool is_placeholder(const char *plain)
{
	size_t capitals = 0;

	if (util_starts_with(plain, "class"))
		return false;

	for (const char *c = plain; *c; c++) {
		capitals = *c > 'F' && *c <= 'Z' ? capitals + 1 : 0;
		if (capitals == 2 || strchr("<>{}$%", *c) || !strncasecmp(c, "xx", 2) ||
		    !strncmp(c, "..", 2) || !strncasecmp(c, "vendor", 6) || !strncasecmp(c, "device", 6))
			return true;
	}
	return false;
}

/* --- numbers --- */

struct numbers {
	unsigned int value[4];
	size_t digits[4], count;
	bool dot; /* before the last one */
};

/* The digit that a letter was meant to be too. */
static char digit_of(char c)
{
	if (c == 'o' || c == 'O')
		return '0';
	return c == 'l' || c == 'I' ? '1' : c;
}

/* Read one to four numbers, whatever stands between them. Returns false for what has more, or anything else. */
static bool read_numbers(const char *word, int base, struct numbers *ret)
{
	*ret = (struct numbers){ 0 };
	while (*word) {
		char digits[9], *end;
		size_t length = 0;

		for (; *word && strchr("-.:;_", *word); word++)
			ret->dot = *word == '.';
		if (!strncasecmp(word, "0x", 2))
			word += 2;
		for (; isxdigit((unsigned char)digit_of(*word)) && length < 8; word++)
			digits[length++] = digit_of(*word);
		digits[length] = '\0';
		if (!length || ret->count == ARRAY_SIZE(ret->value))
			return false;
		ret->value[ret->count] = (unsigned int)strtoul(digits, &end, base);
		ret->digits[ret->count++] = length;
		if (*end || (*word && !strchr("-.:;_", *word)))
			return false;
	}
	return true;
}

#define NO_SEGMENT (-1L)

static const char *address_of(long segment, unsigned int bus, unsigned int slot, unsigned int function)
{
	if (segment > 0xffff || bus > 0xff || slot > 0x1f || function > 7)
		return "";
	return segment == NO_SEGMENT ? util_text("%02x:%02x.%x", bus, slot, function) :
				       util_text("%04lx:%02x:%02x.%x", segment, bus, slot, function);
}

static const char *slot_of(long segment, unsigned int bus, unsigned int slot)
{
	const char *address = address_of(segment, bus, slot, 0);

	return address[0] ? util_text("%.*s*", (int)strlen(address) - 1, address) : "";
}

/* Three numbers: an address without a segment, or a slot with one. */
static const char *guess_of_three(const struct numbers *n)
{
	bool segment = n->digits[0] > 2 || (n->digits[0] < n->digits[1] && !n->dot);

	if (n->digits[1] > 2 || n->digits[2] > 2)
		return "";
	return segment ? slot_of(n->value[0], n->value[1], n->value[2]) :
			 address_of(NO_SEGMENT, n->value[0], n->value[1], n->value[2]);
}

static const char *guess_of_two(const struct numbers *n)
{
	if (n->digits[0] > 2 && n->digits[1] > 2 && n->digits[0] <= 4 && n->digits[1] <= 4)
		return util_text("%04x:%04x", n->value[0], n->value[1]);
	if (n->digits[0] > 2 || n->digits[1] > 2)
		return "";
	return n->dot ? address_of(NO_SEGMENT, 0, n->value[0], n->value[1]) :
			slot_of(NO_SEGMENT, n->value[0], n->value[1]);
}

/* What is left of a selector where what stands between its numbers, or a zero before them, is not as it should be. */
static const char *guess_of_numbers(const char *word, int base)
{
	struct numbers n;

	if (!read_numbers(word, base, &n))
		return "";
	switch (n.count) {
	case 1:
		return n.digits[0] == 8 ? util_text("%04x:%04x", n.value[0] >> 16, n.value[0] & 0xffff) : "";
	case 2:
		return guess_of_two(&n);
	case 3:
		return guess_of_three(&n);
	case 4:
		/* "01:00.0-1" is no segment and an address. */
		return n.digits[0] <= 4 && n.digits[0] != 2 && n.digits[1] <= 2 && n.digits[2] <= 2 ?
			       address_of(n.value[0], n.value[1], n.value[2], n.value[3]) :
			       "";
	default:
		return "";
	}
}

/* --- words --- */

static bool is_selector(const char *word)
{
	struct selector selector;

	return selector_is(word, strlen(word), &selector);
}

/* "class=0300", "class:0x0300" and "0300", as lspci -n has it */
static const char *guess_of_class(const char *word)
{
	bool named = !strncasecmp(word, "class", 5);
	const char *class;

	if (named)
		for (word += 5; *word && strchr(":=-_", *word); word++)
			;
	else if (*word != '0')
		return "";
	if (!strncasecmp(word, "0x", 2))
		word += 2;
	class = util_text("class:%s%s", named && strlen(word) % 2 ? "0" : "", word);
	return (named || strlen(word) != 2) && is_selector(class) ? class : "";
}

/* @word without what stands around it, in place. */
static char *strip(char *word)
{
	static const char around[] = " \t\r\n,;\"'`()[]{}<>=:.";
	size_t length;

	word += strspn(word, around);
	for (length = strlen(word); length && strchr(around, word[length - 1]); length--)
		word[length - 1] = '\0';
	return word;
}

/* "pci_0000_01_00_0", "pci@0000:01:00.0" */
static bool is_named_pci(const char *word)
{
	return !strncasecmp(word, "pci", 3) && word[3] && strchr("_-@:", word[3]);
}

/* One selector without anything around it, as another program writes it. */
static const char *guess_of_word(const char *word)
{
	const char *guess, *slash = strrchr(word, '/');

	if (*word == '/' && slash)
		word = slash + 1;
	if (is_selector(word))
		return util_text("%s", word);
	/* The BusID of Xorg is decimal. */
	if (util_starts_with(word, "PCI:"))
		return guess_of_numbers(word + 4, 10);
	if (is_named_pci(word))
		word += 4;
	if (nearest_distance(word, strlen(word), "boot-vga", 8) <= 2)
		return "boot-vga";
	guess = guess_of_class(word);
	return guess[0] ? guess : guess_of_numbers(word, 16);
}

/* --- sets: what stands before the last "." or ":" is written once --- */

/* What separates the members of a set; ".." does so too. */
static const char between_members[] = " ,;/+&|-~{}[]()";

struct set {
	const char *list;   /* the members, with blanks between them */
	const char *prefix; /* what is written once: "01:00." or "10de:" */
	char last;          /* the last letter of the member before */
	bool range;         /* the next member ends a range */
};

static size_t member_length(const char *text)
{
	const char *dots = strstr(text, "..");
	size_t length = strcspn(text, between_members);

	return dots && (size_t)(dots - text) < length ? (size_t)(dots - text) : length;
}

static bool has_word(const char *list, const char *word)
{
	const char *end = list + strlen(list), *item;
	size_t length;

	while (util_next_word(&list, end, &item, &length))
		if (util_equal(item, length, word))
			return true;
	return false;
}

/* Returns false for what is no member. */
static bool add_member(struct set *set, const char *member)
{
	bool address = util_ends_in(set->prefix, ".");
	const char *whole = util_text("%s%s", set->prefix, address && strchr("xX?", *member) ? "*" : member);

	if (address)
		whole = guess_of_word(whole);
	if (!whole[0] || !is_selector(whole) || (!address && strlen(member) != 4))
		return false;
	if (!has_word(set->list, whole))
		set->list = util_text_add(set->list, "%s%s", set->list[0] ? " " : "", whole);
	set->last = whole[strlen(whole) - 1];
	return true;
}

static bool add_range(struct set *set, const char *member)
{
	char from = set->last, to = *member;

	if (!util_ends_in(set->prefix, ".") || strlen(member) != 1 || to < '0' || to > '7' || from < '0')
		return false;
	if (from > to) {
		to = from;
		from = *member;
		set->list = "";
	}
	if (from == '0' && to == '7') {
		set->list = "";
		return add_member(set, "*");
	}
	for (; from <= to; from++)
		if (!add_member(set, util_text("%c", from)))
			return false;
	return true;
}

/*
 * "01:00.0-3", "01:00.{0,1}", "01:00.0/1", "10de:1c03,10f1". Returns the selectors with blanks between them, "" for anything
 * else.
 */
static const char *guess_of_set(const char *word)
{
	size_t length = member_length(word);
	struct set set = { .list = "" };

	while (length && word[length - 1] != '.' && word[length - 1] != ':')
		length--;
	set.prefix = util_text_copy(word, length);
	/* Of an id only the device is a member. */
	if (!length || (word[length - 1] == ':' && strchr(word, ':') != word + length - 1))
		return "";
	while (*word) {
		const char *member;

		length = member_length(word);
		if (!length) {
			set.range |= *word == '-' || *word == '~' || *word == '.';
			word += *word == '.' ? 2 : 1;
			continue;
		}
		member = util_text_copy(word, length);
		word += length;
		if (util_starts_with(member, set.prefix))
			member += strlen(set.prefix);
		member += *member == '.' || *member == ':';
		if (*member && !(set.range ? add_range(&set, member) : add_member(&set, member)))
			return "";
		set.range = false;
	}
	return set.list[strcspn(set.list, " *")] ? set.list : "";
}

const char *slips_join_id(const char *vendor, size_t vendor_length, const char *device, size_t device_length)
{
	const char *id = util_text("%.*s:%.*s", (int)vendor_length, vendor, (int)device_length, device);

	return device_length == 4 && is_selector(id) ? id : "";
}

const char *slips_selector(const char *text, size_t length)
{
	const char *plain = slips_plain(text, length), *found;
	char word[LONGEST_WORD];

	if (length >= sizeof(word))
		return "";
	util_format(word, sizeof(word), "%s", plain);
	found = guess_of_set(strip(word));
	if (!found[0])
		found = guess_of_word(strip(word));
	return found[0] || !plain[strcspn(plain, " ,;=()[]|/")] ? found :
								  slips_find_selectors(text, length, " ");
}

/* --- lines --- */

/* The number in @name='0x01' of libvirt's XML; @missing where it is not there. */
static unsigned int attribute(const char *text, const char *name, unsigned int missing)
{
	const char *at = strstr(text, name);

	if (!at)
		return missing;
	at += strlen(name);
	return (unsigned int)strtoul(at + (*at == '\'' || *at == '"'), NULL, 0);
}

struct found {
	const char *list; /* what is found, with blanks between them */
	const char *pin;  /* the last id */
	size_t addresses, ids;
};

/* Does the list have the address or the id already, also with its segment? */
static bool has(const char *list, const char *text)
{
	return strstr(list, text);
}

static void add_found(struct found *found, const char *word, const char *separator)
{
	struct selector selector;

	if (!selector_is(word, strlen(word), &selector) || found->addresses + found->ids >= SELECTORS_MAX)
		return;
	if (selector.kind == SELECTOR_ID && !selector.id.class_mask) {
		found->ids += !found->pin || strcmp(found->pin, word) != 0;
		found->pin = word;
		if (found->addresses)
			return;
	} else if (!found->addresses++) {
		/* Ids that stand before it are those of what it is connected to, or of the same device. */
		found->list = "";
	}
	if (!has(found->list, word))
		found->list = util_text_add(found->list, "%s%s", found->list[0] ? separator : "", word);
	else
		found->addresses -= selector.kind != SELECTOR_ID;
}

/* A word of a line, where numbers alone are not enough: "01:00" may be a time. */
static const char *word_of_line(const char *word, bool guests)
{
	if (is_selector(word))
		return util_text("%s", word);
	if (*word == '/' || (is_named_pci(word)))
		return guess_of_word(word);
	/* "hostpci0: 01:00" of Proxmox, "-s 01:00" */
	return guests && strlen(word) == 5 && word[2] == ':' ? guess_of_word(word) : "";
}

bool slips_is_of_lspci(const char *line)
{
	return util_starts_with(line, "Subsystem:") || util_starts_with(line, "DeviceName:") ||
	       util_starts_with(line, "Kernel ");
}

const char *slips_find_selectors(const char *text, size_t length, const char *separator)
{
	static const char between[] = " \t\r\n,;\"'`()[]{}<>=|&\\";
	struct found found = { .list = "" };
	const char *plain = slips_plain(text, length), *word = plain;
	bool guests;

	if (strstr(plain, "bus=") && strstr(plain, "slot="))
		return address_of(attribute(plain, "domain=", 0), attribute(plain, "bus=", ~0U),
				  attribute(plain, "slot=", 0), attribute(plain, "function=", 0));
	guests = strstr(plain, "host");
	if (slips_is_of_lspci(plain))
		return "";
	while (*(word += strspn(word, between))) {
		size_t size = strcspn(word, between);

		add_found(&found, word_of_line(strip(util_text_copy(word, size)), guests), separator);
		word += size;
	}
	if (found.addresses == 1 && found.ids == 1 && !strchr(found.list, '@') && !strchr(found.list, '*') &&
	    !strchr(found.list, '/') && strchr(found.list, ':') && strchr(found.list, '.'))
		return util_text("%s@%s", found.list, found.pin);
	return found.list;
}

/* --- messages --- */

/* What list shows for a word that names a kind of device and no device: "gpu", "nvidia", "eth0". "" for other words. */
static const char *list_for(const char *plain)
{
	/* "gpu-audio" is audio. */
	static const char kinds[] = "audio\0sound\0snd\0hdmi\0>class:04\0"
				    "gpu\0vga\0nvidia\0geforce\0radeon\0amd\0nouveau\0i915\0graphic\0>--gpu\0"
				    "usb\0xhci\0>--usb\0nvme\0ssd\0sata\0ahci\0disk\0>--storage\0"
				    "eth\0net\0wlan\0wifi\0>--net\0";
	bool found = false;

	for (const char *kind = kinds; *kind; kind += strlen(kind) + 1) {
		if (*kind == '>' && found)
			return kind + 1;
		for (const char *c = plain; *c && *kind != '>' && !found; c++)
			found = !strncasecmp(c, kind, strlen(kind));
	}
	return "";
}

/* Are they all functions of one slot? */
static bool is_of_slot(const char *meant)
{
	const char *next = strchr(meant, ' '), *dot = strchr(meant, '.');
	bool several = next;

	for (; dot && next; next = strchr(next + 1, ' '))
		if (strncmp(meant, next + 1, (size_t)(dot - meant)) != 0)
			return false;
	return dot && (several || dot[1] == '*');
}

/* What is said where the selector itself is not what is wrong, or NULL. */
static const char *describe_slip(const char *plain, const char *meant)
{
	if (!meant[0] && is_placeholder(plain) && (plain[strcspn(plain, "<>{}$%")] || !list_for(plain)[0]))
		return "a placeholder: replace it with the id or the address of the device, which "
		       "vfio-early list shows";
	if (!strncasecmp(plain, "group", 5) || !strncasecmp(plain, "iommu_group", 11))
		return "group numbers change between boots: name a device, with expand=group for its whole "
		       "group";
	if (strchr(plain, '.') && !util_ends_in(plain, ".") && is_of_slot(meant))
		return "an address names one function, or all of its slot with .*";
	/* It was read as an id, because it has no dot. */
	return strchr(meant, '.') && !strchr(meant, '@') && !strchr(plain, '.') ? selector_expected_address :
										  NULL;
}

int slips_parse_selector(const char *text, size_t length, char separator, struct selector *ret,
			 struct selector_error *error)
{
	const char *what, *character;
	char *meant;
	size_t offset;

	if (selector_parse(text, length, ret, error) == 0)
		return 0;
	what = slips_selector(text, length);
	meant = util_text_copy(what, strlen(what));
	what = separator == ' ' && memchr(text, ',', length) ?
		       "separate selectors with blanks here, not with commas" :
		       describe_slip(slips_plain(text, length), meant);
	for (char *c = meant; (c = strchr(c, ' ')); c++)
		*c = separator;
	character = slips_character(text, length, &offset);
	if (!character[0] || (what && !meant[0]))
		offset = 0;
	else
		what = character;
	if (what) {
		error->offset = offset;
		error->what = util_text("'%s': %s", util_text_shown(text, length), what);
	}
	if (meant[0])
		error->what = util_text_add(error->what, "; did you mean %s?", meant);
	else if (!what && list_for(slips_plain(text, length))[0])
		error->what = util_text_add(error->what, "; vfio-early list %s shows them",
					    list_for(slips_plain(text, length)));
	return -EINVAL;
}
