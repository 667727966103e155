"""What `headcount serve` does, without the command line."""

import asyncio
import os
import sys

from service.errors import ServeError
from service.serve.stack import run_stack
from service.settings import load_settings

try:
    sys.exit(asyncio.run(run_stack(load_settings(os.environ), os.environ)))
except ServeError as error:
    sys.exit(str(error))
