#include "tls.h"

#include <stdio.h>
#include <stdlib.h>

#include <hiredis/hiredis.h>

#ifdef SHMB_MIRROR_TLS
#include <hiredis/hiredis_ssl.h>

struct tls {
    redisSSLContext *context;
};

bool tls_available(void)
{
    return true;
}

struct tls *tls_new(const char *ca, const char *certificate, const char *key, const char *name,
                    char *why, size_t size)
{
    redisSSLContextError error = REDIS_SSL_CTX_NONE;
    struct tls *tls = calloc(1, sizeof(*tls));

    if (tls == NULL) {
        snprintf(why, size, "out of memory");
        return NULL;
    }
    redisInitOpenSSL();
    tls->context = redisCreateSSLContext(ca, NULL, certificate, key, name, &error);
    if (tls->context != NULL)
        return tls;
    snprintf(why, size, "%s", redisSSLContextGetError(error));
    free(tls);
    return NULL;
}

void tls_free(struct tls *tls)
{
    if (tls != NULL)
        redisFreeSSLContext(tls->context);
    free(tls);
}

bool tls_begin(struct tls *tls, struct redisContext *context)
{
    return redisInitiateSSLWithContext(context, tls->context) == REDIS_OK;
}

#else

bool tls_available(void)
{
    return false;
}

struct tls *tls_new(const char *ca, const char *certificate, const char *key, const char *name,
                    char *why, size_t size)
{
    (void)ca;
    (void)certificate;
    (void)key;
    (void)name;
    snprintf(why, size, "this program was built without TLS");
    return NULL;
}

void tls_free(struct tls *tls)
{
    (void)tls;
}

bool tls_begin(struct tls *tls, struct redisContext *context)
{
    (void)tls;
    (void)context;
    return false;
}

#endif
