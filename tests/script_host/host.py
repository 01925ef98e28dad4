"""Octopus' server and its Python script host, as far as a step template meets them."""

import base64
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import frozen
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from ecs_steps.octostache import evaluate
from ecs_steps.steps.registry import STEPS
from script_host.bootstrap import BLOCK
from script_host.service_messages import Log, parse

SECRET = "Hx7+secret/key"  # noqa: S105  made up
ACCOUNT = {
    "Shop": "amazonwebservices-shop",
    "Shop.AccessKey": "AKIAIOSFODNN7EXAMPLE",
    "Shop.SecretKey": SECRET,
}


@frozen(kw_only=True)
class Ran:
    """How a script ended, and what Octopus read from its output."""

    code: int
    log: Log
    stdout: bytes
    stderr: str


@frozen(kw_only=True)
class ScriptHost:
    """A worker: its Python, its environment, and the folder that scripts run in."""

    python: str
    environment: Mapping[str, str]
    folder: Path

    def start(self, template: Mapping[str, Any], given: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        """Start a step that was made from a template, with parameters (and variables of the project)."""
        variables = deployed(template, given, self.environment)
        self.folder.mkdir(parents=True)
        key = secrets.token_bytes(BLOCK)
        sealed = {encrypted(name, key): encrypted(value, key) for name, value in variables.items()}
        (self.folder / "Configuration.py").write_text(f"VARIABLES = {sealed!r}\n", encoding="ascii")
        body = variables["Octopus.Action.Script.ScriptBody"]
        (self.folder / "Script.py").write_text(body, encoding="utf-8")
        shutil.copy(Path(__file__).with_name("bootstrap.py"), self.folder / "Bootstrap.py")
        return subprocess.Popen(  # noqa: S603  the worker's own Python
            [self.python, "-u", "Bootstrap.py", "Script.py", key.hex()],
            cwd=self.folder,
            env={**self.environment, **region(variables)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, template: Mapping[str, Any], given: Mapping[str, str]) -> Ran:
        """Run a step to its end."""
        return ended(self.start(template, given))


def region(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the region as the host puts it into the script's environment, whatever it evaluated to."""
    value = variables.get("Octopus.Action.Aws.Region")
    return {} if value is None else {"AWS_REGION": value, "AWS_DEFAULT_REGION": value}


def ended(process: "subprocess.Popen[bytes]") -> Ran:
    """Wait for a script, and read its output as Octopus does."""
    try:
        stdout, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
    return Ran(code=process.returncode, log=parse(stdout), stdout=stdout, stderr=stderr.decode())


def deployed(
    template: Mapping[str, Any], given: Mapping[str, str], environment: Mapping[str, str]
) -> dict[str, str]:
    """Return the dictionary of a deployment: defaults, what was given, the action's properties; evaluated.

    A parameter that is blank is not sent. The worker's whole environment is there as ``env:NAME``.
    """
    defaults = {each["Name"]: each["DefaultValue"] for each in template["Parameters"]}
    unknown = {name for name in given if name.startswith(tuple(f"{row.prefix}." for row in STEPS))} - set(
        defaults
    )
    assert not unknown, f"not in the template: {unknown}"
    parameters = {name: value for name, value in (defaults | dict(given)).items() if value}
    process = {f"env:{name}": value for name, value in environment.items()}
    variables = parameters | ACCOUNT | template["Properties"]
    return {name: evaluate(value, variables).text for name, value in variables.items()} | process


def encrypted(text: str, key: bytes) -> str:
    raw = text.encode("utf-8", "surrogatepass")
    padding = BLOCK - len(raw) % BLOCK
    start = secrets.token_bytes(BLOCK)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    sealed = encryptor.update(raw + bytes([padding]) * padding) + encryptor.finalize()
    return base64.b64encode(start + sealed).decode("ascii")
