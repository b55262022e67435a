# Sourced by .ci/run: makes sure that a Docker engine runs, and that images have something to be built on.
# Where no image registry can be reached, the base is made from Debian's packages. Needs root where Docker is missing.

work=$(mktemp -d)
if ! docker info >/dev/null 2>&1; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq docker.io debootstrap iptables >/dev/null
    hash -r
    nohup dockerd >"$work/dockerd.log" 2>&1 &
    engine=$!
    trap 'kill "$engine" 2>/dev/null || true' EXIT
    for _ in $(seq 60); do docker info >/dev/null 2>&1 && break; sleep 1; done
    docker info >/dev/null || { echo "no Docker engine came up:"; tail -20 "$work/dockerd.log"; exit 1; }
fi
if [ -z "${TEST_BASE_IMAGE:-}" ] && ! timeout 60 docker pull -q debian:bookworm-slim; then
    echo "no image registry: making the base from Debian's packages"
    command -v debootstrap >/dev/null || { apt-get update -qq; apt-get install -y -qq debootstrap >/dev/null; }
    debootstrap --variant=minbase bookworm "$work/base" >"$work/debootstrap.log" || { tail -20 "$work/debootstrap.log"; exit 1; }
    # Builds read the same registries, so they need the authorities that this machine trusts.
    mkdir -p "$work/base/usr/local/share/ca-certificates"
    find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$work/base/usr/local/share/ca-certificates/" \;
    rm -rf "$work"/base/var/cache/apt/archives/*.deb "$work"/base/var/lib/apt/lists/*
    tar -C "$work/base" -c . | docker import - satupintu-base:bookworm >/dev/null
    export TEST_BASE_IMAGE=satupintu-base:bookworm
fi
