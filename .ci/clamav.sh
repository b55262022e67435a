# Sourced by .ci/run: starts Debian's clamd with one signature of our own (EICAR's, in hex), so nothing is downloaded for
# it. The packages (7 MB) are unpacked beside the system, not installed. Exports CLAMD for tests/intake/test_scanner.py.

scan=$(mktemp -d)
(
    cd "$scan"
    apt-get update -qq
    apt-get download -qq clamav-daemon libclamav12 libmspack0
    for package in *.deb; do dpkg -x "$package" root; done
    mkdir db
    # The first half and the second half of the test file, apart as in the test.
    printf 'Eicar-Test-Signature:0:*:%s%s\n' \
        58354f2150254041505b345c505a58353428505e2937434329377d2445494341 \
        522d5354414e444152442d414e544956495255532d544553542d46494c452124482b482a >db/own.ndb
    printf 'DatabaseDirectory %s/db\nLocalSocket %s/clamd.sock\nForeground yes\n' "$scan" "$scan" >clamd.conf
)
LD_LIBRARY_PATH="$(dirname "$(find "$scan/root" -name 'libclamav.so.*' | head -1)")" \
    nohup "$scan/root/usr/sbin/clamd" -c "$scan/clamd.conf" >"$scan/clamd.log" 2>&1 &
clamd=$!
for _ in $(seq 60); do [ -S "$scan/clamd.sock" ] && break; sleep 1; done
[ -S "$scan/clamd.sock" ] || { echo "no clamd came up:"; tail -20 "$scan/clamd.log"; exit 1; }
export CLAMD="$scan/clamd.sock"
