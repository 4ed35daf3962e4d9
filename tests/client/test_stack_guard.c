/* What is linked into the programs and the DLL ends a process whose stack was overwritten. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#define STACK_BUFFER_OVERRUN 0xC0000409

/* Volatile: the compiler must not see that too much is written. */
static size_t fill(char *buffer, volatile size_t count)
{
    volatile char *at = buffer;
    size_t i;

    for (i = 0; i < count; i++)
        at[i] = 'x';
    return count;
}

static size_t fill_own(size_t count)
{
    char buffer[16];

    return fill(buffer, count) + (buffer[0] == 'x' ? 1u : 0u);
}

/* fill COUNT: writes that many bytes to a buffer of 16. */
static int do_fill(int argc, char **argv)
{
    size_t (*volatile call)(size_t) = fill_own;

    (void)argc;
    SetErrorMode(SEM_NOGPFAULTERRORBOX);
    client_say("filling");
    return call(strtoul(argv[0], NULL, 10)) > 0 ? 0 : 1;
}

static DWORD end_of(const char *command)
{
    struct child *child = client_start(NULL, "%s", command);

    child_expect(child, "filling");
    return child_end(child);
}

static void an_overwritten_stack_ends_the_process(void **state)
{
    (void)state;
    assert_int_equal(end_of("fill 16"), 0);
    assert_int_equal(end_of("fill 40"), STACK_BUFFER_OVERRUN);
}

int main(void)
{
    static const struct verb verbs[] = {{"fill", 1, do_fill}};
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_overwritten_stack_ends_the_process)};

    support_client(verbs, 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
