"""Runs moto's server application for the sandbox. Differences to `moto_server`:

- It listens on a free port and prints the port as one line of JSON.
- It exits when its standard input closes, so that it never outlives its parent, even after SIGKILL (parent.py).
- It ignores Ctrl-C; its parent handles it.
- It refuses what IAM and CloudFormation refuse (iam_rules.py, cloudformation_*.py).
- It refuses what AWS's models refuse, and fails with AWS's error documents (aws_model.py, s3_rules.py).
- It answers its parent only, and has no other effect on the machine (guard.py).
- It returns IAM's state in one answer (iam_state.py).
"""

import signal
import sys

signal.signal(signal.SIGINT, signal.SIG_IGN)

# No bytecode in the package's own directory.
sys.dont_write_bytecode = True
import parent  # noqa: E402

parent.follow()

import program  # noqa: E402

program.serve()
