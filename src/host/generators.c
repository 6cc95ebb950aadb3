/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/generators.h"

#include <string.h>

#include "host/rootdir.h"

const struct generator generators[GENERATOR_COUNT] = {
#define GENERATOR(constant, ...) [GENERATOR_##constant] = { __VA_ARGS__ },
#include "host/generators.def"
};

static bool any_pair_exists(const char *const (*pairs)[2])
{
	for (; (*pairs)[0]; pairs++)
		if (rootdir_exists((*pairs)[0]) && (!(*pairs)[1] || rootdir_exists((*pairs)[1])))
			return true;
	return false;
}

const struct generator *generators_find(void)
{
	for (size_t i = 0; i < GENERATOR_COUNT; i++)
		if (any_pair_exists(generators[i].installed))
			return &generators[i];
	return NULL;
}

bool generators_has_made(const struct generator *generator)
{
	return any_pair_exists(generator->marks);
}

const char *generators_list_tools(void)
{
	const char *tools = "";

	for (size_t i = GENERATOR_COUNT; i-- > 0;)
		if (generators[i].list_tool)
			tools = util_text_add(tools, "%s%s", tools[0] ? " or " : "", generators[i].list_tool);
	return tools;
}

/* --- what hooks put into an image --- */

static bool hook_exists(const char *path)
{
	const char *name = strstr(path, "/??");
	struct rootdir_text folder;
	bool found = false;
	ssize_t count;
	char **names;

	if (!name)
		return rootdir_exists(path);
	count = rootdir_list(rootdir_path(&folder, "%.*s", (int)(name - path), path), &names);
	for (ssize_t i = 0; i < count; i++)
		found |= strlen(names[i]) > 2 && !strcmp(names[i] + 2, name + 3);
	rootdir_list_free(names, count);
	return found;
}

const char *generators_put(const char *name)
{
	for (size_t i = 0; i < GENERATOR_COUNT; i++)
		for (const struct network_hook *hook = generators[i].network_hooks; hook->program; hook++)
			if ((!name || !strcmp(hook->program, name)) && hook_exists(hook->path) &&
			    (!hook->needs_key || rootdir_any_exists(generators[i].keys)))
				return hook->program;
	return NULL;
}
