"""An image update as a whole process, against ministack: this library, its peers, and the floor."""

import json
import sys
import sysconfig
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import field, frozen

from benchmarks.counting import CountingProxy, counting
from benchmarks.measuring import Command, Contender, measure
from benchmarks.tables import comparison
from peers.environments import environment
from peers.ministack import Ministack, running

FABFUEL, AWS_CLI = "ecs-deploy==1.17.0", "awscli==1.46.3"
CLUSTER, SERVICE, CONTAINER = "shop", "orders", "web"
FLOOR = "bare botocore (the floor)"

FLOOR_SCRIPT = Path(__file__).parent / "floor.py"
COMMANDS = f"""
$aws ecs describe-services --cluster {CLUSTER} --services {SERVICE} > /dev/null
$aws ecs describe-task-definition --task-definition {SERVICE} > /dev/null
$aws ecs register-task-definition --cli-input-json file://next.json > /dev/null
$aws ecs update-service --cluster {CLUSTER} --service {SERVICE} --task-definition {SERVICE} > /dev/null
"""
WAIT = f"$aws ecs wait services-stable --cluster {CLUSTER} --services {SERVICE}\n"


@frozen(kw_only=True)
class UpdateSetup:
    """A folder for the files of updates, and AWS behind `url`; each run has an image of its own."""

    folder: Path
    emulator: Ministack
    url: str
    waits: bool
    _numbers: Iterator[int] = field(factory=lambda: count(2))

    def contender(self, command: Callable[[str], Command]) -> Contender:
        """Return a contender that deploys a new image in each run."""
        theirs = {n: v for n, v in self.emulator.environment().items() if not n.startswith("PYTHON")}
        return Contender(
            command=lambda: command(f"acme/orders:{next(self._numbers)}"),
            environment=theirs | {"AWS_ENDPOINT_URL": self.url},
            folder=self.folder,
        )

    def ours(self, image: str) -> Command:
        (self.folder / "variables.json").write_text(json.dumps(_variables(image, waits=self.waits)))
        return [f"{sysconfig.get_path('scripts')}/ecs-steps", "update", "variables.json"]

    def floor(self, image: str) -> Command:
        words = [CLUSTER, SERVICE, SERVICE, CONTAINER, image, "wait" if self.waits else "no wait"]
        return [sys.executable, str(FLOOR_SCRIPT), *words]

    def fabfuel(self, image: str) -> Command:
        command = str(environment(FABFUEL) / "ecs")
        timeout = "300" if self.waits else "-1"
        return [command, "deploy", CLUSTER, SERVICE, "--image", CONTAINER, image, "--timeout", timeout]

    def aws_cli(self, image: str) -> Command:
        # What it registers is ready: a tool that edits JSON is not what is measured.
        (self.folder / "next.json").write_text(json.dumps(_revision(image)))
        commands = COMMANDS + (WAIT if self.waits else "")
        return ["/bin/sh", "-c", f"set -e; aws={environment(AWS_CLI) / 'aws'}\n{commands}"]


def without_waiting(rounds: int) -> str:
    """Compare updates that are started and left to ECS."""
    return _compared(rounds, waits=False)


def with_waiting(rounds: int) -> str:
    """Compare updates that end when the service is stable; ministack makes it so in a second or less."""
    return _compared(rounds, waits=True)


def _compared(rounds: int, *, waits: bool) -> str:
    with TemporaryDirectory() as temporary, running(Path(temporary)) as emulator:
        populate(emulator)
        folder = Path(temporary)
        with counting(emulator.url) as proxy:
            counted = {
                name: count_requests(contender, proxy)
                for name, contender in _contenders(
                    UpdateSetup(folder=folder, emulator=emulator, url=proxy.url, waits=waits)
                ).items()
            }
        setup = UpdateSetup(folder=folder, emulator=emulator, url=emulator.url, waits=waits)
        runs = measure(_contenders(setup), rounds)
    columns = {
        "requests": {name: str(operations.total()) for name, (operations, _) in counted.items()},
        "connections": {name: str(connections) for name, (_, connections) in counted.items()},
    }
    return comparison(runs, floor=FLOOR, more=columns)


def _contenders(setup: UpdateSetup) -> Mapping[str, Contender]:
    return {
        "`ecs-steps update`": setup.contender(setup.ours),
        FLOOR: setup.contender(setup.floor),
        "fabfuel's `ecs deploy`": setup.contender(setup.fabfuel),
        "the aws CLI's commands": setup.contender(setup.aws_cli),
    }


def count_requests(contender: Contender, proxy: CountingProxy) -> tuple[Counter[str], int]:
    """Run once; return its operations and its number of connections."""
    proxy.reset()
    contender.run()
    return proxy.operations.copy(), proxy.connections


def populate(emulator: Ministack) -> None:
    """Let the service run."""
    ecs = emulator.client("ecs")
    ecs.create_cluster(clusterName=CLUSTER)
    ecs.register_task_definition(**_revision("acme/orders:1"))
    ecs.create_service(cluster=CLUSTER, serviceName=SERVICE, taskDefinition=SERVICE, desiredCount=1)


def _revision(image: str) -> dict[str, object]:
    container = {"name": CONTAINER, "image": image, "cpu": 64, "memory": 128, "essential": True}
    return {"family": SERVICE, "containerDefinitions": [container]}


def _variables(image: str, *, waits: bool) -> dict[str, object]:
    prefix = "Octopus.Action.Aws.Ecs"
    return {
        "Octopus.Action.Package[web].Image": image,
        f"{prefix}.ClusterName": CLUSTER,
        f"{prefix}.WaitOption": {"type": "WaitUntilCompleted" if waits else "DontWait"},
        f"{prefix}.Update.ServiceName": SERVICE,
        f"{prefix}.Update.TargetTaskDefinitionName": SERVICE,
        f"{prefix}.Update.ContainerUpdates": [{"containerName": CONTAINER, "packageReference": "web"}],
    }
