/* The one list of characters that no output shows as they are. */
#include "visible.h"

#include <stddef.h>
#include <string.h>

#include "utf.h"

bool shmb_is_visible(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0x00, 0x1F},     /* C0 */
        {0x7F, 0x9F},     /* DEL and C1; U+0085 ends a line, U+009B begins a control sequence */
        {0x061C, 0x061C}, /* Arabic letter mark */
        {0x200E, 0x200F}, /* left-to-right and right-to-left mark */
        {0x2028, 0x202E}, /* separators of lines and paragraphs, embeddings and overrides */
        {0x2066, 0x206F}, /* isolates, and controls that are not in use any more */
    };
    size_t i;

    for (i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
        if (point >= hidden[i].first && point <= hidden[i].last)
            return false;
    return true;
}

/* `next` is the byte after the character. */
static bool is_layout(uint32_t point, char next)
{
    return point == '\t' || point == '\n' || (point == '\r' && next == '\n');
}

void shmb_make_visible(char *text, bool lines)
{
    const char *at = text, *end = text + strlen(text);
    char *out = text;

    while (at < end) {
        const char *from = at;
        uint32_t point = shmb_utf8_next(&at, end);

        if (point == UINT32_MAX) {
            at = from + 1;
            *out++ = '?';
        } else if (shmb_is_visible(point) || (lines && is_layout(point, *at))) {
            memmove(out, from, (size_t)(at - from));
            out += at - from;
        } else {
            *out++ = '?';
        }
    }
    *out = '\0';
}
