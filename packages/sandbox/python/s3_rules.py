"""Refuses what S3 refuses: names and Regions of buckets, bucket policies, arguments.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

import json
import re

from aws_model import Invalid
from botocore.session import Session

BUCKET = re.compile(r"(?=.{3,63}$)[a-z0-9](?:[a-z0-9-]|\.(?=[a-z0-9]))*[a-z0-9]")
REGIONS = {region for partition in ("aws", "aws-cn", "aws-us-gov") for region in Session().get_available_regions("s3", partition)}
COUNTS = re.compile(r"max-keys|max-uploads|max-parts")


def check(request):
    bucket, _, key = request.path.lstrip("/").partition("/")
    names = set(request.args)
    if request.method == "PUT" and bucket and not key:
        if names <= {"x-id"}:
            check_bucket(bucket, request.get_data(as_text=True))
        elif "policy" in names:
            check_policy(request.get_data(as_text=True))
    if len(key.encode()) > 1024:
        raise Invalid("KeyTooLongError", "Your key is too long")
    if not re.fullmatch(r"[1-9]\d{0,3}|10000", request.args.get("partNumber", "1")):
        raise Invalid("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
    for name in filter(COUNTS.fullmatch, names):
        if not re.fullmatch(r"\d{1,9}", request.args[name]):
            raise Invalid("InvalidArgument", f"Argument {name} must be an integer between 0 and 2147483647")


def check_bucket(name, body):
    if not BUCKET.fullmatch(name) or re.fullmatch(r"\d+\.\d+\.\d+\.\d+", name):
        raise Invalid("InvalidBucketName", "The specified bucket is not valid.")
    region = re.search(r"<LocationConstraint[^>]*>([^<]*)<", body)
    if region and region.group(1) not in (*REGIONS, "EU"):
        raise Invalid("InvalidLocationConstraint", "The specified location-constraint is not valid")


def check_policy(text):
    try:
        policy = json.loads(text)
    except ValueError:
        policy = None
    if not isinstance(policy, dict):
        raise Invalid("MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'")
    if not policy.get("Statement"):
        raise Invalid("MalformedPolicy", "Missing required field Statement")
