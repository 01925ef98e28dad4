"""What Octopus' Python host does on a worker: decrypt the variables, and run the script with its functions.

Called as ``python -u Bootstrap.py SCRIPT KEY``, with the key in hexadecimal; `Configuration.py` is beside it.
"""

import base64
import runpy
import sys

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 16


def decrypted(sealed: str, key: bytes) -> str:
    raw = base64.b64decode(sealed)
    decryptor = Cipher(algorithms.AES(key), modes.CBC(raw[:BLOCK])).decryptor()
    padded = decryptor.update(raw[BLOCK:]) + decryptor.finalize()
    return padded[: -padded[-1]].decode("utf-8", "surrogatepass")


def encoded(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def set_octopusvariable(name: str, value: str, sensitive: bool = False) -> None:  # noqa: FBT001, FBT002  the host's own signature
    mark = f" sensitive='{encoded('True')}'" if sensitive else ""
    print(f"##octopus[setVariable name='{encoded(name)}' value='{encoded(value)}'{mark}]")  # noqa: T201  how the host speaks


def failstep(message: str) -> None:
    print(f"##octopus[resultMessage message='{encoded(message)}']")  # noqa: T201  how the host speaks
    sys.exit(-1)


if __name__ == "__main__":
    from Configuration import VARIABLES  # type: ignore[import-not-found]  # the host writes it for each run

    script, key = sys.argv[1:]
    variables = {
        decrypted(name, bytes.fromhex(key)): decrypted(value, bytes.fromhex(key))
        for name, value in VARIABLES.items()
    }
    runpy.run_path(
        script,
        run_name="__main__",
        init_globals={
            "octopusvariables": variables,
            "get_octopusvariable": lambda name: variables.get(name, ""),
            "set_octopusvariable": set_octopusvariable,
            "failstep": failstep,
        },
    )
