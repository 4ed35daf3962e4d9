/*
 * Every input that is kept, through the fuzz target: the corpus, and the configurations of the
 * tests. A demand of the target that a good input fails, or an input that is a finding, ends
 * this program with the line of the demand.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#define INPUT_MAX 1048576

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t content[INPUT_MAX];

static const char *const inputs[] = {
#include "fuzz_inputs.h"
};

static void every_input_passes(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        char path[512];
        FILE *file;
        size_t length;

        (void)snprintf(path, sizeof(path), "%s/%s", SHMB_SOURCE_DIR, inputs[i]);
        file = fopen(path, "rb");
        if (file == NULL)
            fail_msg("cannot open %s", path);
        length = fread(content, 1, sizeof(content), file);
        (void)fclose(file);
        assert_true(length < sizeof(content));
        assert_int_equal(LLVMFuzzerTestOneInput(content, length), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_input_passes)};

    return cmocka_run_group_tests_name("test_fuzz_config", tests, NULL, NULL);
}
