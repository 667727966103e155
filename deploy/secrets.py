"""Make an environment's Secrets, with new passwords: ``python -m deploy.secrets NAMESPACE``.

Prints them for ``kubectl create -f -``, which refuses to replace those that exist. With
``--broker-url URL`` for a broker elsewhere, which then has users of its own. With ``--beside FILE``
to change passwords: those of the list in the file stay valid beside the new ones.
"""

import argparse
import json
import sys
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from deploy.broker_users import RIGHTS, access_control_list

Manifest = dict[str, Any]


def secrets(namespace: str, broker_url: str | None = None, former: str = "") -> list[Manifest]:
    """Return the Secrets of an environment; overlays name everything after their namespace.

    ``former``: the broker's list of users whose passwords stay valid.
    """
    flower = _secret(namespace, "flower", {"user": "flower", "password": token_urlsafe(32)})
    if broker_url is not None:
        urls = {"worker-url": broker_url, "sidecar-url": broker_url}
        return [_secret(namespace, "broker", urls), flower]
    passwords = {user: token_urlsafe(32) for user in RIGHTS}
    host = f"{namespace}-valkey-service.{namespace}"  # for those in other namespaces, too
    urls = {
        f"{process}-url": f"redis://{user}:{passwords[user]}@{host}:6379/0"
        for process, user in (("worker", "jobs"), ("sidecar", "sidecar"))
    }
    users = {
        "users.acl": access_control_list(passwords, former),
        **{f"{user}-password": passwords[user] for user in ("admin", "exporter")},
    }
    return [
        _secret(namespace, "broker", urls),
        _secret(namespace, "valkey-users", users),
        flower,
    ]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.secrets", description=__doc__)
    parser.add_argument("namespace", help="such as headcount-preview")
    parser.add_argument("--broker-url", metavar="URL", help="of a broker elsewhere")
    parser.add_argument(
        "--beside", metavar="FILE", type=Path, help="users.acl of the Secrets before"
    )
    options = parser.parse_args(arguments)
    former = options.beside.read_text(encoding="utf-8") if options.beside else ""
    items = secrets(options.namespace, options.broker_url, former)
    json.dump({"apiVersion": "v1", "kind": "List", "items": items}, sys.stdout, indent=2)
    print()
    return 0


def _secret(namespace: str, name: str, texts: dict[str, str]) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"app.kubernetes.io/name": "headcount"},
        },
        "type": "Opaque",
        "stringData": texts,
    }


if __name__ == "__main__":
    sys.exit(main())
