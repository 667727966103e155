"""Its settings, with a log of its own as many have."""

import os

SECRET_KEY = "not one"
INSTALLED_APPS = ["tests.integration.examples.adopted"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DATABASE"]}}
USE_TZ = True
LOGGING = {
    "version": 1,
    "formatters": {"plain": {"format": "{levelname} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
CELERY_TASK_TIME_LIMIT = 77
CELERY_TASK_ACKS_LATE = False  # not for an application to decide any more
