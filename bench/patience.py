"""Loaded with a worker that runs under callgrind: its children get longer to come up."""

from celery import current_app

current_app.conf.worker_proc_alive_timeout = 60
