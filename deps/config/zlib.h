/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ./configure of zlib would find. */
#define HAVE_HIDDEN 1
#define HAVE_STDARG_H 1
#define HAVE_UNISTD_H 1
/* Decided: off_t has 64 bits, and musl has lost the other names for it in 1.2.4. */
#define _LARGEFILE64_SOURCE 0
/* Decided: modules are only read, so nothing of the compressor is linked. */
#define NO_GZCOMPRESS 1
/* Decided: a kibibyte of tables for the checksum of a module, in place of nine (crc32.c). */
#define Z_TESTW 0
