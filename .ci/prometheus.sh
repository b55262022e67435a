# Sourced by .ci/run: unpacks promtool from Debian's package prometheus beside the system, checks and tests the alert rules.

promtool_root=$(mktemp -d)
(
    cd "$promtool_root"
    apt-get update -qq
    apt-get download -qq prometheus
    dpkg -x prometheus_*.deb root
)
promtool="$promtool_root/root/usr/bin/promtool"
"$promtool" check rules deploy/prometheus/alerts.yml
"$promtool" test rules deploy/prometheus/alerts_test.yml
