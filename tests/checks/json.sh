#!/usr/bin/env bash
# Every verb with --json, in good cases and bad ones, under Wine, against a broker: each document
# must be as client/json.md has it (json_documents.py). Each verb of the page must have had an
# answer and, if it can fail, a failure.
#
#   tests/checks/json.sh
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
documents=$root/tests/checks/json_documents.py
bin=$shmb_build/mingw-x64/bin
wrong=0

work=$(mktemp -d) || exit 1
finish() {
    wine_end
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# ask CODE "VERB" ARGUMENT…: must end with this code and answer; the words of VERB come first.
# fails: the same, for a failure.
ask() { asked '' "$@"; }
fails() { asked failure "$@"; }
asked() {
    local failure=$1 code=$2 verb=$3 got program words
    shift 3
    read -r program words <<<"$verb"
    # shellcheck disable=SC2086
    timeout -k 10 120 "${wine_command[@]}" "$bin/$program.exe" $words "$@" --json \
        >"$work/out" 2>"$work/err" </dev/null
    got=$?
    if [ $got != "$code" ]; then
        echo "$verb $*: code $got instead of $code"
        cat "$work/out" "$work/err"
        wrong=1
    elif ! python3 "$documents" "$verb" "$code" "$work/out" $failure; then
        wrong=1
    elif [ -n "$failure" ] && [ ! -s "$work/err" ]; then
        echo "$verb $*: no line on the standard error output"
        wrong=1
    fi
    echo "$verb${failure:+ failure}" >>"$work/seen"
}

has() {
    grep -qF "$1" "$work/out" && return
    echo "no $1 in:"
    cat "$work/out"
    wrong=1
}

cat >"$work/objects.yaml" <<'YAML'
version: 1
defaults: { access: { write: [Interactive], deny: Guests } }
segments:
  Data: { size: 100, notify: true, initial: { text: hello } }
  Alone: { size: 64 KiB, lock: none, keep: reboot, save_every: 1 min }
  "Ü \"quoted\"": { size: 1, lock: none, sddl: "O:BAD:(A;;GA;;;BA)" }
  Taken: { size: 64, lock: none }
mutexes: { Guard: }
events:
  Auto: { reset: auto, set: true }
  Manual: { reset: manual, set: true, sessions: alias }
semaphores: { Three: { initial: 1, maximum: 3 } }
queues:
  Queue: { slots: 4, slot_size: 64 }
  Orders: { slots: 8, slot_size: 100, producers: one, overflow: drop oldest, max_lockers: 4 }
requests:
  Made: { names: 'Made.*', who: [Users, Interactive], size: 4 KiB, access: { write: [Requester] },
          lives: until released }
YAML
sed 's/size: 100/size: 9000/; s/Guard/Other/; s/\[Interactive\]/[Users]/' \
    "$work/objects.yaml" >"$work/changed.yaml"
cat >"$work/rules.yaml" <<'YAML'
version: 1
requests:
  App:
    names: ['App.*', 'Own.?']
    who: { allow: [Users, Interactive], deny: [Guests] }
    kinds: [segment, event]
    size: 4 KiB
    access: { read: [Users], write: [Requester], deny: Guests }
    integrity: low
  Locks: { names: 'Lock.*', who: Users, kinds: mutex, access: { write: Requester } }
  Fast: { names: 'Fast.*', who: Users, size: 1, access: { write: Requester },
          lock: { kind: fast, max_lockers: 8 }, snapshots: double, lives: until released }
YAML
printf 'version: 1\nsegments: { A: { sise: 1, size: 0 } }\n' >"$work/bad.yaml"
yaml=$(wine_path "$work/objects.yaml") changed=$(wine_path "$work/changed.yaml")
rules=$(wine_path "$work/rules.yaml") bad=$(wine_path "$work/bad.yaml") gone=$(wine_path "$work/gone.yaml")
unsafe=--allow-unsafe-config

python3 "$documents" --self-test && wine_begin "$bin" || exit 1

# ---- nothing is installed, nothing runs ----
fails 5 'shmb list'
fails 5 'shmb top'
fails 5 'shmb info' Data
fails 5 'shmb watch' Data
fails 5 'shmb wait' Data
fails 5 'shmb event wait' Auto
fails 5 'shmb write' Data --text x
fails 5 'shmb request' MyApp.1 --size 1 --timeout 1
fails 5 'shmb release' MyApp.1 --timeout 1
ask 1 'shmb doctor' Data
fails 5 'shmbroker status'
has '"NOT_INSTALLED"'
fails 5 'shmbroker status --verify'
fails 5 'shmbroker audit'
fails 5 'shmbroker start'
fails 5 'shmbroker stop'
fails 5 'shmbroker reload'
fails 5 'shmbroker uninstall'
fails 5 'shmbroker plan' $unsafe "$yaml"

# ---- configurations ----
ask 0 'shmbroker check' $unsafe "$yaml"
ask 0 'shmbroker check' $unsafe "$rules"
has '"Lock.*"'
ask 1 'shmbroker check' $unsafe "$yaml" "$bad" "$gone"
ask 1 'shmbroker check' $unsafe --merged "$yaml" "$bad"
fails 2 'shmbroker check'
fails 2 'shmbroker apply'
fails 1 'shmbroker apply' "$gone"
fails 3 'shmbroker apply' --config "$(wine_path "$work/place.yaml")" "$yaml"
ask 1 'shmbroker apply' $unsafe --config "$(wine_path "$work/place.yaml")" "$bad"
has '"invalid"'
ask 0 'shmbroker apply' $unsafe --config "$(wine_path "$work/place.yaml")" "$yaml"
has '"placed"'
fails 2 'shmbroker check' --no-such-option

# ---- the mirror, without a server ----
cat >"$work/mirror.yaml" <<YAML
version: 1
server: 127.0.0.1:1
status: '$(wine_path "$work/mirror.status")'
bucket: farm
segments:
  Prices: { publish: true }
  Rates: { follow: true, bandwidth: 1 MiB }
YAML
printf 'version: 1\nserver: a\nsegments: { A: { publsh: true }, B: { follow: true, bandwidth: 1 } }\n' \
    >"$work/mirror_bad.yaml"
cp "$work/mirror.yaml" "$work/mirror_secret.yaml"
echo 'password_file: nowhere.txt' >>"$work/mirror_secret.yaml"
mirror=$(wine_path "$work/mirror.yaml")
ask 0 'shmbmirror check' --config "$mirror"
has '"key": "farm:{Prices}"'
has '"bandwidth": 1048576'
ask 1 'shmbmirror check' --config "$(wine_path "$work/mirror_bad.yaml")"
has '"segments.A"'
has '"segments": []'
has '"segments.B.bandwidth"'
has '"errors": 2'
has '"column": '
ask 1 'shmbmirror check' --config "$(wine_path "$work/mirror_secret.yaml")"
has '"password_file"'
has '"usable": false'
ask 1 'shmbmirror check' --config "$gone"
has 'cannot be read'
fails 2 'shmbmirror check' x
fails 5 'shmbmirror status' --config "$mirror"
timeout -k 10 120 "${wine_command[@]}" "$bin/shmbmirror.exe" run --config "$mirror" >/dev/null 2>&1 \
    </dev/null &
mirror_run=$!
until [ -s "$work/mirror.status" ] || ! kill -0 $mirror_run 2>/dev/null; do sleep 0.1; done
ask 1 'shmbmirror status' --config "$mirror"
has '"running": true'
has '"no segment"'
kill $mirror_run

# ---- a broker in a console; a program has one of its names ----
true >"$work/broker" >"$work/client"
exec {client}> >(exec "${wine_command[@]}" "$bin/test_verb_scan.exe" --client create event 'Global\Taken' \
    >>"$work/client" 2>&1)
wine_await "$work/client" created || exit 1
wine_run "$bin/session_launcher.exe" -s 0 -- "$(wine_path "$bin/shmbroker.exe")" run $unsafe --release \
    --config "$yaml" --state "$(wine_path "$work/state")" >>"$work/broker" 2>&1 </dev/null &
wine_await "$work/broker" 'warning 101:' || exit 1
ask 1 'shmbroker status'
has '"console": true'
ask 0 'shmbroker audit'
fails 2 'shmbroker audit' --csv
fails 5 'shmbroker start'
ask 1 'shmbroker plan' $unsafe "$changed"
fails 1 'shmbroker plan' $unsafe "$bad"
fails 2 'shmbroker plan' one two
ask 0 'shmb list'
fails 2 'shmb list' --names
for name in Data Alone 'Ü "quoted"' Guard Auto Manual 'Global\Three' Data.lock Data.changed.0 Taken \
    Queue Queue.items; do
    ask 0 'shmb info' "$name"
    ask 0 'shmb holders' "$name"
    timeout -k 10 120 "${wine_command[@]}" "$bin/shmb.exe" doctor "$name" >/dev/null 2>&1 </dev/null
    ask $? 'shmb doctor' "$name"
done
fails 1 'shmb request' MyApp.1 --size 1
has '"NOT_ALLOWED"'
fails 2 'shmb request' MyApp.1 --kind queue
fails 1 'shmb release' MyApp.1
ask 0 'shmb request' Made.1 --size 64
has '"Made"'
ask 0 'shmb list' --requested
has '"Made.1"'
ask 0 'shmb info' Made.1
ask 0 'shmb release' Made.1
ask 0 'shmb semaphore info' Three
fails 6 'shmb semaphore info' Guard
ask 0 'shmb queue info' Queue
has '"overflow": "block"'
fails 6 'shmb queue info' Guard
fails 4 'shmb queue get' Queue --timeout 0
fails 4 'shmb queue peek' Queue
ask 0 'shmb queue put' Queue --text one
ask 0 'shmb queue put' Queue --hex '00 ff'
fails 1 'shmb queue put' None --text one
ask 0 'shmb queue peek' Queue
has '"hex": "6f6e65"'
ask 0 'shmb queue get' Queue --count 2
has '"hex": "00ff"'
ask 0 'shmb queue clear' Queue
fails 6 'shmb queue clear' Data
fails 1 'shmb info' None
fails 1 'shmb holders' None
has '"NOT_FOUND"'
fails 2 'shmb info' 'a\b'
fails 2 'shmb doctor' Data --as all
ask 0 'shmb scan'
ask 0 'shmb scan' --all
fails 2 'shmb scan' --yaml
ask 0 'shmb wait' Guard
ask 0 'shmb wait' Three
ask 0 'shmb wait' Manual
ask 0 'shmb event wait' Manual
ask 0 'shmb event reset' Manual
fails 4 'shmb event wait' Manual --timeout 0
fails 4 'shmb wait' Data --timeout 1
ask 0 'shmb event set' Manual
fails 1 'shmb event set' None
fails 6 'shmb event reset' Guard
ask 0 'shmb semaphore release' Three
fails 1 'shmb semaphore release' Three --count 9
ask 0 'shmb write' Data --text written
ask 1 'shmb write' Data --offset 98 --text cut
has '"cut": true'
fails 1 'shmb write' Data --offset 101 --text x
ask 0 'shmb repair' Data
fails 1 'shmb repair' None
ask 0 'shmb top' --times 3 --every 1
fails 2 'shmb top' --every x
ask 0 'shmb watch' Data --times 0
fails 4 'shmb watch' Data --timeout 1
has '"object": "Data"'
fails 4 'shmb watch' Data Alone --timeout 1
has '"object": null'
fails 1 'shmb watch' Data None
has '"object": "None"'
# The first line is there before the first change: without it this would wait for ever.
timeout -k 10 120 "${wine_command[@]}" "$bin/shmb.exe" watch Data --times 2 --json >"$work/watch" \
    2>/dev/null </dev/null &
watch=$!
wine_await "$work/watch" '{' || exit 1
wine_run "$bin/shmb.exe" write Data --text "a change" </dev/null
wine_await "$work/watch" '{.*"event": "change"' || exit 1
wine_run "$bin/shmb.exe" write Data --offset 50 --text "one more" </dev/null
wait $watch || wrong=1
[ "$(wc -l <"$work/watch")" = 3 ] && python3 "$documents" 'shmb watch' 0 "$work/watch" || wrong=1

# ---- the service ----
wine_again
exec {client}>&-
mkdir -p "$work/service" && cp "$work/objects.yaml" "$work/service/"
served=$(wine_path "$work/service/objects.yaml")
fails 3 'shmbroker install' --config "$served"
fails 2 'shmbroker install' --audit --no-audit
fails 2 'shmbroker install' --start-type later
ask 0 'shmbroker install' $unsafe --config "$served"
has '"was_installed": false'
fails 5 'shmbroker reload'
ask 5 'shmbroker status'
ask 0 'shmbroker stop'
wine_run "$bin/shmbroker.exe" status --verify >/dev/null 2>&1 </dev/null
ask $? 'shmbroker status --verify'
ask 0 'shmbroker install' $unsafe --start-type demand
ask 0 'shmbroker start' --if-auto
has '"state": "stopped"'
ask 0 'shmbroker start'
ask 0 'shmbroker start' --if-auto
has '"was_running": true'
ask 0 'shmbroker install' $unsafe --config "$served"
ask 0 'shmbroker status'
ask 0 'shmbroker reload'
ask 1 'shmbroker reload' --recreate None
has '"None"'
ask 0 'shmbroker apply' "$yaml"
has '"unchanged"'
printf '# another\n' | cat "$work/objects.yaml" - >"$work/another.yaml"
ask 1 'shmbroker apply' --dry-run "$(wine_path "$work/another.yaml")"
has '"planned"'
ask 0 'shmbroker apply' "$(wine_path "$work/another.yaml")"
has '"applied"'
fails 1 'shmbroker apply' --config "$(wine_path "$work/service/part.yaml")" "$yaml"
ask 1 'shmbroker apply' "$changed"
has '"incomplete"'
ask 1 'shmbroker start'
ask 1 'shmbroker status'
has '"deferred"'
cp "$work/bad.yaml" "$work/service/objects.yaml"
ask 1 'shmbroker reload'
has '"refused"'
fails 2 'shmbroker reload' x
fails 2 'shmbroker start' x
fails 2 'shmbroker stop' x
ask 0 'shmbroker stop' --release
ask 0 'shmbroker uninstall'
fails 1 'shmbmirror install' --config "$(wine_path "$work/mirror_bad.yaml")"
ask 0 'shmbmirror install' --config "$mirror"
ask 0 'shmbmirror uninstall'
fails 5 'shmbmirror uninstall'
fails 2 'shmbmirror run'

# ---- no verb, and none of ours ----
for program in shmb shmbroker shmbmirror; do
    for words in nothing help\ nothing; do
        [ "$program $words" != 'shmbmirror help nothing' ] || continue # it has one page of help
        # shellcheck disable=SC2086
        wine_run "$bin/$program.exe" $words --json >"$work/out" 2>/dev/null </dev/null
        python3 "$documents" "$program list" $? "$work/out" failure || wrong=1
    done
done

while read -r verb; do
    grep -qx "$verb" "$work/seen" || { echo "no answer of $verb was seen"; wrong=1; }
    grep -qx "$verb failure" "$work/seen" || { echo "no failure of $verb was seen"; wrong=1; }
done < <(python3 "$documents" --verbs)
exit $wrong
