/*
 * bridge.c - kernel32.dll for shmbroker/_windows.py, and threads: those of Python become threads
 * that Windows knows, since only they can make its calls.
 */
#define _GNU_SOURCE
#include "bridge.h"

#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

int (*bridge_new_thread)(void (*start)(void *), void *context);

#define ONE(name)                                                                                  \
    static int(WINDOWS *to_##name)(void *);                                                        \
    int name(void *handle)                                                                         \
    {                                                                                              \
        return to_##name(handle);                                                                  \
    }
ONE(CloseHandle)
ONE(ReleaseMutex)
ONE(SetEvent)
ONE(ResetEvent)

static uint32_t(WINDOWS *to_WaitForSingleObject)(void *, uint32_t);
uint32_t WaitForSingleObject(void *handle, uint32_t time)
{
    return to_WaitForSingleObject(handle, time);
}

static int(WINDOWS *to_ReleaseSemaphore)(void *, int32_t, int32_t *);
int ReleaseSemaphore(void *handle, int32_t count, int32_t *before)
{
    return to_ReleaseSemaphore(handle, count, before);
}

static int(WINDOWS *to_UnregisterWaitEx)(void *, void *);
int UnregisterWaitEx(void *wait, void *event)
{
    return to_UnregisterWaitEx(wait, event);
}

struct callback {
    void (*call)(void *, uint8_t);
    void *context;
};

static void WINDOWS call_back(void *context, uint8_t timed_out)
{
    struct callback *callback = context;

    callback->call(callback->context, timed_out);
}

/* What it allocates stays until the tests end. */
static int(WINDOWS *to_RegisterWaitForSingleObject)(void **, void *,
                                                    void(WINDOWS *)(void *, uint8_t), void *,
                                                    uint32_t, uint32_t);
int RegisterWaitForSingleObject(void **wait, void *handle, void (*call)(void *, uint8_t),
                                void *context, uint32_t time, uint32_t flags)
{
    struct callback *callback = malloc(sizeof(*callback));

    if (callback == NULL)
        return 0;
    *callback = (struct callback){call, context};
    return to_RegisterWaitForSingleObject(wait, handle, call_back, callback, time, flags);
}

#define ROW(name) {#name, (void **)&to_##name}
struct bridge_call bridge_kernel32[] = {
    ROW(CloseHandle),
    ROW(ReleaseMutex),
    ROW(SetEvent),
    ROW(ResetEvent),
    ROW(WaitForSingleObject),
    ROW(ReleaseSemaphore),
    ROW(UnregisterWaitEx),
    ROW(RegisterWaitForSingleObject),
    {NULL, NULL},
};

struct newcomer {
    void *(*start)(void *);
    void *context;
    pthread_t self;
    sem_t runs;
};

static void run(void *context)
{
    struct newcomer *newcomer = context;
    void *(*start)(void *) = newcomer->start;
    void *argument = newcomer->context;

    newcomer->self = pthread_self();
    sem_post(&newcomer->runs); /* it is gone after this */
    start(argument);
}

/* Wine makes threads, too: those stay as they are. */
static int is_python(const void *caller)
{
    Dl_info info;

    return bridge_new_thread != NULL && dladdr(caller, &info) != 0 && info.dli_fname != NULL &&
           strstr(info.dli_fname, "libpython") != NULL;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                   void *context)
{
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
        dlsym(RTLD_NEXT, "pthread_create");
    struct newcomer newcomer = {start, context, 0, {{0}}};

    if (!is_python(__builtin_return_address(0)))
        return real(thread, attributes, start, context);
    if (sem_init(&newcomer.runs, 0, 0) != 0 || !bridge_new_thread(run, &newcomer))
        return 11; /* EAGAIN */
    while (sem_wait(&newcomer.runs) != 0)
        continue;
    *thread = newcomer.self;
    return 0;
}

/* Wine joins each of its threads. */
int pthread_detach(pthread_t thread)
{
    int (*real)(pthread_t) = dlsym(RTLD_NEXT, "pthread_detach");

    return is_python(__builtin_return_address(0)) ? 0 : real(thread);
}
