# Sourced by .ci/run after docker.sh: makes sure that `docker compose` is there. Where the engine comes without it, it is
# compiled from the Go module proxy (some 200 s of processor time; needs Go).

compose_version=v2.40.3
if ! docker compose version >/dev/null 2>&1; then
    plugins=${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins
    source_copy=$(mktemp -d)
    # A copy, because `go install` refuses modules that exclude others.
    module=$(cd "$source_copy" && GOFLAGS=-mod=mod go mod download -json "github.com/docker/compose/v2@$compose_version" \
        | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
    cp -r "$module" "$source_copy/compose" && chmod -R u+w "$source_copy/compose"
    mkdir -p "$plugins"
    (cd "$source_copy/compose" && CGO_ENABLED=0 GOFLAGS=-mod=readonly go build -trimpath \
        -ldflags "-s -w -X github.com/docker/compose/v2/internal.Version=$compose_version" \
        -o "$plugins/docker-compose" ./cmd)
    docker compose version
fi
