/*
 * script.h - how a value is changed at the server: one script, which the server runs as a whole.
 *
 * KEYS[1]  the key of the value
 * ARGV     1 and 2: revision and stamp that the server is expected to have, `0` and `` for nothing;
 *          3: the new revision is greater than this one; 4: its stamp; 5: origin; 6: generation;
 *          7: change number; 8: size; 9: content; 10: channel; 11: `1` if the message is to bring
 *          the content; 12: `1` if a refusal is to bring it
 *
 * Answers {1, revision} after the change; {0, fields...} if the server has another revision;
 * {2, fields...} if the value there has another size. Fields: as SCRIPT_FIELDS.
 *
 * The message: `REVISION STAMP GENERATION CHANGE SIZE ORIGIN`, on the channel with
 * SCRIPT_SHORT_CHANNEL behind it. On the channel itself, the content may follow behind a line feed.
 * Messages go before the change: where they are forbidden, nothing is written. One with content
 * must not go where nothing is written then, such as at a server that is full: the size, which is
 * there already, is written before it. So the first message of a key brings no content.
 */
#ifndef MIRROR_SCRIPT_H
#define MIRROR_SCRIPT_H

#define SCRIPT_TEXT                                                                                \
    "local head = redis.call('HMGET', KEYS[1], 'revision', 'stamp', 'origin', 'generation', "      \
    "'change', 'size')\n"                                                                          \
    "local answer = {0}\n"                                                                         \
    "for i = 1, 6 do answer[i + 1] = head[i] end\n"                                                \
    "if (head[1] or '0') ~= ARGV[1] or (head[2] or '') ~= ARGV[2] then\n"                          \
    "  if ARGV[12] == '1' then answer[8] = redis.call('HGET', KEYS[1], 'content') end\n"           \
    "  return answer\n"                                                                            \
    "end\n"                                                                                        \
    "if head[1] and head[6] ~= ARGV[8] then answer[1] = 2 return answer end\n"                     \
    "local last = math.max(tonumber(head[1] or '0'), tonumber(ARGV[3]))\n"                         \
    "if last >= 9007199254740000 then\n"                                                           \
    "  return redis.error_reply('ERR no greater revision is left; delete the key, and start all '" \
    "    .. 'mirrors of it anew')\n"                                                               \
    "end\n"                                                                                        \
    "local revision = string.format('%.0f', last + 1)\n"                                           \
    "local message = table.concat({revision, ARGV[4], ARGV[6], ARGV[7], ARGV[8], ARGV[5]}, ' ')\n" \
    "redis.call('PUBLISH', ARGV[10] .. ':changes', message)\n"                                     \
    "if head[1] and ARGV[11] == '1' then\n"                                                        \
    "  redis.call('HSET', KEYS[1], 'size', head[6])\n"                                             \
    "  message = message .. '\\n' .. ARGV[9]\n"                                                    \
    "end\n"                                                                                        \
    "redis.call('PUBLISH', ARGV[10], message)\n"                                                   \
    "redis.call('HSET', KEYS[1], 'revision', revision, 'stamp', ARGV[4], 'origin', ARGV[5], "      \
    "'generation', ARGV[6], 'change', ARGV[7], 'size', ARGV[8], 'content', ARGV[9])\n"             \
    "return {1, revision}\n"

/* The SHA-1 of the text, by which the server knows it. */
#define SCRIPT_NAME "8d898e1f9830144277301af6bb1739b81b5d1526"

#define SCRIPT_FIELDS "revision", "stamp", "origin", "generation", "change", "size"
#define SCRIPT_COUNT  6

#define SCRIPT_SHORT_CHANNEL ":changes"

/* A content of so many bytes at most goes with the message: it saves each follower a question. */
#define SCRIPT_WITH_MESSAGE 65536u

#endif
