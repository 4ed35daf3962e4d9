/*
 * tls.h - TLS to servers, where hiredis was built with it.
 */
#ifndef MIRROR_TLS_H
#define MIRROR_TLS_H

#include <stdbool.h>
#include <stddef.h>

struct redisContext;
struct tls;

/* Does this program have TLS? */
bool tls_available(void);

/*
 * `ca`, `certificate`, `key`: files in PEM, or NULL; without `ca`, the authorities that OpenSSL
 * trusts. `name`: that the certificate of the server must have; NULL: the host's. NULL: `why` says.
 */
struct tls *tls_new(const char *ca, const char *certificate, const char *key, const char *name,
                    char *why, size_t size);
void tls_free(struct tls *tls);

/* Begins TLS on a connection. False: the context has the error. */
bool tls_begin(struct tls *tls, struct redisContext *context);

#endif
