/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the user asked for: the configuration files and the kernel command line, merged. Pure: no I/O. */
#pragma once

#include "core/cmdline.h"
#include "core/modprobe.h"
#include "core/selector.h"
#include "core/settings.h"

#define CONFIG_CMDLINE "/proc/cmdline" /* where errors of the kernel command line stand */
#define CONFIG_ERRORS_MAX 64           /* of a file full of rubbish no more than this is reported */

enum expand { EXPAND_DEFAULT, EXPAND_NONE, EXPAND_SLOT, EXPAND_GROUP };
enum stage { STAGE_AUTO, STAGE_EARLY, STAGE_LATE };

/* Where a claim comes from: of two that match one device, that of the higher rank counts. */
enum claim_rank {
	CLAIM_OF_MODULE, /* the ids= of a module, on the command line or in modprobe.d */
	CLAIM_OF_FILE,
	CLAIM_OF_CMDLINE, /* rd.vfio.ids= */
};

/* One selector of a "claim" line or of rd.vfio.ids=, with the line's options. */
struct claim {
	struct selector selector;
	char *text;      /* as the user wrote it */
	char *wanted_by; /* "rd.vfio.ids", "file:line", or "vfio-pci.ids" */
	enum expand expand;
	enum stage stage;
	bool optional; /* absence is no fault */
	enum claim_rank rank;
	char driver[PCI_DRIVER_SIZE]; /* "" is auto */
};

/* One selector of a "keep" line or of rd.vfio.keep=. */
struct keep {
	struct selector selector;
	char *where; /* "rd.vfio.keep", or "file:line" */
};

struct config_error {
	char *where; /* "file:line:column" */
	char *what;
};

struct config {
	struct claim *claims;
	size_t claim_count;
	struct keep *keeps;
	size_t keep_count;
	struct config_error *errors;
	size_t error_count, errors_left_out;
	bool off;           /* rd.vfio=0, or a value that cannot be read */
	const char *off_by; /* the parameter as it was written, "rd.vfio=OFF" */
	const char *off_reason;
	/* the boot asks for a rescue shell, or saves a crash; and the parameter that says so */
	enum cmdline_recovery recovery;
	const char *recovery_by, *recovery_reason;
	bool recovery_claims; /* recovery=claim */
	bool dryrun, debug;
	bool iommu_ignored;        /* iommu=ignore */
	bool last_display_claimed; /* last-display=claim */
	bool facts_ignored;        /* facts=ignore */
	enum expand expand;        /* of claims that say nothing themselves */
	unsigned int deadline;     /* seconds that one blocking write may take */
};

/* Set the defaults. config_clear() frees what the calls below added. */
void config_init(struct config *config);
/* What is said of the errors beyond those that are listed; "" where all are. */
const char *config_text_left_out(const struct config *config);
void config_clear(struct config *config);

/*
 * Add the text of a configuration file, stronger than those before. @path is for messages. Directives: "claim
 * SELECTOR... [OPTION...]", "keep SELECTOR..." and "set NAME=VALUE..."; "#" starts a comment. What cannot be
 * understood is added to the errors, with what was probably meant. A "claim" line with an error claims nothing; errors only
 * protect, so a "keep" line with one keeps what can be read. A setting that the file sets twice is an error, and the
 * careful value counts; an option that stands twice on a line is an error too.
 */
void config_add_file(struct config *config, const char *path, const char *text, size_t length);

/*
 * Add the first @length bytes of a file whose end is missing. In the line that is cut no word without its end
 * counts; a "claim" there claims nothing, since its options may be lost, and a "keep" keeps what stands there
 * whole.
 */
void config_add_cut_file(struct config *config, const char *path, const char *text, size_t length);

/*
 * Add the kernel command line: rd.vfio=0|1, rd.vfio.ids=, rd.vfio.keep=, rd.vfio.debug, rd.vfio.dryrun,
 * rd.vfio.NAME=VALUE. Call it after the files: it is stronger. A misspelt parameter is an error; one that only protects is
 * obeyed. A switch or a setting that comes again with another value is an error, and the careful value counts. Each item of a
 * list counts by itself.
 */
void config_add_cmdline(struct config *config, const char *text);

/* Add parameters from a file at @path that a generator put into the image: weaker than the command line. */
void config_add_parameters(struct config *config, const char *path, const char *text);

/*
 * Add the ids= of a module as claims of the lowest rank, for @driver, "" for vfio-pci or a variant of it. The
 * syntax is that of vfio-pci.ids= (drivers/vfio/pci/vfio_pci.c, vfio_pci_fill_ids()).
 */
void config_add_module_ids(struct config *config, const struct module_ids *ids, const char *driver);

/* Does the command line leave the files in force (no rd.vfio.config=0)? */
bool config_wants_files(const char *cmdline);

/* How far a claim reaches: what it says itself, or else what "set expand=" says. */
enum expand config_expand_of(const struct config *config, const struct claim *claim);

/* Why nothing is claimed on this boot, or NULL where claims count. */
const char *config_off_reason(const struct config *config);
/* The parameter that says so, as it is written. */
const char *config_off_parameter(const struct config *config);

/* Add an error found elsewhere, such as an unreadable file. */
void config_add_error(struct config *config, const char *where, const char *what);

/* The settings, whose fields are in struct config, and the options of a claim (settings.def). */
extern const struct setting_list setting_list, claim_option_list;
