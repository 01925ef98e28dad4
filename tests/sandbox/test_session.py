"""The sandbox's own botocore session."""

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from ecs_steps.sandbox import Fault, FaultKind, Sandbox, Scenario

THROTTLED = Scenario(faults=(Fault("ListClusters", FaultKind.THROTTLED),))


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_a_client_tries_as_often_as_configured(attempts: int) -> None:
    with Sandbox(THROTTLED) as aws:
        client = aws.session.client("ecs", config=Config(retries={"total_max_attempts": attempts}))
        with pytest.raises(ClientError):
            client.list_clusters()

    assert len(aws.calls) == attempts


def test_no_real_credentials_are_read() -> None:
    with Sandbox() as aws:
        credentials = aws.session.get_credentials()

    assert credentials is not None
    assert credentials.access_key == "AKIAECSSTEPSSANDBOX0"
