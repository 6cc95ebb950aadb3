/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What meson of kmod would find. Logging stays off: our own messages name the module and the errno. deps/build adds
 * VERSION, and HAVE_DECL_BASENAME, in which C libraries differ.
 */
#define _GNU_SOURCE 1
#define ENABLE_LOGGING 0
#define ENABLE_DEBUG 0
#define ENABLE_ELFDBG 0
#define ENABLE_ZSTD 1
#define ENABLE_ZSTD_DLOPEN 0
#define ENABLE_XZ 1
#define ENABLE_XZ_DLOPEN 0
#define ENABLE_ZLIB 1
#define ENABLE_ZLIB_DLOPEN 0
#define ENABLE_OPENSSL 0
#define HAVE_SECURE_GETENV 1
#define HAVE_STRUCT_STAT_ST_MTIM 1
#define HAVE_STATIC_ASSERT 1
#define HAVE_NORETURN 1
#define HAVE___BUILTIN_UADD_OVERFLOW 1
#define HAVE___BUILTIN_UADDL_OVERFLOW 1
#define HAVE___BUILTIN_UADDLL_OVERFLOW 1
#define HAVE___BUILTIN_UMUL_OVERFLOW 1
#define HAVE___BUILTIN_UMULL_OVERFLOW 1
#define HAVE___BUILTIN_UMULLL_OVERFLOW 1
#define SYSCONFDIR "/etc"
#define DISTCONFDIR "/usr/lib"
#define MODULE_DIRECTORY "/lib/modules"
