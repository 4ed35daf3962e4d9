/*
 * tls.h - TLS to servers, by OpenSSL, where this program was built with it.
 *
 * A connection never blocks: what OpenSSL must wait for is the socket, which the owner watches.
 * hiredis has a part for TLS, too; it does not check a server's name, nor says why one is refused.
 */
#ifndef MIRROR_TLS_H
#define MIRROR_TLS_H

#include <stdbool.h>
#include <stddef.h>

struct redisContext;
struct tls;

/* Does this program have TLS? */
bool tls_available(void);

/* Files in PEM and a name, each NULL where not written; `certificate` and `key` go together. */
struct tls_files {
    const char *ca;          /* NULL: the authorities that Windows trusts on this machine */
    const char *certificate; /* of this program, and those between it and its authority */
    const char *key;         /* without a password */
    const char *name;        /* that the certificate of the server must have; NULL: the host's */
};

enum tls_part { TLS_ITSELF, TLS_CA, TLS_CERTIFICATE, TLS_KEY };

/* Reads the files. The name must live on. NULL: `why` says, about the file `*part`. */
struct tls *tls_new(const struct tls_files *files, enum tls_part *part, char *why, size_t size);
void tls_free(struct tls *tls); /* NULL is allowed */

/*
 * From now on all of a connected context goes through TLS, with a server that must prove to be
 * `host`. Nothing is sent yet. False: no memory; the context has the error.
 */
bool tls_begin(struct tls *tls, struct redisContext *context, const char *host);

enum tls_progress {
    TLS_WAITS,  /* for the socket */
    TLS_DONE,   /* the server has proved who it is */
    TLS_REFUSED /* the context has the error */
};

/* Goes on with the handshake, when the connection begins and each time something comes. */
enum tls_progress tls_shake_hands(struct redisContext *context);

#endif
