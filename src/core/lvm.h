/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which volume group does an LVM physical volume belong to? libblkid tells the volume's own UUID only. Pure:
 * the three places to look at, one after the other (LVM2: lib/format_text/layout.h, format-text.c,
 * import_vsn1.c).
 */
#pragma once

#include <stdint.h>

#include "util.h"

#define LVM_LABEL_SIZE 4096 /* what lvm_find_metadata() looks at, from the start of the device */
#define LVM_HEADER_SIZE 512 /* what lvm_find_text() looks at, from the start of the metadata area */
#define LVM_TEXT_SIZE 1024  /* enough for the text's first lines */
#define LVM_ID_SIZE 33

/*
 * Store where the first metadata area starts. Returns 0, or -EINVAL where this is no volume or it has no such
 * area.
 */
int lvm_find_metadata(const uint8_t label[static LVM_LABEL_SIZE], uint64_t *ret_start) must_check;

/* Store where the current metadata's text starts, from the start of the area. Returns 0 or -EINVAL. */
int lvm_find_text(const uint8_t header[static LVM_HEADER_SIZE], uint64_t *ret_start) must_check;

/* Write the group's name, which stands at the start of the text. Returns 0 or -EINVAL. */
int lvm_parse_name(const char *text, char *name, size_t size) must_check;

/* Take the group's UUID, without dashes, from the text: "group {\nid = "XXXXXX-...". Returns 0 or -EINVAL. */
int lvm_parse_group(const char *text, char id[static LVM_ID_SIZE]) must_check;
