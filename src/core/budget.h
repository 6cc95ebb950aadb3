/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a stage and its parts may take. Pure: times are microseconds of one clock, that of util_now().
 * However many devices hang, they use up one part of the budget, because all are worked on at the same time.
 */
#pragma once

/* deadline= is what one stage may take in all. */
struct budget {
	unsigned long long start, total;
};

/* Binding gets this much even where looking has used up the budget. */
#define BUDGET_LEAST_TO_WRITE 1500000ULL

/*
 * Everything that is read ends here: three quarters, so that something is left to bind with what is known by
 * then.
 */
static inline unsigned long long budget_look_end(const struct budget *budget)
{
	return budget->start + budget->total / 4 * 3;
}

/*
 * Reading that begins at @now and has more behind it ends here: five eighths of the budget, so that time is
 * left for that.
 */
static inline unsigned long long budget_read_end(const struct budget *budget, unsigned long long now)
{
	unsigned long long end = now + budget->total / 8 * 5, look = budget_look_end(budget);

	return end < look ? end : look;
}

/* A disk that makes no progress for so long hangs: one that is only slow, or one of many, goes on. */
#define BUDGET_LEAST_STALL 1000000ULL
static inline unsigned long long budget_stall(const struct budget *budget)
{
	unsigned long long least = budget->total / 8 * 3;

	least = least < BUDGET_LEAST_STALL ? least : BUDGET_LEAST_STALL;
	return budget->total / 4 > least ? budget->total / 4 : least;
}

/* Writing that begins at @now ends here. */
static inline unsigned long long budget_write_end(const struct budget *budget, unsigned long long now)
{
	unsigned long long end = budget->start + budget->total, least = now + BUDGET_LEAST_TO_WRITE;

	return end > least ? end : least;
}

/* A step that others wait for gets half of what is left between @now and @end. */
static inline unsigned long long budget_step_end(unsigned long long now, unsigned long long end)
{
	return now < end ? now + (end - now) / 2 : now;
}
