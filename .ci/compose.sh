# Sourced by .ci/run after docker.sh: makes sure that `docker compose` is there. Where the engine comes without it, the
# package of a later Debian is unpacked as a plug-in of the client; it needs nothing but the C library.

if ! docker compose version >/dev/null 2>&1; then
    plugins=${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins
    later=$(mktemp -d)
    mkdir -p "$later/lists/partial" "$later/archives/partial" "$plugins"
    keys=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb [signed-by=$keys] ${DEBIAN_MIRROR:-http://deb.debian.org/debian} trixie main" >"$later/sources.list"
    apt_of_later() {
        apt-get -qq -o Dir::Etc::sourcelist="$later/sources.list" -o Dir::Etc::sourceparts=- \
            -o Dir::State::lists="$later/lists" -o Dir::Cache="$later" -o APT::Sandbox::User=root "$@"
    }
    apt_of_later update
    (cd "$later" && apt_of_later download docker-compose)
    dpkg-deb --extract "$later"/docker-compose_*.deb "$later/unpacked"
    install -m 755 "$later/unpacked/usr/libexec/docker/cli-plugins/docker-compose" "$plugins/docker-compose"
    rm -rf "$later"
fi
docker compose version
