/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ./configure of xz-utils would find: decoders alone, in their small form, without threads. */
#define _GNU_SOURCE 1
#define _ALL_SOURCE 1
#define NDEBUG 1
#define HAVE_SMALL 1
#define HAVE_CHECK_CRC32 1
#define HAVE_CHECK_CRC64 1
/* Without SHA-256: liblzma reads such a file and does not verify it. The kernel's and the generators' have a CRC. */
#define HAVE_DECODER_LZMA1 1
#define HAVE_DECODER_LZMA2 1
/* The filters that xz is told to use for modules: of their processor. */
#define HAVE_DECODER_X86 1
#define HAVE_DECODER_ARM 1
#define HAVE_DECODER_ARMTHUMB 1
#define HAVE_DECODER_ARM64 1
#define HAVE_FUNC_ATTRIBUTE_CONSTRUCTOR 1
#if __has_include(<immintrin.h>)
#define HAVE_IMMINTRIN_H 1
#endif
#define HAVE_INTTYPES_H 1
#define HAVE_STDBOOL_H 1
#define HAVE_STDINT_H 1
#define HAVE_VISIBILITY 1
#define HAVE__BOOL 1
#define HAVE___BUILTIN_ASSUME_ALIGNED 1
#define HAVE___BUILTIN_BSWAPXX 1
#define SIZEOF_SIZE_T __SIZEOF_SIZE_T__
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define WORDS_BIGENDIAN 1
#endif
#if defined(__x86_64__) || defined(__i386__) || defined(__ARM_FEATURE_UNALIGNED)
#define TUKLIB_FAST_UNALIGNED_ACCESS 1
#endif
