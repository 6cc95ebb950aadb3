/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ./configure of zlib would find. */
#define HAVE_HIDDEN 1
#define HAVE_STDARG_H 1
#define HAVE_UNISTD_H 1
/* Decided: off_t has 64 bits, and musl has lost the other names for it in 1.2.4. */
#define _LARGEFILE64_SOURCE 0
