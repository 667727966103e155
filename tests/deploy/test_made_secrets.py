"""What ``python -m deploy.secrets`` makes: new passwords each time, fit for what reads them."""

import json

import kubernetes_validate
import pytest

from deploy.secrets import main
from service.broker_address import broker_address


@pytest.fixture
def made(capsys):
    """Run the command; Secret name -> its texts."""

    def run(*arguments):
        assert main(list(arguments)) == 0
        items = json.loads(capsys.readouterr().out)["items"]
        assert {one["metadata"]["namespace"] for one in items} == {arguments[0]}
        for one in items:
            kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)
        return {one["metadata"]["name"]: one["stringData"] for one in items}

    return run


def test_every_password_is_new(made):
    once, again = made("shop-preview"), made("shop-preview")
    assert once.keys() == again.keys() == {"broker", "valkey-users", "flower"}
    for name, texts in once.items():
        same = [key for key, text in texts.items() if again[name][key] == text]
        assert same == (["user"] if name == "flower" else [])


def test_the_list_of_users_holds_no_password_itself(made):
    secrets = made("shop-preview")
    users = secrets["valkey-users"]["users.acl"]
    passwords = [
        *(broker_address(url).password for url in secrets["broker"].values()),
        *(text for key, text in secrets["valkey-users"].items() if key.endswith("-password")),
    ]
    assert all(password and password not in users for password in passwords)


def test_a_broker_elsewhere_keeps_its_users(made):
    url = "rediss://user:pass@redis.example:6380/0"
    secrets = made("shop-production", "--broker-url", url)
    assert secrets.keys() == {"broker", "flower"}
    assert set(secrets["broker"].values()) == {url}
