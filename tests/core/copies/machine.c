#include "machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "control.h"
#include "copy_format.h"
#include "lifecycle.h"
#include "status_report.h"

const char kept_at_stop[] = HEAD "  A: { size: 64, keep: reboot, initial: { text: first } }\n";
const char kept_by_time[] =
    HEAD "  A: { size: 64, keep: reboot, save_every: 10 s, initial: { text: first } }\n";
const char kept_two[] = HEAD "  A: { size: 64, keep: reboot }\n"
                             "  B: { size: 64, keep: reboot }\n";
const char kept_gone[] = HEAD "  B: { size: 64 }\n";
const char kept_by_time_and_b[] =
    HEAD "  A: { size: 64, keep: reboot, save_every: 10 s, initial: { text: first } }\n"
         "  B: { size: 8 }\n";
const char kept_larger[] =
    HEAD "  A: { size: 128, keep: reboot, save_every: 10 s, initial: { text: first } }\n";
const char kept_as_event[] =
    "version: 1\ndefaults: { access: { read: Users } }\nevents:\n  A: { reset: manual }\n";

struct fake *machine;
void (*machine_at_wait)(size_t number);
const char *machine_texts[8]; /* what is written into A at the n-th wait */
char machine_found[SIZE + 1]; /* in A at the first wait */
static char report_text[SHMB_REPORT_TEXT_MAX + 1];

/* A client that has it open sees it as it is; nobody else has looked: zeros. */
const char *machine_content_of(const char *name)
{
    const struct fake_object *object = fake_find(machine, name);

    assert_non_null(object);
    return object->content != NULL ? (const char *)object->content : "";
}

/* As a client would. */
void machine_put(const char *name, const char *text)
{
    const struct system *system = fake_system(machine);
    struct sys_facts facts;
    struct sys_failure why;
    struct sys_object *section;
    void *view;

    assert_int_equal(
        system->objects.inspect(system->self, name, SHMB_SECTION, &facts, &section, &why), SYS_OK);
    assert_int_equal(
        system->objects.map(system->self, section, (size_t)strlen(text) + 1, &view, &why), SYS_OK);
    strcpy(view, text);
    system->objects.unmap(system->self, view);
    system->objects.close(system->self, section);
    free(facts.sddl);
}

static void look(const struct fake_object *object)
{
    size_t length = object->content_length < SIZE ? object->content_length : SIZE;

    if (object->content != NULL)
        memcpy(machine_found, object->content, length);
}

static void on_wait(struct fake *which, size_t number)
{
    (void)which;
    if (number == 1 && fake_find(machine, "A") != NULL)
        look(fake_find(machine, "A"));
    if (number <= sizeof(machine_texts) / sizeof(machine_texts[0]) &&
        machine_texts[number - 1] != NULL && fake_find(machine, "A") != NULL)
        machine_put("A", machine_texts[number - 1]);
    if (machine_at_wait != NULL)
        machine_at_wait(number);
}

/* A machine with a disk; NULL: a new one. */
void machine_boot(struct fake_disk *disk, const char *configuration)
{
    if (machine != NULL)
        fake_free(machine);
    machine = fake_new();
    fake_owner(machine, "S-1-5-80-1-2-3-4-5");
    if (disk != NULL)
        fake_use_disk(machine, disk);
    fake_file(machine, FILE_NAME, configuration);
    fake_on_wait(machine, on_wait);
    memset(machine_found, 0, sizeof(machine_found));
    memset(machine_texts, 0, sizeof(machine_texts));
    machine_at_wait = NULL;
}

/* Lives through `waits` waits, with what has been set after `boot`. */
void machine_live(size_t waits)
{
    fake_stop_at(machine, FAKE_WAIT, waits);
    assert_int_equal(lifecycle_run(fake_system(machine), FILE_NAME), SHMB_EXIT_DONE);
}

/* What a machine with this disk begins with. */
const char *machine_found_on(struct fake_disk *disk)
{
    machine_boot(disk, kept_at_stop);
    machine_live(1);
    return machine_found;
}

/* A disk that has these two copies of A. */
struct fake_disk *machine_disk_with(const char *older, const char *newest)
{
    machine_boot(NULL, kept_by_time);
    machine_texts[0] = older;
    machine_texts[1] = newest;
    machine_live(3);
    assert_int_equal(fake_disk(machine)->count, 2);
    return fake_take_disk(machine);
}

int machine_end(void **state)
{
    (void)state;
    if (machine != NULL)
        fake_free(machine);
    machine = NULL;
    return 0;
}

/* A line of the report that begins so. */
bool machine_told(const char *line)
{
    const struct fake_object *section = fake_find(machine, SHMB_REPORT_NAME);
    struct shmb_report header;

    assert_non_null(section);
    assert_int_equal(
        shmb_report_read(section->content, section->content_length, &header, report_text),
        SHMB_READ_OK);
    return strstr(report_text, line) != NULL;
}

bool machine_is_complete(void)
{
    const struct shmb_report *report =
        (const struct shmb_report *)(const void *)fake_find(machine, SHMB_REPORT_NAME)->content;

    return report->result == SHMB_REPORT_COMPLETE;
}

void machine_damage(struct fake_disk *disk, const char *tail)
{
    struct fake_file *file = fake_disk_by_tail(disk, tail);

    assert_non_null(file);
    file->bytes[file->length - SIZE] ^= 1;
}

void machine_keep_open(size_t number)
{
    if (number == 1)
        fake_client_open(machine, "A");
}

struct fake_disk *machine_twin(const struct fake_disk *disk)
{
    struct fake_disk *made = fake_disk_new();
    size_t i;

    for (i = 0; i < disk->count; i++)
        fake_disk_put(made, disk->files[i].name, disk->files[i].bytes, disk->files[i].length);
    return made;
}
