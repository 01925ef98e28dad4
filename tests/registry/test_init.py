import subprocess
import sys

IMPORT = """
import pkgutil
import sys
from importlib import import_module
import ecs_steps.registry
for module in pkgutil.iter_modules(ecs_steps.registry.__path__, "ecs_steps.registry."):
    import_module(module.name)
print(*{"boto3", "botocore", "troposphere"} & set(sys.modules))
from ecs_steps import DeployEcsServiceStep
"""


def test_the_package_loads_no_aws_and_hides_no_step() -> None:
    ran = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True)  # noqa: S603  our own command

    assert ran.stdout.strip() == ""
