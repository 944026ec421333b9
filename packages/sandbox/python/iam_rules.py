"""Makes moto's IAM refuse what AWS refuses, in its words, for calls of IAM and for CloudFormation alike.

Names, paths, quotas and policy documents; principals, boundaries and policies that do not exist. The quotas are AWS's defaults.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import json
import re

import parent
from moto.iam.exceptions import (
    DeleteConflictException,
    InvalidInput,
    LimitExceededException,
    MalformedPolicyDocument,
    NoSuchEntity,
    ValidationError,
)
from moto.iam.models import IAMBackend, iam_backends
from moto.iam.policy_validation import IAMPolicyDocumentValidator, IAMTrustPolicyDocumentValidator

POLICIES_PER_ROLE = 10
MANAGED_POLICY_CHARACTERS = 6144
INLINE_POLICY_CHARACTERS = 10240
TRUST_POLICY_CHARACTERS = 2048
NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
PATH = re.compile(r"/|/[!-~]+/")
IAM_PRINCIPAL = re.compile(r"arn:(?P<partition>[\w-]+):iam::(?P<account>\d{12}):(?P<kind>role|user)/(?P<name>.+)")


class UnmodifiableEntity(InvalidInput):
    code = "UnmodifiableEntity"


def violation(value, parameter, constraint):
    text = f"1 validation error detected: Value '{value}' at '{parameter}' failed to satisfy constraint: Member must {constraint}"
    return ValidationError(text)


def check_name(name, path, parameter, longest):
    if len(name) > longest:
        raise violation(name, parameter, f"have length less than or equal to {longest}")
    if not NAME.fullmatch(name):
        raise ValidationError(
            f"The specified value for {parameter} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
        )
    if len(path) > 512:
        raise violation(path, "path", "have length less than or equal to 512")
    if not PATH.fullmatch(path):
        raise ValidationError("The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.")


def characters(document):
    """IAM does not count white space."""
    return len(re.sub(r"\s", "", document))


def check_policy(document, kind):
    message = parent.ask(document=document, kind=kind)
    if message:
        raise MalformedPolicyDocument(message)


def check_identity_policy(validator):
    check_policy(validator._policy_document, "identity policy")
    validate_identity_policy(validator)


def check_trust_policy(validator):
    document = validator._policy_document
    check_policy(document, "trust policy")
    for statement in as_list(json.loads(document)["Statement"]):
        principal = statement.get("Principal")
        for value in as_list(principal.get("AWS") if isinstance(principal, dict) else None):
            if not exists(value):
                raise MalformedPolicyDocument(f'Invalid principal in policy: "AWS":"{value}"')
    if characters(document) > TRUST_POLICY_CHARACTERS:
        raise LimitExceededException(f"Cannot exceed quota for ACLSizePerRole: {TRUST_POLICY_CHARACTERS}")


def as_list(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def exists(principal):
    """Of accounts that the sandbox does not have, everything exists."""
    match = IAM_PRINCIPAL.fullmatch(str(principal))
    if not match or match["account"] not in iam_backends:
        return True
    iam = iam_backends[match["account"]][match["partition"]]
    return any(each.arn == principal for each in [*iam.roles.values(), *iam.users.values()])


def check_boundary(iam, arn):
    if arn and arn not in iam.managed_policies:
        raise NoSuchEntity(f"Scope ARN: {arn} does not exist or is not attachable.")


validate_identity_policy = IAMPolicyDocumentValidator.validate


def patch():
    create_role, create_policy = IAMBackend.create_role, IAMBackend.create_policy
    attach_role_policy, put_role_policy = IAMBackend.attach_role_policy, IAMBackend.put_role_policy
    delete_user, delete_group = IAMBackend.delete_user, IAMBackend.delete_group
    delete_policy, put_boundary = IAMBackend.delete_policy, IAMBackend.put_role_permissions_boundary

    def checked_create_role(
        self, role_name, assume_role_policy_document, path, permissions_boundary, description, tags, max_session_duration, **rest
    ):
        path = path or "/"
        check_name(role_name, path, "roleName", 64)
        if role_name.startswith(("AWSReservedSSO_", "AWSServiceRoleFor")) or path.startswith(
            ("/aws-reserved/", "/aws-service-role/")
        ):
            if not rest.get("linked_service"):
                text = f"Cannot perform the operation on the protected role '{role_name}' - this role is only modifiable by AWS"
                raise UnmodifiableEntity(text)
        if len(description or "") > 1000:
            raise violation(description, "description", "have length less than or equal to 1000")
        check_duration(max_session_duration)
        IAMTrustPolicyDocumentValidator(assume_role_policy_document).validate()
        check_boundary(self, permissions_boundary)
        return create_role(
            self,
            role_name,
            assume_role_policy_document,
            path,
            permissions_boundary,
            description,
            tags,
            max_session_duration,
            **rest,
        )

    def checked_create_policy(self, description, path, policy_document, policy_name, tags):
        check_name(policy_name, path or "/", "policyName", 128)
        if characters(policy_document) > MANAGED_POLICY_CHARACTERS:
            raise LimitExceededException(f"Cannot exceed quota for PolicySize: {MANAGED_POLICY_CHARACTERS}")
        return create_policy(self, description, path, policy_document, policy_name, tags)

    def checked_attach(self, policy_arn, role_name):
        attached = self.get_role(role_name).managed_policies
        if policy_arn in attached:
            return
        if policy_arn in self.managed_policies and len(attached) >= POLICIES_PER_ROLE:
            raise LimitExceededException(f"Cannot exceed quota for PoliciesPerRole: {POLICIES_PER_ROLE}")
        attach_role_policy(self, policy_arn, role_name)

    def checked_put_role_policy(self, role_name, policy_name, policy_json):
        check_name(policy_name, "/", "policyName", 128)
        others = [text for name, text in self.get_role(role_name).policies.items() if name != policy_name]
        if sum(characters(text) for text in [*others, policy_json]) > INLINE_POLICY_CHARACTERS:
            raise LimitExceededException(
                f"Maximum policy size of {INLINE_POLICY_CHARACTERS} bytes exceeded for role {role_name}"
            )
        put_role_policy(self, role_name, policy_name, policy_json)

    def checked_delete_policy(self, policy_arn):
        # moto deletes a policy that is in use.
        principals = [*self.roles.values(), *self.users.values(), *self.groups.values()]
        if any(policy_arn in each.managed_policies for each in principals):
            raise DeleteConflictException("Cannot delete a policy attached to entities.")
        delete_policy(self, policy_arn)

    def checked_delete_user(self, user_name):
        user = self.get_user(user_name)
        if user.access_keys:
            raise DeleteConflictException("Cannot delete entity, must delete access keys first.")
        if self.get_groups_for_user(user_name):
            raise DeleteConflictException("Cannot delete entity, must remove users from group first.")
        delete_user(self, user_name)

    def checked_delete_group(self, group_name):
        group = self.get_group(group_name)
        for held, what in ((group.users, "remove users in group"), (group.managed_policies, "detach all policies"), (group.policies, "delete policies")):
            if held:
                raise DeleteConflictException(f"Cannot delete entity, must {what} first.")
        delete_group(self, group_name)

    def checked_put_boundary(self, role_name, permissions_boundary):
        check_boundary(self, permissions_boundary)
        put_boundary(self, role_name, permissions_boundary)

    IAMPolicyDocumentValidator.validate = check_identity_policy
    IAMTrustPolicyDocumentValidator.validate = check_trust_policy
    IAMBackend.create_role = checked_create_role
    IAMBackend.create_policy = checked_create_policy
    IAMBackend.attach_role_policy = checked_attach
    IAMBackend.put_role_policy = checked_put_role_policy
    IAMBackend.delete_policy = checked_delete_policy
    IAMBackend.delete_user = checked_delete_user
    IAMBackend.delete_group = checked_delete_group
    IAMBackend.put_role_permissions_boundary = checked_put_boundary


def check_duration(seconds):
    seconds = int(seconds or 3600)
    if seconds < 3600:
        raise violation(seconds, "maxSessionDuration", "have value greater than or equal to 3600")
    if seconds > 43200:
        raise violation(seconds, "maxSessionDuration", "have value less than or equal to 43200")
