#include "start_type.h"

#include <string.h>

#include "wide.h"

#define KEY_PATH   L"SYSTEM\\CurrentControlSet\\Services\\ShmBroker\\Parameters"
#define VALUE_NAME L"StartType"
#define WORD_MAX   16u

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const words[] = {
    [START_TYPE_UNCHANGED] = "",           [START_TYPE_AUTO] = "auto",
    [START_TYPE_DELAYED] = "delayed-auto", [START_TYPE_DEMAND] = "demand",
    [START_TYPE_DISABLED] = "disabled",
};

bool start_type_of_word(const char *word, enum start_type *out)
{
    unsigned i;

    for (i = START_TYPE_AUTO; i < COUNT(words); i++) {
        if (strcmp(word, words[i]) != 0)
            continue;
        *out = (enum start_type)i;
        return true;
    }
    return false;
}

const char *start_type_word(enum start_type type)
{
    return words[type];
}

DWORD start_type_to_create(enum start_type type)
{
    return type == START_TYPE_UNCHANGED ? SERVICE_AUTO_START : start_type_to_change(type);
}

DWORD start_type_to_change(enum start_type type)
{
    switch (type) {
    case START_TYPE_AUTO:
    case START_TYPE_DELAYED:
        return SERVICE_AUTO_START;
    case START_TYPE_DEMAND:
        return SERVICE_DEMAND_START;
    case START_TYPE_DISABLED:
        return SERVICE_DISABLED;
    default:
        return SERVICE_NO_CHANGE;
    }
}

/* False also if the service manager cannot say: then it knows no delay. */
static bool is_delayed(SC_HANDLE service)
{
    SERVICE_DELAYED_AUTO_START_INFO delay = {FALSE};
    DWORD size;

    return QueryServiceConfig2W(service, SERVICE_CONFIG_DELAYED_AUTO_START_INFO, (BYTE *)&delay,
                                sizeof(delay), &size) &&
           delay.fDelayedAutostart;
}

/* Windows ignores the delay of a service that does not start automatically. */
DWORD start_type_set_delay(SC_HANDLE service, enum start_type type)
{
    SERVICE_DELAYED_AUTO_START_INFO delay = {type == START_TYPE_DELAYED};

    if ((type != START_TYPE_AUTO && type != START_TYPE_DELAYED) ||
        is_delayed(service) == (type == START_TYPE_DELAYED) ||
        ChangeServiceConfig2W(service, SERVICE_CONFIG_DELAYED_AUTO_START_INFO, &delay))
        return ERROR_SUCCESS;
    return GetLastError();
}

enum start_type start_type_now(SC_HANDLE service, const QUERY_SERVICE_CONFIGW *config)
{
    switch (config->dwStartType) {
    case SERVICE_AUTO_START:
        return is_delayed(service) ? START_TYPE_DELAYED : START_TYPE_AUTO;
    case SERVICE_DEMAND_START:
        return START_TYPE_DEMAND;
    case SERVICE_DISABLED:
        return START_TYPE_DISABLED;
    default:
        return START_TYPE_UNCHANGED;
    }
}

uint32_t start_type_remember(enum start_type type)
{
    wchar_t word[WORD_MAX];
    size_t i = 0;

    if (type == START_TYPE_UNCHANGED)
        return ERROR_SUCCESS;
    do
        word[i] = (wchar_t)words[type][i];
    while (words[type][i++] != '\0');
    return (uint32_t)RegSetKeyValueW(HKEY_LOCAL_MACHINE, KEY_PATH, VALUE_NAME, REG_SZ, word,
                                     (DWORD)(i * sizeof(word[0])));
}

enum start_type start_type_chosen(void)
{
    enum start_type type = START_TYPE_AUTO;
    wchar_t wide[WORD_MAX];
    char word[WORD_MAX];
    DWORD size = sizeof(wide);

    if (RegGetValueW(HKEY_LOCAL_MACHINE, KEY_PATH, VALUE_NAME, RRF_RT_REG_SZ, NULL, wide, &size) ==
        ERROR_SUCCESS) {
        wide_to_buffer(wide, wcslen(wide), word, sizeof(word));
        (void)start_type_of_word(word, &type);
    }
    return type;
}
