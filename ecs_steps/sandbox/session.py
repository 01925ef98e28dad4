"""A botocore session that lives in the sandbox: real in all but its settings and its time."""

from collections.abc import Callable
from copy import copy
from datetime import datetime
from functools import cache
from typing import Any

import botocore.session
from botocore.auth import AUTH_TYPE_MAPS, BaseSigner
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES, ConfigValueStore, ConstantProvider
from botocore.credentials import CredentialProvider, CredentialResolver, Credentials, ReadOnlyCredentials
from botocore.exceptions import NoCredentialsError
from botocore.hooks import EventAliaser, HierarchicalEmitter
from botocore.retries.standard import register_retry_handler
from botocore.utils import parse_timestamp
from moto.core.models import botocore_stubber

from ecs_steps.clock import Clock
from ecs_steps.sandbox.protocol import LOADER

ACCESS_KEY = "AKIAECSSTEPSSANDBOX0"


class _SandboxCredentials(CredentialProvider):
    """Fixed credentials, so that the environment's are never used."""

    METHOD = "sandbox"

    def load(self) -> Credentials:
        return Credentials(ACCESS_KEY, "sandbox", method=self.METHOD)


class SandboxSession(botocore.session.Session):
    """A session that reads no environment variable and no file, and waits between retries on `clock`."""

    def __init__(self, clock: Clock, *, region: str) -> None:
        handlers = copy(_handlers())
        super().__init__(event_hooks=handlers, include_builtin_handlers=False)
        self.register_component("event_emitter", _Events(handlers))
        self.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_parse_time)
        self._clock = clock
        self._region = region
        self.register_component("data_loader", LOADER)
        defaults = {
            name: ConstantProvider(spec[2]) for name, spec in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
        }
        self.register_component("config_store", ConfigValueStore(mapping=defaults))
        self.register_component("credential_provider", CredentialResolver([_SandboxCredentials()]))
        config = Config(ignore_configured_endpoint_urls=True)  # type: ignore[call-arg]  # newer than its types
        self.set_default_client_config(config)

    @property
    def full_config(self) -> dict[str, Any]:
        return {"profiles": {}}

    def get_scoped_config(self) -> dict[str, Any]:
        return {}

    def client(self, service_name: str, **options: Any) -> Any:  # noqa: ANN401  boto3's own signature
        """Make a client, as `boto3.Session.client` does; its retries are botocore's standard ones."""
        region = options.pop("region_name", None) or self._region
        client = self.create_client(service_name, region_name=region, **options)
        self._retry_on_clock(client)
        return client

    def _retry_on_clock(self, client: Any) -> None:  # noqa: ANN401  a generated class
        """Put our own handler in the place of the one whose delays botocore sleeps for real."""
        service = client.meta.service_model.service_id.hyphenize()
        event, unique_id = f"needs-retry.{service}", f"retry-config-{service}"
        client.meta.events.unregister(event, unique_id=unique_id)
        handler = register_retry_handler(client, client.meta.config.retries.get("total_max_attempts"))
        client.meta.events.unregister(event, unique_id=unique_id)
        client.meta.events.register(event, self._waiting(handler.needs_retry), unique_id=unique_id)

    def _waiting(self, needs_retry: Callable[..., float | None]) -> Callable[..., float | None]:
        def waited(**kwargs: Any) -> float | None:  # noqa: ANN401  what botocore emits
            delay = needs_retry(**kwargs)
            if not delay:
                return delay
            self._clock.sleep(delay)
            return 0.0

        return waited


class _Unchecked(BaseSigner):
    """A signature without its hash, which is a fifth of a call's time and which the sandbox never checks."""

    REQUIRES_REGION = True

    def __init__(self, credentials: ReadOnlyCredentials | None, service_name: str, region_name: str) -> None:
        self._credentials = credentials
        self._scope = f"{region_name}/{service_name}/aws4_request"

    def add_auth(self, request: AWSRequest) -> None:
        if self._credentials is None:
            raise NoCredentialsError
        key, token = self._credentials.access_key, self._credentials.token
        request.headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={key}/unchecked/{self._scope}"
        if token:
            request.headers["X-Amz-Security-Token"] = token


AUTH_TYPE_MAPS["unchecked"] = _Unchecked


def _signer(signature_version: str, signing_name: str, **_: object) -> str | None:
    """Answer ``choose-signer``, but for calls without a signature, and for S3, whose signature says more."""
    return "unchecked" if signature_version == "v4" and signing_name != "s3" else None


@cache
def _handlers() -> HierarchicalEmitter:
    """Return botocore's own handlers: to register them is most of what a session costs."""
    handlers = HierarchicalEmitter()
    session = botocore.session.Session(event_hooks=handlers)
    # moto hooks itself into every session of the process.
    session.unregister("before-send", botocore_stubber)  # type: ignore[arg-type]  # its types forget replies
    handlers.register_first("choose-signer", _signer)  # type: ignore[arg-type]  # the same
    return handlers


class _Events(EventAliaser):
    """botocore's events, whose names are resolved once for all clients instead of once for each."""

    _resolved: dict[str, str] = {}  # noqa: RUF012  shared by intention

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401  botocore's own
        super().__init__(*arguments)
        self._alias_name_cache = self._resolved


def _parse_time(value: float | str) -> datetime:
    """Read a time as botocore does; the numbers of JSON in a tenth of its time."""
    try:
        return datetime.fromtimestamp(float(value)).astimezone()
    except ValueError:
        return parse_timestamp(str(value))
