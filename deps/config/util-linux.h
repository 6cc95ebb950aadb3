/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ./configure of util-linux would find, as far as libblkid asks. deps/build adds HAVE_CLOSE_RANGE. */
#define _GNU_SOURCE 1
#define _ALL_SOURCE 1
#define CONFIG_ADJTIME_PATH "/etc/adjtime"
#define HAVE_BYTESWAP_H 1
#define HAVE_COPY_FILE_RANGE 1
#define HAVE_CPU_SET_T 1
#define HAVE_DECL_CPU_ALLOC 1
#define HAVE_DIRFD 1
#define HAVE_ENDIAN_H 1
#define HAVE_ENVIRON_DECL 1
#define HAVE_ERRNO_H 1
#define HAVE_ERR_H 1
#define HAVE_EXPLICIT_BZERO 1
#define HAVE_FSYNC 1
#define HAVE_GETAUXVAL 1
#define HAVE_GETDTABLESIZE 1
#define HAVE_LANGINFO_H 1
#define HAVE_LINUX_BLKZONED_H 1
#define HAVE_LINUX_CDROM_H 1
#define HAVE_LINUX_FD_H 1
#if __has_include(<linux/openat2.h>)
#define HAVE_LINUX_OPENAT2_H 1
#endif
#define HAVE_LINUX_VERSION_H 1
#define HAVE_LOCALE_H 1
#define HAVE_MEMPCPY 1
#define HAVE_MKOSTEMP 1
#define HAVE_NANOSLEEP 1
#define HAVE_OPENAT 1
#define HAVE_PATHS_H 1
#define HAVE_POSIX_FADVISE 1
#define HAVE_PRCTL 1
#define HAVE_PROGRAM_INVOCATION_SHORT_NAME 1
#define HAVE_REALLOCARRAY 1
#define HAVE_SECURE_GETENV 1
#define HAVE_SENDFILE 1
#define HAVE_STDIO_EXT_H 1
#define HAVE_STDLIB_H 1
#define HAVE_STRNDUP 1
#define HAVE_STRNLEN 1
#define HAVE_STRUCT_STAT_ST_MTIM_TV_NSEC 1
#define HAVE_SYS_AUXV_H 1
#define HAVE_SYS_PRCTL_H 1
#define HAVE_SYS_SENDFILE_H 1
#define HAVE_SYS_STAT_H 1
#define HAVE_SYS_SYSCALL_H 1
#define HAVE_SYS_SYSMACROS_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_TLS 1
#define HAVE_UNISTD_H 1
#define HAVE___FPENDING 1
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define WORDS_BIGENDIAN 1
#endif
/*
 * Decided: no columns are counted, which takes tables of wide characters. Where a drive does not let itself be read, that
 * is an error, also where OPAL has locked it: libblkid would go on as if nothing were there.
 */
#undef HAVE_WIDECHAR
#undef HAVE_OPAL_GET_STATUS
