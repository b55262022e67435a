# Sourced by .ci/run: exports HELM for `make charts`. Where none is installed it is built with Go, with a limit, because
# fetching its modules takes some seconds or many minutes. HELM is empty if that could not be done.

if [ -z "${HELM:-}" ] && ! HELM=$(command -v helm); then
    helm_folder=$(mktemp -d)
    if GOBIN="$helm_folder" timeout 300 go install helm.sh/helm/v4/cmd/helm@v4.3.1; then
        HELM="$helm_folder/helm"
    else
        echo "neither is Helm installed nor could Go build it within 300 s"
        HELM=
    fi
fi
export HELM
