/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/deadline.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/budget.h"

/* More children than this add memory and no speed. */
#define CHILDREN 128

static struct budget current = { .total = 10000000 };
static unsigned long long write_end;
static char *process_name;

/* Whoever has not begun one begins it with the first piece. */
static const struct budget *budget(void)
{
	if (!current.start)
		current.start = util_now();
	return &current;
}

void deadline_begin(unsigned int seconds)
{
	current = (struct budget){ util_now(), seconds * 1000000ULL };
	write_end = 0;
}

unsigned long long deadline_read_end(void)
{
	return budget_read_end(budget(), util_now());
}

unsigned long long deadline_look_end(void)
{
	return budget_look_end(budget());
}

unsigned long long deadline_stall(void)
{
	return budget_stall(budget());
}

void deadline_write(void)
{
	write_end = budget_write_end(budget(), util_now());
}

unsigned long long deadline_write_end(void)
{
	if (!write_end)
		deadline_write();
	return write_end;
}

unsigned long long deadline_step_end(void)
{
	return budget_step_end(util_now(), deadline_write_end());
}

void deadline_block_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
}

void deadline_name(char *name)
{
	process_name = name;
}

/* Memory that a child and this process share. */
struct shared {
	int status;
	bool ended;
	unsigned int progress;
	_Alignas(16) char result[];
};

/* A child at work: it holds the other end of @alive as long as it lives. */
struct child {
	struct deadline_task *task;
	struct shared *shared;
	pid_t pid;
	int alive;
	unsigned int progress;
	unsigned long long since; /* of that progress */
};

/* For one child where no other memory is left. */
#define SPARE_SIZE 4096
static struct shared *spare;
static bool spare_is_taken;

/* In a child: what it shares. */
static struct shared *own_shared;

static size_t shared_size(const struct deadline_task *task)
{
	return sizeof(struct shared) + task->size;
}

/*
 * Who reads what the program prints waits for the last process that could write to it, and this one may hang.
 */
static void leave_streams(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* Without a /dev/null they stay open: the work counts for more. */
	for (int fd = 0; fd <= STDERR_FILENO && null >= 0; fd++)
		dup2(null, fd);
}

/* A util_last_word: the parent goes on, and hears why this child does not. */
static void end_without_memory(void)
{
	own_shared->status = -ENOMEM;
	__atomic_store_n(&own_shared->ended, true, __ATOMIC_RELEASE);
	_exit(0);
}

_Noreturn static void be_child(const struct deadline_task *task, struct shared *shared)
{
	if (process_name)
		process_name[0] = '@';
	leave_streams();
	if (task->size)
		memcpy(shared->result, task->result, task->size);
	own_shared = shared;
	util_on_no_memory(end_without_memory);
	shared->status = task->work(task->argument, shared->result);
	__atomic_store_n(&shared->ended, true, __ATOMIC_RELEASE);
	_exit(0);
}

int deadline_reserve(void)
{
	if (!spare)
		spare = mmap(NULL, SPARE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (spare != MAP_FAILED)
		return 0;
	spare = NULL;
	return -errno;
}

/* Memory of zeros to share with a child, or NULL with errno set. */
static struct shared *take_shared(size_t size)
{
	void *shared;

	do {
		shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	} while (shared == MAP_FAILED && util_free_reserve());
	if (shared != MAP_FAILED)
		return shared;
	if (!spare || spare_is_taken || size > SPARE_SIZE)
		return NULL;
	spare_is_taken = true;
	return memset(spare, 0, size);
}

static void give_shared_back(struct shared *shared, size_t size)
{
	if (shared != spare)
		munmap(shared, size);
	else
		spare_is_taken = false;
}

/* Returns whether a child runs; where not, the task has the status. */
static bool start(struct deadline_task *task, struct child *child)
{
	struct shared *shared = take_shared(shared_size(task));
	int fds[2];
	pid_t pid;

	if (!shared) {
		task->status = -errno;
		return false;
	}
	if (pipe2(fds, O_CLOEXEC) < 0) {
		task->status = -errno;
		give_shared_back(shared, shared_size(task));
		return false;
	}
	pid = fork();
	if (pid == 0)
		be_child(task, shared);
	task->status = pid < 0 ? -errno : 0;
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		give_shared_back(shared, shared_size(task));
		return false;
	}
	*child = (struct child){
		.task = task, .shared = shared, .pid = pid, .alive = fds[0], .since = util_now()
	};
	return true;
}

/*
 * A child that is killed, and does not hang in the kernel, is gone after this: nothing changes what it has
 * left any more.
 */
#define DEATH_MS 5

/* The child has ended, or its time is up. */
static void collect(struct child *child, bool ended)
{
	struct deadline_task *task = child->task;
	struct shared *shared = child->shared;

	ended |= __atomic_load_n(&shared->ended, __ATOMIC_ACQUIRE);
	if (!ended) {
		kill(child->pid, SIGKILL);
		poll(&(struct pollfd){ .fd = child->alive }, 1, DEATH_MS);
	}
	task->state = !ended ? DEADLINE_HANGS : shared->ended ? DEADLINE_ENDED : DEADLINE_DIED;
	task->status = !ended ? -ETIMEDOUT : shared->ended ? shared->status : -EIO;
	if (task->size)
		memcpy(task->result, shared->result, task->size);
	/* One that dies may still wait in the kernel; init reaps it then. What it was is known by now. */
	(void)waitpid(child->pid, NULL, WNOHANG);
	close(child->alive);
	/* A child that hangs writes to it when the kernel returns. */
	if (ended || shared != spare)
		give_shared_back(shared, shared_size(task));
}

void deadline_progress(void)
{
	if (own_shared)
		__atomic_add_fetch(&own_shared->progress, 1, __ATOMIC_RELEASE);
}

/* Until when may the child go on as it does? */
static unsigned long long patience(const struct child *child, unsigned long long end)
{
	unsigned long long stalls = child->since + child->task->stall;

	return child->task->stall && stalls < end ? stalls : end;
}

static void look_at_progress(struct child *child, unsigned long long now)
{
	unsigned int progress = __atomic_load_n(&child->shared->progress, __ATOMIC_ACQUIRE);

	if (progress == child->progress)
		return;
	child->progress = progress;
	child->since = now;
}

/*
 * Wait until one of the @count children ends or has used up its time; those are collected and taken from the
 * list.
 */
static size_t await_one(struct child *children, size_t count, unsigned long long end)
{
	struct pollfd fds[CHILDREN];
	unsigned long long now = util_now(), next = end;
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned long long until = patience(&children[i], end);

		fds[i] = (struct pollfd){ .fd = children[i].alive };
		next = until < next ? until : next;
	}
	/* Short of memory, perhaps: the next look may see more. */
	if (poll(fds, count, now < next ? (int)((next - now) / 1000) + 1 : 0) < 0) {
		usleep(1000);
		return count;
	}
	now = util_now();
	for (size_t i = 0; i < count; i++) {
		look_at_progress(&children[i], now);
		if (fds[i].revents || now >= patience(&children[i], end))
			collect(&children[i], fds[i].revents);
		else
			children[left++] = children[i];
	}
	return left;
}

void deadline_run_tasks(struct deadline_task *tasks, size_t count, unsigned long long end)
{
	struct child children[CHILDREN] = { 0 };
	size_t running = 0, next = 0;
	int why = -ETIME; /* the next one is not begun */

	while (next < count && util_now() < end) {
		bool runs = running < CHILDREN && start(&tasks[next], &children[running]);

		why = runs || running == CHILDREN ? -ETIME : tasks[next].status;
		running += runs;
		if (!runs && running) {
			/* Where memory is short, a child that ends may give back what this one needs. */
			running = await_one(children, running, end);
			continue;
		}
		tasks[next++].state = DEADLINE_NOT_STARTED;
	}
	for (; next < count; next++) {
		tasks[next].state = DEADLINE_NOT_STARTED;
		tasks[next].status = why;
	}
	while (running && util_now() < end)
		running = await_one(children, running, end);
	for (size_t i = 0; i < running; i++)
		collect(&children[i], false);
}

int deadline_read(int (*work)(const void *argument, void *result), const void *argument, void *result,
		  size_t size, unsigned long long end)
{
	struct deadline_task task = { .work = work, .argument = argument, .result = result, .size = size };

	deadline_run_tasks(&task, 1, end);
	return task.status == -ETIME ? -ETIMEDOUT : task.status;
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

int deadline_run(int (*work)(const void *argument), const void *argument, unsigned long long end)
{
	struct errand errand = { work, argument };

	return deadline_read(run_errand, &errand, NULL, 0, end);
}

void deadline_wait(bool (*done)(void *data), void *data, unsigned int interval_ms, unsigned long long end)
{
	while (!done(data) && util_now() < end)
		usleep(interval_ms * 1000);
}
