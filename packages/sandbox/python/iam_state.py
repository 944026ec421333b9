"""Returns IAM's state to the gateway in one answer, where IAM's API needs seven, and never from a cache.

Answers are JSON; 404 means "not found". They include secret access keys: guard.py admits the gateway only.
"""

import datetime
import json
import sys
from urllib.parse import parse_qsl

from moto.iam.models import iam_backends

def beside(app):
    """Serves the lookups beside moto's application. A forwarded request always names its service, a lookup never does."""

    def serve(environ, start_response):
        if "HTTP_X_SANDBOX_SERVICE" in environ:
            return app(environ, start_response)
        answer = LOOK_UPS[environ["PATH_INFO"]](**dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)))
        body = json.dumps(answer).encode()
        status = "404 Not Found" if answer is None else "200 OK"
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return serve


def role(account, partition, name):
    found = next((each for each in list(iam_of(account, partition).get_roles()) if each.name == name), None)
    if found is None:
        return None
    answer = {
        "arn": found.arn,
        "roleId": found.id,
        "createdMs": int(found.create_date.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000),
        "trustPolicy": json.loads(found.assume_role_policy_document),
        "maxSessionDuration": int(found.max_session_duration or 3600),
        "identityPolicies": policies_of(found),
        "tags": tags_of(found.tags),
    }
    if found.permissions_boundary_arn:
        # A deleted boundary allows nothing.
        answer["permissionsBoundary"] = policy(account, partition, found.permissions_boundary_arn) or {}
    return answer


def user(key):
    for account, partitions in list(iam_backends.items()):
        iam = partitions["aws"]
        for found in list(iam.users.values()):
            for access_key in found.access_keys:
                if access_key.access_key_id == key and access_key.status == "Active":
                    return describe_user(iam, found, account, access_key)
    return None


def describe_user(iam, found, account, access_key):
    groups = iam.get_groups_for_user(found.name)
    return {
        "arn": found.arn,
        "userId": found.id,
        "accountId": account,
        "secretAccessKey": access_key.secret_access_key,
        "identityPolicies": [document for each in [found, *groups] for document in policies_of(each)],
        "tags": tags_of(iam.tagger.list_tags_for_resource(found.arn)["Tags"]),
    }


def policy(account, partition, arn):
    found = iam_of(account, partition).managed_policies.get(arn)
    return found and document_of(found)


def oidc_client_ids(account, partition, arn):
    found = iam_of(account, partition).open_id_providers.get(arn)
    return found and found.client_id_list


def arn(account, kind, name):
    iam = iam_of(account, "aws")
    principals = {
        "role": iam.roles,
        "user": iam.users,
        "group": iam.groups,
        "instance-profile": iam.instance_profiles,
    }
    return next((each.arn for each in list(principals[kind].values()) if each.name == name), None)


def backends_of(service):
    """Without the service's module, nothing of it exists; importing it here would take seconds."""
    module = sys.modules.get(f"moto.{service}.models")
    return getattr(module, f"{service}_backends", {})


def secret(account, region, id):
    backends = backends_of("secretsmanager")
    # moto finds a secret by its name, its ARN and a part of its ARN.
    found = backends[account][region].secrets.get(id) if id and account in backends else None
    return found and found.arn


def bucket(name):
    for account, partitions in list(backends_of("s3").items()):
        found = partitions["aws"].buckets.get(name)
        if found:
            owner = {"resourceAccount": account}
            return {**owner, "resourcePolicy": json.loads(found.policy)} if found.policy else owner
    return None


def set_up(account, management, deployRole):  # noqa: N803: the names of the query
    """Creates an account's administrator and the role that the management account assumes to deploy."""
    iam = iam_of(account, "aws")
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    iam.create_user(region_name="us-east-1", user_name="sandbox-admin")
    iam.attach_user_policy(administrator, "sandbox-admin")
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{management}:root"}, "Action": "sts:AssumeRole"}
        ],
    }
    iam.create_role(deployRole, json.dumps(trust), "/", None, "", [], "3600")
    iam.attach_role_policy(administrator, deployRole)
    key = iam.create_access_key("sandbox-admin", prefix="AKIA")
    return {"accessKeyId": key.access_key_id, "secretAccessKey": key.secret_access_key}


LOOK_UPS = {
    "/role": role,
    "/user": user,
    "/policy": policy,
    "/oidc-client-ids": oidc_client_ids,
    "/arn": arn,
    "/secret": secret,
    "/bucket": bucket,
    "/set-up": set_up,
}


def iam_of(account, partition):
    return iam_backends[account][partition]


def policies_of(principal):
    """The documents of a role's, user's or group's policies, inline and attached."""
    inline = [json.loads(document) for document in list(principal.policies.values())]
    return inline + [document_of(attached) for attached in list(principal.managed_policies.values())]


def document_of(managed_policy):
    versions = {version.version_id: version for version in managed_policy.versions}
    return json.loads(versions[managed_policy.default_version_id].document)


def tags_of(tags):
    return {tag["Key"]: tag["Value"] for tag in tags or []}
