/* Objects on request, as a program in C++ asks for them. */
#include "shmb.hpp"

#include <cstring>

#include "cpp_checks.h"

int cpp_requests(void)
{
    auto answer = shmb::request("ShmbTest.Asked", 4096);
    CHECK(answer && answer.ok() && answer.status().code() == SHMB_OK && answer.made());
    CHECK(answer.reason() == SHMB_REASON_NONE && answer.retry_ms() == 0);
    CHECK(answer.size() == 4096 && answer.rule() == "App");
    answer.check();

    shmb_request_options options{};
    options.kind = SHMB_KIND_EVENT;
    options.flags = SHMB_REQUEST_MANUAL_RESET;
    CHECK(shmb::request(L"ShmbTest.Asked", 0, options).ok());
    CHECK(!shmb::request(L"ShmbTest.Asked", 1, options)); /* an event has no size */
    CHECK(shmb::request_ask("ShmbTest.Asked", 4096).made());
    CHECK(shmb::request_ask(L"ShmbTest.Asked", 4096).made());
    CHECK(shmb::release("ShmbTest.Asked").ok());
    CHECK(shmb::release(L"ShmbTest.Asked", 60000).ok());
    return 0;
}

int cpp_refusals(void)
{
    auto answer = shmb::request("ShmbTest.Asked", 4096);
    CHECK(!answer && answer.status().code() == SHMB_QUOTA && !answer.made());
    CHECK(answer.reason() == SHMB_REASON_EACH_OBJECTS && answer.used() == 3 && answer.most() == 3);
    CHECK(answer.text().find("App") != std::string::npos);
    try {
        answer.check();
        return __LINE__;
    } catch (const shmb::error &error) {
        CHECK(error.why().code() == SHMB_QUOTA && error.what() == answer.text());
    }
    CHECK(shmb::release("ShmbTest.Asked").code() == SHMB_QUOTA);
    return 0;
}
