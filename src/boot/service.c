/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot/service.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/deadline.h"
#include "host/rootdir.h"

/* What a shell ends with where it finds no such program. */
#define NOT_FOUND 127
#define LEAST_TIME 400000 /* microseconds */

bool service_manager_runs(void)
{
	return rootdir_is_host() && rootdir_exists("/run/systemd/system");
}

static void become_systemctl(const char *unit)
{
	sigset_t none;

	/* The deadline kills the process that waits for this one. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execlp("systemctl", "systemctl", "--no-block", "start", unit, (char *)NULL);
	_exit(NOT_FOUND);
}

static int run_systemctl(const void *unit)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		become_systemctl(unit);
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
		return -ENOENT;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -ECANCELED;
}

int service_start(const char *unit)
{
	/* What is written may have used up the budget. */
	unsigned long long end = deadline_write_end(), least = util_now() + LEAST_TIME;

	return deadline_run(run_systemctl, unit, end > least ? end : least);
}
