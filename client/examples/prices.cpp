/*
 * As prices.c, in C++17 on shmb.hpp; client/link.md says how to build it.
 *
 *     prices 1.25     writes it
 *     prices          shows it
 */
#include <cstdio>
#include <cstring>

#include "shmb.hpp"

static int failed(const shmb::status &why)
{
    std::printf("Prices: %s\n", why.text().c_str());
    return 1;
}

int main(int argc, char **argv)
{
    char text[64] = "";
    auto prices = shmb::segment::open("Prices", argc > 1 ? shmb::rights::write : shmb::rights::read);

    if (!prices)
        return failed(prices.status());
    /* Locks, writes the text with its terminator, unlocks. */
    if (argc > 1)
        if (auto done = prices->update(0, argv[1], std::strlen(argv[1]) + 1, 5000); !done)
            return failed(done.status());
    /* Copies the bytes, never with half a write; waits for programs that write. */
    if (auto done = prices->snapshot(0, text, sizeof(text) - 1, 5000); !done)
        return failed(done.status());
    std::printf("%s\n", text);
    return 0;
}
