/* SHA-256: the examples of FIPS 180-4, and every way to cut a text. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "sha256.h"

static const char *digest_of(const void *bytes, size_t length, size_t piece)
{
    static char text[SHA256_TEXT];
    unsigned char digest[SHA256_BYTES];
    struct sha256 sha;
    size_t at;

    sha256_begin(&sha);
    for (at = 0; at < length; at += piece)
        sha256_add(&sha, (const char *)bytes + at, piece < length - at ? piece : length - at);
    sha256_end(&sha, digest);
    sha256_text(digest, text);
    return text;
}

static void the_examples_of_the_standard(void **state)
{
    static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    static char million[1000000];

    (void)state;
    memset(million, 'a', sizeof(million));
    assert_string_equal(digest_of("", 0, 1),
                        "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855");
    assert_string_equal(digest_of("abc", 3, 3),
                        "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD");
    assert_string_equal(digest_of(two_blocks, sizeof(two_blocks) - 1, 1),
                        "248D6A61D20638B8E5C026930C3E6039A33CE45964FF2167F6ECEDD419DB06C1");
    assert_string_equal(digest_of(million, sizeof(million), 977),
                        "CDC76E5C9914FB9281A1C7E284D73E67F1809A48A497200E046D39CCC7112CD0");
}

/* The padding has another shape for each length of the last block. */
static void pieces_make_no_difference(void **state)
{
    char bytes[200], whole[SHA256_TEXT];
    size_t length, piece;

    (void)state;
    for (length = 0; length < sizeof(bytes); length++)
        bytes[length] = (char)(length * 7);
    for (length = 0; length <= sizeof(bytes); length++) {
        strcpy(whole, digest_of(bytes, length, sizeof(bytes)));
        for (piece = 1; piece < 70; piece++)
            assert_string_equal(digest_of(bytes, length, piece), whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard),
        cmocka_unit_test(pieces_make_no_difference),
    };

    return cmocka_run_group_tests_name("test_sha256", tests, NULL, NULL);
}
