/*
 * Finds the nearest word by edit distance, for a misspelt key or word of the configuration
 * and for a name that the broker does not hold.
 */
#include "suggest.h"

#include <string.h>

#define LONGEST 63 /* no keyword is longer, and hardly any name */

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The edit distance, where a swap of neighbours counts as 1; lengths are at most LONGEST. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    /* cost[i][k]: the distance of the first i letters of a from the first k of b. */
    size_t cost[LONGEST + 1][LONGEST + 1];
    size_t i, k;

    for (i = 0; i <= a_length; i++)
        cost[i][0] = i;
    for (k = 0; k <= b_length; k++)
        cost[0][k] = k;
    for (i = 1; i <= a_length; i++) {
        for (k = 1; k <= b_length; k++) {
            size_t differ = lower(a[i - 1]) != lower(b[k - 1]);
            size_t best = least(cost[i - 1][k], cost[i][k - 1]) + 1;

            best = least(best, cost[i - 1][k - 1] + differ);
            if (i > 1 && k > 1 && lower(a[i - 1]) == lower(b[k - 2]) &&
                lower(a[i - 2]) == lower(b[k - 1]))
                best = least(best, cost[i - 2][k - 2] + 1);
            cost[i][k] = best;
        }
    }
    return cost[a_length][b_length];
}

const char *suggest_word(const char *text, size_t length, const char *const *words, size_t count)
{
    const char *best = NULL;
    size_t best_distance = 0, i;

    if (length == 0 || length > LONGEST)
        return NULL;
    for (i = 0; i < count; i++) {
        size_t word_length = strlen(words[i]), most = word_length < 6 ? 1 : word_length / 3, d;

        if (word_length > LONGEST)
            continue;
        d = distance(text, length, words[i], word_length);
        /*
         * The second condition: nothing of the word would be left, as with one of a single
         * letter.
         */
        if (d > most || d >= word_length)
            continue;
        if (best == NULL || d < best_distance) {
            best = words[i];
            best_distance = d;
        }
    }
    return best;
}
