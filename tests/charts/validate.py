"""`python tests/charts/validate.py`: lints the chart with every set of values, and holds the resources of Kubernetes itself
against its schemas. `HELM` and `UV` name the programs. Exit status 1: something is wrong, which is said.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import yaml

CHART: Final = Path(__file__).parents[2] / "deploy/helm/satupintu"
INSTALLATIONS: Final = (("least",), ("least", "everything"), ("least", "kurrent"))
VALIDATOR: Final = "kubernetes-validate==1.37.0"
VERSIONS: Final = ("1.31", "1.37")
OURS: Final = ("v1", "apps", "autoscaling", "batch", "networking.k8s.io", "policy")
"""Groups that Kubernetes has schemas of. tests/charts/test_rendered.py looks at the others."""


def main() -> int:
    """Stops at the first failure."""
    for names in INSTALLATIONS:
        values = [option for name in names for option in ("--values", str(CHART / f"ci/{name}-values.yaml"))]
        subprocess.run([os.environ["HELM"], "lint", "--strict", "--quiet", str(CHART), *values], check=True)
        rendered = subprocess.run(
            [os.environ["HELM"], "template", "lapor", str(CHART), "--kube-version", f"{VERSIONS[-1]}.0", *values],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        found = [each for each in yaml.safe_load_all(rendered) if each]
        own = [each for each in found if each["apiVersion"].split("/")[0] in OURS]
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            yaml.safe_dump_all(own, file)
            file.flush()
            for version in VERSIONS:
                options = ["--strict", "--quiet", "-k", version, file.name]
                subprocess.run(
                    [os.environ["UV"], "tool", "run", "--quiet", "--from", VALIDATOR, "kubernetes-validate", *options],
                    check=True,
                )
        valid = f"{len(own)} of them valid in Kubernetes {' and '.join(VERSIONS)}"
        sys.stdout.write(f"{'+'.join(names)}: {len(found)} resources, {valid}\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}\n{error.stderr or ''}")
