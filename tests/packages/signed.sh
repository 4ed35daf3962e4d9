#!/usr/bin/env bash
# Signed packages: with a certificate, install/package.sh signs every program and DLL, then makes the
# MSI of them and signs it; without one, it makes the same bytes as before.
#
#   tests/packages/signed.sh ROOT FOLDER     the sources, and a folder of package.sh: unsigned packages
#
# The certificate is made here, and is worth nothing.
set -u
root=$1 packages=$2
. "$root/tests/packages/quietly.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

fail() {
    echo "$*"
    exit 1
}

certificate() {
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/certificate.pem" -days 2 \
        -subj '/CN=A test of ShmBroker' -addext 'keyUsage=critical,digitalSignature' \
        -addext 'extendedKeyUsage=codeSigning' &&
        openssl pkcs12 -export -inkey "$work/key.pem" -in "$work/certificate.pem" -out "$work/sign.p12" \
            -passout pass:secret
}

is_signed() {
    osslsigncode verify -CAfile "$work/certificate.pem" -in "$1"
}

# signed_by NAME=VALUE…: a copy of shmb.exe, signed as the environment says
signed_by() {
    cp "$work/shmb.exe" "$work/copy.exe" && env "$@" "$root/install/sign.sh" "$work/copy.exe"
}

# refused TEXT NAME=VALUE…: signing fails with this text and leaves the file as it was
refused() {
    local text=$1
    shift
    ! signed_by "$@" >"$work/said" 2>&1 || fail "signed with $*"
    grep -qF -- "$text" "$work/said" || fail "not said: $text: $(cat "$work/said")"
    cmp -s "$work/shmb.exe" "$work/copy.exe" || fail "changed by a failure: $*"
}

unset SHMB_SIGN_CERTIFICATE SHMB_SIGN_KEY SHMB_SIGN_PASSWORD SHMB_SIGN_PASSWORD_FILE SHMB_SIGN_TIMESTAMP SHMB_SIGN_COMMAND
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1700000000}
quietly certificate || exit 1
printf 'secret' >"$work/password"
cp "$packages"/trees/ShmBroker-client-*-x64/bin/shmb.exe "$work/shmb.exe" && cp "$packages/SHA256SUMS" "$work/unsigned" || exit 1

# ---- sign.sh, in each way ----
pem=("SHMB_SIGN_CERTIFICATE=$work/certificate.pem" "SHMB_SIGN_KEY=$work/key.pem")
container=SHMB_SIGN_CERTIFICATE=$work/sign.p12
quietly signed_by && cmp "$work/shmb.exe" "$work/copy.exe" || fail 'signed without a certificate'
for way in "$container SHMB_SIGN_PASSWORD=secret" "$container SHMB_SIGN_PASSWORD_FILE=$work/password" "${pem[*]}"; do
    quietly signed_by $way && quietly is_signed "$work/copy.exe" || exit 1
    sha256sum <"$work/copy.exe"
done >"$work/sums"
[ "$(sort -u "$work/sums" | wc -l)" = 1 ] || fail 'three ways with one key give different files'
cat >"$work/command" <<'SH'
#!/bin/sh
osslsigncode sign -certs "$1/certificate.pem" -key "$1/key.pem" -in "$2" -out "$2.new" && mv "$2.new" "$2"
SH
chmod +x "$work/command"
quietly signed_by "SHMB_SIGN_COMMAND=$work/command $work" && quietly is_signed "$work/copy.exe" || exit 1
refused 'cannot sign' "$container" SHMB_SIGN_PASSWORD=wrong
refused 'SHMB_SIGN_KEY is missing' "${pem[0]}"
refused 'cannot be read' "SHMB_SIGN_CERTIFICATE=$work/none.p12"
refused 'unsigned' SHMB_SIGN_COMMAND=true
refused 'cannot sign' SHMB_SIGN_COMMAND=false

# ---- all packages ----
package() {
    env "$@" "$root/install/package.sh" "$packages"
}
quietly package "$container" SHMB_SIGN_PASSWORD=secret || exit 1
mkdir "$work/unpacked" "$work/installed" || exit 1
for package in "$packages"/ShmBroker-*.zip; do
    python3 -m zipfile -e "$package" "$work/unpacked" || exit 1
done
quietly msiextract -C "$work/installed" "$packages"/ShmBroker-*.msi || exit 1
number=0
while IFS= read -r -d '' file; do
    quietly is_signed "$file" || exit 1
    number=$((number + 1))
done < <(find "$work/unpacked" "$work/installed" \( -name '*.exe' -o -name '*.dll' \) ! -name 'System.*.dll' -print0)
# five in the whole, as zip and MSI, two in each client package; the whole has one more with the .NET
# SDK, and one more with hiredis
wanted=14
[ ! -e "$(echo "$packages"/*.nupkg)" ] || wanted=$((wanted + 2))
[ ! -e "$root/build/deps/hiredis" ] || wanted=$((wanted + 2))
[ $number = $wanted ] || fail "$number signed programs instead of $wanted"
quietly is_signed "$packages"/ShmBroker-*.msi || exit 1
whole=$(echo "$work"/unpacked/ShmBroker-[0-9]*)
programs=$(dirname "$(find "$work/installed" -path '*/bin/shmbroker.exe')")
diff -r "$whole" "$(dirname "$programs")" || fail 'the MSI holds other files than the zip'
"$root/tests/packages/sbom.py" "$packages" >"$work/said" || { cat "$work/said"; exit 1; }
! diff -q "$packages/SHA256SUMS" "$work/unsigned" >/dev/null || fail 'the packages are as before'
cp "$packages/SHA256SUMS" "$work/signed"
quietly package "$container" SHMB_SIGN_PASSWORD=secret && diff "$packages/SHA256SUMS" "$work/signed" ||
    fail 'signed twice, the packages differ'
quietly package && diff "$packages/SHA256SUMS" "$work/unsigned" || fail 'unsigned again, the packages differ'
echo "$number programs"
