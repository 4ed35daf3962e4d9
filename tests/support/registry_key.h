/*
 * registry_key.h - a key of the registry for one test.
 */
#ifndef TEST_REGISTRY_KEY_H
#define TEST_REGISTRY_KEY_H

#include <stddef.h>
#include <windows.h>

/* Empty when a test starts; it is below HKEY_CURRENT_USER and named after the process. */
extern HKEY registry_key;

/* Set-up and tear-down of a test, for cmocka_unit_test_setup_teardown(). */
int registry_key_make(void **state);
int registry_key_delete(void **state);

/* Stores `bytes` bytes as the value; the test fails if that fails. */
void registry_key_store(const wchar_t *value, DWORD type, const void *data, size_t bytes);

/* The test fails if there is such a value. */
void registry_key_expect_none(const wchar_t *value);

#endif
