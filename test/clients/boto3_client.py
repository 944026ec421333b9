"""Calls again and again until standard input ends; fails at the first call that fails.

Usage: AWS_PROFILE=First python3 boto3_client.py
"""

import os
import sys
import threading
import time

import boto3

session = boto3.Session()
client = session.client("sts")
credentials = session.get_credentials()


def end() -> None:
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end, daemon=True).start()
while True:
    arn = client.get_caller_identity()["Arn"]
    print(credentials.get_frozen_credentials().access_key, arn, flush=True)
    time.sleep(0.25)
