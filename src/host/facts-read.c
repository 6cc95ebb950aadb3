/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/facts-read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/facts-make.h"
#include "host/config-read.h"
#include "host/host-needs-read.h"
#include "host/pci-read.h"
#include "host/report-read.h"
#include "host/rootdir.h"
#include "host/sysfs.h"

#define ENVIRONMENT_LIMIT (1 << 20)

/* --- of an image --- */

static const char *read_hash(void)
{
	struct rootdir_text uuid;

	/* It is "" then. */
	(void)!sysfs_dmi_uuid_read(&uuid);
	return facts_hash(uuid.text);
}

void facts_read_text(const struct config *config, char *text, size_t length, struct facts *ret)
{
	const char *hash;

	facts_parse(text, length, ret);
	if (config->facts_ignored) {
		facts_drop(ret, FACTS_IGNORED);
		return;
	}
	hash = read_hash();
	if (facts_are_foreign(ret, hash))
		facts_drop(ret, FACTS_FOREIGN);
	else
		facts_doubt_machine(ret, hash);
}

void facts_read(const struct config *config, struct facts *ret)
{
	char *text = NULL;
	size_t length;
	int r = rootdir_read_file(config_read_is_image() ? FACTS_FILE : REPORT_FACTS_FILE, FACTS_LIMIT, &text,
				  &length);

	*ret = (struct facts){ 0 };
	if (r == -ENOENT)
		return;
	if (r == 0)
		facts_read_text(config, text, length, ret);
	else
		free(text);
	if (r < 0)
		ret->state = FACTS_CUT;
}

/* --- of the running host --- */

/* Is "/" the root of process 1? Whether it is cannot be known where that cannot be looked at. */
static bool is_root_of_init(void)
{
	struct stat own, its;

	/* Only root may look at another user's root (proc(5)): the facts of others are incomplete anyhow. */
	if (rootdir_is_unprivileged())
		return true;
	return stat("/", &own) == 0 && stat("/proc/1/root/", &its) == 0 && own.st_dev == its.st_dev &&
	       own.st_ino == its.st_ino;
}

/* Does the environment of process 1 name a container manager, as LXC's does (systemd's Container Interface)? */
static bool names_container(void)
{
	static const char name[] = "container=";
	cleanup_free char *environment = NULL;
	size_t length;

	if (rootdir_read_file("/proc/1/environ", ENVIRONMENT_LIMIT, &environment, &length) < 0)
		return false;
	for (const char *c = environment; c < environment + length; c += strlen(c) + 1)
		if (util_starts_with(c, name))
			return true;
	return false;
}

/* systemd in a container writes a file; podman and docker leave one each. */
static bool is_container(void)
{
	return ROOTDIR_ANY_EXISTS("/run/systemd/container", "/run/.containerenv", "/.dockerenv",
				  "/run/host/container-manager") ||
	       names_container();
}

const char *facts_read_prevents(void)
{
	if (!rootdir_is_host())
		return "";
	if (!is_root_of_init())
		return "/ is not the root directory of process 1, as in a chroot";
	if (is_container())
		return "this is a container";
	return rootdir_exists("/run/udev/data") ?
		       "" :
		       "udev is not running, so the content of the disks is unknown";
}

/* SOURCE_DATE_EPOCH makes the same image of the same system. */
static const char *format_time(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	time_t now = epoch ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
	struct tm parts;

	if (!gmtime_r(&now, &parts))
		return "-";
	return util_text("%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900, parts.tm_mon + 1,
			 parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

static void read_functions(struct machine *machine)
{
	for (size_t i = 0; i < machine->function_count; i++) {
		pci_read_path(&machine->functions[i]);
		pci_read_state(&machine->functions[i]);
	}
	machine_mark_keyboards(machine);
}

void facts_read_collect(char **ret_text, const char **ret_unseen)
{
	struct host_needs needs;
	struct machine machine;
	struct config config;
	struct facts none = { 0 };
	cleanup_free char *cmdline = NULL;

	*ret_unseen = rootdir_is_unprivileged() ?
			      "not run by root: the content of the disks is what udev knows" :
			      "";
	config_init(&config);
	/* An unreadable command line is "", and names nothing. */
	(void)!config_read_cmdline(&cmdline);
	host_needs_read(cmdline, NULL, 0, NEEDS_ALL, NULL, &needs);
	host_needs_read_units(&needs);
	machine_read(&config, cmdline, &needs, &none, &plan_facts, false, NULL, &machine);
	read_functions(&machine);
	*ret_text = facts_make(&(struct facts_source){
		.functions = machine.functions,
		.function_count = machine.function_count,
		.needs = &needs,
		.storage = machine.storage,
		.network = &machine.network,
		.machine = read_hash(),
		.made = format_time(),
		.version = VFIO_EARLY_VERSION,
		.unseen = *ret_unseen,
	});
	machine_clear(&machine);
	host_needs_clear(&needs);
	config_clear(&config);
}

void facts_read_live(const struct config *config, struct facts *ret)
{
	const char *unseen;
	char *text;

	*ret = (struct facts){ 0 };
	if (facts_read_prevents()[0])
		return;
	facts_read_collect(&text, &unseen);
	facts_read_text(config, text, strlen(text), ret);
}
