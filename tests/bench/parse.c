/*
 * What a load costs beside the bare events of libyaml: 10 000 segments, both
 * measured in turns in one run. Means something only without sanitizers:
 *
 *   cmake --preset host -B build/bench -D SHMB_SANITIZE=OFF -D CMAKE_BUILD_TYPE=Release
 *   cmake --build build/bench --target bench_parse && build/bench/bin/bench_parse
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "load.h"
#include "measure.h"

#define SEGMENTS 10000
#define ROUNDS   21

static char *make_text(size_t *length)
{
    static const char format[] = "  Segment%05d:\n"
                                 "    size: 64 KiB\n"
                                 "    access: { read: [Users], write: ['CORP\\Group%d'] }\n";
    size_t capacity = 256 + SEGMENTS * (sizeof format + 16), used;
    char *text = malloc(capacity);
    int i;

    if (text == NULL)
        exit(1);
    used = (size_t)snprintf(text, capacity, "version: 1\nsegments:\n");
    for (i = 0; i < SEGMENTS; i++)
        used += (size_t)snprintf(text + used, capacity - used, format, i, i % 50);
    *length = used;
    return text;
}

static double time_events(const char *text, size_t length)
{
    double start = now_us();
    yaml_parser_t parser;
    bool more = true;

    if (!yaml_parser_initialize(&parser))
        exit(1);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    while (more) {
        yaml_event_t event;

        if (!yaml_parser_parse(&parser, &event))
            exit(1);
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return now_us() - start;
}

static double time_load(const char *text, size_t length)
{
    double start = now_us(), end;
    struct cfg_messages messages;
    struct cfg *configuration;

    cfg_messages_init(&messages);
    if (cfg_load("bench.yaml", text, length, &messages, &configuration) != CFG_OK ||
        configuration->count != SEGMENTS)
        exit(1);
    end = now_us();
    cfg_free(configuration);
    cfg_messages_free(&messages);
    return end - start;
}

int main(void)
{
    double events[ROUNDS], loads[ROUNDS], ratios[ROUNDS];
    size_t length, i;
    char *text = make_text(&length);

    time_events(text, length); /* warms up */
    time_load(text, length);
    for (i = 0; i < ROUNDS; i++) {
        events[i] = time_events(text, length);
        loads[i] = time_load(text, length);
        ratios[i] = loads[i] / events[i];
    }
    free(text);
    measure_row("parse and check of 10000/events of libyaml", ratios, loads, events, ROUNDS, 1e-3,
                "ms");
    return 0;
}
