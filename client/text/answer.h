/*
 * answer.h - the document that a verb of shmb or shmbroker prints with --json.
 *
 * Each begins with "schema" and "verb". An answer goes on with the members of the verb and ends
 * with "warnings". If the verb fails before its answer is complete, the document has "error" in
 * place of the members. client/json.md describes all of them.
 *
 * The state belongs to the process: one command line, one answer. Writes nothing itself; see
 * console_answer.
 */
#ifndef SHMB_ANSWER_H
#define SHMB_ANSWER_H

#include "exit_codes.h"
#include "json.h"

/* Changes if a key goes, or gets another type or meaning. New keys do not change it. */
#define ANSWER_SCHEMA 1

/* Begins: --json is on the command line, and no verb is known yet. Forgets what was before. */
void answer_begin(void);

/* Texts are wanted after all, such as those of --help. Frees everything. */
void answer_off(void);

/* True between answer_begin and answer_off: the standard output gets documents only. */
bool answer_wanted(void);

/* The verb and, if it has one, its action; both must live on. */
void answer_verb(const char *verb, const char *action);

/* The documents are JSON Lines: the verb prints more than one. */
void answer_lines(void);

/* The object that the command line names; must live on. NULL: none. */
void answer_about(const char *object);

/* A line that the standard error output got: a warning, or what may be the reason of a failure. */
void answer_note(const char *line, bool warning);

/*
 * What is known of a failure, before the line that says it: that line is the message of the error,
 * and others, about what comes of it, are not. The first failure with its line is the cause; later
 * ones change nothing. `code` NULL: the word of the exit code; `system` 0: no Win32 code.
 */
void answer_fault(const char *code, uint32_t system);

/* The code in "error" for an exit code, such as "ACCESS_DENIED". */
const char *answer_code(uint32_t code);

/*
 * Begins an answer, in which the caller writes its members. NULL: texts are wanted. The answer
 * counts only after answer_done.
 */
struct json *answer_open(void);
void answer_done(void);

/*
 * The next document, with its line end, for the exit code `*code`: the answer if it is done; else
 * the failure or, of a verb without members of its own, the name of the object. Of JSON Lines,
 * nothing in place of that. Valid until the next call. If there is no memory, says so, or leaves
 * out the line, and changes `*code`.
 */
const char *answer_text(uint32_t *code);

#endif
