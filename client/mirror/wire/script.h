/*
 * script.h - how a value is changed at the server: one script, which the server runs as a whole.
 *
 * KEYS[1]  the key of the value
 * ARGV     1 and 2: revision and stamp that the server is expected to have, `0` and `` for nothing;
 *          3: the new revision is greater than this one; 4: its stamp; 5: origin; 6: generation;
 *          7: change number; 8: size; 9: content; 10: channel; 11: name, for the message;
 *          12: `1` if a refusal is to bring the content
 *
 * Answers {1, revision} after the change; {0, fields...} if the server has another revision;
 * {2, fields...} if the value there has another size. Fields: as SCRIPT_FIELDS. The message goes
 * first: where it is forbidden, nothing is written.
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
    "local revision = string.format('%.0f', last + 1)\n"                                           \
    "redis.call('PUBLISH', ARGV[10], revision .. ' ' .. ARGV[4] .. ' ' .. ARGV[11])\n"             \
    "redis.call('HSET', KEYS[1], 'revision', revision, 'stamp', ARGV[4], 'origin', ARGV[5], "      \
    "'generation', ARGV[6], 'change', ARGV[7], 'size', ARGV[8], 'content', ARGV[9])\n"             \
    "return {1, revision}\n"

/* The SHA-1 of the text, by which the server knows it. */
#define SCRIPT_NAME "c137ed1195a425e54a5c1406b58af1c6e9a173aa"

#define SCRIPT_FIELDS "revision", "stamp", "origin", "generation", "change", "size"
#define SCRIPT_COUNT  6

#endif
