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

static void run_child(int (*work)(const void *), const void *argument, int result_fd)
{
	int result = work(argument);

	_exit(write(result_fd, &result, sizeof(result)) == sizeof(result) ? 0 : 1);
}

/* Wait for the result until the limit. A child that died without one counts as an I/O error. */
static int await(int result_fd)
{
	unsigned long long end = util_now() + limit_ms * 1000ULL;
	struct pollfd poll_fd = { .fd = result_fd, .events = POLLIN };
	int result;

	for (;;) {
		unsigned long long now = util_now();
		int ready = poll(&poll_fd, 1, now < end ? (int)((end - now) / 1000) + 1 : 0);

		if (ready > 0)
			return read(result_fd, &result, sizeof(result)) == sizeof(result) ? result : -EIO;
		if (ready == 0)
			return -ETIMEDOUT;
		if (errno != EINTR)
			return -errno;
	}
}

int deadline_run(int (*work)(const void *argument), const void *argument)
{
	int fds[2], result;
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child == 0)
		run_child(work, argument, fds[1]);
	close(fds[1]);
	if (child < 0) {
		close(fds[0]);
		return -EAGAIN;
	}
	result = await(fds[0]);
	close(fds[0]);
	if (result == -ETIMEDOUT) {
		/* A write that hangs in the kernel survives this; init reaps it when the kernel lets go. */
		kill(child, SIGKILL);
		limit_ms /= 2;
	}
	waitpid(child, NULL, result == -ETIMEDOUT ? WNOHANG : 0);
	return result;
}
