#include "access.h"

static const uint32_t masks[SHMB_KIND_COUNT][SHMB_LEVEL_COUNT] = {
    /* SECTION_QUERY 1, MAP_WRITE 2, MAP_READ 4, READ_CONTROL 0x20000 */
    [SHMB_SECTION] = {0x00020005u, 0x00020007u, 0x000F001Fu, 0x000F001Fu},
    /* MUTEX_MODIFY_STATE 1, SYNCHRONIZE 0x100000 */
    [SHMB_MUTEX] = {0x00020000u, 0x00120001u, 0x001F0001u, 0x001F0001u},
    /* EVENT_QUERY_STATE 1, EVENT_MODIFY_STATE 2 */
    [SHMB_EVENT] = {0x00120001u, 0x00120003u, 0x001F0003u, 0x001F0003u},
    /* SEMAPHORE_QUERY_STATE 1, SEMAPHORE_MODIFY_STATE 2 */
    [SHMB_SEMAPHORE] = {0x00020001u, 0x00120003u, 0x001F0003u, 0x001F0003u},
};

uint32_t shmb_access_mask(enum shmb_kind kind, enum shmb_level level)
{
    if ((unsigned)kind >= SHMB_KIND_COUNT || (unsigned)level >= SHMB_LEVEL_COUNT)
        return 0;
    return masks[kind][level];
}

const char *shmb_kind_word(enum shmb_kind kind)
{
    static const char *const words[SHMB_KIND_COUNT] = {"section", "mutex", "event", "semaphore"};

    return (unsigned)kind < SHMB_KIND_COUNT ? words[kind] : "object";
}

const char *shmb_level_word(enum shmb_level level)
{
    static const char *const words[SHMB_LEVEL_COUNT] = {"read", "write", "full", "deny"};

    return (unsigned)level < SHMB_LEVEL_COUNT ? words[level] : "?";
}
