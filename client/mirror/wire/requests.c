#include "requests.h"

#include <stdio.h>
#include <string.h>

#include "script.h"

void request_word(struct request *request, const char *word, size_t length)
{
    if (request->count == REQUESTS_WORDS)
        return;
    request->words[request->count] = word;
    request->lengths[request->count++] = length;
}

void request_text(struct request *request, const char *text)
{
    request_word(request, text, strlen(text));
}

void request_number(struct request *request, uint64_t number)
{
    char *digits = request->digits[request->numbers];

    if (request->numbers == sizeof(request->digits) / sizeof(request->digits[0]))
        return;
    request->numbers++;
    snprintf(digits, REQUESTS_DIGITS, "%llu", (unsigned long long)number);
    request_text(request, digits);
}

static void add_fields(struct request *request, const char *key)
{
    static const char *const fields[] = {SCRIPT_FIELDS};
    size_t i;

    request_text(request, "HMGET");
    request_text(request, key);
    for (i = 0; i < SCRIPT_COUNT; i++)
        request_text(request, fields[i]);
}

void request_head(struct request *request, const char *key)
{
    *request = (struct request){0};
    add_fields(request, key);
}

void request_value(struct request *request, const char *key)
{
    *request = (struct request){0};
    add_fields(request, key);
    request_text(request, "content");
}

void request_write(struct request *request, const struct request_write *write)
{
    *request = (struct request){0};
    request_text(request, write->script != NULL ? "EVALSHA" : "EVAL");
    request_text(request, write->script != NULL ? write->script : SCRIPT_TEXT);
    request_text(request, "1");
    request_text(request, write->key);
    request_number(request, write->expected->number);
    request_text(request, write->expected->stamp);
    request_number(request, write->greater_than);
    request_text(request, write->stamp);
    request_text(request, write->head.origin);
    request_number(request, write->head.generation);
    request_number(request, write->head.change);
    request_number(request, write->head.size);
    request_word(request, write->content, (size_t)write->head.size);
    request_text(request, write->channel);
    request_text(request, write->tell ? "1" : "0");
    request_text(request, write->bring ? "1" : "0");
}
