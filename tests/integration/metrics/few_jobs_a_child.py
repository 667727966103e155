"""Has children replaced after a few jobs, as a module with jobs that leak memory would."""

from workers import app

app.conf.worker_max_tasks_per_child = 25
