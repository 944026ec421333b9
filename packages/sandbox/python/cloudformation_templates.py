"""Refuses templates, parameters and missing capabilities as CloudFormation does, before anything is deployed.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html
"""

import json
import re

import yaml
from aws_model import Invalid
from moto.cloudformation.utils import yaml_tag_constructor

IAM_TYPES = {
    f"AWS::IAM::{name}"
    for name in ("AccessKey", "Group", "InstanceProfile", "ManagedPolicy", "Policy", "Role", "User", "UserToGroupAddition")
}
IAM_NAMES = {"GroupName", "InstanceProfileName", "ManagedPolicyName", "RoleName", "UserName"}
DEPLOYING = {"CreateStack", "UpdateStack", "CreateChangeSet"}
WITH_TEMPLATE = {*DEPLOYING, "ValidateTemplate", "GetTemplateSummary", "CreateStackSet", "EstimateTemplateCost"}


class Loader(yaml.SafeLoader):
    """Reads the short forms of the functions."""


Loader.add_multi_constructor("!", lambda loader, tag, node: yaml_tag_constructor(loader, f"!{tag}", node))


def check(action, parameters):
    if action not in WITH_TEMPLATE:
        return
    body = parameters.get("TemplateBody")
    if body is None:
        sources = ("StackName", "StackSetName") if action == "GetTemplateSummary" else ("StackId", "UsePreviousTemplate")
        if not any(parameters.get(name) for name in ("TemplateURL", *sources)):
            raise Invalid("ValidationError", "Either Template URL or Template Body must be specified.")
        return
    template = read(body)
    if action in DEPLOYING:
        check_parameters(template, parameters)
        check_capabilities(template, parameters)


def read(body):
    """The template as a dictionary, with its resources and references checked."""
    try:
        template = json.loads(body) if body.lstrip().startswith("{") else yaml.load(body, Loader=Loader)  # noqa: S506
    except json.JSONDecodeError as error:
        raise format_error(f"JSON not well-formed. (line {error.lineno}, column {error.colno})") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise format_error(f"YAML not well-formed.{place}") from error
    if not isinstance(template, dict):
        raise format_error("unsupported structure.")
    resources = template.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise format_error("At least one Resources member must be defined.")
    if is_expanded(template):
        return template
    for name, resource in resources.items():
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise format_error(f"[/Resources/{name}] Every Resources object must contain a Type member.")
    known = {*resources, *(template.get("Parameters") or {})}
    for block in ("Resources", "Outputs"):
        unknown = sorted({name for name in references(template.get(block)) if name not in known and not name.startswith("AWS::")})
        if unknown:
            raise format_error(f"Unresolved resource dependencies [{', '.join(unknown)}] in the {block} block of the template")
    return template


def format_error(text):
    return Invalid("ValidationError", f"Template format error: {text}")


def is_expanded(template):
    """A transform makes resources and names that are not in the text."""
    return "Transform" in template or "Fn::Transform" in json.dumps(template, default=str)


def references(node):
    if isinstance(node, list):
        for each in node:
            yield from references(each)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key == "Ref" and len(node) == 1 and isinstance(value, str):
            yield value
        elif key == "Fn::GetAtt" and value:
            yield value.split(".")[0] if isinstance(value, str) else str(value[0])
        elif key == "Fn::Sub":
            text, own = value if isinstance(value, list) else (value, {})
            yield from (name for name in re.findall(r"\$\{([^!}.]+)[^}]*\}", str(text)) if name.strip() not in own)
            yield from references(own)
        else:
            yield from references(value)


def check_parameters(template, parameters):
    declared = template.get("Parameters") or {}
    given = {each.get("ParameterKey") for each in parameters.get("Parameters") or []}
    unknown = sorted(given - {*declared})
    if unknown:
        raise Invalid("ValidationError", f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [name for name, each in declared.items() if "Default" not in each and name not in given]
    if missing:
        raise Invalid("ValidationError", f"Parameters: [{', '.join(missing)}] must have values")


def check_capabilities(template, parameters):
    needed = needed_capability(template)
    if needed and not {needed, "CAPABILITY_NAMED_IAM"} & {*(parameters.get("Capabilities") or [])}:
        raise Invalid("InsufficientCapabilitiesException", f"Requires capabilities : [{needed}]")


def needed_capability(template):
    roles = [each for each in template["Resources"].values() if isinstance(each, dict) and each.get("Type") in IAM_TYPES]
    is_named = any(IAM_NAMES & {*(each.get("Properties") or {})} for each in roles)
    return None if not roles else "CAPABILITY_NAMED_IAM" if is_named else "CAPABILITY_IAM"
