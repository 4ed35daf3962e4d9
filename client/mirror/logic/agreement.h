/*
 * agreement.h - what a segment here and its value at the server agree on, and what to do next.
 *
 * Pure: the caller tells what it learned, asks for the next step, does it, and tells how it ended.
 * Numbers of revisions decide; no clock of any machine is compared with another's. `now` is in
 * milliseconds, of one clock here, and only measures how long to wait.
 */
#ifndef MIRROR_AGREEMENT_H
#define MIRROR_AGREEMENT_H

#include "revision.h"

/*
 * How long there is a wait for a machine that knows more, which puts its content there again as
 * soon as it is connected. So long a machine that only follows keeps a newer content after the
 * server went back to an older one; and one that publishes and follows, and has not heard of any
 * revision, leaves an empty server alone.
 */
#define AGREEMENT_GRACE_MS 3000u

enum agreement_step {
    AGREEMENT_WAIT,  /* nothing to do, or an answer is awaited */
    AGREEMENT_LOOK,  /* ask for the head: agreement_looked, or agreement_failed */
    AGREEMENT_FETCH, /* ask for head and content: agreement_fetched, or agreement_failed */
    AGREEMENT_SEND   /* send the content: agreement_sent, _refused, or agreement_failed */
};

/* What to tell, as a sum. Each is told once for one revision. */
enum {
    AGREEMENT_CONFLICT = 1, /* another machine publishes the same name */
    AGREEMENT_BACK = 2,     /* the server has an older revision than it had */
    AGREEMENT_EMPTY = 4,    /* the server has nothing any more */
    AGREEMENT_SIZE = 8,     /* the sizes differ: nothing is sent or taken */
    AGREEMENT_AGAIN = 16    /* this machine puts its content there again */
};

/* The segment here. */
struct agreement_here {
    const char *origin; /* the name of this machine */
    uint64_t generation, change;
    uint64_t size; /* 0: it is not open */
    bool written;  /* it has a content: somebody wrote it, or not all of its bytes are zero */
};

/* All zero but `publish` and `follow`: nothing is known. */
struct agreement {
    bool publish, follow;
    struct revision base;    /* the segment here had this content, or a newer one of its own */
    struct revision server;  /* what the server had last, as far as known */
    struct revision sending; /* sent, and no answer so far, or the connection ended before it */
    struct revision told;    /* of the last message to tell */
    uint64_t highest;        /* greatest number ever seen: the next write gets a greater one */
    uint64_t wanted;         /* greatest number that a message told of */
    uint64_t back_since;     /* when the server was seen to have gone back; 0: it has not */
    uint64_t hold_until;     /* nothing is sent before; 0: at once */
    bool met;                /* compared since the segment was opened */
    bool busy;               /* an answer is awaited */
    bool taking;             /* a content is to be written here */
    bool look, fetch, changed;
    bool misfit; /* the sizes differ */
};

/* The connection is there, or a while has passed: compare. */
void agreement_look(struct agreement *agreement);
/* The connection has ended: no answer comes any more. */
void agreement_cut(struct agreement *agreement);
/* The segment here was opened, and is not the one that was open before. */
void agreement_anew(struct agreement *agreement);
/* A program here has changed the content. */
void agreement_change(struct agreement *agreement);
/*
 * A message told of a revision. Where it is that of a write whose answer was lost, `base` is that
 * write now, as after an answer.
 */
void agreement_message(struct agreement *agreement, const struct revision *revision);
/*
 * A content of the segment's size came with the message. True: it is the newest that is known of,
 * so that agreement_told may be called instead of agreement_message.
 */
bool agreement_takes(const struct agreement *agreement, const struct revision *revision);
/* That content is to be written here, and then agreement_taken called. */
void agreement_told(struct agreement *agreement, const struct revision *revision);

/* What to do next. The caller does it at once, or asks again later; AGREEMENT_SEND not before
 * `hold_until`. */
enum agreement_step agreement_next(const struct agreement *agreement);

/* A step has begun; of AGREEMENT_SEND with this stamp. */
void agreement_begin(struct agreement *agreement, enum agreement_step step, const char *stamp);
/* It has failed, and is to be done again. */
void agreement_failed(struct agreement *agreement, enum agreement_step step);

/* The answers. Each returns what to tell. */
unsigned agreement_looked(struct agreement *agreement, const struct revision_head *have,
                          const struct agreement_here *here, uint64_t now);
/* `*take`: the content is to be written here, and then agreement_taken called. */
unsigned agreement_fetched(struct agreement *agreement, const struct revision_head *have,
                           const struct agreement_here *here, uint64_t now, bool *take);
void agreement_sent(struct agreement *agreement, uint64_t number);
/* The server had another revision than expected, with this head. `*take`: as above. */
unsigned agreement_refused(struct agreement *agreement, const struct revision_head *have,
                           const struct agreement_here *here, uint64_t now, bool *take);

/* The segment here has this content now. */
void agreement_taken(struct agreement *agreement, const struct revision *revision);
/*
 * Instead: the content of this revision is what both had before, as where another machine has put
 * it there again. There is nothing to write here, and a change of this machine is newer.
 */
void agreement_unchanged(struct agreement *agreement, const struct revision *revision);

#endif
