/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/budget.h"
#include "host/deadline.h"

#define S 1000000ULL

/* --- a clock that goes on only where nothing happens any more --- */

/* What children and the test count together. */
static struct shared {
	int hanging;    /* children that hang by now */
	int done, seen; /* pieces that a child has done, and those that the test has waited for */
} * shared;

static struct {
	unsigned long long now; /* 0: the real clock goes */
	int ends;               /* children that end, and have not yet */
	int hangs;              /* children that will hang */
	int pieces;             /* that a child will do, one after the other */
} fake;

/* The linker puts these in the place of what deadline.c calls (tests.mk). */
unsigned long long __real_util_now(void);
unsigned long long __wrap_util_now(void);
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
int __real_usleep(useconds_t time);
int __wrap_usleep(useconds_t time);

unsigned long long __wrap_util_now(void)
{
	return fake.now ? fake.now : __real_util_now();
}

int __wrap_usleep(useconds_t time)
{
	if (!fake.now)
		return __real_usleep(time);
	fake.now += time;
	return 0;
}

static int load(const int *number)
{
	return __atomic_load_n(number, __ATOMIC_ACQUIRE);
}

static void add_one(int *number)
{
	__atomic_add_fetch(number, 1, __ATOMIC_RELEASE);
}

static void await(const int *number, int value)
{
	while (load(number) < value)
		__real_usleep(1000);
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	int r;

	/* A child that was killed needs a moment of real time to be gone. */
	if (!fake.now || timeout <= 5)
		return __real_poll(fds, count, timeout);
	if (shared->seen < fake.pieces) {
		await(&shared->done, shared->seen + 1);
		add_one(&shared->seen);
		fake.now += (unsigned int)timeout * 800;
		return __real_poll(fds, count, 0);
	}
	if (fake.ends) {
		r = __real_poll(fds, count, -1);
		fake.ends -= r;
		return r;
	}
	await(&shared->hanging, fake.hangs);
	fake.now += (unsigned int)timeout * 1000;
	return __real_poll(fds, count, 0);
}

/* Begin at a time of the fake clock. */
static unsigned long long begin_at(unsigned long long now, int ends, int hangs, int pieces)
{
	*shared = (struct shared){ 0 };
	fake.now = now;
	fake.ends = ends;
	fake.hangs = hangs;
	fake.pieces = pieces;
	return now;
}

/* Back to the real clock. Returns how long it took. */
static unsigned long long end_at(unsigned long long start)
{
	unsigned long long took = fake.now - start;

	fake.now = 0;
	return took;
}

/* poll(2) counts milliseconds. */
static void assert_took(unsigned long long start, unsigned long long time)
{
	unsigned long long took = end_at(start);

	assert_in_range(took, time, time + 2000);
}

/* --- tests --- */

/* Whatever @seconds are, and whatever hangs: reading leaves time to write, and the stage ends in time. */
static void a_budget_is_shared(void **state)
{
	(void)state;
	for (unsigned long long seconds = 1; seconds <= 60; seconds++) {
		struct budget budget = { 100 * S, seconds * S };
		unsigned long long read = budget_read_end(&budget, 100 * S), look = budget_look_end(&budget);
		unsigned long long written = budget_write_end(&budget, look);

		assert_true(read < look);
		assert_true(budget_stall(&budget) < look - 100 * S);
		/* The second piece of reading ends where all of it does. */
		assert_int_equal(budget_read_end(&budget, read), look);
		assert_true(written >= look + BUDGET_LEAST_TO_WRITE);
		/* What comes at the very end takes no more than half a second (bind.c, service.c). */
		assert_true(written + S / 2 <= 100 * S + seconds * S + 2 * S);
		assert_true(written >= 100 * S + seconds * S);
	}
}

static void early_reading_leaves_all_the_rest(void **state)
{
	struct budget budget = { 100 * S, 10 * S };

	(void)state;
	assert_int_equal(budget_write_end(&budget, 100 * S), 110 * S);
	assert_int_equal(budget_write_end(&budget, 109 * S), 109 * S + BUDGET_LEAST_TO_WRITE);
	assert_int_equal(budget_step_end(100 * S, 110 * S), 105 * S);
	assert_int_equal(budget_step_end(111 * S, 110 * S), 111 * S);
}

static int double_it(const void *argument, void *result)
{
	*(int *)result = 2 * *(const int *)argument;
	return -EBUSY;
}

static int begin_and_hang(const void *argument, void *result)
{
	(void)argument;
	*(int *)result = 7;
	add_one(&shared->hanging);
	for (;;)
		pause();
	return 0;
}

static int die(const void *argument, void *result)
{
	(void)argument;
	(void)result;
	_exit(7);
}

static void tasks_run_at_the_same_time(void **state)
{
	struct deadline_task tasks[100];
	int numbers[ARRAY_SIZE(tasks)], results[ARRAY_SIZE(tasks)];
	unsigned long long start = begin_at(100 * S, 98, 2, 0);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tasks); i++) {
		numbers[i] = (int)i;
		results[i] = -1;
		tasks[i] =
			(struct deadline_task){ double_it, &numbers[i], &results[i], sizeof(int), 0, 0, 0 };
	}
	tasks[0].work = tasks[50].work = begin_and_hang;
	tasks[99].work = die;
	deadline_run_tasks(tasks, ARRAY_SIZE(tasks), start + 3 * S);
	assert_took(start, 3 * S);
	for (size_t i = 1; i < 99; i++) {
		if (i == 50)
			continue;
		assert_int_equal(tasks[i].state, DEADLINE_ENDED);
		assert_int_equal(tasks[i].status, -EBUSY);
		assert_int_equal(results[i], 2 * (int)i);
	}
	for (size_t i = 0; i <= 50; i += 50) {
		assert_int_equal(tasks[i].state, DEADLINE_HANGS);
		assert_int_equal(tasks[i].status, -ETIMEDOUT);
		assert_int_equal(results[i], 7);
	}
	assert_int_equal(tasks[99].state, DEADLINE_DIED);
	assert_int_equal(tasks[99].status, -EIO);
}

/*
 * Counted in memory that is shared with the children: each task is begun once, however many run at one time.
 */
static int count_up(const void *argument, void *result)
{
	(void)result;
	__real_usleep(1000);
	__atomic_add_fetch((int *)*(int *const *)argument, 1, __ATOMIC_RELAXED);
	return 0;
}

static void each_task_runs_once(void **state)
{
	enum { MOST = 300 };
	int *counts =
		mmap(NULL, MOST * sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct deadline_task tasks[MOST];
	int *arguments[MOST];

	(void)state;
	for (size_t count = 127; count <= MOST; count += count == 129 ? MOST - 129 : 1) {
		memset(counts, 0, MOST * sizeof(int));
		for (size_t i = 0; i < count; i++) {
			arguments[i] = &counts[i];
			tasks[i] = (struct deadline_task){ .work = count_up, .argument = &arguments[i] };
		}
		deadline_run_tasks(tasks, count, util_now() + 30 * S);
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(tasks[i].state, DEADLINE_ENDED);
			assert_int_equal(counts[i], 1);
		}
	}
	munmap(counts, MOST * sizeof(int));
}

/* More than run at one time hang: that costs one budget, and the others are not begun, and say so. */
static void what_finds_no_time_is_not_begun(void **state)
{
	struct deadline_task tasks[140];
	int results[ARRAY_SIZE(tasks)] = { 0 }, begun = 0;
	unsigned long long start = begin_at(100 * S, 0, 128, 0);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tasks); i++)
		tasks[i] = (struct deadline_task){ begin_and_hang, NULL, &results[i], sizeof(int), 0, 0, 0 };
	deadline_run_tasks(tasks, ARRAY_SIZE(tasks), start + 3 * S);
	assert_took(start, 3 * S);
	for (size_t i = 0; i < ARRAY_SIZE(tasks); i++) {
		begun += tasks[i].state == DEADLINE_HANGS;
		assert_true(tasks[i].state == DEADLINE_HANGS ||
			    (tasks[i].state == DEADLINE_NOT_STARTED && tasks[i].status == -ETIME));
	}
	assert_int_equal(begun, 128);
	deadline_run_tasks(tasks, 0, util_now() + S);
}

/* One child runs, and another one cannot be made until the end: that is no lack of time. */
static void what_cannot_be_begun_has_its_errno(void **state)
{
	int results[3] = { 0 }, next = dup(STDERR_FILENO);
	struct deadline_task tasks[ARRAY_SIZE(results)];
	unsigned long long start = begin_at(100 * S, 0, 1, 0);
	struct rlimit before, few;

	(void)state;
	close(next);
	getrlimit(RLIMIT_NOFILE, &before);
	few = (struct rlimit){ (rlim_t)next + 2, before.rlim_max };
	for (size_t i = 0; i < ARRAY_SIZE(tasks); i++)
		tasks[i] = (struct deadline_task){ begin_and_hang, NULL, &results[i], sizeof(int), 0, 0, 0 };
	setrlimit(RLIMIT_NOFILE, &few);
	deadline_run_tasks(tasks, ARRAY_SIZE(tasks), start + 3 * S);
	setrlimit(RLIMIT_NOFILE, &before);
	assert_took(start, 3 * S);
	assert_int_equal(tasks[0].state, DEADLINE_HANGS);
	for (size_t i = 1; i < ARRAY_SIZE(tasks); i++) {
		assert_int_equal(tasks[i].state, DEADLINE_NOT_STARTED);
		assert_int_equal(tasks[i].status, -EMFILE);
	}
}

/* Ten pieces, each shorter than the patience, all of them longer. */
static int go_on(const void *argument, void *result)
{
	(void)argument;
	for (int i = 0; i < 10; i++) {
		*(int *)result = i;
		deadline_progress();
		add_one(&shared->done);
		await(&shared->seen, i + 1);
	}
	return 0;
}

static void who_makes_progress_does_not_hang(void **state)
{
	int going = 0;
	struct deadline_task task = { go_on, NULL, &going, sizeof(going), S / 2, 0, 0 };
	unsigned long long start = begin_at(100 * S, 1, 0, 10);

	(void)state;
	deadline_run_tasks(&task, 1, start + 30 * S);
	assert_in_range(end_at(start), 3 * S, 5 * S);
	assert_int_equal(task.state, DEADLINE_ENDED);
	assert_int_equal(going, 9);
}

static void who_makes_none_hangs(void **state)
{
	int hanging = 0;
	struct deadline_task task = { begin_and_hang, NULL, &hanging, sizeof(hanging), S / 2, 0, 0 };
	unsigned long long start = begin_at(100 * S, 0, 1, 0);

	(void)state;
	deadline_run_tasks(&task, 1, start + 30 * S);
	assert_took(start, S / 2);
	assert_int_equal(task.state, DEADLINE_HANGS);
	assert_int_equal(hanging, 7);
}

static bool never(void *looks)
{
	++*(int *)looks;
	return false;
}

static void a_wait_ends(void **state)
{
	unsigned long long start = begin_at(100 * S, 0, 0, 0);
	int looks = 0;

	(void)state;
	deadline_wait(never, &looks, 50, start + 3 * S);
	assert_took(start, 3 * S);
	assert_int_equal(looks, 61);
}

static int succeed(const void *argument)
{
	return *(const int *)argument;
}

static int hang(const void *argument)
{
	(void)argument;
	add_one(&shared->hanging);
	for (;;)
		pause();
	return 0;
}

static void one_piece_is_bounded(void **state)
{
	int value = -EBUSY, result = 1, number = 21;
	unsigned long long start = begin_at(100 * S, 1, 1, 0);

	(void)state;
	assert_int_equal(deadline_run(succeed, &value, start + S), -EBUSY);
	assert_int_equal(deadline_run(hang, NULL, start + S / 10), -ETIMEDOUT);
	assert_took(start, S / 10);
	/* A time that is over already counts as one that was used up. */
	start = begin_at(100 * S, 1, 0, 0);
	assert_int_equal(deadline_run(succeed, &value, start - 1), -ETIMEDOUT);
	assert_int_equal(deadline_read(double_it, &number, &result, sizeof(result), start + S), -EBUSY);
	assert_took(start, 0);
	assert_int_equal(result, 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_budget_is_shared),
		cmocka_unit_test(early_reading_leaves_all_the_rest),
		cmocka_unit_test(tasks_run_at_the_same_time),
		cmocka_unit_test(each_task_runs_once),
		cmocka_unit_test(what_finds_no_time_is_not_begun),
		cmocka_unit_test(what_cannot_be_begun_has_its_errno),
		cmocka_unit_test(who_makes_progress_does_not_hang),
		cmocka_unit_test(who_makes_none_hangs),
		cmocka_unit_test(a_wait_ends),
		cmocka_unit_test(one_piece_is_bounded),
	};

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return RUN(tests);
}
