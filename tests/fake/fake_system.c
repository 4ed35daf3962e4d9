#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_system.h"
#include "names.h"
#include "pattern.h"

#define WAITS_MAX 4096

unsigned fake_busy;

struct sys_object {
    size_t entry; /* in the table */
    bool closed;
    size_t keeper; /* that has a handle of it for this one, and 1; 0: none */
};

struct sys_descriptor {
    char *sddl;
    bool freed;
};

struct sys_copy {
    char name[64];
    bool closed;
};

struct pair {
    char *key, *value;
};

/* A growing array of pointers or records; `size` is that of one. */
struct list {
    void *at;
    size_t count, capacity;
};

/* A mapped view: `object` is the entry in the table. */
struct view {
    size_t object;
    void *at; /* NULL: unmapped */
};

struct fake {
    struct system port;
    struct list objects;     /* struct fake_object */
    struct list handles;     /* struct sys_object * */
    struct list descriptors; /* struct sys_descriptor * */
    struct list views;       /* struct view */
    struct list copies;      /* struct sys_copy * */
    struct fake_disk *disk;
    bool saves;
    void (*on_busy)(struct fake *fake, enum fake_call call);
    struct list records;     /* struct fake_record */
    struct list events;      /* struct fake_event */
    struct list accounts;    /* struct pair: name, SID */
    struct list files;       /* struct pair: path, text */
    struct list state_files; /* struct pair: name, text */
    struct list anew;        /* struct pair: name */
    char boot[SYS_BOOT_MAX];
    enum sys_wake wake; /* of the next wait that would time out */
    bool woken;
    char owner[SYS_SID_MAX];
    size_t counts[FAKE_CALL_COUNT], can_fail;
    size_t fail_nth;
    enum sys_status fail_nth_status;
    enum fake_call fail_call; /* FAKE_CALL_COUNT: no rule */
    char *fail_name;
    enum sys_status fail_status;
    enum fake_call stop_call;
    size_t stop_count;
    void (*on_wait)(struct fake *fake, size_t number);
    void (*on_effect)(struct fake *fake);
    uint64_t clock, random;
    uint64_t ticks; /* a wait that ends by time takes its time */
    uint32_t sessions[8];
    size_t session_count;
    uint32_t waits[WAITS_MAX];
    struct {
        bool alive;
        uint32_t hold_ms;
    } keepers[FAKE_KEEPERS];
    size_t keeper_count;
    size_t keeper; /* the broker's, and 1; 0: none */
    bool left, release;
    enum fake_call failed;
    size_t crash_nth;
    bool crashed;
};

static void *add(struct list *list, size_t size)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        list->at = realloc(list->at, list->capacity * size);
        assert_non_null(list->at);
    }
    memset((char *)list->at + list->count * size, 0, size);
    return (char *)list->at + list->count++ * size;
}

static char *copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *made = malloc(size);

    assert_non_null(made);
    memcpy(made, text, size);
    return made;
}

static struct fake_object *object_at(const struct fake *fake, size_t index)
{
    return (struct fake_object *)fake->objects.at + index;
}

static struct sys_object *handle_at(const struct fake *fake, size_t index)
{
    return ((struct sys_object **)fake->handles.at)[index];
}

static struct sys_descriptor *descriptor_at(const struct fake *fake, size_t index)
{
    return ((struct sys_descriptor **)fake->descriptors.at)[index];
}

static const char *value_of(const struct list *list, const char *key)
{
    const struct pair *pairs = list->at;
    size_t i;

    for (i = list->count; i-- > 0;)
        if (strcmp(pairs[i].key, key) == 0)
            return pairs[i].value;
    return NULL;
}

static void add_pair(struct list *list, const char *key, const char *value)
{
    struct pair *pair = add(list, sizeof(*pair));

    pair->key = copy(key);
    pair->value = copy(value);
}

/* Records a call and decides whether it is to fail. */
static enum sys_status record(struct fake *fake, enum fake_call call, const char *name)
{
    struct fake_record *made = add(&fake->records, sizeof(*made));

    made->call = call;
    made->name = copy(name);
    fake->counts[call]++;
    if (call >= FAKE_CAN_FAIL)
        return SYS_OK;
    fake->can_fail++;
    fake->crashed |= fake->can_fail == fake->crash_nth;
    if (fake->crashed)
        made->status = SYS_FAILED;
    else if (fake->can_fail == fake->fail_nth)
        made->status = fake->fail_nth_status;
    else if (call == fake->fail_call &&
             (fake->fail_name == NULL || strcmp(fake->fail_name, name) == 0))
        made->status = fake->fail_status;
    if (made->status != SYS_OK)
        fake->failed = call;
    return made->status;
}

static enum sys_status refuse(struct fake *fake, enum sys_status status, const char *call,
                              struct sys_failure *why)
{
    struct fake_record *last = (struct fake_record *)fake->records.at + fake->records.count - 1;

    last->status = status;
    *why = (struct sys_failure){.code = FAKE_CODE, .call = call};
    (void)snprintf(why->text, sizeof(why->text), "made to fail");
    fake_busy--;
    return status;
}

static enum sys_status done(void)
{
    fake_busy--;
    return SYS_OK;
}

/* The same, where others can see that something has changed. */
static enum sys_status effected(struct fake *fake)
{
    if (fake->on_effect != NULL)
        fake->on_effect(fake);
    return done();
}

static enum sys_status identify(void *self, struct sys_identity *out, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    memset(out, 0, sizeof(*out));
    fake->left = false; /* another broker */
    fake->keeper = 0;
    status = record(fake, FAKE_IDENTIFY, "");
    if (status != SYS_OK)
        return refuse(fake, status, "GetTokenInformation", why);
    memcpy(out->owner, fake->owner, sizeof(out->owner));
    out->process = FAKE_PROCESS;
    out->started = FAKE_STARTED;
    memcpy(out->boot, fake->boot, sizeof(out->boot));
    return done();
}

static void check_descriptor(const struct fake *fake, const struct sys_descriptor *descriptor)
{
    size_t i;

    for (i = 0; i < fake->descriptors.count; i++)
        if (descriptor_at(fake, i) == descriptor && !descriptor->freed)
            return;
    fail_msg("a descriptor is used that does not live");
}

static enum sys_status claim(void *self, const struct sys_descriptor *descriptor,
                             struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    check_descriptor(fake, descriptor);
    status = record(fake, FAKE_CLAIM, descriptor->sddl);
    return status != SYS_OK ? refuse(fake, status, "CreateMutexW", why) : done();
}

static enum sys_status read_file(void *self, const char *path, size_t limit, char **content,
                                 size_t *length, struct sys_failure *why)
{
    struct fake *fake = self;
    const char *text = value_of(&fake->files, path);
    enum sys_status status;

    fake_busy++;
    *content = NULL;
    *length = 0;
    status = record(fake, FAKE_READ_FILE, path);
    if (status == SYS_OK && text == NULL)
        status = SYS_NOT_FOUND;
    if (status == SYS_OK && strlen(text) > limit)
        status = SYS_FAILED;
    if (status != SYS_OK)
        return refuse(fake, status, "CreateFileW", why);
    *length = strlen(text);
    *content = malloc(*length + 1); /* not terminated, exactly as long as it says */
    assert_non_null(*content);
    memcpy(*content, text, *length);
    return done();
}

/* Only what the tests need: no "..", no drive without a folder. */
static char *absolute(const char *base, const char *path)
{
    size_t folder = base != NULL ? (size_t)(pattern_last_part(base) - base) : 0;
    size_t size = folder + strlen(path) + sizeof("C:\\here\\");
    bool is_absolute = path[0] != '\0' && path[1] == ':';
    char *made = malloc(size);

    assert_non_null(made);
    if (is_absolute)
        (void)snprintf(made, size, "%s", path);
    else if (base == NULL)
        (void)snprintf(made, size, "C:\\here\\%s", path);
    else
        (void)snprintf(made, size, "%.*s%s", (int)folder, base, path);
    return made;
}

static enum sys_status resolve_path(void *self, const char *base, const char *path, char **out,
                                    struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    *out = NULL;
    status = record(fake, FAKE_RESOLVE_PATH, path);
    if (status != SYS_OK)
        return refuse(fake, status, "GetFullPathNameW", why);
    *out = absolute(base, path);
    return done();
}

/* True for a file in the folder of the pattern whose name it means. */
static bool is_meant(const char *pattern, const char *path)
{
    const char *name = pattern_last_part(path);
    size_t folder = (size_t)(pattern_last_part(pattern) - pattern);

    return (size_t)(name - path) == folder && strncmp(path, pattern, folder) == 0 &&
           pattern_match(pattern + folder, name);
}

static int compare_paths(const void *a, const void *b)
{
    return pattern_compare(*(char *const *)a, *(char *const *)b);
}

static char **matches(const struct fake *fake, char *pattern, size_t *count)
{
    const struct pair *files = fake->files.at;
    char **paths = calloc(fake->files.count + 1, sizeof(*paths));
    size_t i;

    assert_non_null(paths);
    if (!pattern_has_wildcard(pattern)) {
        paths[(*count)++] = copy(pattern);
        return paths;
    }
    for (i = 0; i < fake->files.count; i++)
        if (is_meant(pattern, files[i].key) &&
            value_of(&fake->files, files[i].key) == files[i].value)
            paths[(*count)++] = copy(files[i].key);
    qsort(paths, *count, sizeof(*paths), compare_paths);
    return paths;
}

static enum sys_status expand(void *self, const char *base, const char *pattern, char ***paths,
                              size_t *count, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;
    char *whole;

    fake_busy++;
    *paths = NULL;
    *count = 0;
    assert_non_null(base);
    assert_null(pattern_fault(pattern, strlen(pattern), true));
    status = record(fake, FAKE_EXPAND, pattern);
    if (status != SYS_OK)
        return refuse(fake, status, "FindFirstFileExW", why);
    whole = absolute(base, pattern);
    *paths = matches(fake, whole, count);
    free(whole);
    if (*count == 0) {
        free(*paths);
        *paths = NULL;
    }
    return done();
}

static enum sys_status state_read(void *self, const char *name, size_t limit, char **content,
                                  size_t *length, struct sys_failure *why)
{
    struct fake *fake = self;
    const char *text = value_of(&fake->state_files, name);
    enum sys_status status;

    fake_busy++;
    *content = NULL;
    *length = 0;
    status = record(fake, FAKE_STATE_READ, name);
    if (status == SYS_OK && text == NULL)
        status = SYS_NOT_FOUND;
    if (status == SYS_OK && strlen(text) > limit)
        status = SYS_FAILED;
    if (status != SYS_OK)
        return refuse(fake, status, "CreateFileW", why);
    *length = strlen(text);
    *content = malloc(*length + 1);
    assert_non_null(*content);
    memcpy(*content, text, *length);
    return done();
}

static enum sys_status put_state(struct fake *fake, const char *name, const char *before,
                                 const void *bytes, size_t length)
{
    size_t had = strlen(before);
    char *text = malloc(had + length + 1);

    assert_non_null(text);
    memcpy(text, before, had);
    memcpy(text + had, bytes, length);
    text[had + length] = '\0';
    fake_state_file(fake, name, text);
    free(text);
    return done();
}

static enum sys_status state_write(void *self, const char *name, const void *bytes, size_t length,
                                   struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    status = record(fake, FAKE_STATE_WRITE, name);
    if (status != SYS_OK)
        return refuse(fake, status, "WriteFile", why);
    return put_state(fake, name, "", bytes, length);
}

static enum sys_status state_append(void *self, const char *name, const void *bytes, size_t length,
                                    struct sys_failure *why)
{
    struct fake *fake = self;
    const char *text = value_of(&fake->state_files, name);
    enum sys_status status;

    fake_busy++;
    status = record(fake, FAKE_STATE_APPEND, name);
    if (status != SYS_OK)
        return refuse(fake, status, "WriteFile", why);
    return put_state(fake, name, text != NULL ? text : "", bytes, length);
}

static enum sys_status copy_read(void *self, const char *name, size_t limit, char **content,
                                 size_t *length, struct sys_failure *why)
{
    struct fake *fake = self;
    const struct fake_file *file = fake_disk_find(fake->disk, name);
    enum sys_status status;

    fake_busy++;
    *content = NULL;
    *length = 0;
    status = record(fake, FAKE_COPY_READ, name);
    if (status == SYS_OK && file == NULL)
        status = SYS_NOT_FOUND;
    if (status == SYS_OK && file->length > limit)
        status = SYS_FAILED;
    if (status != SYS_OK)
        return refuse(fake, status, "CreateFileW", why);
    *length = file->length;
    *content = malloc(file->length + 1);
    assert_non_null(*content);
    if (file->length > 0)
        memcpy(*content, file->bytes, file->length);
    return done();
}

static enum sys_status copy_create(void *self, const char *name, struct sys_copy **out,
                                   struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;
    struct sys_copy *made;

    fake_busy++;
    *out = NULL;
    status = record(fake, FAKE_COPY_CREATE, name);
    if (status != SYS_OK)
        return refuse(fake, status, "CreateFileW", why);
    fake_disk_create(fake->disk, name);
    made = calloc(1, sizeof(*made));
    assert_non_null(made);
    assert_true(strlen(name) < sizeof(made->name));
    strcpy(made->name, name);
    *(struct sys_copy **)add(&fake->copies, sizeof(made)) = made;
    *out = made;
    return done();
}

static enum sys_status copy_write(void *self, struct sys_copy *copy, const void *bytes,
                                  size_t length, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    assert_false(copy->closed);
    status = record(fake, FAKE_COPY_WRITE, copy->name);
    /* What failed may have written something all the same. */
    fake_disk_append(fake->disk, copy->name, bytes, status == SYS_OK ? length : length / 2);
    return status != SYS_OK ? refuse(fake, status, "WriteFile", why) : done();
}

static enum sys_status copy_flush(void *self, struct sys_copy *copy, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    assert_false(copy->closed);
    status = record(fake, FAKE_COPY_FLUSH, copy->name);
    if (status != SYS_OK)
        return refuse(fake, status, "FlushFileBuffers", why);
    fake_disk_flush(fake->disk, copy->name);
    return done();
}

static void copy_close(void *self, struct sys_copy *copy)
{
    fake_busy++;
    if (copy != NULL) {
        (void)record(self, FAKE_COPY_CLOSE, copy->name);
        assert_false(copy->closed);
        copy->closed = true;
    }
    fake_busy--;
}

static void check_copies_closed(const struct fake *fake, const char *name)
{
    size_t i;

    for (i = 0; i < fake->copies.count; i++) {
        const struct sys_copy *copy = ((struct sys_copy **)fake->copies.at)[i];

        if (!copy->closed && (name == NULL || strcmp(copy->name, name) == 0))
            fail_msg("the copy %s is not closed", copy->name);
    }
}

static enum sys_status copy_rename(void *self, const char *from, const char *to,
                                   struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    check_copies_closed(fake, from);
    status = record(fake, FAKE_COPY_RENAME, from);
    if (status == SYS_OK && !fake_disk_rename(fake->disk, from, to))
        status = SYS_NOT_FOUND;
    return status != SYS_OK ? refuse(fake, status, "MoveFileExW", why) : done();
}

static void saves(void *self, bool any)
{
    ((struct fake *)self)->saves = any;
}

static enum sys_status watch(void *self, const char *const *paths, size_t count,
                             struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    status = record(fake, FAKE_WATCH, count > 0 ? paths[0] : "");
    return status != SYS_OK ? refuse(fake, status, "ReadDirectoryChangesW", why) : done();
}

static enum sys_status recreate_names(void *self, char ***names, size_t *count,
                                      struct sys_failure *why)
{
    struct fake *fake = self;
    struct pair *pairs = fake->anew.at;
    enum sys_status status;
    size_t i;

    fake_busy++;
    *names = NULL;
    *count = 0;
    status = record(fake, FAKE_RECREATE_NAMES, "");
    if (status != SYS_OK)
        return refuse(fake, status, "RegQueryValueExW", why);
    if (fake->anew.count > 0) {
        *names = calloc(fake->anew.count, sizeof(char *));
        assert_non_null(*names);
    }
    for (i = 0; i < fake->anew.count; i++) {
        (*names)[(*count)++] = copy(pairs[i].key);
        free(pairs[i].key);
        free(pairs[i].value);
    }
    fake->anew.count = 0;
    return done();
}

static enum sys_status resolve(void *self, const char *account, char sid[SYS_SID_MAX],
                               struct sys_failure *why)
{
    struct fake *fake = self;
    const char *known = value_of(&fake->accounts, account);
    enum sys_status status;

    fake_busy++;
    memset(sid, 0, SYS_SID_MAX);
    status = record(fake, FAKE_RESOLVE, account);
    if (status == SYS_OK && known == NULL)
        status = SYS_NOT_FOUND;
    if (status != SYS_OK)
        return refuse(fake, status, "LookupAccountNameW", why);
    assert_true(strlen(known) < SYS_SID_MAX);
    memcpy(sid, known, strlen(known));
    return done();
}

static enum sys_status descriptor_make(void *self, const char *sddl, struct sys_descriptor **out,
                                       struct sys_failure *why)
{
    struct fake *fake = self;
    struct sys_descriptor *made;
    enum sys_status status;

    fake_busy++;
    *out = NULL;
    status = record(fake, FAKE_DESCRIPTOR, sddl);
    if (status != SYS_OK)
        return refuse(fake, status, "ConvertStringSecurityDescriptorToSecurityDescriptorW", why);
    assert_int_equal(strncmp(sddl, "O:S-1-", 6), 0);
    assert_non_null(strstr(sddl, "D:P("));
    made = calloc(1, sizeof(*made));
    assert_non_null(made);
    made->sddl = copy(sddl);
    *(struct sys_descriptor **)add(&fake->descriptors, sizeof(made)) = made;
    *out = made;
    return done();
}

static void descriptor_free(void *self, struct sys_descriptor *descriptor)
{
    fake_busy++;
    if (descriptor != NULL) {
        check_descriptor(self, descriptor);
        descriptor->freed = true;
    }
    fake_busy--;
}

/* The kernel compares exactly. */
static struct fake_object *find(const struct fake *fake, const char *name)
{
    size_t i;

    for (i = fake->objects.count; i-- > 0;)
        if (!object_at(fake, i)->gone && strcmp(object_at(fake, i)->name, name) == 0)
            return object_at(fake, i);
    return NULL;
}

static void check_spec(const struct sys_spec *spec)
{
    assert_true(spec->name[0] != '\0');
    assert_true((spec->kind == SHMB_SECTION) == (spec->size > 0));
    if (spec->kind == SHMB_SEMAPHORE)
        assert_true(spec->maximum >= 1 && spec->initial >= 0 && spec->initial <= spec->maximum);
    else
        assert_true(spec->maximum == 0 && spec->initial == 0);
    assert_true(spec->kind == SHMB_EVENT || !spec->manual_reset);
}

static struct fake_object *enter(struct fake *fake, const struct sys_spec *spec, const char *sddl)
{
    struct fake_object *object = add(&fake->objects, sizeof(*object));

    object->serial = fake->objects.count;
    object->name = copy(spec->name);
    object->spec = *spec;
    object->spec.name = object->name;
    object->first_sddl = copy(sddl);
    object->sddl = copy(sddl);
    return object;
}

static struct sys_object *new_handle(struct fake *fake, size_t entry)
{
    struct sys_object *handle = calloc(1, sizeof(*handle));

    assert_non_null(handle);
    handle->entry = entry;
    object_at(fake, entry)->handles++;
    *(struct sys_object **)add(&fake->handles, sizeof(handle)) = handle;
    return handle;
}

static enum sys_status create(void *self, const struct sys_spec *spec,
                              const struct sys_descriptor *descriptor, struct sys_object **out,
                              struct sys_failure *why)
{
    struct fake *fake = self;
    const struct fake_object *there;
    enum sys_status status;

    fake_busy++;
    *out = NULL;
    check_spec(spec);
    check_descriptor(fake, descriptor);
    status = record(fake, FAKE_CREATE, spec->name);
    if (status != SYS_OK)
        return refuse(fake, status, "CreateFileMappingW", why);
    there = find(fake, spec->name);
    if (there != NULL) {
        (void)refuse(fake, SYS_TAKEN, "CreateFileMappingW", why);
        (void)snprintf(why->text, sizeof(why->text), "%s", there->sddl);
        return SYS_TAKEN;
    }
    (void)enter(fake, spec, descriptor->sddl);
    *out = new_handle(fake, fake->objects.count - 1);
    return effected(fake);
}

/* "O:<SID>G:...D:..." as facts spell it: without the group. */
static void tell_access(const char *sddl, struct sys_facts *facts)
{
    const char *group = strstr(sddl, "G:"), *list = strstr(sddl, "D:");
    size_t owner = group != NULL ? (size_t)(group - sddl) : 0;

    if (strncmp(sddl, "O:", 2) != 0 || group == NULL || list == NULL)
        return;
    (void)snprintf(facts->owner, sizeof(facts->owner), "%.*s", (int)owner - 2, sddl + 2);
    facts->sddl = malloc(strlen(sddl) + 1);
    assert_non_null(facts->sddl);
    (void)sprintf(facts->sddl, "%.*s%s", (int)owner, sddl, list);
}

static enum sys_status inspect(void *self, const char *name, struct sys_facts *facts,
                               struct sys_object **out, struct sys_failure *why)
{
    struct fake *fake = self;
    const struct fake_object *there = find(fake, name);
    enum sys_status status;

    fake_busy++;
    *out = NULL;
    *facts = (struct sys_facts){.kind = SHMB_KIND_COUNT};
    status = record(fake, FAKE_INSPECT, name);
    if (status == SYS_OK && there == NULL)
        status = SYS_NOT_FOUND;
    if (status != SYS_OK)
        return refuse(fake, status, "OpenFileMappingW", why);
    facts->kind = there->spec.kind;
    facts->size = (there->spec.size + 4095) / 4096 * 4096;
    facts->manual_reset = there->spec.manual_reset;
    facts->maximum = there->spec.maximum;
    tell_access(there->sddl, facts);
    *out = new_handle(fake, (size_t)(there - (const struct fake_object *)fake->objects.at));
    return done();
}

static struct fake_object *held_object(const struct fake *fake, const struct sys_object *handle)
{
    size_t i;

    for (i = fake->handles.count; i-- > 0;)
        if (handle_at(fake, i) == handle && !handle->closed)
            return object_at(fake, handle->entry);
    fail_msg("an object is used that is not held");
    return NULL;
}

static void give_content(struct fake_object *object)
{
    if (object->content != NULL)
        return;
    object->content_length = (size_t)object->spec.size;
    object->content = calloc(1, object->content_length);
    assert_non_null(object->content);
}

static enum sys_status fill(void *self, struct sys_object *section,
                            const struct sys_content *content, struct sys_failure *why)
{
    struct fake *fake = self;
    struct fake_object *object = held_object(fake, section);
    enum sys_status status;

    fake_busy++;
    assert_int_equal(object->spec.kind, SHMB_SECTION);
    assert_false(object->filled);
    assert_true(content->length <= content->size && content->size == object->spec.size);
    status = record(fake, FAKE_FILL, object->name);
    if (status != SYS_OK)
        return refuse(fake, status, "MapViewOfFile", why);
    give_content(object);
    object->filled = true;
    memset(object->content, content->fill, object->content_length);
    if (content->length > 0)
        memcpy(object->content, content->bytes, content->length);
    return effected(fake);
}

/* A writer may be at work while the bytes are read. */
static enum sys_status peek(void *self, struct sys_object *section, uint64_t offset, void *bytes,
                            size_t length, struct sys_failure *why)
{
    struct fake *fake = self;
    struct fake_object *object = held_object(fake, section);
    size_t entry = section->entry;
    enum sys_status status;

    fake_busy++;
    assert_int_equal(object->spec.kind, SHMB_SECTION);
    assert_true(offset <= object->spec.size && length <= object->spec.size - offset);
    status = record(fake, FAKE_PEEK, object->name);
    if (status != SYS_OK)
        return refuse(fake, status, "MapViewOfFile", why);
    give_content(object);
    memcpy(bytes, object->content + offset, length / 2);
    if (fake->on_busy != NULL)
        fake->on_busy(fake, FAKE_PEEK);
    memcpy((uint8_t *)bytes + length / 2, object_at(fake, entry)->content + offset + length / 2,
           length - length / 2);
    return done();
}

static enum sys_status examine(void *self, struct sys_object *handle, char **sddl,
                               struct sys_failure *why)
{
    struct fake *fake = self;
    const struct fake_object *object = held_object(fake, handle);
    struct sys_facts facts = {0};
    enum sys_status status;

    fake_busy++;
    *sddl = NULL;
    status = record(fake, FAKE_EXAMINE, object->name);
    if (status != SYS_OK)
        return refuse(fake, status, "GetSecurityInfo", why);
    tell_access(object->sddl, &facts);
    *sddl = facts.sddl;
    return done();
}

void fake_change_access(struct fake *fake, const char *name, const char *sddl)
{
    struct fake_object *object = find(fake, name);

    assert_non_null(object);
    free(object->sddl);
    object->sddl = copy(sddl);
}

static enum sys_status protect(void *self, struct sys_object *handle,
                               const struct sys_descriptor *descriptor, struct sys_failure *why)
{
    struct fake *fake = self;
    struct fake_object *object = held_object(fake, handle);
    enum sys_status status;

    fake_busy++;
    check_descriptor(fake, descriptor);
    status = record(fake, FAKE_PROTECT, object->name);
    if (status != SYS_OK)
        return refuse(fake, status, "SetKernelObjectSecurity", why);
    free(object->sddl);
    object->sddl = copy(descriptor->sddl);
    return effected(fake);
}

static enum sys_status map(void *self, struct sys_object *section, size_t size, void **out,
                           struct sys_failure *why)
{
    struct fake *fake = self;
    struct fake_object *object = held_object(fake, section);
    enum sys_status status;
    struct view *view;

    fake_busy++;
    *out = NULL;
    assert_int_equal(object->spec.kind, SHMB_SECTION);
    assert_in_range(size, 1, object->spec.size);
    status = record(fake, FAKE_MAP, object->name);
    if (status != SYS_OK)
        return refuse(fake, status, "MapViewOfFile", why);
    give_content(object);
    view = add(&fake->views, sizeof(*view));
    view->object = section->entry;
    view->at = *out = object->content;
    return effected(fake);
}

static struct view *find_view(const struct fake *fake, const void *at)
{
    struct view *views = fake->views.at;
    size_t i;

    for (i = fake->views.count; i-- > 0;)
        if (views[i].at == at)
            return &views[i];
    fail_msg("a view is unmapped that is not mapped");
    return NULL;
}

static void unmap(void *self, void *at)
{
    struct fake *fake = self;
    struct view *view;

    if (at == NULL)
        return;
    fake_busy++;
    view = find_view(fake, at);
    (void)record(fake, FAKE_UNMAP, object_at(fake, view->object)->name);
    view->at = NULL;
    (void)effected(fake);
}

static void check_unmapped(const struct fake *fake, size_t object)
{
    const struct view *views = fake->views.at;
    size_t i;

    /* A view of another section outlives its handle on purpose: it keeps the content, not the name.
     */
    if (strncmp(object_at(fake, object)->name, SHMB_RESERVED_PREFIX,
                strlen(SHMB_RESERVED_PREFIX)) != 0)
        return;
    for (i = 0; i < fake->views.count; i++)
        if (views[i].object == object && views[i].at != NULL)
            fail_msg("%s is closed while it is mapped", object_at(fake, object)->name);
}

/* The same numbers in every run (a linear congruential generator); bytes of the upper half. */
static enum sys_status give_random(void *self, void *bytes, size_t count, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;
    size_t i;

    fake_busy++;
    memset(bytes, 0, count);
    status = record(fake, FAKE_RANDOM, "");
    if (status != SYS_OK)
        return refuse(fake, status, "BCryptGenRandom", why);
    for (i = 0; i < count; i++) {
        fake->random = fake->random * UINT64_C(6364136223846793005) + 1;
        ((uint8_t *)bytes)[i] = (uint8_t)(fake->random >> 56);
    }
    return done();
}

static enum sys_status sessions(void *self, uint32_t **out, size_t *count, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    *out = NULL;
    *count = 0;
    fake_busy++;
    status = record(fake, FAKE_SESSIONS, "");
    if (status != SYS_OK)
        return refuse(fake, status, "NtOpenDirectoryObject", why);
    *out = malloc(sizeof(fake->sessions));
    assert_non_null(*out);
    memcpy(*out, fake->sessions, sizeof(fake->sessions));
    *count = fake->session_count;
    return done();
}

static bool is_session(const struct fake *fake, uint32_t session)
{
    size_t i;

    for (i = 0; i < fake->session_count; i++)
        if (fake->sessions[i] == session)
            return true;
    return false;
}

static enum sys_status make_link(void *self, uint32_t session, const char *name,
                                 const struct sys_descriptor *descriptor, struct sys_object **out,
                                 struct sys_failure *why)
{
    struct fake *fake = self;
    char path[128];
    const struct sys_spec spec = {.kind = SHMB_KIND_COUNT, .name = path};
    const struct fake_object *there;
    enum sys_status status;

    fake_busy++;
    *out = NULL;
    check_descriptor(fake, descriptor);
    (void)snprintf(path, sizeof(path), "%u\\%s", (unsigned)session, name);
    status = record(fake, FAKE_LINK, path);
    there = find(fake, path);
    if (status == SYS_OK && !is_session(fake, session))
        status = SYS_NOT_FOUND;
    if (status == SYS_OK && there != NULL && there->stranger)
        status = SYS_TAKEN;
    if (status != SYS_OK)
        return refuse(fake, status, "NtCreateSymbolicLinkObject", why);
    if (there == NULL)
        (void)enter(fake, &spec, descriptor->sddl);
    *out =
        new_handle(fake, there == NULL ? fake->objects.count - 1
                                       : (size_t)(there - (struct fake_object *)fake->objects.at));
    return effected(fake);
}

static uint64_t now(void *self)
{
    return ((const struct fake *)self)->clock;
}

static uint64_t ticks(void *self)
{
    return ((const struct fake *)self)->ticks;
}

static void pause_ms(void *self, uint32_t ms)
{
    struct fake *fake = self;

    fake_busy++;
    (void)record(fake, FAKE_PAUSE, "");
    fake->ticks += ms;
    if (fake->on_busy != NULL)
        fake->on_busy(fake, FAKE_PAUSE);
    fake_busy--;
}

static void settle(struct fake_object *object)
{
    size_t i;

    object->gone = object->handles == 0 && object->clients == 0;
    for (i = 0; i < FAKE_KEEPERS; i++)
        if (object->kept[i] > 0)
            object->gone = false;
}

static void end_keeper(struct fake *fake, size_t number)
{
    size_t i;

    fake->keepers[number].alive = false;
    for (i = 0; i < fake->objects.count; i++) {
        object_at(fake, i)->kept[number] = 0;
        settle(object_at(fake, i));
    }
}

static enum sys_status keeper_make(void *self, uint32_t hold_ms, struct sys_keeper *out,
                                   struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    *out = (struct sys_keeper){0};
    assert_true(hold_ms > 0);
    status = record(fake, FAKE_KEEPER_MAKE, "");
    if (status != SYS_OK)
        return refuse(fake, status, "CreateProcessW", why);
    assert_true(fake->keeper_count < FAKE_KEEPERS);
    fake->keepers[fake->keeper_count].alive = true;
    fake->keepers[fake->keeper_count].hold_ms = hold_ms;
    *out = (struct sys_keeper){FAKE_KEEPER + (uint32_t)fake->keeper_count, FAKE_STARTED};
    fake->keeper = ++fake->keeper_count;
    return effected(fake);
}

static size_t count_kept(const struct fake *fake)
{
    size_t i, held = 0;

    for (i = 0; i < fake->handles.count; i++)
        held += !handle_at(fake, i)->closed && fake->keeper > 0 &&
                handle_at(fake, i)->keeper == fake->keeper;
    return held;
}

static enum sys_status keep(void *self, size_t *held, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;
    size_t i;

    *held = 0;
    if (fake->keeper == 0)
        return SYS_NOT_FOUND; /* not recorded: nothing happens */
    fake_busy++;
    status = record(fake, FAKE_KEEP, "");
    *held = count_kept(fake);
    if (status == SYS_OK && !fake->keepers[fake->keeper - 1].alive) {
        fake->keeper = 0;
        status = SYS_NOT_FOUND;
    }
    if (status != SYS_OK)
        return refuse(fake, status, "DuplicateHandle", why);
    for (i = 0; i < fake->handles.count; i++) {
        struct sys_object *handle = handle_at(fake, i);

        if (handle->closed || handle->keeper == fake->keeper)
            continue;
        handle->keeper = fake->keeper;
        object_at(fake, handle->entry)->kept[fake->keeper - 1]++;
    }
    *held = count_kept(fake);
    return effected(fake);
}

static enum sys_status keeper_end(void *self, const struct sys_keeper *keeper,
                                  struct sys_failure *why)
{
    struct fake *fake = self;
    size_t number = keeper->process - FAKE_KEEPER;
    enum sys_status status;

    fake_busy++;
    assert_true(keeper->process >= FAKE_KEEPER && number < fake->keeper_count);
    assert_true(keeper->started == FAKE_STARTED);
    status = record(fake, FAKE_KEEPER_END, "");
    if (status != SYS_OK)
        return refuse(fake, status, "TerminateProcess", why);
    if (fake->keeper == number + 1)
        fake->keeper = 0;
    end_keeper(fake, number);
    return effected(fake);
}

static void leave(void *self)
{
    ((struct fake *)self)->left = true;
}

static bool releasing(void *self)
{
    return ((const struct fake *)self)->release;
}

/* The broker's handle, and the keeper's of it unless that stays. */
static void close_both(struct fake *fake, struct sys_object *handle)
{
    struct fake_object *object = object_at(fake, handle->entry);

    handle->closed = true;
    object->handles--;
    if (!fake->left && !fake->crashed && handle->keeper > 0 && handle->keeper == fake->keeper &&
        object->kept[fake->keeper - 1] > 0)
        object->kept[fake->keeper - 1]--;
    settle(object);
}

static void close_object(void *self, struct sys_object *handle)
{
    struct fake *fake = self;
    struct fake_object *object;

    if (handle == NULL)
        return;
    fake_busy++;
    object = held_object(fake, handle);
    (void)record(fake, FAKE_CLOSE, object->name);
    check_unmapped(fake, handle->entry);
    close_both(fake, handle);
    (void)effected(fake);
}

static void report(void *self, enum event_id id, const char *const *inserts, size_t count)
{
    struct fake *fake = self;
    struct fake_event *event;
    char number[16];
    size_t i;

    if (fake->crashed)
        return;
    fake_busy++;
    (void)snprintf(number, sizeof(number), "%d", (int)id);
    (void)record(fake, FAKE_REPORT, number);
    event = add(&fake->events, sizeof(*event));
    assert_true(count <= sizeof(event->inserts) / sizeof(event->inserts[0]));
    event->id = id;
    event->count = count;
    for (i = 0; i < count; i++)
        event->inserts[i] = copy(inserts[i]);
    fake_busy--;
}

static void progress(void *self)
{
    fake_busy++;
    (void)record(self, FAKE_PROGRESS, "");
    fake_busy--;
}

static void running(void *self)
{
    fake_busy++;
    (void)record(self, FAKE_RUNNING, "");
    fake_busy--;
}

static bool stopping(void *self)
{
    const struct fake *fake = self;

    return fake->crashed || fake->counts[fake->stop_call] >= fake->stop_count;
}

static enum sys_wake wait_ms(void *self, uint32_t ms)
{
    struct fake *fake = self;
    enum sys_wake wake;
    size_t number;

    fake_busy++;
    (void)record(fake, FAKE_WAIT, "");
    number = fake->counts[FAKE_WAIT];
    assert_true(number < WAITS_MAX);
    fake->waits[number] = ms;
    if (fake->on_wait != NULL)
        fake->on_wait(fake, number);
    fake_busy--;
    if (stopping(fake))
        return SYS_WAKE_STOP;
    if (ms == UINT32_MAX && !fake->woken)
        fail_msg("a wait for ever, and nobody will ask to stop");
    wake = fake->woken ? fake->wake : SYS_WAKE_TIMEOUT;
    fake->woken = false;
    if (wake == SYS_WAKE_TIMEOUT)
        fake->ticks += ms;
    return wake;
}

struct fake *fake_new(void)
{
    const struct system port = {.identify = identify,
                                .claim = claim,
                                .read_file = read_file,
                                .resolve_path = resolve_path,
                                .expand = expand,
                                .state_read = state_read,
                                .state_write = state_write,
                                .state_append = state_append,
                                .copy_read = copy_read,
                                .copy_create = copy_create,
                                .copy_write = copy_write,
                                .copy_flush = copy_flush,
                                .copy_close = copy_close,
                                .copy_rename = copy_rename,
                                .saves = saves,
                                .watch = watch,
                                .recreate_names = recreate_names,
                                .resolve = resolve,
                                .descriptor_make = descriptor_make,
                                .descriptor_free = descriptor_free,
                                .create = create,
                                .inspect = inspect,
                                .fill = fill,
                                .peek = peek,
                                .pause = pause_ms,
                                .examine = examine,
                                .protect = protect,
                                .map = map,
                                .unmap = unmap,
                                .close = close_object,
                                .keeper_make = keeper_make,
                                .keep = keep,
                                .keeper_end = keeper_end,
                                .leave = leave,
                                .releasing = releasing,
                                .random = give_random,
                                .sessions = sessions,
                                .link = make_link,
                                .now = now,
                                .ticks = ticks,
                                .report = report,
                                .progress = progress,
                                .running = running,
                                .stopping = stopping,
                                .wait = wait_ms};
    struct fake *fake = calloc(1, sizeof(*fake));

    assert_non_null(fake);
    fake_busy = 0;
    fake->port = port;
    fake->port.self = fake;
    fake_owner(fake, "S-1-5-32-544");
    fake_clock(fake, FAKE_STARTED);
    fake_boot(fake, "boot-1");
    fake->disk = fake_disk_new();
    fake->random = 4;
    fake->release = true;
    fake->failed = FAKE_CALL_COUNT;
    fake_mend(fake);
    fake_stop_at(fake, FAKE_WAIT, 1);
    return fake;
}

static void check_end(const struct fake *fake)
{
    size_t i;

    for (i = 0; i < fake->handles.count; i++)
        if (!handle_at(fake, i)->closed)
            fail_msg("%s was not closed", object_at(fake, handle_at(fake, i)->entry)->name);
    for (i = 0; i < fake->views.count; i++)
        if (((const struct view *)fake->views.at)[i].at != NULL)
            fail_msg("a view was not unmapped");
    check_copies_closed(fake, NULL);
    for (i = 0; i < fake->descriptors.count; i++)
        if (!descriptor_at(fake, i)->freed)
            fail_msg("a descriptor was not freed: %s", descriptor_at(fake, i)->sddl);
}

static void free_pairs(struct list *list)
{
    struct pair *pairs = list->at;
    size_t i;

    for (i = 0; i < list->count; i++) {
        free(pairs[i].key);
        free(pairs[i].value);
    }
    free(list->at);
}

static void free_objects(struct fake *fake)
{
    size_t i;

    for (i = 0; i < fake->objects.count; i++) {
        struct fake_object *object = object_at(fake, i);

        free(object->name);
        free(object->first_sddl);
        free(object->sddl);
        free(object->content);
    }
    free(fake->objects.at);
    for (i = 0; i < fake->handles.count; i++)
        free(handle_at(fake, i));
    free(fake->handles.at);
    for (i = 0; i < fake->descriptors.count; i++) {
        free(descriptor_at(fake, i)->sddl);
        free(descriptor_at(fake, i));
    }
    free(fake->descriptors.at);
    free(fake->views.at);
}

void fake_free(struct fake *fake)
{
    struct fake_record *records = fake->records.at;
    size_t i;

    check_end(fake);
    free_objects(fake);
    for (i = 0; i < fake->records.count; i++)
        free(records[i].name);
    free(fake->records.at);
    fake_forget_events(fake);
    free(fake->events.at);
    free_pairs(&fake->accounts);
    free_pairs(&fake->files);
    free_pairs(&fake->state_files);
    free_pairs(&fake->anew);
    for (i = 0; i < fake->copies.count; i++)
        free(((struct sys_copy **)fake->copies.at)[i]);
    free(fake->copies.at);
    fake_disk_free(fake->disk);
    free(fake->fail_name);
    free(fake);
}

const struct system *fake_system(struct fake *fake)
{
    return &fake->port;
}

void fake_owner(struct fake *fake, const char *sid)
{
    (void)snprintf(fake->owner, sizeof(fake->owner), "%s", sid);
}

void fake_account(struct fake *fake, const char *name, const char *sid)
{
    add_pair(&fake->accounts, name, sid);
}

void fake_file(struct fake *fake, const char *path, const char *text)
{
    add_pair(&fake->files, path, text);
}

void fake_boot(struct fake *fake, const char *boot)
{
    (void)snprintf(fake->boot, sizeof(fake->boot), "%s", boot);
}

void fake_state_file(struct fake *fake, const char *name, const char *text)
{
    struct pair *pairs = fake->state_files.at;
    size_t i;

    for (i = 0; i < fake->state_files.count; i++) {
        if (strcmp(pairs[i].key, name) != 0)
            continue;
        text = copy(text);
        free(pairs[i].value);
        pairs[i].value = (char *)(uintptr_t)text;
        return;
    }
    add_pair(&fake->state_files, name, text);
}

const char *fake_state_text(const struct fake *fake, const char *name)
{
    return value_of(&fake->state_files, name);
}

struct fake_disk *fake_disk(struct fake *fake)
{
    return fake->disk;
}

void fake_use_disk(struct fake *fake, struct fake_disk *disk)
{
    fake_disk_free(fake->disk);
    fake->disk = disk;
}

struct fake_disk *fake_take_disk(struct fake *fake)
{
    struct fake_disk *disk = fake->disk;

    fake->disk = fake_disk_new();
    return disk;
}

bool fake_saves(const struct fake *fake)
{
    return fake->saves;
}

void fake_on_busy(struct fake *fake, void (*on_busy)(struct fake *fake, enum fake_call call))
{
    fake->on_busy = on_busy;
}

void fake_anew(struct fake *fake, const char *name)
{
    add_pair(&fake->anew, name, "");
}

void fake_wake(struct fake *fake, enum sys_wake wake)
{
    fake->wake = wake;
    fake->woken = true;
}

void fake_client_open(struct fake *fake, const char *name)
{
    struct fake_object *object = find(fake, name);

    assert_non_null(object);
    object->clients++;
}

void fake_client_close(struct fake *fake, const char *name)
{
    struct fake_object *object = find(fake, name);

    assert_true(object != NULL && object->clients > 0);
    object->clients--;
    settle(object);
}

void fake_release(struct fake *fake, bool release)
{
    fake->release = release;
}

void fake_keeper_dies(struct fake *fake, size_t number)
{
    assert_true(number < fake->keeper_count && fake->keepers[number].alive);
    end_keeper(fake, number);
}

size_t fake_keepers_made(const struct fake *fake)
{
    return fake->keeper_count;
}

size_t fake_keepers_alive(const struct fake *fake)
{
    size_t i, alive = 0;

    for (i = 0; i < fake->keeper_count; i++)
        alive += fake->keepers[i].alive;
    return alive;
}

uint32_t fake_keeper_hold(const struct fake *fake, size_t number)
{
    assert_true(number < fake->keeper_count);
    return fake->keepers[number].alive ? fake->keepers[number].hold_ms : 0;
}

void fake_clock(struct fake *fake, uint64_t time)
{
    fake->clock = time;
}

void fake_on_effect(struct fake *fake, void (*on_effect)(struct fake *fake))
{
    fake->on_effect = on_effect;
}

void fake_file_gone(struct fake *fake, const char *path)
{
    struct pair *files = fake->files.at;
    size_t i;

    for (i = 0; i < fake->files.count; i++)
        if (strcmp(files[i].key, path) == 0)
            files[i].key[0] = '\0';
}

void fake_session(struct fake *fake, uint32_t session, bool there)
{
    size_t i;

    if (there) {
        assert_true(fake->session_count < sizeof(fake->sessions) / sizeof(fake->sessions[0]));
        fake->sessions[fake->session_count++] = session;
        return;
    }
    for (i = 0; fake->sessions[i] != session; i++)
        assert_true(i + 1 < fake->session_count);
    fake->sessions[i] = fake->sessions[--fake->session_count];
}

void fake_occupy(struct fake *fake, const char *name, enum shmb_kind kind, const char *holder)
{
    const struct sys_spec spec = {.kind = kind, .name = name};

    assert_null(find(fake, name));
    enter(fake, &spec, holder)->stranger = true;
    fake_client_open(fake, name);
}

void fake_vacate(struct fake *fake, const char *name)
{
    struct fake_object *object = find(fake, name);

    assert_true(object != NULL && object->stranger);
    object->gone = true;
}

void fake_fail_nth(struct fake *fake, size_t n, enum sys_status status)
{
    fake->fail_nth = n;
    fake->fail_nth_status = status;
}

void fake_crash_nth(struct fake *fake, size_t n)
{
    fake->crashed = false;
    fake->crash_nth = n == 0 ? 0 : fake->can_fail + n;
}

void fake_fail(struct fake *fake, enum fake_call call, const char *name, enum sys_status status)
{
    fake_mend(fake);
    fake->fail_call = call;
    fake->fail_name = name != NULL ? copy(name) : NULL;
    fake->fail_status = status;
}

void fake_mend(struct fake *fake)
{
    fake->fail_call = FAKE_CALL_COUNT;
    free(fake->fail_name);
    fake->fail_name = NULL;
}

void fake_stop_at(struct fake *fake, enum fake_call call, size_t n)
{
    fake->stop_call = call;
    fake->stop_count = n;
}

void fake_on_wait(struct fake *fake, void (*on_wait)(struct fake *fake, size_t number))
{
    fake->on_wait = on_wait;
}

size_t fake_calls(const struct fake *fake, enum fake_call call)
{
    return fake->counts[call];
}

size_t fake_can_fail_calls(const struct fake *fake)
{
    return fake->can_fail;
}

const struct fake_record *fake_records(const struct fake *fake, size_t *count)
{
    *count = fake->records.count;
    return fake->records.at;
}

enum fake_call fake_failed(const struct fake *fake)
{
    return fake->failed;
}

const struct fake_event *fake_events(const struct fake *fake, size_t *count)
{
    *count = fake->events.count;
    return fake->events.at;
}

size_t fake_event_count(const struct fake *fake, enum event_id id)
{
    const struct fake_event *events = fake->events.at;
    size_t i, count = 0;

    for (i = 0; i < fake->events.count; i++)
        count += events[i].id == id;
    return count;
}

size_t fake_events_about(const struct fake *fake, enum event_id id, const char *name)
{
    const struct fake_event *events = fake->events.at;
    size_t i, count = 0, prefix = strlen("Global\\");

    for (i = 0; i < fake->events.count; i++)
        count += events[i].id == id && events[i].count >= 2 &&
                 strncmp(events[i].inserts[1], "Global\\", prefix) == 0 &&
                 strcmp(events[i].inserts[1] + prefix, name) == 0;
    return count;
}

const struct fake_event *fake_last_event(const struct fake *fake, enum event_id id)
{
    const struct fake_event *events = fake->events.at;
    size_t i;

    for (i = fake->events.count; i-- > 0;)
        if (events[i].id == id)
            return &events[i];
    fail_msg("no event %d", (int)id);
    return NULL;
}

void fake_forget_events(struct fake *fake)
{
    struct fake_event *events = fake->events.at;
    size_t i, k;

    for (i = 0; i < fake->events.count; i++)
        for (k = 0; k < events[i].count; k++)
            free(events[i].inserts[k]);
    fake->events.count = 0;
}

uint32_t fake_wait_ms(const struct fake *fake, size_t number)
{
    assert_in_range(number, 1, fake->counts[FAKE_WAIT]);
    return fake->waits[number];
}

const struct fake_object *fake_find(const struct fake *fake, const char *name)
{
    return find(fake, name);
}

static size_t count_held(const struct fake *fake, bool own)
{
    const size_t length = strlen(SHMB_RESERVED_PREFIX);
    size_t i, held = 0;

    for (i = 0; i < fake->handles.count; i++) {
        const char *name = object_at(fake, handle_at(fake, i)->entry)->name;
        bool reserved = strncmp(name, SHMB_RESERVED_PREFIX, length) == 0;

        held += !handle_at(fake, i)->closed && reserved == own;
    }
    return held;
}

size_t fake_held(const struct fake *fake)
{
    return count_held(fake, false);
}

size_t fake_published(const struct fake *fake)
{
    return count_held(fake, true);
}
