# Debian's Chromium, for the tests that drive a real browser. Installs it if it is not there.
if [ ! -x /usr/bin/chromium ]; then
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium
fi
/usr/bin/chromium --version
