#!/usr/bin/env bash
# The figures of a broker under Wine, its file and the verb, and install/monitoring: promtool reads
# them, a real Prometheus scrapes them and answers each expression of alerts and dashboard, each
# alert fires in a test, and the check for Nagios and PRTG says what is so.
#
#   tests/checks/monitoring.sh
#
# Without Prometheus (install/setup.sh brings it) it ends with 77 after the rest.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
bin=$shmb_build/mingw-x64/bin
monitoring=$root/install/monitoring
check=$root/tests/checks/monitoring.py
wrong=0

work=$(mktemp -d) || exit 1
finish() {
    wine_end
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# try WHAT COMMAND…
try() {
    local what=$1
    shift
    if ! "$@" >"$work/said" 2>&1; then
        echo "$what:"
        cat "$work/said"
        wrong=1
    fi
}

# nagios CODE LINE ARGUMENT…: what the check says and ends with.
nagios() {
    local code=$1 line=$2 got
    shift 2
    SHMBROKER=$(wine_path "$bin/shmbroker.exe") wine_run cmd /c \
        "$(wine_path "$monitoring/check_shmbroker.cmd")" "$@" >"$work/said" 2>/dev/null </dev/null
    got=$?
    if [ $got != "$code" ] || [ "$(tr -d '\r' <"$work/said")" != "$line" ]; then
        echo "check_shmbroker.cmd $*: code $got instead of $code, or not: $line"
        cat "$work/said"
        wrong=1
    fi
}

cat >"$work/objects.yaml" <<YAML
version: 1
metrics: { file: '$(wine_path "$work/figures.prom")', every: 1 s }
defaults: { access: { write: [Interactive, Users] } }
segments:
  Data: { size: 100, notify: true }
  Fast: { size: 64 KiB, lock: fast }
  Kept: { size: 64, lock: none, keep: reboot, save_every: 1 s }
  "Ü \"quoted\" {a=b}": { size: 1, lock: none }
queues: { Orders: { slots: 8, slot_size: 100 } }
YAML

wine_begin "$bin" || exit 1
nagios 2 'SHMBROKER CRITICAL - ShmBroker does not run; run shmbroker start'
nagios 2 '2:ShmBroker does not run; run shmbroker start' prtg
wine_run "$bin/shmbroker.exe" run --release --allow-unsafe-config \
    --config "$(wine_path "$work/objects.yaml")" >"$work/broker" 2>&1 </dev/null &
wine_await "$work/broker" 'info 100:' || exit 1
for _ in 1 2 3; do
    try 'shmb write' wine_run "$bin/shmb.exe" write Data --text x
done
wine_await "$work/figures.prom" 'shmbroker_segment_writes_total{segment="Data"} 3$' || exit 1
wine_await "$work/figures.prom" 'shmbroker_copy_saved_time_seconds{segment="Kept"}' || exit 1
wine_run "$bin/shmbroker.exe" metrics >"$work/verb" 2>"$work/error" </dev/null ||
    { echo "shmbroker metrics: $?"; cat "$work/error"; wrong=1; }
nagios 0 'SHMBROKER OK - ShmBroker runs and holds everything that is configured'
nagios 0 '0:ShmBroker runs and holds everything that is configured' prtg
try 'the names' python3 "$check" names "$work/figures.prom"
sed 's/shmbroker_up/shmbroker_down/' "$work/figures.prom" >"$work/renamed.prom"
if python3 "$check" names "$work/renamed.prom" >/dev/null; then
    echo 'a figure of another name is not noticed'
    wrong=1
fi

PATH=$PATH:$shmb_build/deps/prometheus
if command -v prometheus >/dev/null && command -v promtool >/dev/null; then
    try 'promtool, the file' promtool check metrics <"$work/figures.prom"
    try 'promtool, the verb' promtool check metrics <"$work/verb"
    try 'promtool, the alerts' promtool check rules "$monitoring/alerts.yml"
    try 'promtool, their tests' promtool test rules "$root/tests/data/monitoring/alerts_test.yml"
    try 'Prometheus' python3 "$check" scrape "$work/figures.prom" "$(command -v prometheus)"
fi

[ $wrong = 0 ] || exit 1
command -v promtool >/dev/null && exit 0
echo 'Prometheus is not here; install/setup.sh brings it where apt has it'
exit 77
