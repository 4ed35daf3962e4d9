#include "tls.h"

#include <winsock2.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

#ifdef SHMB_MIRROR_TLS
#include <windows.h>

#include <wincrypt.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

struct tls {
    SSL_CTX *context;
    const char *name; /* NULL: the host's */
    bool locked;      /* the key's file asked for a password */
};

/* Of a connection; its context owns it. */
struct session {
    redisContextFuncs functions;
    SSL *ssl;
    char name[256]; /* that the certificate must have */
};

bool tls_available(void)
{
    return true;
}

/* ---- the files -------------------------------------------------------------- */

/* What the first error in OpenSSL's queue says. */
static void tell_error(char *why, size_t size, const char *file)
{
    unsigned long error = ERR_peek_error();
    const char *reason =
        ERR_SYSTEM_ERROR(error) ? strerror(ERR_GET_REASON(error)) : ERR_reason_error_string(error);

    if (ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE)
        reason = "it has none in PEM";
    snprintf(why, size, "%s%s%s", file != NULL ? file : "", file != NULL ? ": " : "",
             reason != NULL ? reason : "OpenSSL does not say why");
    ERR_clear_error();
}

/* A key with a password is refused, rather than asked for on a console. */
static int no_password(char *out, int size, int writing, void *context)
{
    (void)out;
    (void)size;
    (void)writing;
    ((struct tls *)context)->locked = true;
    return -1;
}

/*
 * What administrators of this machine trust. OpenSSL itself looks into a folder that was named when
 * it was built, which another user may be able to make.
 */
static bool trust_windows(SSL_CTX *context)
{
    X509_STORE *trusted = SSL_CTX_get_cert_store(context);
    HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0,
                                     CERT_SYSTEM_STORE_LOCAL_MACHINE | CERT_STORE_READONLY_FLAG |
                                         CERT_STORE_OPEN_EXISTING_FLAG,
                                     L"ROOT");
    const CERT_CONTEXT *one = NULL;

    if (store == NULL)
        return false;
    while ((one = CertEnumCertificatesInStore(store, one)) != NULL) {
        const unsigned char *bytes = one->pbCertEncoded;
        X509 *certificate = d2i_X509(NULL, &bytes, (long)one->cbCertEncoded);

        if (certificate != NULL)
            (void)X509_STORE_add_cert(trusted, certificate);
        X509_free(certificate);
    }
    CertCloseStore(store, 0);
    ERR_clear_error(); /* one that OpenSSL cannot read is not trusted */
    return true;
}

static bool read_files(SSL_CTX *context, const struct tls_files *files, enum tls_part *part,
                       char *why, size_t size)
{
    if (files->ca == NULL && !trust_windows(context)) {
        snprintf(why, size,
                 "the certificates that Windows trusts cannot be read (error %lu); name a file "
                 "with those of the authority: tls: { ca: FILE }",
                 (unsigned long)GetLastError());
        return false;
    }
    *part = TLS_CA;
    if (files->ca != NULL && SSL_CTX_load_verify_locations(context, files->ca, NULL) != 1) {
        tell_error(why, size, files->ca);
        return false;
    }
    *part = TLS_CERTIFICATE;
    if (files->certificate != NULL &&
        SSL_CTX_use_certificate_chain_file(context, files->certificate) != 1) {
        tell_error(why, size, files->certificate);
        return false;
    }
    *part = TLS_KEY;
    if (files->key != NULL &&
        SSL_CTX_use_PrivateKey_file(context, files->key, SSL_FILETYPE_PEM) != 1) {
        tell_error(why, size, files->key);
        return false;
    }
    return true;
}

struct tls *tls_new(const struct tls_files *files, enum tls_part *part, char *why, size_t size)
{
    struct tls *tls = calloc(1, sizeof(*tls));

    *part = TLS_ITSELF;
    snprintf(why, size, "out of memory");
    /* No file of settings: OpenSSL would look for it where another user may be able to put one. */
    if (tls != NULL && OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1)
        tls->context = SSL_CTX_new(TLS_client_method());
    if (tls == NULL || tls->context == NULL) {
        free(tls);
        return NULL;
    }
    tls->name = files->name;
    SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
    SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_default_passwd_cb(tls->context, no_password);
    SSL_CTX_set_default_passwd_cb_userdata(tls->context, tls);
    SSL_CTX_set_mode(tls->context, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                       SSL_MODE_RELEASE_BUFFERS);
    if (read_files(tls->context, files, part, why, size))
        return tls;
    if (tls->locked)
        snprintf(why, size,
                 "%s: it has a password; write a file without one, which only the account of "
                 "shmbmirror may read",
                 files->key);
    tls_free(tls);
    return NULL;
}

void tls_free(struct tls *tls)
{
    if (tls != NULL)
        SSL_CTX_free(tls->context);
    free(tls);
}

/* ---- a connection ----------------------------------------------------------- */

static void set_error(redisContext *redis, int kind, const char *text)
{
    redis->err = kind;
    snprintf(redis->errstr, sizeof(redis->errstr), "%s", text);
}

/* The context's error for what ended a call of OpenSSL. */
static void fail(redisContext *redis, const struct session *session, int error)
{
    long verdict = SSL_get_verify_result(session->ssl);
    unsigned long code = ERR_peek_error();
    const char *reason = ERR_reason_error_string(code);
    char text[sizeof(redis->errstr)];

    if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH)
        snprintf(text, sizeof(text), "its certificate is not for %.80s", session->name);
    else if (verdict != X509_V_OK)
        snprintf(text, sizeof(text), "its certificate is refused: %s",
                 X509_verify_cert_error_string(verdict));
    else if (error == SSL_ERROR_ZERO_RETURN || error == SSL_ERROR_SYSCALL ||
             ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
        snprintf(text, sizeof(text), "%s",
                 SSL_is_init_finished(session->ssl) ? "Server closed the connection"
                                                    : "it ended the connection during the TLS "
                                                      "handshake");
    else if (ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER)
        snprintf(text, sizeof(text), "it does not speak TLS here");
    else
        snprintf(text, sizeof(text), "TLS failed: %s", reason != NULL ? reason : "no reason");
    ERR_clear_error();
    set_error(redis, error == SSL_ERROR_ZERO_RETURN ? REDIS_ERR_EOF : REDIS_ERR_IO, text);
}

/* What a call of OpenSSL has come to, which began with an empty queue of errors: 0 where it waits
   for the socket, else below 0, and the context has the error. */
static int waits_or_fails(redisContext *redis, const struct session *session, int result)
{
    int error = SSL_get_error(session->ssl, result);

    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        return 0;
    fail(redis, session, error);
    return -1;
}

static ssize_t tls_read(redisContext *redis, char *out, size_t size)
{
    struct session *session = redis->privctx;
    int result;

    ERR_clear_error();
    result = SSL_read(session->ssl, out, (int)size);
    return result > 0 ? result : waits_or_fails(redis, session, result);
}

static ssize_t tls_write(redisContext *redis)
{
    struct session *session = redis->privctx;
    size_t size = sdslen(redis->obuf);
    int result;

    ERR_clear_error();
    result = SSL_write(session->ssl, redis->obuf, size < INT_MAX ? (int)size : INT_MAX);
    return result > 0 ? result : waits_or_fails(redis, session, result);
}

static void session_free(void *context)
{
    struct session *session = context;

    SSL_free(session->ssl);
    free(session);
}

/* The certificate must be for this host. False: no memory. */
static bool expect(struct session *session)
{
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(session->name);

    ERR_clear_error();
    if (address != NULL) {
        ASN1_OCTET_STRING_free(address);
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session->ssl), session->name) == 1;
    }
    SSL_set_hostflags(session->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(session->ssl, session->name) == 1 &&
           SSL_set_tlsext_host_name(session->ssl, session->name) == 1;
}

bool tls_begin(struct tls *tls, struct redisContext *context, const char *host)
{
    struct session *session = calloc(1, sizeof(*session));
    const char *name = tls->name != NULL ? tls->name : host;

    if (session != NULL) {
        session->ssl = SSL_new(tls->context);
        snprintf(session->name, sizeof(session->name), "%s", name);
    }
    if (session == NULL || session->ssl == NULL || strlen(name) >= sizeof(session->name) ||
        !expect(session) || SSL_set_fd(session->ssl, (int)context->fd) != 1) {
        if (session != NULL)
            session_free(session);
        set_error(context, REDIS_ERR_OOM, "TLS cannot begin");
        return false;
    }
    SSL_set_connect_state(session->ssl);
    session->functions = *context->funcs;
    session->functions.free_privctx = session_free;
    session->functions.read = tls_read;
    session->functions.write = tls_write;
    context->privctx = session;
    context->funcs = &session->functions;
    return true;
}

enum tls_progress tls_shake_hands(struct redisContext *context)
{
    struct session *session = context->privctx;
    int result;

    ERR_clear_error();
    result = SSL_do_handshake(session->ssl);
    if (result == 1)
        return TLS_DONE;
    return waits_or_fails(context, session, result) == 0 ? TLS_WAITS : TLS_REFUSED;
}

#else

bool tls_available(void)
{
    return false;
}

struct tls *tls_new(const struct tls_files *files, enum tls_part *part, char *why, size_t size)
{
    (void)files;
    *part = TLS_ITSELF;
    snprintf(why, size, "this program was built without TLS");
    return NULL;
}

void tls_free(struct tls *tls)
{
    (void)tls;
}

bool tls_begin(struct tls *tls, struct redisContext *context, const char *host)
{
    (void)tls;
    (void)context;
    (void)host;
    return false;
}

enum tls_progress tls_shake_hands(struct redisContext *context)
{
    (void)context;
    return TLS_REFUSED;
}

#endif
