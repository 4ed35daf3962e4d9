/*
 * Which rule would allow the name, or what stands in the way. Only what is said of a program that
 * a rule was made for stops it: that there is no rule is no fault of a name that nobody requests.
 */
#include "judge_request.h"

#include <string.h>

#include "request_message.h"
#include "request_text.h"

#define RAISE_EACH                                                                                 \
    "release objects of this account (shmb release NAME), or have the administrator raise `each` " \
    "of the rule, then: shmbroker reload"
#define RAISE_TOTAL                                                                                \
    "as administrator: shmb list --requested shows who has them; release some, or raise `total` "  \
    "of the rule, then: shmbroker reload"

/* What an administrator does about a reason, such that "do: " can stand before it. */
static const struct {
    enum shmb_request_reason reason;
    const char *id;
    bool stops;
    const char *remedy;
} table[] = {
    {SHMB_WHY_NO_RULE, "request-no-rule", false,
     "if programs are to ask for such names, have the administrator write a rule with a pattern "
     "for them into `requests`, then: shmbroker reload"},
    {SHMB_WHY_NO_PIPE, "request-no-pipe", false,
     "if programs are to ask for such names, have the administrator write `requests` into the "
     "configuration, then: shmbroker reload; if it is there, shmbroker status says why the pipe is "
     "missing"},
    {SHMB_WHY_WHO, "request-who", true,
     "have the administrator add this account, or a group of it, to `who` of the rule, then: "
     "shmbroker reload"},
    {SHMB_WHY_KIND, "request-kind", true,
     "if it is to be no segment, see what is said of its kind: shmb request NAME --kind K --ask; "
     "else have the administrator add segment to `kinds` of the rule, then: shmbroker reload"},
    {SHMB_WHY_SIZE, "request-size", true,
     "request less, or have the administrator raise `size` of the rule, then: shmbroker reload"},
    {SHMB_WHY_EACH_OBJECTS, "request-quota", true, RAISE_EACH},
    {SHMB_WHY_EACH_MEMORY, "request-quota", true, RAISE_EACH},
    {SHMB_WHY_TOTAL_OBJECTS, "request-quota", true, RAISE_TOTAL},
    {SHMB_WHY_TOTAL_MEMORY, "request-quota", true, RAISE_TOTAL},
    {SHMB_WHY_LIMITS, "request-limits", true,
     "as administrator: raise `limits` of the configuration, then: shmbroker reload"},
    {SHMB_WHY_RATE, "request-rate", true,
     "try again later; if it stays so, find the program of this account that asks without end"},
    {SHMB_WHY_TAKEN, "request-taken", true, "use another name"},
    {SHMB_WHY_FOREIGN, "request-foreign", true,
     "end the program that created the object, or use another name"},
    {SHMB_WHY_STOPPING, "request-stopping", true, "try again when the broker runs"},
    {SHMB_WHY_SYSTEM, "request-system", true,
     "as administrator: the event log of ShmBroker says which call failed"},
    {SHMB_WHY_MESSAGE, "request-version", true, "update shmb or the broker, whichever is older"},
};

static void judge_refusal(const struct doctor_request *request, struct doctor_report *report)
{
    struct shmb_request_answer answer = {.reason = (enum shmb_request_reason)request->reason,
                                         .used = request->used,
                                         .most = request->most,
                                         .size = request->bytes,
                                         .retry_ms = request->retry_ms};
    char text[SHMB_REQUEST_TEXT_MAX];
    size_t i;

    static_assert(sizeof(answer.rule) == sizeof(request->rule), "a rule's name fits");
    strcpy(answer.rule, request->rule);
    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if ((uint32_t)table[i].reason == request->reason)
            doctor_remedy(doctor_add(report, table[i].id, table[i].stops,
                                     "it cannot be requested: %s",
                                     shmb_request_text_answer(&answer, text, sizeof(text))),
                          "%s", table[i].remedy);
}

void doctor_judge_request(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_request *request = &facts->request;
    char word[SHMB_NAME_WORD];

    if (!request->asked)
        return;
    if (request->stranger)
        doctor_remedy(
            doctor_add(
                report, "request-stranger", true,
                "it cannot be requested: another program has the broker's pipe for requests"),
            "as administrator: find the program that has \\\\.\\pipe\\ShmBroker.Requests and end "
            "it; the broker then makes its own");
    else if (request->allowed)
        /* Who only opens it fails, until somebody has requested it. */
        doctor_remedy(doctor_add(report, "requestable", true,
                                 "nobody has requested it yet; rule %s lets this program request "
                                 "it",
                                 request->rule[0] != '\0' ? request->rule : "of `requests`"),
                      "have the program call shmb_request before it opens it; to try it: shmb "
                      "request %s --size S",
                      shmb_name_word(facts->name, word));
    else
        judge_refusal(request, report);
}
