"""gunicorn, for the demo and for production; BIND and WEB_WORKERS come from the environment."""

import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = 4
timeout = 60
graceful_timeout = 25
control_socket_disable = True
accesslog = os.environ.get("ACCESS_LOG")
# The path without its query: people search for names.
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(b)s %(L)ss"
