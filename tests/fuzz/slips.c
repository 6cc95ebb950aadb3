/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>

#include "core/cmdline.h"
#include "core/config.h"
#include "fuzz.h"

/* Everything that can be written, with values that are no defaults. */
static const char *const lines[] = {
	"claim 10de:1c03",
	"claim 0000:01:00.0 10de:10f1",
	"claim 01:00.0@10de:1c03 optional",
	"claim 01:00.* expand=slot stage=late driver=pci-stub",
	"claim 10de:1c03:19da:1438",
	"claim 8086:*:*:*:0c0330:ffffff",
	"claim 0000:00:01.0/00.0",
	"claim class:0300",
	"claim boot-vga",
	"keep 01:00.0",
	"keep 10de:1c03 class:0c0330",
	"set iommu=ignore",
	"set last-display=claim",
	"set recovery=claim",
	"set expand=group",
	"set deadline=30",
	"set facts=ignore",
	"set log=debug",
};

static const char *const parameters[] = {
	"rd.vfio=0",
	"rd.vfio=off",
	"rd.vfio.ids=10de:1c03",
	"rd.vfio.ids=01:00.0,10de:10f1",
	"rd.vfio.ids=01:00.*",
	"rd.vfio.ids=01:00.0@10de:1c03",
	"rd.vfio.ids=class:0300",
	"rd.vfio.ids=boot-vga",
	"rd.vfio.keep=01:00.0",
	"rd.vfio.keep=10de:1c03,class:0c0330",
	"rd.vfio.config=0",
	"rd.vfio.dryrun",
	"rd.vfio.debug",
	"rd.vfio.iommu=ignore",
	"rd.vfio.last-display=claim",
	"rd.vfio.recovery=claim",
	"rd.vfio.expand=group",
	"rd.vfio.deadline=30",
	"rd.vfio.facts=ignore",
	"rd.vfio.log=debug",
	"vfio-pci.ids=10de:1c03",
	"vfio_pci.ids=10de:1c03,10de:10f1",
};

/* What a text asks for: how much of it, and which switches are no defaults. */
struct wishes {
	size_t claims, keeps, errors;
	unsigned int switches, options;
};

static void add_modules(struct config *config, const char *cmdline)
{
	struct modprobe_ids ids = { 0 };

	modprobe_add_cmdline(&ids, cmdline);
	for (size_t i = 0; i < ids.count; i++)
		if (strstr(ids.list[i].module, "vfio_pci"))
			config_add_module_ids(config, &ids.list[i], "");
	modprobe_clear(&ids);
}

static struct wishes read_wishes(const char *text, bool is_file)
{
	struct wishes wishes = { 0 };
	struct config config;

	config_init(&config);
	if (is_file) {
		config_add_file(&config, "/f", text, strlen(text));
	} else {
		config_add_cmdline(&config, text);
		add_modules(&config, text);
	}
	wishes = (struct wishes){
		.claims = config.claim_count,
		.keeps = config.keep_count,
		.errors = config.error_count,
		.switches = (unsigned int)config.off | (unsigned int)config.dryrun << 1 |
			    (unsigned int)config.debug << 2 | (unsigned int)config.iommu_ignored << 3 |
			    (unsigned int)config.last_display_claimed << 4 |
			    (unsigned int)config.facts_ignored << 5 |
			    (unsigned int)config.recovery_claims << 6 |
			    (unsigned int)(config.expand != EXPAND_NONE) << 7 |
			    (unsigned int)(config.deadline != 10) << 8 |
			    (unsigned int)(!is_file && !config_wants_files(text)) << 9,
	};
	for (size_t i = 0; i < config.claim_count; i++)
		wishes.options |= (unsigned int)config.claims[i].optional |
				  (unsigned int)(config.claims[i].expand != EXPAND_DEFAULT) << 1 |
				  (unsigned int)(config.claims[i].stage != STAGE_AUTO) << 2 |
				  (unsigned int)!!config.claims[i].driver[0] << 3;
	config_clear(&config);
	return wishes;
}

/* One character is left out, doubled, swapped with the next one, replaced, put in, or of the other case. */
static void edit(const char *text, size_t at, unsigned int how, char c, char *ret)
{
	size_t length = strlen(text);

	memcpy(ret, text, length + 1);
	switch (how % 5) {
	case 0:
		memmove(ret + at, text + at + 1, length - at);
		break;
	case 1:
		ret[at] = text[at + 1] ? text[at + 1] : text[at];
		ret[at + 1] = text[at + 1] ? text[at] : '\0';
		break;
	case 2:
		ret[at] = c;
		break;
	case 3:
		memmove(ret + at + 1, text + at, length - at + 1);
		ret[at] = c;
		break;
	default:
		ret[at] = (char)(isalpha((unsigned char)text[at]) ? text[at] ^ 0x20 : text[at]);
	}
}

/* What one letter turns into another value, another number, or an id with more fields, was written so, and shows. */
static bool is_turned(const char *text)
{
	static const char *const turned[] = {
		"rd.vfio=1",         "rd.vfio=y",        "rd.vfio=Y",
		"rd.vfio.config=1",  "rd.vfio.config=y", "rd.vfio.config=Y",
		"01:00.0@10de:10f1", "deadline=10",      "1c03:10de:10f1",
	};

	for (size_t i = 0; i < ARRAY_SIZE(turned); i++)
		if (strstr(text, turned[i]))
			return true;
	return false;
}

/* A slip of one letter never passes in silence: it is an error, or everything is still asked for. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t count = ARRAY_SIZE(lines) + ARRAY_SIZE(parameters);
	char edited[128], whole[160];
	struct wishes before, after;
	const char *text;
	bool is_file;
	size_t base;

	if (size < 4)
		return 0;
	base = data[0] % count;
	is_file = base < ARRAY_SIZE(lines);
	text = is_file ? lines[base] : parameters[base - ARRAY_SIZE(lines)];
	/* What is behind "#" is a comment, and was written so. Only what can be typed. */
	edit(text, data[1] % strlen(text), data[2],
	     data[3] > ' ' && data[3] < 0x7f && (data[3] != '#' || !is_file) ? (char)data[3] : ' ', edited);
	util_format(whole, sizeof(whole), is_file ? "%s\n" : "BOOT_IMAGE=/vmlinuz quiet %s splash\n", edited);
	before = read_wishes(text, is_file);
	after = read_wishes(whole, is_file);
	util_free_texts();
	require(!before.errors);
	if (after.errors || is_turned(edited))
		return 0;
	if (after.claims < before.claims || after.keeps < before.keeps || before.switches & ~after.switches ||
	    before.options & ~after.options) {
		fprintf(stderr, "in silence: %s\n", edited);
		abort();
	}
	return 0;
}
