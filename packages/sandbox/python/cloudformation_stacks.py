"""Makes moto 5.2's stacks fail as CloudFormation's do.

CloudFormation creates and changes resources before it removes others, answers at once, and reports a refusal as the event of a
resource and a rollback. moto removes first, passes the refusal on as the answer, and leaves what it did. Change sets have
outputs, belong to a stack, and one that does not exist is `ChangeSetNotFound`, which `cdk deploy` waits for.
"""

import json
import uuid

import cloudformation_templates

HANDLER_ERROR_CODES = {
    "NoSuchEntity": "NotFound",
    "EntityAlreadyExists": "AlreadyExists",
    "LimitExceeded": "ServiceLimitExceeded",
}
STATUS_CODES = {"NoSuchEntity": 404, "EntityAlreadyExists": 409, "LimitExceeded": 409, "DeleteConflict": 409}
UPDATABLE = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}


class Refused(Exception):
    """CloudFormation itself refuses a change of a resource. The message is the reason of the event."""


def code_of(error):
    return getattr(error, "code", None) or getattr(error, "error_type", None)


def reason_of(error):
    if isinstance(error, Refused):
        return str(error)
    code = code_of(error)
    text = getattr(error, "message", None) or str(error)
    return (
        f'Resource handler returned message: "{text} (Service: Iam, Status Code: {STATUS_CODES.get(code, 400)}, '
        f'Request ID: {uuid.uuid4()})" (RequestToken: {uuid.uuid4()}, '
        f"HandlerErrorCode: {HANDLER_ERROR_CODES.get(code, 'InvalidRequest')})"
    )


class ResourceFailed(Exception):
    """Names the resource whose change failed."""

    def __init__(self, logical_id, cause):
        super().__init__(str(cause))
        self.logical_id = logical_id
        self.reason = reason_of(cause)


def change_resource(logical_id, change):
    try:
        return change()
    except ResourceFailed:
        # A resource that this one refers to.
        raise
    except Exception as error:
        raise ResourceFailed(logical_id, error) from error


def patch_stacks():
    # Imported late: it imports every service that CloudFormation supports.
    from moto.cloudformation import parsing, responses
    from moto.cloudformation.exceptions import AlreadyExistsException, CloudFormationError, ValidationError
    from moto.cloudformation.models import (
        CloudFormationBackend,
        Event,
        Stack,
        StackInstance,
        generate_stack_id,
    )
    from moto.cloudformation.responses import ActionResult, CloudFormationResponse, EmptyResult

    create_resource = parsing.parse_and_create_resource
    new_change_set = CloudFormationBackend.create_change_set
    describe_instance = StackInstance.to_dict
    summarize = responses.get_template_summary_response_from_template
    fetch_template = CloudFormationResponse._get_stack_from_s3_url

    def parse_and_create_resource(logical_id, *args, **kwargs):
        return change_resource(logical_id, lambda: create_resource(logical_id, *args, **kwargs))

    def update_resources(resources, template, parameters):
        """Adds and modifies, then removes. @returns what could not be removed, by logical ID."""
        before = resources._resource_json_map
        diff = resources.build_resource_diff(template, parameters)
        resources._template = template
        if parameters:
            resources.input_parameters = parameters
        resources._resource_json_map = {**before, **template["Resources"]}
        try:
            resources.load()
        except Exception:
            resources._resource_json_map = before
            raise
        replaced = {}
        try:
            for name in resources._ResourceMap__get_resources_in_dependency_order():
                if name in diff["Add"]:
                    resources[name]
                elif name in diff["Modify"]:
                    original = resources[name]
                    changed = change_resource(
                        name,
                        lambda: parsing.parse_and_update_resource(
                            name,
                            template["Resources"][name],
                            resources,
                            account_id=resources._account_id,
                            region_name=resources._region_name,
                        ),
                    )
                    resources._parsed_resources[name] = changed
                    if getattr(changed, "replaces", None) is original and original is not None:
                        replaced[name] = original
        except ResourceFailed:
            for name, original in replaced.items():
                resources._delete_resource(resources[name], template["Resources"][name])
                resources._parsed_resources[name] = original
            raise
        for name, original in replaced.items():
            resources._delete_resource(original, before[name])
        failed = delete_resources(resources, diff["Remove"])
        for name in failed:
            resources._parsed_resources.pop(name)
        resources._resource_json_map = template["Resources"]
        return failed

    def delete_resources(resources, names):
        """Deletes in as many passes as make progress: a role goes after the policies that are attached to it. A missing resource is deleted."""
        left = {name for name in names if resources._parsed_resources.get(name) is not None}
        while True:
            failed = {}
            for name in sorted(left):
                try:
                    resources._delete_resource(resources._parsed_resources[name], resources._resource_json_map[name])
                except Exception as error:
                    if code_of(error) != "NoSuchEntity":
                        failed[name] = reason_of(error)
                if name not in failed:
                    resources._parsed_resources.pop(name)
            if len(failed) in (0, len(left)):
                return failed
            left = set(failed)

    def add_event(stack, logical_id, status, reason):
        resource = stack.resource_map._parsed_resources.get(logical_id)
        stack.events.append(
            Event(
                stack_id=stack.stack_id,
                stack_name=stack.name,
                logical_resource_id=logical_id,
                physical_resource_id=getattr(resource, "physical_resource_id", ""),
                resource_type=stack.resource_map._resource_json_map[logical_id]["Type"],
                resource_status=status,
                resource_status_reason=reason,
                resource_properties=None,
            )
        )

    def finish(stack, status, reason=None):
        stack._add_stack_event(status, resource_status_reason=reason)
        stack.status, stack.status_reason = status, reason

    def use_template(stack, template, parameters):
        stack.template, stack.parameters = template, parameters
        stack._parse_template()
        stack.description = stack.template_dict.get("Description")
        failed = update_resources(stack.resource_map, stack.template_dict, parameters)
        stack.output_map = stack._create_output_map()
        return failed

    def apply(backend, stack, template, parameters, operation):
        before = stack.template, stack.parameters
        status = stack.status
        finish(stack, f"{operation}_IN_PROGRESS", "User Initiated")
        try:
            not_removed = use_template(stack, template, parameters)
            for export in stack.exports:
                backend.exports[export.name] = export
        except ResourceFailed as error:
            add_event(stack, error.logical_id, f"{operation}_FAILED", error.reason)
            rollback = "ROLLBACK" if operation == "CREATE" else "UPDATE_ROLLBACK"
            verb = operation.lower()
            finish(
                stack, f"{rollback}_IN_PROGRESS", f"The following resource(s) failed to {verb}: [{error.logical_id}]. "
            )
            if operation == "CREATE":
                delete_resources(stack.resource_map, list(stack.resource_map._resource_json_map))
                stack.template_dict = {**stack.template_dict, "Outputs": {}}
                stack.output_map = stack._create_output_map()
            else:
                use_template(stack, *before)
            finish(stack, f"{rollback}_COMPLETE")
            return
        except Exception:
            # The template itself is invalid, which is the answer to the call.
            (stack.template, stack.parameters), stack.status = before, status
            raise
        for logical_id, reason in not_removed.items():
            stack._add_stack_event("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
            stack._add_stack_event("DELETE_FAILED", resource_status_reason=f"{logical_id}: {reason}")
        left = "Update successful. One or more resources could not be deleted." if not_removed else None
        finish(stack, f"{operation}_COMPLETE", left)

    def create_stack(self, name, template, parameters, **options):
        if any(stack.name == name for stack in self.stacks.values()):
            raise AlreadyExistsException(f"Stack [{name}] already exists")
        stack = Stack(
            stack_id=generate_stack_id(name, self.region_name, self.account_id),
            name=name,
            template=template,
            parameters=parameters,
            account_id=self.account_id,
            region_name=self.region_name,
            cross_stack_resources=self.exports,
            **options,
        )
        # The constructor has validated the template; nothing is there yet.
        stack.resource_map._resource_json_map = {}
        self.stacks[stack.stack_id] = stack
        apply(self, stack, template, parameters, "CREATE")
        return stack

    def update_stack(self, name, template, role_arn, parameters, tags):
        stack = self.get_stack(name)
        resolved = self._resolve_update_parameters(instance=stack, incoming_params=parameters)
        # Reading YAML is slow.
        is_same = stack.template == template or stack.has_template(template)
        if is_same and stack.has_parameters(resolved) and tags in (None, stack.tags):
            raise ValidationError(message="No updates are to be performed.")
        stack.role_arn = role_arn
        if tags is not None:
            stack.tags = tags
        apply(self, stack, template, resolved, "UPDATE")
        return stack

    def delete_stack(self, name_or_stack_id):
        stacks = list(self.stacks.values())
        stack = next((each for each in stacks if name_or_stack_id in (each.stack_id, each.name)), None)
        if stack is None:
            return
        finish(stack, "DELETE_IN_PROGRESS", "User Initiated")
        template = stack.resource_map._resource_json_map
        export_names = [export.name for export in stack.exports] if template else []
        names = [name for name, resource in template.items() if resource.get("DeletionPolicy") != "Retain"]
        failed = delete_resources(stack.resource_map, names)
        for logical_id, reason in failed.items():
            add_event(stack, logical_id, "DELETE_FAILED", reason)
        if failed:
            finish(stack, "DELETE_FAILED", f"The following resource(s) failed to delete: [{', '.join(failed)}]. ")
            return
        finish(stack, "DELETE_COMPLETE")
        del self.stacks[stack.stack_id]
        self.deleted_stacks[stack.stack_id] = stack
        for name in export_names:
            self.exports.pop(name, None)

    def create_change_set(self, stack_name, change_set_name, template, parameters, description, change_set_type, **rest):
        existing = next((stack for stack in self.stacks.values() if stack.name == stack_name), None)
        if change_set_type == "CREATE" and existing:
            if existing.status != "REVIEW_IN_PROGRESS":
                message = f"Stack [{stack_name}] already exists and cannot be created again with the changeSet [{change_set_name}]."
                raise ValidationError(message=message)
            del self.stacks[existing.stack_id]
        self.delete_change_set(change_set_name, stack_name)
        return new_change_set(
            self, stack_name, change_set_name, template, parameters, description, change_set_type, **rest
        )

    def matching_change_sets(backend, name, stack_name):
        return {
            id: change_set
            for id, change_set in backend.change_sets.items()
            if name in (id, change_set.change_set_name)
            and (stack_name is None or stack_name in (change_set.stack_name, change_set.stack_id))
        }

    def delete_change_set(self, change_set_name, stack_name=None):
        for id in matching_change_sets(self, change_set_name, stack_name):
            del self.change_sets[id]

    def describe_change_set(self, change_set_name, stack_name=None):
        for change_set in matching_change_sets(self, change_set_name, stack_name).values():
            return change_set
        raise CloudFormationError("ChangeSetNotFound", f"ChangeSet [{change_set_name}] does not exist")

    def execute_change_set(self, change_set_name, stack_name=None):
        change_set = self.describe_change_set(change_set_name, stack_name)
        if change_set.execution_status != "AVAILABLE":
            message = f"ChangeSet [{change_set.change_set_id}] cannot be executed in its current status of [{change_set.status}]"
            raise CloudFormationError("InvalidChangeSetStatus", message)
        change_set.execution_status = "EXECUTE_COMPLETE"
        stack = self.stacks[change_set.stack_id]
        if change_set.tags:
            stack.tags = change_set.tags
        apply(self, stack, change_set.template, change_set.parameters, change_set.change_set_type)
        # CloudFormation deletes the change sets of an executed one's stack.
        for id in [id for id, each in self.change_sets.items() if each.stack_id == stack.stack_id]:
            del self.change_sets[id]

    def validate_status(self, stack):
        if stack.status not in UPDATABLE:
            raise ValidationError(message=f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")

    def of_stack(name, answer):
        def respond(self):
            method = getattr(self.cloudformation_backend, name)
            return answer(method(self._get_param("ChangeSetName"), self._get_param("StackName")))

        return respond

    def instance_status(self):
        described = describe_instance(self)
        if not self.stack.status.endswith("_COMPLETE") or "ROLLBACK" in self.stack.status:
            described["Status"] = "OUTDATED"
            described["StackInstanceStatus"] = {"DetailedStatus": "FAILED"}
            described["StatusReason"] = next(
                (each.resource_status_reason for each in self.stack.events if each.resource_status.endswith("_FAILED")),
                None,
            )
        return described

    def existing_resources(stack):
        """moto's map of resources creates the missing ones when it is read: those that failed, too."""
        resources = stack.resource_map
        found = (resources._parsed_resources.get(name) for name in resources._resource_json_map)
        return [each for each in found if each is not None]

    def summary_of_any_version(body):
        template = cloudformation_templates.read(body)
        version = template.setdefault("AWSTemplateFormatVersion", None)
        summary = summarize(json.dumps(template, default=str))
        return summary if version else {name: value for name, value in summary.items() if name != "Version"}

    def template_at(self, url):
        try:
            return fetch_template(self, url)
        except Exception as error:
            raise ValidationError(message=f"S3 error: {getattr(error, 'message', None) or error}") from error

    def validate_template(self):
        template = cloudformation_templates.read(self._get_param("TemplateBody") or self._get_stack_from_s3_url(self._get_param("TemplateURL")))
        declared = (template.get("Parameters") or {}).items()
        parameters = [
            {
                "ParameterKey": name,
                "NoEcho": str(each.get("NoEcho", False)).lower() == "true",
                **({"DefaultValue": str(each["Default"])} if "Default" in each else {}),
                **({"Description": each["Description"]} if "Description" in each else {}),
            }
            for name, each in declared
        ]
        capability = cloudformation_templates.needed_capability(template)
        return ActionResult(
            {
                "Parameters": parameters,
                "Description": template.get("Description"),
                "Capabilities": [capability] if capability else [],
            }
        )

    Stack.stack_resources = property(existing_resources)
    responses.get_template_summary_response_from_template = summary_of_any_version
    CloudFormationResponse._get_stack_from_s3_url = template_at
    CloudFormationResponse.validate_template = validate_template
    parsing.parse_and_create_resource = parse_and_create_resource
    StackInstance.to_dict = instance_status
    CloudFormationBackend.create_stack = create_stack
    CloudFormationBackend.update_stack = update_stack
    CloudFormationBackend.delete_stack = delete_stack
    CloudFormationBackend.create_change_set = create_change_set
    CloudFormationBackend.delete_change_set = delete_change_set
    CloudFormationBackend.describe_change_set = describe_change_set
    CloudFormationBackend.execute_change_set = execute_change_set
    CloudFormationResponse._validate_status = validate_status
    CloudFormationResponse.delete_change_set = of_stack("delete_change_set", lambda _: EmptyResult())
    CloudFormationResponse.describe_change_set = of_stack("describe_change_set", ActionResult)
    CloudFormationResponse.execute_change_set = of_stack("execute_change_set", lambda _: EmptyResult())
