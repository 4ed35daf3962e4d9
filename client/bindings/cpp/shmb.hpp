/*
 * shmb.hpp - shmb.h for C++17: destructors close segments and release locks, and a
 * view copies a value as a whole. Header only; link as for shmb.h, which is the
 * reference for all calls.
 *
 *     struct quote { double bid, ask; };           // no pointers in it
 *
 *     auto prices = shmb::segment::open("Prices", shmb::rights::write, 5000);
 *     if (!prices)
 *         return fail(prices.status().text());
 *     shmb::view<quote> first(*prices);
 *     if (auto stored = first.store({1.25, 1.26}); !stored)
 *         return fail(stored.text());
 *     quote now = first.load().value();            // throws shmb::error on failure
 *
 *     auto seen = prices->begin_read();            // reads in place, without a copy
 *     double bid = reinterpret_cast<const quote *>(prices->data().data())->bid;
 *     auto counts = seen ? seen->valid() : seen.status();
 *     if (counts)
 *         use(bid);
 *     else if (counts.code() != SHMB_BUSY)         // SHMB_BUSY: a write has begun; try again
 *         return fail(counts.text());
 *
 * Only result::value and answer::check throw, and the standard library when it is out of memory.
 */
#ifndef SHMB_HPP
#define SHMB_HPP

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "shmb.h"

namespace shmb
{

enum class rights : std::uint32_t { read = SHMB_READ, write = SHMB_WRITE };

inline constexpr std::uint32_t infinite = SHMB_INFINITE;

/* The result of a call: one of SHMB_..., and a sentence for it. */
class status
{
  public:
    constexpr status(std::int32_t code = SHMB_OK) noexcept : code_(code)
    {
    }

    constexpr std::int32_t code() const noexcept
    {
        return code_;
    }
    constexpr bool ok() const noexcept
    {
        return code_ >= 0;
    }
    constexpr explicit operator bool() const noexcept
    {
        return ok();
    }

    /* True for SHMB_ABANDONED: done, but an owner of the lock died. */
    constexpr bool abandoned() const noexcept
    {
        return code_ == SHMB_ABANDONED;
    }

    /* A sentence for the result. Call it in the same thread, before the thread's next call. */
    std::string text() const
    {
        char buffer[1024];

        shmb_result_text(code_, buffer, sizeof(buffer));
        return buffer;
    }

  private:
    std::int32_t code_;
};

/* The exception that result::value and answer::check throw. */
class error : public std::runtime_error
{
  public:
    explicit error(status why) : error(why, why.text())
    {
    }
    error(status why, const std::string &text) : std::runtime_error(text), why_(why)
    {
    }
    status why() const noexcept
    {
        return why_;
    }

  private:
    status why_;
};

/* A value, or the status that says why there is none. */
template <class T> class [[nodiscard]] result
{
  public:
    result(shmb::status why) : why_(why)
    {
    }
    result(std::int32_t why) : why_(why)
    {
    }
    result(shmb::status why, T value) : why_(why), value_(std::move(value))
    {
    }

    shmb::status status() const noexcept
    {
        return why_;
    }
    bool ok() const noexcept
    {
        return value_.has_value();
    }
    explicit operator bool() const noexcept
    {
        return ok();
    }

    T &operator*() noexcept
    {
        return *value_;
    }
    const T &operator*() const noexcept
    {
        return *value_;
    }
    T *operator->() noexcept
    {
        return &*value_;
    }
    const T *operator->() const noexcept
    {
        return &*value_;
    }

    T &value() &
    {
        check();
        return *value_;
    }
    T value() &&
    {
        check();
        return std::move(*value_);
    }

  private:
    void check() const
    {
        if (!ok())
            throw error(why_);
    }

    shmb::status why_;
    std::optional<T> value_;
};

/* A range of bytes or values that it does not own. */
template <class T> class span
{
  public:
    constexpr span() noexcept = default;
    constexpr span(T *data, std::size_t size) noexcept : data_(data), size_(size)
    {
    }

    constexpr T *data() const noexcept
    {
        return data_;
    }
    constexpr std::size_t size() const noexcept
    {
        return size_;
    }
    constexpr bool empty() const noexcept
    {
        return size_ == 0;
    }
    constexpr T *begin() const noexcept
    {
        return data_;
    }
    constexpr T *end() const noexcept
    {
        return data_ + size_;
    }
    constexpr T &operator[](std::size_t i) const noexcept
    {
        return data_[i];
    }

  private:
    T *data_ = nullptr;
    std::size_t size_ = 0;
};

/*
 * A held lock. The destructor releases it; it must run in the thread that took the lock.
 * The segment must live longer.
 */
class [[nodiscard]] lock_guard
{
  public:
    lock_guard(lock_guard &&other) noexcept
        : segment_(std::exchange(other.segment_, nullptr)), abandoned_(other.abandoned_)
    {
    }
    lock_guard &operator=(lock_guard &&) = delete;
    ~lock_guard()
    {
        unlock();
    }

    /* An owner died while it held the lock, and mark_consistent was not called since. */
    bool abandoned() const noexcept
    {
        return abandoned_;
    }
    status mark_consistent() noexcept
    {
        return shmb_mark_consistent(segment_);
    }
    /* Puts the last published value back; needs `snapshots: double`. */
    status restore() noexcept
    {
        return shmb_restore(segment_);
    }

    status unlock() noexcept
    {
        shmb_segment *held = std::exchange(segment_, nullptr);

        return held != nullptr ? shmb_unlock(held) : SHMB_OK;
    }

  private:
    friend class segment;
    lock_guard(shmb_segment *held, bool abandoned) noexcept : segment_(held), abandoned_(abandoned)
    {
    }

    shmb_segment *segment_;
    bool abandoned_;
};

/* A write in progress, for changes through segment::data. Snapshots wait until it ends. */
class [[nodiscard]] write_guard
{
  public:
    write_guard(write_guard &&other) noexcept : segment_(std::exchange(other.segment_, nullptr))
    {
    }
    write_guard &operator=(write_guard &&) = delete;
    ~write_guard()
    {
        if (segment_ != nullptr)
            shmb_write_end(segment_);
    }

  private:
    friend class segment;
    explicit write_guard(shmb_segment *written) noexcept : segment_(written)
    {
    }

    shmb_segment *segment_;
};

/*
 * A read in place that has begun, see shmb_read_begin: believe nothing that was read before
 * valid returns success. It needs no end. The segment must live longer.
 */
class read_ticket
{
  public:
    /* SHMB_BUSY: a write has begun since; what was read does not count. */
    [[nodiscard]] status valid() const noexcept
    {
        return shmb_read_valid(segment_, ticket_);
    }

  private:
    friend class segment;
    read_ticket(const shmb_segment *read, std::uint64_t ticket) noexcept
        : segment_(read), ticket_(ticket)
    {
    }

    const shmb_segment *segment_;
    std::uint64_t ticket_;
};

/* The same, with the bytes to read: see shmb_read_published. */
class published
{
  public:
    [[nodiscard]] status valid() const noexcept
    {
        return shmb_read_valid(segment_, ticket_);
    }
    span<const std::uint8_t> data() const noexcept
    {
        return {static_cast<const std::uint8_t *>(data_), size_};
    }

  private:
    friend class segment;
    published(const shmb_segment *read, const void *data, std::size_t size,
              std::uint64_t ticket) noexcept
        : segment_(read), data_(data), size_(size), ticket_(ticket)
    {
    }

    const shmb_segment *segment_;
    const void *data_;
    std::size_t size_;
    std::uint64_t ticket_;
};

/*
 * One event for all changes of a segment, see shmb_subscribe. It may outlive the segment. Its end
 * closes the event.
 */
class [[nodiscard]] subscription
{
  public:
    subscription(subscription &&other) noexcept
        : handle_(std::exchange(other.handle_, nullptr)),
          event_(std::exchange(other.event_, nullptr))
    {
    }
    subscription &operator=(subscription &&other) noexcept
    {
        if (this != &other) {
            shmb_unsubscribe(handle_);
            handle_ = std::exchange(other.handle_, nullptr);
            event_ = std::exchange(other.event_, nullptr);
        }
        return *this;
    }
    ~subscription()
    {
        shmb_unsubscribe(handle_);
    }

    /* A HANDLE for WaitForMultipleObjects and the like. Do not close it. */
    void *event() const noexcept
    {
        return event_;
    }

  private:
    friend class segment;
    subscription(shmb_subscription *handle, void *event) noexcept : handle_(handle), event_(event)
    {
    }

    shmb_subscription *handle_;
    void *event_;
};

/*
 * An open segment. Its memory stays valid until the object is destroyed or closed. Destroy
 * it in any thread, but not while another thread holds its lock: then it stays open until
 * the process ends, because closing would leave the lock taken.
 */
class segment
{
  public:
    static result<segment> open(const char *name, rights how, std::uint32_t wait_ms = 0)
    {
        shmb_segment *made;
        status why = shmb_open(name, static_cast<std::uint32_t>(how), wait_ms, &made);

        return finish(why, made);
    }
    static result<segment> open(const wchar_t *name, rights how, std::uint32_t wait_ms = 0)
    {
        shmb_segment *made;
        status why = shmb_openW(name, static_cast<std::uint32_t>(how), wait_ms, &made);

        return finish(why, made);
    }

    /* With options: a part, or one more owner to trust. Sets `options.size`. */
    static result<segment> open(const char *name, shmb_options options)
    {
        shmb_segment *made;

        options.size = sizeof(options);
        status why = shmb_open_with(name, &options, &made);

        return finish(why, made);
    }

    /* Private memory, see shmb_private_create; made_here() is its `first`. */
    static result<segment> create_private(const char *name, std::uint64_t size)
    {
        shmb_segment *made;
        std::int32_t first;
        status why = shmb_private_create(name, size, &made, &first);

        return finish(why, made, first != 0);
    }
    static result<segment> create_private(const wchar_t *name, std::uint64_t size)
    {
        shmb_segment *made;
        std::int32_t first;
        status why = shmb_private_createW(name, size, &made, &first);

        return finish(why, made, first != 0);
    }
    static result<segment> create_private(std::nullptr_t, std::uint64_t size)
    {
        return create_private(static_cast<const char *>(nullptr), size);
    }

    segment(segment &&other) noexcept
        : handle_(std::exchange(other.handle_, nullptr)), made_here_(other.made_here_)
    {
    }
    segment &operator=(segment &&other) noexcept
    {
        if (this != &other) {
            shmb_close(handle_);
            handle_ = std::exchange(other.handle_, nullptr);
            made_here_ = other.made_here_;
        }
        return *this;
    }
    ~segment()
    {
        shmb_close(handle_);
    }

    /*
     * Closes it now; afterwards the object can only be destroyed or assigned to.
     * SHMB_NOT_OWNER: another thread holds the lock, and the segment stays open.
     */
    status close() noexcept
    {
        status why = shmb_close(handle_);

        if (why)
            handle_ = nullptr;
        return why;
    }

    /* For calls of shmb.h. Do not close it. */
    shmb_segment *handle() const noexcept
    {
        return handle_;
    }

    /* True: create_private created this memory. */
    bool made_here() const noexcept
    {
        return made_here_;
    }

    std::string name() const
    {
        char buffer[SHMB_NAME_SIZE];

        shmb_name(handle_, buffer, sizeof(buffer));
        return buffer;
    }
    std::wstring wide_name() const
    {
        wchar_t buffer[SHMB_NAME_SIZE];

        shmb_nameW(handle_, buffer, SHMB_NAME_SIZE);
        return buffer;
    }

    std::uint64_t size() const noexcept
    {
        std::uint64_t bytes;

        shmb_size(handle_, &bytes);
        return bytes;
    }

    /* The memory. Opened with rights::read, writing to it is an access violation. */
    span<std::uint8_t> data() const noexcept
    {
        void *bytes;

        shmb_data(handle_, &bytes);
        return {static_cast<std::uint8_t *>(bytes), static_cast<std::size_t>(size())};
    }

    /* These return the number of bytes copied: fewer than `count` at the end of the segment. */
    result<std::uint64_t> read(std::uint64_t offset, void *buffer, std::uint64_t count) const
    {
        std::uint64_t done;

        return moved(shmb_read(handle_, offset, buffer, count, &done), &done);
    }
    result<std::uint64_t> snapshot(std::uint64_t offset, void *buffer, std::uint64_t count) const
    {
        std::uint64_t done;

        return moved(shmb_snapshot(handle_, offset, buffer, count, &done), &done);
    }
    /* As snapshot, but tries for `timeout_ms` while writers keep changing the bytes. */
    result<std::uint64_t> snapshot(std::uint64_t offset, void *buffer, std::uint64_t count,
                                   std::uint32_t timeout_ms) const
    {
        std::uint64_t done;

        return moved(shmb_snapshot_wait(handle_, offset, buffer, count, timeout_ms, &done), &done);
    }
    result<std::uint64_t> write(std::uint64_t offset, const void *buffer, std::uint64_t count)
    {
        std::uint64_t done;

        return moved(shmb_write(handle_, offset, buffer, count, &done), &done);
    }
    result<std::uint64_t> update(std::uint64_t offset, const void *buffer, std::uint64_t count,
                                 std::uint32_t timeout_ms = infinite)
    {
        std::uint64_t done;

        return moved(shmb_update(handle_, offset, buffer, count, timeout_ms, &done), &done);
    }

    result<lock_guard> lock(std::uint32_t timeout_ms = infinite)
    {
        status why = shmb_lock(handle_, timeout_ms);

        if (!why)
            return why;
        return {why, lock_guard(handle_, why.abandoned())};
    }
    result<write_guard> begin_write()
    {
        status why = shmb_write_begin(handle_);

        if (!why)
            return why;
        return {why, write_guard(handle_)};
    }

    /* Reads what was published last, in place; without `snapshots: double` as begin_read. */
    result<published> read_published(std::uint32_t timeout_ms = infinite) const
    {
        const void *bytes;
        std::uint64_t ticket;
        status why = shmb_read_published(handle_, timeout_ms, &bytes, &ticket);

        if (!why)
            return why;
        return {why, published(handle_, bytes, static_cast<std::size_t>(size()), ticket)};
    }
    /* Waits until no write is in progress; then read through data. */
    result<read_ticket> begin_read(std::uint32_t timeout_ms = 5000) const
    {
        std::uint64_t ticket;
        status why = shmb_read_begin(handle_, timeout_ms, &ticket);

        if (!why)
            return why;
        return {why, read_ticket(handle_, ticket)};
    }

    /* True: fill the segment now, then call init_done. The call has taken the lock. */
    result<bool> first(std::uint32_t timeout_ms = infinite)
    {
        std::int32_t yes;
        status why = shmb_first(handle_, timeout_ms, &yes);

        if (!why)
            return why;
        return {why, yes != 0};
    }
    [[nodiscard]] status init_done() noexcept
    {
        return shmb_init_done(handle_);
    }

    /* Waits until the change number differs from `number`, and sets `number` to it. */
    [[nodiscard]] status wait_changed(std::uint64_t &number,
                                      std::uint32_t timeout_ms = infinite) noexcept
    {
        return shmb_wait_changed(handle_, &number, timeout_ms);
    }

    /* An event that is set after each change that is newer than `number`. */
    result<subscription> subscribe(std::uint64_t number = 0)
    {
        shmb_subscription *made;
        void *event;
        status why = shmb_subscribe(handle_, number, &made, &event);

        if (!why)
            return why;
        return {why, subscription(made, event)};
    }

    /* Is the segment still current? See shmb_state. */
    [[nodiscard]] status state() const noexcept
    {
        return shmb_state(handle_, nullptr);
    }

  private:
    segment(shmb_segment *handle, bool made_here) noexcept : handle_(handle), made_here_(made_here)
    {
    }
    static result<segment> finish(status why, shmb_segment *made, bool first = false)
    {
        if (!why)
            return why;
        return {why, segment(made, first)};
    }
    static result<std::uint64_t> moved(status why, const std::uint64_t *done)
    {
        if (!why)
            return why;
        return {why, *done};
    }

    shmb_segment *handle_;
    bool made_here_;
};

/*
 * An open queue. Messages are bytes; put_value and get_value take a value of a trivially copyable
 * type, which must have the same layout in all programs, see view.
 */
class queue
{
  public:
    static result<queue> open(const char *name, rights how, std::uint32_t wait_ms = 0)
    {
        shmb_queue *made;
        status why = shmb_queue_open(name, static_cast<std::uint32_t>(how), wait_ms, &made);

        return finish(why, made);
    }
    static result<queue> open(const wchar_t *name, rights how, std::uint32_t wait_ms = 0)
    {
        shmb_queue *made;
        status why = shmb_queue_openW(name, static_cast<std::uint32_t>(how), wait_ms, &made);

        return finish(why, made);
    }
    /* With options: one more owner to trust. Sets `options.size`. */
    static result<queue> open(const char *name, shmb_options options)
    {
        shmb_queue *made;

        options.size = sizeof(options);
        status why = shmb_queue_open_with(name, &options, &made);

        return finish(why, made);
    }

    queue(queue &&other) noexcept : handle_(std::exchange(other.handle_, nullptr))
    {
    }
    queue &operator=(queue &&other) noexcept
    {
        if (this != &other) {
            shmb_queue_close(handle_);
            handle_ = std::exchange(other.handle_, nullptr);
        }
        return *this;
    }
    ~queue()
    {
        shmb_queue_close(handle_);
    }

    /* For calls of shmb.h. Do not close it. */
    shmb_queue *handle() const noexcept
    {
        return handle_;
    }

    [[nodiscard]] status put(const void *bytes, std::uint32_t count,
                             std::uint32_t timeout_ms = infinite) noexcept
    {
        return shmb_queue_put(handle_, bytes, count, timeout_ms);
    }
    template <class T, class = std::enable_if_t<std::is_trivially_copyable_v<T>>>
    [[nodiscard]] status put_value(const T &value, std::uint32_t timeout_ms = infinite) noexcept
    {
        return put(&value, static_cast<std::uint32_t>(sizeof(T)), timeout_ms);
    }

    /* The number of bytes. SHMB_RANGE: the buffer is too small, and the message stays. */
    result<std::uint32_t> get(void *buffer, std::uint32_t size, std::uint32_t timeout_ms = infinite)
    {
        std::uint32_t length;
        status why = shmb_queue_get(handle_, buffer, size, &length, timeout_ms);

        return got(why, length);
    }
    result<std::uint32_t> peek(void *buffer, std::uint32_t size) const
    {
        std::uint32_t length;
        status why = shmb_queue_peek(handle_, buffer, size, &length);

        return got(why, length);
    }

    /* A message that is a value. SHMB_RANGE: it has another length; a shorter one is lost. */
    template <class T> result<T> get_value(std::uint32_t timeout_ms = infinite)
    {
        static_assert(std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T>,
                      "messages are copied byte by byte");
        T value{};
        auto length = get(&value, static_cast<std::uint32_t>(sizeof(T)), timeout_ms);

        if (!length)
            return length.status();
        return *length == sizeof(T) ? result<T>(length.status(), value) : result<T>(SHMB_RANGE);
    }

    result<shmb_queue_info> level() const
    {
        shmb_queue_info info{};

        info.size = sizeof(info);
        status why = shmb_queue_level(handle_, &info);

        if (!why)
            return why;
        return {why, info};
    }

    /* Removes all messages; how many. */
    result<std::uint64_t> clear()
    {
        std::uint64_t count;
        status why = shmb_queue_clear(handle_, &count);

        if (!why)
            return why;
        return {why, count};
    }

    /* The event that the next message sets, see shmb_queue_event. */
    result<void *> event()
    {
        void *handle;
        status why = shmb_queue_event(handle_, &handle);

        if (!why)
            return why;
        return {why, handle};
    }

  private:
    explicit queue(shmb_queue *handle) noexcept : handle_(handle)
    {
    }
    static result<queue> finish(status why, shmb_queue *made)
    {
        if (!why)
            return why;
        return {why, queue(made)};
    }
    static result<std::uint32_t> got(status why, std::uint32_t length)
    {
        if (!why)
            return why;
        return {why, length};
    }

    shmb_queue *handle_;
};

/*
 * What the broker answered to a request:
 *
 *     auto answer = shmb::request("MyApp.Camera7", 65536);
 *     if (!answer)
 *         return fail(answer.text());
 *     auto frames = shmb::segment::open("MyApp.Camera7", shmb::rights::write);
 */
class [[nodiscard]] answer
{
  public:
    shmb::status status() const noexcept
    {
        return why_;
    }
    bool ok() const noexcept
    {
        return why_.ok();
    }
    explicit operator bool() const noexcept
    {
        return ok();
    }

    /* This request created the object, or would; false: it exists, or the request was refused. */
    bool made() const noexcept
    {
        return info_.made != 0;
    }
    /* One of SHMB_REASON_... */
    std::uint32_t reason() const noexcept
    {
        return info_.reason;
    }
    /* When to try again; 0: that would not help. */
    std::uint32_t retry_ms() const noexcept
    {
        return info_.retry_ms;
    }
    /* Objects or bytes, see the reason. */
    std::uint64_t used() const noexcept
    {
        return info_.used;
    }
    std::uint64_t most() const noexcept
    {
        return info_.most;
    }
    /* Segment: its bytes. */
    std::uint64_t size() const noexcept
    {
        return info_.bytes;
    }
    /* The rule that decided; empty: none. */
    std::string rule() const
    {
        return info_.rule;
    }

    /* A sentence with the rule and the numbers. Call it as status::text. */
    std::string text() const
    {
        char buffer[1024];

        shmb_request_text(why_.code(), &info_, buffer, sizeof(buffer));
        return buffer;
    }

    /* Throws shmb::error with that sentence, if the request was refused. */
    void check() const
    {
        if (!ok())
            throw error(why_, text());
    }

  private:
    template <class C>
    using call = std::int32_t(SHMB_CALL *)(const C *, std::uint64_t, const shmb_request_options *,
                                           shmb_request_info *);
    friend answer request(const char *, std::uint64_t, shmb_request_options);
    friend answer request(const wchar_t *, std::uint64_t, shmb_request_options);
    friend answer request_ask(const char *, std::uint64_t, shmb_request_options);
    friend answer request_ask(const wchar_t *, std::uint64_t, shmb_request_options);

    template <class C>
    answer(call<C> ask, const C *name, std::uint64_t bytes, shmb_request_options options) noexcept
    {
        options.size = sizeof(options);
        info_.size = sizeof(info_);
        why_ = ask(name, bytes, &options, &info_);
    }

    shmb::status why_;
    shmb_request_info info_{};
};

/*
 * Asks the broker to hold an object that the configuration does not name; open it afterwards.
 * `bytes` is the size of a segment, else 0. See shmb_request. Sets `options.size`.
 */
inline answer request(const char *name, std::uint64_t bytes, shmb_request_options options = {})
{
    return {shmb_request, name, bytes, options};
}
inline answer request(const wchar_t *name, std::uint64_t bytes, shmb_request_options options = {})
{
    return {shmb_requestW, name, bytes, options};
}

/* What request would be answered; nothing else happens. */
inline answer request_ask(const char *name, std::uint64_t bytes, shmb_request_options options = {})
{
    return {shmb_request_ask, name, bytes, options};
}
inline answer request_ask(const wchar_t *name, std::uint64_t bytes,
                          shmb_request_options options = {})
{
    return {shmb_request_askW, name, bytes, options};
}

/* Gives back an object that this account has requested, see shmb_release. */
inline status release(const char *name, std::uint32_t timeout_ms = 5000) noexcept
{
    return shmb_release(name, timeout_ms);
}
inline status release(const wchar_t *name, std::uint32_t timeout_ms = 5000) noexcept
{
    return shmb_releaseW(name, timeout_ms);
}
/*
 * A value at an offset of a segment, copied as a whole: load never returns half of a
 * store. The type must have the same layout in all programs and both bitnesses:
 * fixed-width integers and floating-point numbers, no pointers, the same padding.
 */
template <class T> class view
{
    static_assert(std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T>,
                  "shared values are copied byte by byte");

  public:
    explicit view(segment &in, std::uint64_t offset = 0) noexcept : in_(in), offset_(offset)
    {
    }

    /*
     * Takes no lock; private memory has no snapshots, so there it does. Waits for writers;
     * SHMB_BUSY, SHMB_TIMEOUT: in vain. SHMB_RANGE: not within the segment.
     */
    result<T> load(std::uint32_t timeout_ms = 5000) const
    {
        T value{};
        auto done = in_.snapshot(offset_, &value, sizeof(T), timeout_ms);

        /* Private memory, or opened without the directory. */
        if (done.status().code() == SHMB_BAD_ARGUMENT) {
            auto held = in_.lock(timeout_ms);

            if (!held)
                return held.status();
            done = in_.read(offset_, &value, sizeof(T));
        }
        if (!done)
            return done.status();
        return *done == sizeof(T) ? result<T>(done.status(), value) : result<T>(SHMB_RANGE);
    }

    /* Stores the value under the lock. SHMB_RANGE: not within the segment. */
    [[nodiscard]] status store(const T &value, std::uint32_t timeout_ms = infinite)
    {
        const std::uint64_t size = in_.size();

        if (offset_ > size || size - offset_ < sizeof(T))
            return SHMB_RANGE;
        return in_.update(offset_, &value, sizeof(T), timeout_ms).status();
    }

  private:
    segment &in_;
    std::uint64_t offset_;
};

} // namespace shmb

#endif
