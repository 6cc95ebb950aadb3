/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deadline.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned int limit_ms = 10000;

void deadline_set(unsigned int seconds)
{
	limit_ms = seconds * 1000;
}

/* Wait until @fd can be read, or until the limit. Returns 0, -ETIMEDOUT or -errno. */
static int await(int fd, unsigned long long end)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	for (;;) {
		unsigned long long now = util_now();
		int ready = poll(&poll_fd, 1, now < end ? (int)((end - now) / 1000) + 1 : 0);

		if (ready >= 0)
			return ready ? 0 : -ETIMEDOUT;
		if (errno != EINTR)
			return -errno;
	}
}

/* Read all of it until the limit. A child that died without a result counts as an I/O error. */
static int receive(int fd, void *buffer, size_t size, unsigned long long end)
{
	for (char *next = buffer; size;) {
		int r = await(fd, end);
		ssize_t got = r < 0 ? 0 : read(fd, next, size);

		if (r < 0)
			return r;
		if (got <= 0)
			return -EIO;
		next += got;
		size -= (size_t)got;
	}
	return 0;
}

static bool send_all(int fd, const void *buffer, size_t size)
{
	for (const char *next = buffer; size;) {
		ssize_t sent = write(fd, next, size);

		if (sent < 0)
			return false;
		next += sent;
		size -= (size_t)sent;
	}
	return true;
}

static int collect(pid_t child, int fd, void *result, size_t size)
{
	unsigned long long end = util_now() + limit_ms * 1000ULL;
	int status, r = receive(fd, &status, sizeof(status), end);

	if (r == 0)
		r = receive(fd, result, size, end);
	if (r == -ETIMEDOUT) {
		/* What hangs in the kernel survives this; init reaps it when the kernel lets go. */
		kill(child, SIGKILL);
		limit_ms /= 2;
	}
	waitpid(child, NULL, r == -ETIMEDOUT ? WNOHANG : 0);
	return r < 0 ? r : status;
}

int deadline_read(int (*work)(const void *argument, void *result), const void *argument, void *result, size_t size)
{
	int fds[2], r;
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child == 0) {
		r = work(argument, result);
		_exit(send_all(fds[1], &r, sizeof(r)) && send_all(fds[1], result, size) ? 0 : 1);
	}
	close(fds[1]);
	r = child < 0 ? -EAGAIN : collect(child, fds[0], result, size);
	close(fds[0]);
	return r;
}

/* Work without anything to hand back but its status. */
struct errand {
	int (*work)(const void *argument);
	const void *argument;
};

static int run_errand(const void *argument, void *result)
{
	const struct errand *errand = argument;

	(void)result;
	return errand->work(errand->argument);
}

int deadline_run(int (*work)(const void *argument), const void *argument)
{
	struct errand errand = { work, argument };

	return deadline_read(run_errand, &errand, NULL, 0);
}

void deadline_wait(bool (*done)(void *data), void *data, unsigned int interval_ms)
{
	unsigned long long end = util_now() + limit_ms * 1000ULL;

	while (!done(data) && util_now() < end)
		usleep(interval_ms * 1000);
}
