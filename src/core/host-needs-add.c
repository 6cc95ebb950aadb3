/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/host-needs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/devspec.h"
#include "core/host-needs-add.h"

void host_needs_add(struct host_needs *needs, const struct host_needs_form *form, enum need_kind kind,
		    const char *value, const char *text)
{
	needs->list = util_grow(needs->list, needs->count, sizeof(*needs->list));
	needs->list[needs->count++] = (struct need){
		.kind = kind,
		.purpose = util_copy(form->purpose, strlen(form->purpose)),
		.value = util_copy(value, strlen(value)),
		.text = util_copy(text, strlen(text)),
		.spare = form->spare,
		.required = form->required,
		.key = form->key,
		.opened = form->opened,
		.repeated = form->repeated,
		.source = form->source,
	};
}

void host_needs_add_unread(struct host_needs *needs, const char *path)
{
	host_needs_add(needs, &(struct host_needs_form){ .purpose = path }, NEED_DEVICE, "?",
		       util_text("what %s says", path));
}

bool host_needs_is_on_disk(const struct need *need)
{
	return need->kind != NEED_NOTHING && need->kind != NEED_VIRTIOFS && need->kind != NEED_9P;
}

bool host_needs_has_purpose(const struct host_needs *needs, const char *purpose)
{
	for (size_t i = 0; i < needs->count; i++)
		if (!strcmp(needs->list[i].purpose, purpose))
			return true;
	return false;
}

void host_needs_clear(struct host_needs *needs)
{
	for (size_t i = 0; i < needs->count; i++) {
		free(needs->list[i].purpose);
		free(needs->list[i].value);
		free(needs->list[i].text);
	}
	free(needs->list);
	*needs = (struct host_needs){ 0 };
}

void host_needs_see_script(struct host_needs *needs, const char *name, const char *script)
{
	needs->no_late = UTIL_IS_ONE_OF(script, "live", "casper") ? util_text("%s%s", name, script) : NULL;
}

void host_needs_say_network(struct host_needs *needs, const char *by)
{
	if (!needs->network || needs->network_later)
		needs->network = util_text_shown(by, strlen(by));
	needs->network_later = false;
}

void host_needs_say_network_later(struct host_needs *needs, const char *by)
{
	if (needs->network)
		return;
	host_needs_say_network(needs, by);
	needs->network_later = true;
}

void host_needs_say_network_for(struct host_needs *needs, const char *purpose, const char *by)
{
	if (UTIL_IS_ONE_OF(purpose, "root", "/usr"))
		host_needs_say_network(needs, by);
	else
		host_needs_say_network_later(needs, by);
}

static void add_one(struct host_needs *needs, const struct host_needs_form *form, const char *spec)
{
	const char *value, *text = util_text("%s%s", form->name, spec);
	enum need_kind kind = devspec_parse(spec, &value);

	if (kind == NEED_NOTHING && devspec_is_on_network(value) && !form->spare)
		host_needs_say_network_for(needs, form->purpose, text);
	if (form->required ||
	    (kind != NEED_NOTHING && (kind != NEED_DEVICE || util_starts_with(value, "/dev/"))))
		host_needs_add(needs, form, kind, value, text);
}

void host_needs_add_device(struct host_needs *needs, const struct host_needs_form *form, const char *spec,
			   size_t length)
{
	char *copy = util_text_copy(spec, length), *next, *start = copy;

	util_unquote(copy);
	if (!*copy)
		return;
	while (util_starts_with(start, "/dev/") && (next = strstr(start, ":/dev/"))) {
		*next = '\0';
		add_one(needs, form, start);
		start = next + 1;
	}
	add_one(needs, form, start);
}

void host_needs_add_members(struct host_needs *needs, const struct host_needs_form *form, const char *options,
			    size_t length)
{
	static const char *const names[] = { "device=", "logdev=", "rtdev=", "journal_path=", "jdev=" };
	struct host_needs_form member = *form;
	const char *item, *end = options + length;
	size_t size;

	while (util_next_item(&options, end, &item, &size)) {
		for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
			member.name = names[i];
			if (size > strlen(names[i]) && util_starts_with(item, names[i]))
				host_needs_add_device(needs, &member, item + strlen(names[i]),
						      size - strlen(names[i]));
		}
		if (size <= 12 || !util_starts_with(item, "journal_dev="))
			continue;
		host_needs_add(needs, form, NEED_NUMBER, devspec_number(strtoul(item + 12, NULL, 0)),
			       util_text_copy(item, size));
	}
}
