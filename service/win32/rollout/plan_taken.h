/*
 * plan_taken.h - what a reload would do where an object already has the name of one to be made:
 * the broker's own, as of a retired one that programs have open, or a stranger's.
 */
#ifndef PLAN_TAKEN_H
#define PLAN_TAKEN_H

#include "inventory.h"
#include "misfit.h"
#include "name_holder.h"
#include "plan_view.h"
#include "state.h"
#include "system.h"

#define PLAN_TAKEN_TEXT (MISFIT_REASON + NAME_HOLDER_TEXT_MAX + 128)

/* What judges it, as the broker would. */
struct plan_taken {
    const struct system *system;
    const char *owner;         /* the SID of the broker's objects */
    const struct state *state; /* the broker's; NULL: it cannot be read */
};

/*
 * Opens the object, as far as the caller may, and judges it as the reload will. Writes to `text`
 * what has the name, or why it cannot become what is wanted. PLAN_VIEW_ADOPT, _DEFER or _CONFLICT.
 */
enum plan_word plan_taken_judge(const struct plan_taken *by, const struct item *item,
                                const struct name_holder *holder, char text[PLAN_TAKEN_TEXT]);

#endif
