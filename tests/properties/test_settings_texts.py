"""Whatever stands in the environment, it is taken or refused in words, never a crash."""

from hypothesis import given
from hypothesis import strategies as st

from service.errors import SettingsError
from service.settings import Settings, load_settings

VARIABLES = sorted(str(field.alias) for field in Settings.model_fields.values())
PIECES = ["redis://", "sentinel://", "http://", "[", "]", "::1", "@", ":", "/", ";", "?", "#"]
PIECES += ["0", "65536", "-1", "1e400", "nan", "Europe/", "critical", ",", ".", "\n", "\udc80", "²"]
TEXTS = st.text() | st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@given(st.dictionaries(st.sampled_from(VARIABLES), TEXTS))
def test_any_text_is_taken_or_refused_in_a_line_per_variable(environ):
    try:
        load_settings(environ)
    except SettingsError as error:
        named = [line.partition("=")[0] for line in str(error).split("\n")]
        assert len(set(named)) == len(named)
        assert set(named) <= environ.keys()


@given(st.sampled_from(VARIABLES), st.text(st.characters(codec="ascii"), min_size=1))
def test_a_password_before_an_at_sign_is_never_shown(variable, text):
    try:
        load_settings({variable: f"redis://user:5ECR3T@{text}", "HEADCOUNT_CONCURRENCY": "x"})
    except SettingsError as error:
        lines = [
            one for one in str(error).split("\n") if one.startswith(("CELERY_", "HEADCOUNT_HE"))
        ]
        assert not any("5ECR3T" in line for line in lines)
