"""Sessions that make clients: botocore's own, one of an account, and one of a role that was assumed."""

import gzip
import json
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol

import botocore.session
from botocore.config import Config
from botocore.loaders import JSONFileLoader, Loader, create_loader

from ecs_steps.account import Account
from ecs_steps.aws.credentials import AccountCredentials
from ecs_steps.version import __version__

REGION_VARIABLES = ("AWS_DEFAULT_REGION", "AWS_REGION")
USER_AGENT = f"ecs-steps/{__version__}"
CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 3}, user_agent_extra=USER_AGENT)


class Session(Protocol):
    """What makes clients, as a `boto3.Session` does."""

    @property
    def client(self) -> Callable[..., Any]: ...  # the overloads of boto3-stubs fit no narrower type


class BareSession(Session, Protocol):
    """A session whose credential provider can be replaced, as one of botocore's."""

    def get_component(self, name: str) -> Any: ...  # noqa: ANN401  botocore's own signature

    def register_component(self, name: str, component: Any) -> None: ...  # noqa: ANN401  the same


class RoleSession:
    """A session that signs with the keys of a role, and is another one in everything else."""

    def __init__(self, session: Session, access_key: str, secret_key: str, token: str) -> None:
        self._session = session
        self._keys = {
            "aws_access_key_id": access_key,
            "aws_secret_access_key": secret_key,
            "aws_session_token": token,
        }

    def client(self, service_name: str, **options: Any) -> Any:  # noqa: ANN401  boto3's own signature
        return self._session.client(service_name, **options, **self._keys)


class _AnyService(list[str]):
    """The services that botocore knows, without a look into hundreds of folders for every client.

    That look takes 5 % of an update. Loading the model of a service that does not exist fails as well.
    """

    def __contains__(self, service: object) -> bool:
        return True


class _PlainFiles(JSONFileLoader):
    """botocore's data in plain dictionaries, which keep their order too, and are read in half the time."""

    def load_file(self, file_path: str) -> Any:  # noqa: ANN401  JSON
        for name, open_file in ((f"{file_path}.json", open), (f"{file_path}.json.gz", gzip.open)):
            if Path(name).is_file():
                with open_file(name, "rb") as file:
                    return json.loads(file.read())
        return None


class _Models(Loader):
    """botocore's models of the services."""

    FILE_LOADER_CLASS = _PlainFiles

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002  botocore's signature
        return _AnyService()


@cache
def _models(search_path: str | None) -> _Models:
    return _Models(create_loader(search_path).search_paths, include_default_search_paths=False)


class BotocoreSession(botocore.session.Session):
    """botocore's own session as a `Session`: a `boto3.Session` starts slower and adds nothing here.

    All sessions of a process share the service models, which are most of what a session weighs. Unlike
    botocore, and like AWS' other tools, it also reads ``AWS_REGION``; a blank region is none.
    """

    def __init__(self) -> None:
        variables = list(REGION_VARIABLES)
        super().__init__(session_vars={"region": ("region", variables, None, lambda region: region or None)})

    def client(self, service_name: str, **options: Any) -> Any:  # noqa: ANN401  boto3's own signature
        self.register_component("data_loader", _models(self.get_config_variable("data_path")))
        return self.create_client(service_name, **options)


class AccountSession:
    """A session that acts for an account; it finds credentials when its first client is made."""

    def __init__(
        self, session: BareSession, account: Account, *, region: str | None, endpoint_url: str | None
    ) -> None:
        self._bare_session = session
        self._account = account
        self._endpoint = {"region_name": region, "endpoint_url": endpoint_url}

    def client(self, service_name: str, **options: Any) -> Any:  # noqa: ANN401  boto3's own signature
        return self._session.client(service_name, **options)

    @cached_property
    def _session(self) -> Session:
        session = self._bare_session
        chain = session.get_component("credential_provider")
        credentials = AccountCredentials(account=self._account, chain=chain, sts=self._sts)
        session.register_component("credential_provider", credentials)
        return session

    def _sts(self, service_name: str, *, config: Config | None = None, **keys: str | None) -> Any:  # noqa: ANN401  as above
        merged = CONFIG.merge(config) if config else CONFIG
        return self._bare_session.client(service_name, config=merged, **self._endpoint, **keys)
