#include "server.h"

#include <winsock2.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pace.h"

#define PING_MS 1000u /* a connection that is silent for so long is asked */
#define TICK_MS 250u
#define ASK_MS  2000u /* how often sentinels are asked whether the master is another one now */

/* A connection for commands. */
struct node {
    struct server *server;
    struct link *link;
    uint32_t number; /* 0: free */
    bool ready;      /* greeted */
    uint64_t asked;  /* time of the last ping */
};

struct server {
    struct server_setup setup;
    struct server_hooks hooks;
    HANDLE events[SERVER_EVENTS];
    struct node nodes[SERVER_NODES];
    uint32_t numbers; /* given so far */
    struct link *listener;
    bool hearing; /* SUBSCRIBE was answered for all channels */
    uint64_t listener_asked;
    struct link *sentinel;
    size_t next_place; /* which of setup.places is tried next */
    uint64_t next_ask; /* when sentinels are asked again */
    struct pace pace, listener_pace;
    uint32_t random;
    uint64_t now;
    struct server_figures figures;
};

static uint32_t next_random(struct server *server)
{
    server->random ^= server->random << 13;
    server->random ^= server->random >> 17;
    server->random ^= server->random << 5;
    return server->random;
}

struct server *server_new(const struct server_setup *setup, const struct server_hooks *hooks)
{
    struct server *server = calloc(1, sizeof(*server));
    WSADATA data;
    size_t i;

    if (server == NULL || WSAStartup(MAKEWORD(2, 2), &data) != 0) {
        free(server);
        return NULL;
    }
    server->setup = *setup;
    server->hooks = *hooks;
    for (i = 0; i < SERVER_EVENTS; i++)
        server->events[i] = CreateEventW(NULL, FALSE, FALSE, NULL); /* a wait resets it */
    server->random = (uint32_t)time(NULL) * 2654435761u ^ GetCurrentProcessId() ^ 1u;
    if (server->random == 0)
        server->random = 1;
    if (server->events[0] != NULL && server->events[1] != NULL) {
        server->listener = link_new(server->events[SERVER_MESSAGES], setup->silence_ms);
        server->sentinel = link_new(server->events[SERVER_ANSWERS], setup->silence_ms);
    }
    for (i = 0; i < SERVER_NODES; i++)
        server->nodes[i].server = server;
    if (server->listener != NULL && server->sentinel != NULL)
        return server;
    server_free(server);
    return NULL;
}

void server_free(struct server *server)
{
    size_t i;

    if (server == NULL)
        return;
    for (i = 0; i < SERVER_NODES; i++)
        link_free(server->nodes[i].link);
    link_free(server->listener);
    link_free(server->sentinel);
    for (i = 0; i < SERVER_EVENTS; i++)
        if (server->events[i] != NULL)
            CloseHandle(server->events[i]);
    WSACleanup();
    free(server);
}

void *server_event(const struct server *server, size_t which)
{
    return server->events[which];
}

static bool is_open(const struct link *link)
{
    return link_state(link) != LINK_DOWN;
}

/* A connection has failed, or could not be made. */
static void failed(struct server *server, const struct link *link, const char *what)
{
    const struct link_place *place = link_place(link);
    char line[LINK_FAULT + 340];

    snprintf(server->figures.fault, sizeof(server->figures.fault), "%s", link_fault(link));
    snprintf(line, sizeof(line), "%s %s:%u: %s", what, place->host, place->port, link_fault(link));
    server->hooks.line(server->hooks.context, line);
}

/* ---- commands --------------------------------------------------------------- */

/* An answer to a part of the greeting. True: go on. */
static bool greeted(struct link *link, const redisReply *reply)
{
    struct answer_fault fault;

    if (reply == NULL)
        return false;
    if (answer_sort(reply, &fault) == ANSWER_GOOD)
        return true;
    link_drop(link, fault.text);
    return false;
}

static void on_greeting(void *context, const redisReply *reply)
{
    struct node *node = context;

    (void)greeted(node->link, reply);
}

static void node_ready(struct node *node)
{
    struct server *server = node->server;
    const struct link_place *place = link_place(node->link);

    node->ready = true;
    server->figures.connections++;
    server->figures.fault[0] = '\0';
    snprintf(server->figures.place, sizeof(server->figures.place), "%s:%u", place->host,
             place->port);
    pace_worked(&server->pace);
    server->hooks.up(server->hooks.context);
}

static void on_last_greeting(void *context, const redisReply *reply)
{
    struct node *node = context;

    if (greeted(node->link, reply))
        node_ready(node);
}

static void on_role(void *context, const redisReply *reply)
{
    struct node *node = context;

    if (!greeted(node->link, reply))
        return;
    if (reply->type == REDIS_REPLY_ARRAY && reply->elements > 0 &&
        reply->element[0]->type == REDIS_REPLY_STRING &&
        strcmp(reply->element[0]->str, "master") == 0)
        node_ready(node);
    else
        link_drop(node->link, "is not the master");
}

static void send_authentication(struct link *link, const char *user, const char *password,
                                link_answer *answer, void *context, uint64_t now)
{
    struct request request = {0};

    if (password == NULL)
        return;
    request_text(&request, "AUTH");
    if (user != NULL)
        request_text(&request, user);
    request_text(&request, password);
    (void)link_send(link, &request, answer, context, now);
}

static void greet(struct node *node, uint64_t now)
{
    const struct server_setup *setup = &node->server->setup;
    bool role = setup->kind == SERVER_SENTINEL;
    struct request request = {0};

    send_authentication(node->link, setup->user, setup->password, on_greeting, node, now);
    if (setup->database != 0) {
        request_text(&request, "SELECT");
        request_number(&request, setup->database);
        (void)link_send(node->link, &request, on_greeting, node, now);
        request = (struct request){0};
    }
    request_text(&request, role ? "ROLE" : "PING");
    (void)link_send(node->link, &request, role ? on_role : on_last_greeting, node, now);
}

static bool is_at(const struct node *node, const struct link_place *place)
{
    return link_place(node->link)->port == place->port &&
           _stricmp(link_place(node->link)->host, place->host) == 0;
}

/* The node at this place, connected or connecting. NULL: no room, no memory. */
static struct node *node_at(struct server *server, const struct link_place *place, uint64_t now)
{
    struct node *node = NULL;
    size_t i;

    for (i = 0; i < SERVER_NODES; i++) {
        struct node *at = &server->nodes[i];

        if (at->number == 0) {
            node = node != NULL ? node : at;
        } else if (is_at(at, place)) {
            return at;
        }
    }
    if (node != NULL && node->link == NULL)
        node->link = link_new(server->events[SERVER_ANSWERS], server->setup.silence_ms);
    if (node == NULL || node->link == NULL)
        return NULL;
    node->number = ++server->numbers;
    node->ready = false;
    node->asked = 0;
    link_open(node->link, place, server->setup.tls, now);
    return node;
}

static bool any_open(const struct server *server)
{
    size_t i;

    for (i = 0; i < SERVER_NODES; i++)
        if (server->nodes[i].number != 0)
            return true;
    return false;
}

static struct node *node_numbered(struct server *server, uint32_t number)
{
    size_t i;

    for (i = 0; number != 0 && i < SERVER_NODES; i++)
        if (server->nodes[i].number == number)
            return &server->nodes[i];
    return NULL;
}

static struct node *any_ready(struct server *server)
{
    size_t i;

    for (i = 0; i < SERVER_NODES; i++)
        if (server->nodes[i].number != 0 && server->nodes[i].ready)
            return &server->nodes[i];
    return NULL;
}

static void on_pong(void *context, const redisReply *reply)
{
    struct node *node = context;

    (void)greeted(node->link, reply);
}

static void node_work(struct server *server, struct node *node, bool signalled, uint64_t now)
{
    enum link_state before = link_state(node->link);
    struct request ping = {0};

    link_work(node->link, signalled, now);
    if (before == LINK_CONNECTING && link_state(node->link) == LINK_UP) {
        greet(node, now);
        link_work(node->link, false, now);
    }
    if (!is_open(node->link)) {
        link_work(node->link, false, now); /* where it was dropped in an answer */
        node->number = 0;
        node->ready = false;
        failed(server, node->link, "server");
        pace_failed(&server->pace, now, next_random(server));
        if (!any_open(server))
            server->figures.place[0] = '\0';
        if (server->setup.kind != SERVER_CLUSTER && is_open(server->listener))
            link_drop(server->listener, "the server is gone");
        return;
    }
    if (node->ready && link_idle(node->link) && now - link_heard(node->link) >= PING_MS &&
        now - node->asked >= PING_MS) {
        node->asked = now;
        request_text(&ping, "PING");
        (void)link_send(node->link, &ping, on_pong, node, now);
        link_work(node->link, false, now);
    }
}

/* ---- messages --------------------------------------------------------------- */

/* The answer to the last SUBSCRIBE: it has the number of channels. */
static bool is_subscribed(const struct server *server, const redisReply *reply)
{
    return reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 &&
           reply->element[0]->type == REDIS_REPLY_STRING &&
           strcmp(reply->element[0]->str, "subscribe") == 0 &&
           reply->element[2]->type == REDIS_REPLY_INTEGER &&
           reply->element[2]->integer == (long long)server->setup.channel_count;
}

static void on_message(void *context, const redisReply *reply)
{
    struct server *server = context;
    struct answer_message message;
    struct answer_fault fault;

    if (reply == NULL)
        return;
    if (answer_message(reply, &message)) {
        server->hooks.message(server->hooks.context, &message);
    } else if (answer_sort(reply, &fault) != ANSWER_GOOD) {
        link_drop(server->listener, fault.text);
    } else if (is_subscribed(server, reply)) {
        server->hearing = true;
        pace_worked(&server->listener_pace);
        server->hooks.up(server->hooks.context);
    }
}

static void subscribe(struct server *server, uint64_t now)
{
    size_t i;

    link_listen(server->listener, on_message, server);
    send_authentication(server->listener, server->setup.user, server->setup.password, NULL, NULL,
                        now);
    for (i = 0; i < server->setup.channel_count; i++) {
        struct request request = {0};

        request_text(&request, "SUBSCRIBE");
        request_text(&request, server->setup.channels[i]);
        (void)link_send(server->listener, &request, NULL, NULL, now);
    }
    link_work(server->listener, false, now);
}

static void keep_listening(struct server *server, uint64_t now)
{
    struct link *link = server->listener;
    struct request ping = {0};

    if (now - link_heard(link) >= PING_MS && now - server->listener_asked >= PING_MS) {
        server->listener_asked = now;
        request_text(&ping, "PING");
        (void)link_send(link, &ping, NULL, NULL, now);
        link_work(link, false, now);
    }
    if (is_open(link) && now - link_heard(link) > PING_MS + server->setup.silence_ms)
        link_drop(link, "no answer in time");
}

static void listener_work(struct server *server, bool signalled, uint64_t now)
{
    struct link *link = server->listener;
    enum link_state before = link_state(link);
    struct node *node;

    if (before == LINK_DOWN) {
        node = any_ready(server);
        if (node != NULL && pace_due(&server->listener_pace, now)) {
            struct link_place place = *link_place(node->link);

            link_open(link, &place, server->setup.tls, now);
        }
        return;
    }
    link_work(link, signalled, now);
    if (before == LINK_CONNECTING && link_state(link) == LINK_UP)
        subscribe(server, now);
    if (link_state(link) == LINK_UP)
        keep_listening(server, now);
    if (is_open(link))
        return;
    link_work(link, false, now);
    server->hearing = false;
    failed(server, link, "messages of server");
    pace_failed(&server->listener_pace, now, next_random(server));
}

/* ---- sentinels -------------------------------------------------------------- */

/* The address in an answer. False: it is none. */
static bool read_master(const redisReply *reply, struct link_place *place)
{
    uint64_t port;

    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
        reply->element[0]->type != REDIS_REPLY_STRING ||
        reply->element[1]->type != REDIS_REPLY_STRING ||
        reply->element[0]->len >= sizeof(place->host) ||
        !revision_number(reply->element[1]->str, reply->element[1]->len, 65535, &port))
        return false;
    memcpy(place->host, reply->element[0]->str, reply->element[0]->len);
    place->host[reply->element[0]->len] = '\0';
    place->port = (uint16_t)port;
    return true;
}

static void on_master(void *context, const redisReply *reply)
{
    struct server *server = context;
    struct link_place place;
    struct node *present = NULL;
    size_t i;

    if (!greeted(server->sentinel, reply))
        return;
    if (!read_master(reply, &place)) {
        link_drop(server->sentinel, "knows no master of this name");
        return;
    }
    for (i = 0; i < SERVER_NODES; i++)
        if (server->nodes[i].number != 0)
            present = &server->nodes[i];
    if (present == NULL)
        (void)node_at(server, &place, server->now);
    else if (!is_at(present, &place))
        link_drop(present->link, "the sentinels name another master");
    link_drop(server->sentinel, "");
}

static void ask_sentinel(struct server *server, uint64_t now)
{
    const struct server_setup *setup = &server->setup;
    struct request request = {0};

    send_authentication(server->sentinel, setup->sentinel_user, setup->sentinel_password, NULL,
                        NULL, now);
    request_text(&request, "SENTINEL");
    request_text(&request, "get-master-addr-by-name");
    request_text(&request, setup->master);
    (void)link_send(server->sentinel, &request, on_master, server, now);
    link_work(server->sentinel, false, now);
}

static const struct link_place *take_place(struct server *server)
{
    const struct link_place *place = &server->setup.places[server->next_place];

    server->next_place = (server->next_place + 1) % server->setup.count;
    return place;
}

static void sentinel_work(struct server *server, bool signalled, uint64_t now)
{
    struct link *link = server->sentinel;
    enum link_state before = link_state(link);

    if (before == LINK_DOWN) {
        if (any_open(server) ? now >= server->next_ask : pace_due(&server->pace, now)) {
            server->next_ask = now + ASK_MS;
            link_open(link, take_place(server), server->setup.tls, now);
        }
        return;
    }
    link_work(link, signalled, now);
    if (before == LINK_CONNECTING && link_state(link) == LINK_UP)
        ask_sentinel(server, now);
    if (is_open(link))
        return;
    link_work(link, false, now);
    if (link_fault(link)[0] == '\0') /* it has told */
        return;
    failed(server, link, "sentinel");
    if (!any_open(server))
        pace_failed(&server->pace, now, next_random(server));
}

/* ---- all -------------------------------------------------------------------- */

uint32_t server_work(struct server *server, size_t signalled, uint64_t now)
{
    bool answers = signalled == SERVER_ANSWERS;
    size_t i;

    server->now = now;
    if (server->setup.kind == SERVER_SENTINEL)
        sentinel_work(server, answers, now);
    else if (!any_open(server) && pace_due(&server->pace, now))
        (void)node_at(server, take_place(server), now);
    for (i = 0; i < SERVER_NODES; i++)
        if (server->nodes[i].number != 0)
            node_work(server, &server->nodes[i], answers, now);
    listener_work(server, signalled == SERVER_MESSAGES, now);
    if (!any_open(server) || !server->hearing)
        return PACE_LEAST_MS / 2;
    return TICK_MS;
}

static bool send_asking(struct node *node, uint64_t now)
{
    struct request request = {0};

    request_text(&request, "ASKING");
    return link_send(node->link, &request, on_greeting, node, now);
}

bool server_send(struct server *server, struct server_route *route, const struct request *request,
                 link_answer *answer, void *context, uint64_t now)
{
    struct node *node = node_numbered(server, route->asked);

    if (node != NULL && !node->ready)
        return false;
    if (node != NULL && !send_asking(node, now))
        return false;
    route->asked = 0;
    if (node == NULL)
        node = node_numbered(server, route->node);
    if (node == NULL)
        node = any_ready(server);
    if (node == NULL || !node->ready)
        return false;
    route->node = node->number;
    return link_send(node->link, request, answer, context, now); /* written in server_work */
}

bool server_redirect(struct server *server, struct server_route *route, enum answer kind,
                     const char *text, uint64_t now)
{
    struct link_place place;
    struct node *node;

    if (!answer_place(text, place.host, sizeof(place.host), &place.port))
        return false;
    node = node_at(server, &place, now);
    if (node == NULL)
        return false;
    if (kind == ANSWER_ASK)
        route->asked = node->number;
    else
        route->node = node->number;
    return true;
}

void server_doubt(struct server *server, const struct server_route *route, const char *why)
{
    struct node *node = node_numbered(server, route->node);

    if (node != NULL)
        link_drop(node->link, why);
}

bool server_ready(const struct server *server)
{
    size_t i;

    for (i = 0; i < SERVER_NODES; i++)
        if (server->nodes[i].number != 0 && server->nodes[i].ready)
            return true;
    return false;
}

bool server_hearing(const struct server *server)
{
    return server->hearing;
}

void server_figures(const struct server *server, struct server_figures *out)
{
    size_t i;

    *out = server->figures;
    for (i = 0; i <= SERVER_NODES; i++) {
        const struct link *link = i < SERVER_NODES ? server->nodes[i].link : server->listener;

        if (link == NULL)
            continue;
        out->bytes_in += link_bytes_in(link);
        out->bytes_out += link_bytes_out(link);
    }
}
