/*
 * merge.h - one configuration made of several files.
 *
 * Each file has been loaded by itself, with its own version and defaults. The
 * first is the main file; the others are included by it, and may contain only
 * their own objects, rules and defaults.
 */
#ifndef CFG_MERGE_H
#define CFG_MERGE_H

#include "load.h"

/*
 * True if a loaded file may be included. Each of include, directory, limits, watch and
 * hold_for in it is an error at its place: they are for the main file.
 */
bool cfg_may_include(const struct cfg *part, struct cfg_messages *messages);

/*
 * Makes one configuration of `count` loaded files: the settings of the first,
 * the objects and rules of all in their order. The parts are borrowed and must outlive
 * `*out`. Initial content from files must already be in them.
 *
 * Names that clash between two files, totals beyond the limits of the main
 * file, and neither an object nor a rule at all are errors.
 *
 * parts     the first is never NULL; others may be, and are skipped; those that
 *           are not have passed cfg_may_include
 * left_out  NULL: any error makes all of it CFG_INVALID. Else `count` flags: a
 *           part (never the first) that clashes with those before it, or goes
 *           beyond the limits, is left out as a whole; its flag is set, its
 *           errors are in `messages`, and the rest may be CFG_OK all the same.
 *           Flags of other parts stay as they are.
 * messages  errors are added, and the list is sorted
 * out       on CFG_OK the configuration, to be freed with cfg_free; else NULL
 */
enum cfg_result cfg_merge(struct cfg *const *parts, size_t count, bool *left_out,
                          struct cfg_messages *messages, struct cfg **out);

#endif
