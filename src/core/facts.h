/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Host facts: what the running host stands on, and which functions it has, as text that the image carries to
 * the boot. Pure; host/facts-read.h reads and collects them.
 *
 * One fact a line, the first word says which:
 *
 *   vfio-early facts 1                             the format, always the first line
 *   machine HASH                                   of the DMI product UUID, "-" where there is none
 *   made TIME                                      when, in UTC, ISO 8601
 *   version VERSION                                by which version of the program
 *   disk|key|network|attached|keyboard|display ADDRESS PATH ID UUIDS TEXT
 *                                                  the host needs the function: what for, with the chain
 *   resolved UUIDS NEED                            what a table or parameter names, found on these disks
 *   unresolved TEXT                                what the host needs and is nowhere to be seen
 *   function ADDRESS PATH ID SUBSYSTEM CLASS HEADER GROUP
 *                                                  one a function, sorted by address
 *   end COUNT                                      the number of lines before it, always the last line
 *
 * "-" stands for what is empty or not known. Lines with another first word are left out; a boot looks into no
 * line that begins with "f" or "e".
 */
#pragma once

#include "core/pci.h"

#define FACTS_FILE "/etc/vfio-early.facts" /* in an image, and where a host keeps them for one */
#define FACTS_LIMIT (1 << 20)              /* a longer text counts as cut */

enum fact_kind {
	FACT_DISK,     /* what the host needs is on a disk of the function */
	FACT_KEY,      /* a key file or a detached header is, which is read once */
	FACT_NETWORK,  /* the root is reached through it */
	FACT_ATTACHED, /* a disk that nothing needs hangs off a controller whose disks come and go */
	FACT_KEYBOARD, /* a keyboard hangs off it */
	FACT_DISPLAY,  /* the firmware drew on it */
};

struct fact {
	enum fact_kind kind;
	struct pci_address address; /* then; the path is what counts */
	struct pci_path path;
	uint16_t vendor, device;
	bool gone;   /* no function has this path and id now, by facts_locate() */
	char *uuids; /* of what is on the disk, with commas between them; "" for none */
	char *text;  /* "root: nvme0n1p2, luks-root, vg/root" */
};

/* The word that begins its line. */
const char *facts_kind_name(enum fact_kind kind);

/* A need that was found. */
struct fact_need {
	char *uuids; /* of the disks that it is on, with commas between them; "" for none */
	char *text;
};

enum facts_state {
	FACTS_MISSING, /* there are none */
	FACTS_USED,
	FACTS_CUT,     /* the last line is not there, or counts other lines */
	FACTS_NEWER,   /* the format has another number */
	FACTS_FOREIGN, /* they are of another machine */
	FACTS_IGNORED, /* by the configuration */
};

/* struct facts that are all zero are missing ones. */
struct facts {
	enum facts_state state;
	char *machine, *made, *version; /* "" where they do not say; NULL of missing ones */
	struct fact *list;
	size_t count;
	struct fact_need *resolved;
	size_t resolved_count;
	char *unresolved; /* the first one; NULL where all is resolved */
	/*
	 * By facts_locate(): a disk or a key is, or may be, behind a controller whose disks come and go, and may be
	 * behind another one by now.
	 */
	bool removable;
	char *text; /* what they were parsed from, with the topology; NULL for none */
};

/* A function of the topology. */
struct fact_function {
	struct pci_address address;
	struct pci_path path;
	uint16_t vendor, device, subvendor, subdevice;
	uint32_t class;
	int header_type, iommu_group; /* -1 not known */
};

/*
 * Parse @length bytes of @text, which becomes the facts' own. Facts that do not count have no list; their
 * state says why. Free with facts_clear().
 */
void facts_parse(char *text, size_t length, struct facts *ret);
void facts_clear(struct facts *facts);

/* Facts that do not count after all, because of @state: their list is dropped. */
void facts_drop(struct facts *facts, enum facts_state state);

/* Is the machine of this hash ("" where it has none) another one than that of the facts? */
bool facts_are_foreign(const struct facts *facts, const char *hash);

/*
 * Are the facts of a machine that cannot be told from others, @hash being that of this one? Then they protect,
 * and do not count as complete.
 */
void facts_doubt_machine(struct facts *facts, const char *hash);

/*
 * Take the next function of the topology from *@cursor, which is facts->text at first. Returns false at the
 * end.
 */
bool facts_next_function(const char **cursor, struct fact_function *ret);

/*
 * Which facts name a function that is gone? A fact counts for the function with its path and id; where that
 * is gone, for every function of its id, since the card may sit in another slot. Functions whose path was not
 * read are not the one: those at the address of a fact must have one, and where a fact seems gone, all of its id
 * (facts_is_gone()).
 */
void facts_locate(struct facts *facts, const struct pci_function *functions, size_t count);

/* Does a fact that protects name this id, and is its function gone, so that it may be this one? */
bool facts_is_gone(const struct facts *facts, const struct pci_function *function);

/* Does a fact name the function's id? */
bool facts_name_id(const struct facts *facts, const struct pci_function *function);

/* The fact of this kind that counts for the function, or NULL. */
const struct fact *facts_find(const struct facts *facts, const struct pci_function *function,
			      enum fact_kind kind);

/* The disk fact that has this UUID, or NULL. */
const struct fact *facts_find_uuid(const struct facts *facts, const char *uuid);

/* The need of this text, where it was found when the facts were made, or NULL. */
const struct fact_need *facts_find_need(const struct facts *facts, const char *text);

/* Do the facts count, and is everything that the host needs resolved in them? */
bool facts_are_complete(const struct facts *facts);

/* Why facts that are there do not count, for a person; "" where they do, or where there are none. */
const char *facts_reason(const struct facts *facts);

/*
 * The hash of the DMI product UUID, a util_text(): FNV-1a of 64 bits over its hexadecimal digits in lower case. "" for
 * what is no UUID, and for those that many machines have (all digits the same, and firmware vendors' placeholders).
 */
const char *facts_hash(const char *uuid) must_check;
