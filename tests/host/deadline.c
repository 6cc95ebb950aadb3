/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/budget.h"
#include "host/deadline.h"

#define S 1000000ULL

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
	unsigned long long start = util_now();

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
	usleep(1000);
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

/* More than run at one time hang: the others are not begun, and say so. */
static void what_finds_no_time_is_not_begun(void **state)
{
	struct deadline_task tasks[140];
	int results[ARRAY_SIZE(tasks)] = { 0 }, begun = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tasks); i++)
		tasks[i] = (struct deadline_task){ begin_and_hang, NULL, &results[i], sizeof(int), 0, 0, 0 };
	deadline_run_tasks(tasks, ARRAY_SIZE(tasks), util_now() + 3 * S);
	for (size_t i = 0; i < ARRAY_SIZE(tasks); i++) {
		begun += tasks[i].state == DEADLINE_HANGS;
		assert_true(tasks[i].state == DEADLINE_HANGS ||
			    (tasks[i].state == DEADLINE_NOT_STARTED && tasks[i].status == -ETIME));
	}
	assert_int_equal(begun, 128);
	deadline_run_tasks(tasks, 0, util_now() + S);
}

/* Ten pieces, each shorter than the patience, all of them longer. */
static int go_on(const void *argument, void *result)
{
	(void)argument;
	for (int i = 0; i < 10; i++) {
		usleep(50000);
		*(int *)result = i;
		deadline_progress();
	}
	return 0;
}

static void who_makes_progress_does_not_hang(void **state)
{
	int going = 0, hanging = 0;
	struct deadline_task tasks[] = {
		{ go_on, NULL, &going, sizeof(going), S / 2, 0, 0 },
		{ begin_and_hang, NULL, &hanging, sizeof(hanging), S / 2, 0, 0 },
	};

	(void)state;
	deadline_run_tasks(tasks, ARRAY_SIZE(tasks), util_now() + 30 * S);
	assert_int_equal(tasks[0].state, DEADLINE_ENDED);
	assert_int_equal(going, 9);
	assert_int_equal(tasks[1].state, DEADLINE_HANGS);
	assert_int_equal(hanging, 7);
}

static int succeed(const void *argument)
{
	return *(const int *)argument;
}

static int hang(const void *argument)
{
	(void)argument;
	for (;;)
		pause();
	return 0;
}

static void one_piece_is_bounded(void **state)
{
	int value = -EBUSY, result = 1, number = 21;

	(void)state;
	assert_int_equal(deadline_run(succeed, &value, util_now() + S), -EBUSY);
	assert_int_equal(deadline_run(hang, NULL, util_now() + S / 10), -ETIMEDOUT);
	/* A time that is over already counts as one that was used up. */
	assert_int_equal(deadline_run(succeed, &value, util_now() - 1), -ETIMEDOUT);
	assert_int_equal(deadline_read(double_it, &number, &result, sizeof(result), util_now() + S), -EBUSY);
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
		cmocka_unit_test(who_makes_progress_does_not_hang),
		cmocka_unit_test(one_piece_is_bounded),
	};

	return RUN(tests);
}
