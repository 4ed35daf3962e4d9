#!/usr/bin/env bash
# Signs programs, DLLs and MSI packages in place (Authenticode, SHA-256), if the environment says how:
#
#   SHMB_SIGN_CERTIFICATE    file: a PKCS #12 container (.p12, .pfx) with certificate, chain and key, or
#                            a PEM file with the certificate and its chain
#   SHMB_SIGN_KEY            file: the private key, with a PEM certificate
#   SHMB_SIGN_PASSWORD_FILE  file: the password of the container or key; or SHMB_SIGN_PASSWORD, itself
#   SHMB_SIGN_TIMESTAMP      address of an RFC 3161 time stamp service; without it, signatures end
#                            with the certificate, and the same files give the same bytes
#   SHMB_SIGN_COMMAND        instead of a certificate: a command that signs the file that is its last
#                            argument, in place. For keys on a token or in a signing service.
#
#   install/sign.sh FILE…    does nothing where neither certificate nor command is set
#
# Files with the same content are signed once, so all of them stay equal.
set -u
[ -n "${SHMB_SIGN_CERTIFICATE:-}${SHMB_SIGN_COMMAND:-}" ] || exit 0
work=$(mktemp -d) || exit 1 # only its owner can enter
trap 'rm -rf "$work"' EXIT

fail() {
    echo "sign.sh: $*" >&2
    exit 1
}

options=(-h sha256 -n ShmBroker)
by_certificate() {
    local variable file
    command -v osslsigncode >/dev/null || fail 'osslsigncode is missing: apt-get install osslsigncode'
    for variable in SHMB_SIGN_CERTIFICATE SHMB_SIGN_KEY SHMB_SIGN_PASSWORD_FILE; do
        file=${!variable:-}
        [ -z "$file" ] || [ -r "$file" ] || fail "$variable: $file cannot be read"
    done
    case ${SHMB_SIGN_CERTIFICATE,,} in
    *.p12 | *.pfx) options+=(-pkcs12 "$SHMB_SIGN_CERTIFICATE") ;;
    *)
        [ -n "${SHMB_SIGN_KEY:-}" ] || fail 'SHMB_SIGN_KEY is missing: a PEM certificate needs the file of its key'
        options+=(-certs "$SHMB_SIGN_CERTIFICATE" -key "$SHMB_SIGN_KEY")
        ;;
    esac
    if [ -n "${SHMB_SIGN_PASSWORD_FILE:-}" ]; then
        options+=(-readpass "$SHMB_SIGN_PASSWORD_FILE")
    elif [ -n "${SHMB_SIGN_PASSWORD:-}" ]; then
        printf '%s' "$SHMB_SIGN_PASSWORD" >"$work/password" # not on a command line, which others can read
        options+=(-readpass "$work/password")
    fi
    [ -z "${SHMB_SIGN_TIMESTAMP:-}" ] || options+=(-ts "$SHMB_SIGN_TIMESTAMP")
    [ -z "${SOURCE_DATE_EPOCH:-}" ] || options+=(-time "$SOURCE_DATE_EPOCH")
}

# sign FILE SIGNED
sign() {
    local special=()
    if [ -n "${SHMB_SIGN_COMMAND:-}" ]; then
        # without quotes: the command may have options of its own
        cp "$1" "$2" && $SHMB_SIGN_COMMAND "$2"
        return
    fi
    # covers the names and times of the streams in the MSI, too, as Windows' signtool does
    [ "${1##*.}" != msi ] || special=(-add-msi-dse)
    osslsigncode sign "${options[@]}" "${special[@]}" -in "$1" -out "$2"
}

[ -n "${SHMB_SIGN_COMMAND:-}" ] || by_certificate
for file; do
    sum=$(sha256sum <"$file") || exit 1
    signed=$work/${sum%% *}.${file##*.}
    if [ ! -e "$signed" ]; then
        sign "$file" "$signed" >"$work/said" 2>&1 && [ -s "$signed" ] || { cat "$work/said" >&2; fail "cannot sign $file"; }
        ! cmp -s "$file" "$signed" || fail "the command left $file unsigned"
    fi
    cp "$signed" "$file" || exit 1
done
