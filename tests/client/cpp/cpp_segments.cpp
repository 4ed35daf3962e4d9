/* shmb.hpp as a program uses it. */
#include "shmb.hpp"

#include <windows.h>

#include <cstring>

#include "cpp_checks.h"

namespace
{

struct quote {
    double bid, ask;
    std::uint32_t count;
    std::uint32_t spare;
};

} // namespace

int cpp_segments(void)
{
    auto opened = shmb::segment::open("ShmbTest.Cpp", shmb::rights::write);
    CHECK(opened && opened.status().code() == SHMB_OK);
    shmb::segment segment = std::move(*opened);
    CHECK(segment.name() == "ShmbTest.Cpp" && segment.wide_name() == L"ShmbTest.Cpp");
    CHECK(segment.size() == 100 && segment.data().size() == 100);
    CHECK(segment.state().ok() && !segment.made_here());
    CHECK(segment.update(0, "abc", 3).value() == 3);
    CHECK(segment.data()[1] == 'b');

    char bytes[8] = "";
    CHECK(segment.read(98, bytes, 8).value() == 2);
    CHECK(segment.snapshot(0, bytes, 3).value() == 3 && std::memcmp(bytes, "abc", 3) == 0);
    CHECK(segment.read(101, bytes, 1).status().code() == SHMB_RANGE);

    auto wide = shmb::segment::open(L"Global\\ShmbTest.Cpp", shmb::rights::read);
    CHECK(wide);
    std::size_t sum = 0;
    for (std::uint8_t byte : wide->data())
        sum += byte;
    CHECK(sum == 'a' + 'b' + 'c');
    *wide = std::move(segment); /* closes the one it had */
    CHECK(wide->update(0, "\0\0\0", 3).ok());

    shmb_options options{};
    options.rights = SHMB_READ;
    options.offset = 90;
    auto part = shmb::segment::open("ShmbTest.Cpp", options);
    CHECK(part && part->size() == 10);
    return 0;
}

int cpp_results(void)
{
    auto none = shmb::segment::open("ShmbTest.None", shmb::rights::read);
    CHECK(!none && none.status().code() == SHMB_NOT_FOUND && !none.status().ok());
    CHECK(none.status().text() == "the broker holds no object of this name");
    try {
        none.value();
        return __LINE__;
    } catch (const shmb::error &error) {
        CHECK(error.why().code() == SHMB_NOT_FOUND);
        CHECK(std::strcmp(error.what(), "the broker holds no object of this name") == 0);
    }
    auto reader = shmb::segment::open("ShmbTest.ReadOnly", shmb::rights::read).value();
    CHECK(reader.update(0, "a", 1).status().code() == SHMB_ACCESS_DENIED);
    CHECK(reader.begin_write().status().code() == SHMB_ACCESS_DENIED);
    return 0;
}

static DWORD WINAPI try_lock(void *segment)
{
    return static_cast<shmb::segment *>(segment)->lock(0).status().code() == SHMB_TIMEOUT;
}

static DWORD WINAPI try_close(void *segment)
{
    return static_cast<shmb::segment *>(segment)->close().code() == SHMB_NOT_OWNER;
}

static DWORD in_a_thread(shmb::segment &segment, LPTHREAD_START_ROUTINE routine = try_lock)
{
    HANDLE thread = CreateThread(nullptr, 0, routine, &segment, 0, nullptr);
    DWORD code = 2;

    if (thread == nullptr)
        return code;
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    CloseHandle(thread);
    return code;
}

int cpp_locks(void)
{
    auto segment = shmb::segment::open("ShmbTest.Cpp", shmb::rights::write).value();
    {
        auto held = segment.lock();
        CHECK(held && !held->abandoned());
        CHECK(in_a_thread(segment) == 1);
        auto writing = segment.begin_write();
        CHECK(writing);
        segment.data()[0] = 7;
        char byte;
        CHECK(segment.snapshot(0, &byte, 1).status().code() == SHMB_BUSY);
    }
    CHECK(in_a_thread(segment) == 0);
    {
        auto seen = segment.begin_read();
        CHECK(seen && segment.data()[0] == 7 && seen->valid());
        CHECK(segment.update(0, "x", 1));
        CHECK(seen->valid().code() == SHMB_BUSY);
    }
    {
        auto twice = shmb::segment::open("ShmbTest.Twice", shmb::rights::write).value();
        CHECK(twice.update(0, "a", 1));
        auto held = twice.lock(0);
        auto writing = twice.begin_write();
        twice.data()[0] = 'b';
        char byte;
        CHECK(twice.snapshot(0, &byte, 1) && byte == 'a'); /* nobody waits */
        auto seen = twice.read_published(0);
        CHECK(seen && seen->data().size() == 100 && seen->data()[0] == 'a' && seen->valid());
        CHECK(held->restore().ok());
        CHECK(twice.data()[0] == 'a');
    }
    auto held = segment.lock(0);
    CHECK(held->unlock().ok());
    CHECK(in_a_thread(segment) == 0);
    CHECK(held->unlock().ok()); /* once given back, it is */
    shmb::lock_guard moved = std::move(*segment.lock(0));
    CHECK(in_a_thread(segment) == 1);
    CHECK(moved.mark_consistent().ok());
    CHECK(in_a_thread(segment, try_close) == 1); /* not while this thread holds it */
    CHECK(segment.name() == "ShmbTest.Cpp");
    CHECK(moved.unlock().ok());
    CHECK(in_a_thread(segment, try_close) == 0);
    CHECK(segment.handle() == nullptr && segment.state().code() == SHMB_BAD_ARGUMENT);
    return 0;
}

int cpp_views(void)
{
    auto segment = shmb::segment::open("ShmbTest.Cpp", shmb::rights::write).value();
    shmb::view<quote> quotes(segment, 8);
    CHECK(quotes.store({1.25, 1.26, 3, 0}).ok());
    auto loaded = quotes.load();
    CHECK(loaded && loaded->bid == 1.25 && loaded->ask == 1.26 && loaded->count == 3);

    shmb::view<quote> beyond(segment, 90), far_beyond(segment, UINT64_MAX);
    CHECK(beyond.store({}).code() == SHMB_RANGE);
    CHECK(beyond.load().status().code() == SHMB_RANGE);
    CHECK(far_beyond.store({}).code() == SHMB_RANGE);
    CHECK(far_beyond.load().status().code() == SHMB_RANGE);

    auto reader = shmb::segment::open("ShmbTest.Cpp", shmb::rights::read).value();
    CHECK(shmb::view<quote>(reader, 8).load()->count == 3);
    CHECK(shmb::view<quote>(reader, 8).store({}).code() == SHMB_ACCESS_DENIED);
    return 0;
}

int cpp_first_and_changes(void)
{
    auto segment = shmb::segment::open("ShmbTest.Cpp", shmb::rights::write).value();
    std::uint64_t number = 0;

    CHECK(segment.first(0).value());
    CHECK(segment.write(0, "made", 4).value() == 4);
    CHECK(segment.init_done().ok());
    CHECK(!segment.first(0).value());
    CHECK(segment.wait_changed(number, 0).ok() && number == 1);
    CHECK(segment.wait_changed(number, 0).code() == SHMB_TIMEOUT);

    auto news = segment.subscribe(number).value();
    CHECK(WaitForSingleObject(news.event(), 0) == WAIT_TIMEOUT);
    CHECK(segment.update(0, "anew", 4).value() == 4);
    CHECK(WaitForSingleObject(news.event(), 60000) == WAIT_OBJECT_0);
    news = segment.subscribe(0).value();
    CHECK(WaitForSingleObject(news.event(), 60000) == WAIT_OBJECT_0);
    return 0;
}

int cpp_private(void)
{
    auto one = shmb::segment::create_private(nullptr, sizeof(quote)).value();
    CHECK(one.made_here() && one.size() == sizeof(quote));
    auto two = shmb::segment::create_private(one.wide_name().c_str(), sizeof(quote)).value();
    CHECK(!two.made_here());
    CHECK(shmb::view<quote>(one).store({0, 0, 9, 0}).ok());
    CHECK(shmb::view<quote>(two).load()->count == 9);
    CHECK(shmb::view<quote>(two, 1).load().status().code() == SHMB_RANGE);
    CHECK(!shmb::segment::create_private("Global\\X", 1));
    return 0;
}

int cpp_queues(void)
{
    auto queue = shmb::queue::open("ShmbTest.CppQueue", shmb::rights::write).value();
    char buffer[32];

    CHECK(!shmb::queue::open(L"ShmbTest.Cpp", shmb::rights::write));
    CHECK(queue.put("one", 3, 0).ok());
    CHECK(queue.put_value(quote{1.25, 1.26, 3, 0}, 0).ok());
    CHECK(queue.put("x", 1, 0).code() == SHMB_TIMEOUT);
    CHECK(queue.level()->messages == 2);
    CHECK(queue.peek(buffer, sizeof(buffer)).value() == 3);
    CHECK(queue.get(buffer, sizeof(buffer), 0).value() == 3 && buffer[2] == 'e');
    auto taken = queue.get_value<quote>(0);
    CHECK(taken && taken->bid == 1.25 && taken->count == 3);
    CHECK(queue.get_value<quote>(0).status().code() == SHMB_TIMEOUT);
    CHECK(queue.event().ok());
    auto moved = std::move(queue);
    CHECK(moved.put("x", 1, 0).ok() && moved.clear().value() == 1);
    return 0;
}
