"""What a broker URL may say, and how it is understood."""

import ssl

import pytest

from service.broker.connection import connect
from service.broker_address import broker_address
from service.errors import SettingsError
from service.settings import load_settings

CHECKED = {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}


def test_a_plain_url():
    found = broker_address("redis://jobs:p%40ss@broker:6380/3")
    assert (found.hosts, found.username, found.password) == (
        (("broker", 6380),), "jobs", "p@ss",
    )  # fmt: skip
    assert (found.database, found.tls) == (3, {})
    assert found.urls() == ["redis://jobs:p%40ss@broker:6380/3"]


def test_what_stands_in_one_sentinels_url_holds_for_all():
    found = broker_address("sentinel://a;sentinel://:pw@[::1]:26380/2")
    assert found.behind_sentinels
    assert found.urls() == ["sentinel://:pw@a:26379/2", "sentinel://:pw@[::1]:26380/2"]


def test_tls_checks_certificates_unless_told_otherwise():
    assert broker_address("rediss://broker").tls == CHECKED
    options = "?ssl_cert_reqs=none&ssl_check_hostname=false"
    assert broker_address(f"rediss://broker/0{options}").tls == {
        "ssl_cert_reqs": ssl.CERT_NONE, "ssl_check_hostname": False,
    }  # fmt: skip
    assert broker_address("sentinel://a/0?ssl_cert_reqs=CERT_REQUIRED").tls == CHECKED


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("redis://a;redis://b", "sentinel:// URLs separated by semicolons"),
        ("sentinel://a;redis://b", "sentinel:// URLs separated by semicolons"),
        ("redis://a/0?ssl_cert_reqs=none", "rediss:// for a broker with TLS"),
        ("rediss://a/0?ssl_cert_reqs=maybe", "ssl_cert_reqs being one of required"),
        ("rediss://a/0?ssl_ca_certs=/no/such/file", "an ssl_ca_certs that names a file"),
        ("rediss://a/0?socket_timeout=1", "options after ? named ssl_ca_certs"),
    ],
)
@pytest.mark.parametrize("variable", ["CELERY_BROKER_URL", "CELERY_RESULT_BACKEND"])
def test_a_wrong_url_is_told_what_is_allowed(variable, url, allowed):
    with pytest.raises(SettingsError) as caught:
        load_settings({variable: url})
    assert allowed in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_the_sentinels_have_credentials_of_their_own():
    settings = load_settings(
        {
            "CELERY_BROKER_URL": "sentinel://u:pw@a/4?ssl_cert_reqs=none",
            "HEADCOUNT_SENTINEL_PASSWORD": "watching",
        }
    )
    pool = connect(settings).connection_pool
    [sentinel] = pool.sentinel_manager.sentinels
    asked = sentinel.connection_pool.connection_kwargs
    assert (asked["password"], asked["username"]) == ("watching", None)
    assert asked["ssl_cert_reqs"] == ssl.CERT_NONE
    given = pool.connection_kwargs
    assert (given["username"], given["password"], given["db"]) == ("u", "pw", 4)
    assert "watching" not in repr(settings)
