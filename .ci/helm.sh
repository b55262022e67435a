# Sourced by .ci/run: builds Helm with Go, if there is none, and exports HELM for `make charts`.

if [ -z "${HELM:-}" ] && ! HELM=$(command -v helm); then
    command -v go >/dev/null || { echo "neither helm nor go is installed: the chart cannot be rendered"; exit 1; }
    tools=$(mktemp -d)
    GOBIN="$tools" go install helm.sh/helm/v4/cmd/helm@v4.3.1
    HELM="$tools/helm"
fi
export HELM
