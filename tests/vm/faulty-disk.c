/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faulty-disk SOCKET IMAGE FAULT...: serve an image to one QEMU, as a disk that fails. Writes stay in this
 * process.
 *
 *   hang-reads     reads hang                      read-delay=MS  each read takes that long, one after the
 *   other
 *   hang-flush     flushes hang                    hang=SECONDS   what hangs is answered after that time; 70
 *   without it
 *   error-reads    reads fail with EIO             at-once        the faults are there from the start
 *   hang-read      the first read hangs            none           it is well
 *
 * Otherwise they come when the guest reads the sector at TRIGGER, which is neither in a superblock nor in a
 * partition table. What hangs ends with this process: QEMU gives EIO to the guest then. The protocol is NBD
 * (doc/proto.md there).
 *
 * QEMU 7.2 waits for what hangs, and the whole machine with it, when the guest resets or shuts down the
 * controller; the guest's clock stands meanwhile. Linux 6.1 resets an NVMe 60 seconds after a read began, of
 * a driver that lets go too. An NVMe whose flushes hang stops the machine as soon as it is unbound, and is of
 * no use. The flush of an AHCI hangs for itself when it is unbound, and a read of a virtio-blk for ever. So
 * what hangs ends by itself.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define TRIGGER (16 << 20)

#define OPTION_MAGIC 0x49484156454f5054ULL /* "IHAVEOPT" */
enum { OPTION_EXPORT_NAME = 1, OPTION_ABORT = 2, OPTION_GO = 7 };
enum { ANSWER_ACK = 1, ANSWER_INFO = 3 };
#define ANSWER_UNSUPPORTED 0x80000001U
#define EXPORT_FLAGS 5 /* it has flags; it can be flushed */
enum { COMMAND_READ, COMMAND_WRITE, COMMAND_END, COMMAND_FLUSH };

struct request {
	uint32_t magic;
	uint16_t flags, type;
	uint64_t handle, offset;
	uint32_t length;
} __attribute__((packed));

static struct {
	bool on, hang_reads, hang_read, hang_flush, error_reads;
	unsigned int delay_ms, hang_seconds;
} faults = { .hang_seconds = 70 };
static int client;
static char *disk;
static uint64_t disk_size;
static pthread_mutex_t one_reply = PTHREAD_MUTEX_INITIALIZER, one_read = PTHREAD_MUTEX_INITIALIZER;

static void check(long result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "faulty-disk: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* QEMU ends the connection when it ends. */
static void receive(void *buffer, size_t size)
{
	if (size && recv(client, buffer, size, MSG_WAITALL) != (ssize_t)size)
		exit(0);
}

static void transmit(const void *buffer, size_t size)
{
	for (const char *next = buffer; size;) {
		ssize_t sent = send(client, next, size, MSG_NOSIGNAL);

		if (sent <= 0)
			exit(0);
		next += sent;
		size -= (size_t)sent;
	}
}

/* --- the handshake --- */

static void answer_option(uint32_t option, uint32_t type, const void *data, uint32_t size)
{
	struct {
		uint64_t magic;
		uint32_t option, type, size;
	} __attribute__((packed))
	answer = { htobe64(0x3e889045565a9ULL), option, htobe32(type), htobe32(size) };

	transmit(&answer, sizeof(answer));
	transmit(data, size);
}

/* Returns whether the handshake is done. */
static bool take_option(uint32_t option)
{
	struct {
		uint16_t info; /* 0 is NBD_INFO_EXPORT */
		uint64_t size;
		uint16_t flags;
	} __attribute__((packed)) export = { 0, htobe64(disk_size), htobe16(EXPORT_FLAGS) };

	switch (be32toh(option)) {
	case OPTION_EXPORT_NAME:
		transmit(&export.size, sizeof(export) - sizeof(export.info));
		return true;
	case OPTION_GO:
		answer_option(option, ANSWER_INFO, &export, sizeof(export));
		answer_option(option, ANSWER_ACK, NULL, 0);
		return true;
	case OPTION_ABORT:
		exit(0);
	default:
		answer_option(option, ANSWER_UNSUPPORTED, NULL, 0);
		return false;
	}
}

static void shake_hands(void)
{
	struct {
		uint64_t magic;
		uint32_t option, length;
	} __attribute__((packed)) head;
	uint32_t flags;
	char data[4096];

	transmit("NBDMAGICIHAVEOPT\0\3", 18); /* fixed newstyle, no zeroes behind an export */
	receive(&flags, sizeof(flags));
	do {
		receive(&head, sizeof(head));
		if (head.magic != htobe64(OPTION_MAGIC) || be32toh(head.length) > sizeof(data))
			exit(1);
		receive(data, be32toh(head.length));
	} while (!take_option(head.option));
}

/* --- requests --- */

static bool hangs(const struct request *request)
{
	return faults.on &&
	       (request->type == COMMAND_READ ? faults.hang_reads || faults.hang_read :
						request->type == COMMAND_FLUSH && faults.hang_flush);
}

static bool is_slow(const struct request *request)
{
	return faults.on && faults.delay_ms && request->type == COMMAND_READ;
}

static void reply(const struct request *request)
{
	bool read = request->type == COMMAND_READ;
	uint32_t error = read && faults.on && faults.error_reads ? EIO : 0;
	struct {
		uint32_t magic, error;
		uint64_t handle;
	} __attribute__((packed)) answer = { htobe32(0x67446698), htobe32(error), request->handle };

	pthread_mutex_lock(&one_reply);
	transmit(&answer, sizeof(answer));
	if (read && !error)
		transmit(disk + request->offset, request->length);
	pthread_mutex_unlock(&one_reply);
}

static void *reply_after_hang(void *request)
{
	sleep(faults.hang_seconds);
	reply(request);
	free(request);
	return NULL;
}

static void *reply_after_delay(void *request)
{
	pthread_mutex_lock(&one_read);
	usleep(faults.delay_ms * 1000);
	pthread_mutex_unlock(&one_read);
	reply(request);
	free(request);
	return NULL;
}

/* One request that hangs holds up no other. */
static void set_aside(const struct request *request, void *(*reply_later)(void *request))
{
	struct request *copy = malloc(sizeof(*copy));
	pthread_t thread;

	if (!copy)
		exit(1);
	*copy = *request;
	if (pthread_create(&thread, NULL, reply_later, copy))
		exit(1);
	pthread_detach(thread);
}

static void take_request(void)
{
	struct request request;
	bool triggers;

	receive(&request, sizeof(request));
	request.type = be16toh(request.type);
	request.offset = be64toh(request.offset);
	request.length = be32toh(request.length);
	if (request.magic != htobe32(0x25609513) || request.type == COMMAND_END ||
	    request.type > COMMAND_FLUSH || request.offset > disk_size ||
	    request.length > disk_size - request.offset)
		exit(0);
	if (request.type == COMMAND_WRITE)
		receive(disk + request.offset, request.length);
	triggers = !faults.on && request.type == COMMAND_READ && request.offset <= TRIGGER &&
		   request.offset + request.length > TRIGGER;
	if (hangs(&request)) {
		fprintf(stderr, "hangs: command %d at %llu\n", request.type,
			(unsigned long long)request.offset);
		set_aside(&request, reply_after_hang);
		faults.hang_read &= request.type != COMMAND_READ;
	} else if (is_slow(&request)) {
		set_aside(&request, reply_after_delay);
	} else {
		reply(&request);
	}
	if (triggers)
		fprintf(stderr, "triggered\n");
	faults.on |= triggers;
}

/* --- */

static void parse_fault(const char *fault)
{
	if (!strcmp(fault, "none"))
		return;
	if (!strcmp(fault, "hang-reads"))
		faults.hang_reads = true;
	else if (!strcmp(fault, "hang-read"))
		faults.hang_read = true;
	else if (!strcmp(fault, "hang-flush"))
		faults.hang_flush = true;
	else if (!strcmp(fault, "error-reads"))
		faults.error_reads = true;
	else if (!strcmp(fault, "at-once"))
		faults.on = true;
	else if (sscanf(fault, "read-delay=%u", &faults.delay_ms) != 1 &&
		 sscanf(fault, "hang=%u", &faults.hang_seconds) != 1)
		check((errno = EINVAL, -1), fault);
}

static void open_disk(const char *path)
{
	struct stat status;
	int fd = open(path, O_RDONLY);

	check(fd, path);
	check(fstat(fd, &status), path);
	disk_size = (uint64_t)status.st_size;
	disk = mmap(NULL, disk_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	check(disk == MAP_FAILED ? -1 : 0, path);
}

/* The name appears when QEMU can connect: whoever starts QEMU waits for it. */
static void await_client(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(server, "socket");
	if (snprintf(address.sun_path, sizeof(address.sun_path), "%s.new", path) >=
	    (int)sizeof(address.sun_path))
		check((errno = ENAMETOOLONG, -1), path);
	check(bind(server, (struct sockaddr *)&address, sizeof(address)), path);
	check(listen(server, 1), path);
	check(rename(address.sun_path, path), path);
	client = accept(server, NULL, NULL);
	check(client, "accept");
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: faulty-disk SOCKET IMAGE FAULT...\n", stderr);
		return 2;
	}
	for (int i = 3; i < argc; i++)
		parse_fault(argv[i]);
	/* Whatever becomes of the scene, this ends with it. */
	check(prctl(PR_SET_PDEATHSIG, SIGTERM), "prctl");
	open_disk(argv[2]);
	await_client(argv[1]);
	shake_hands();
	for (;;)
		take_request();
}
