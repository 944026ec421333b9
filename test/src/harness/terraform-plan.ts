type Fields = Readonly<Record<string, unknown>>;

/** Terraform's JSON syntax, as `agent-roles template` writes it. */
export interface Configuration {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Fields>>>>;
}

/**
 * What `terraform show -json` prints for a plan of new resources: names are known, ARNs are not. Terraform itself needs the AWS
 * provider from its registry for this.
 *
 * @see https://developer.hashicorp.com/terraform/internals/json-format
 */
export function planOf({ resource }: Configuration): string {
  const expression = /^\$\{(?<address>aws_\w+\.[\w-]+)\.(?<attribute>\w+)\}$/;
  const all = Object.entries(resource).flatMap(([type, named]) =>
    Object.entries(named).map(([name, fields]) => ({ type, name, address: `${type}.${name}`, fields })),
  );
  const known = ({ fields }: { readonly fields: Fields }): Fields =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([field, value]) => {
        if (typeof value !== "string") return [[field, value]];
        const { address, attribute } = expression.exec(value)?.groups ?? {};
        if (address === undefined) return [[field, value.replaceAll(/([$%])\1\{/g, "$1{")]];
        const referred = all.find((each) => each.address === address);
        return attribute === "name" && referred ? [[field, referred.fields["name"]]] : [];
      }),
    );
  const resources = all.map((each) => ({
    address: each.address,
    mode: "managed",
    type: each.type,
    name: each.name,
    provider_name: "registry.terraform.io/hashicorp/aws",
    schema_version: 0,
    values: known(each),
  }));
  const expressions = ({ fields }: { readonly fields: Fields }): Fields =>
    Object.fromEntries(
      Object.entries(fields).map(([field, value]) => {
        const { address, attribute } = expression.exec(String(value))?.groups ?? {};
        return [
          field,
          address === undefined ? { constant_value: value } : { references: [`${address}.${attribute}`, address] },
        ];
      }),
    );
  return JSON.stringify({
    format_version: "1.2",
    terraform_version: "1.9.0",
    planned_values: { root_module: { resources } },
    resource_changes: resources.map(({ values, ...rest }) => ({
      ...rest,
      change: { actions: ["create"], before: null, after: values, after_unknown: { id: true, arn: true } },
    })),
    configuration: {
      root_module: {
        resources: all.map((each) => ({
          address: each.address,
          mode: "managed",
          type: each.type,
          name: each.name,
          expressions: expressions(each),
        })),
      },
    },
  });
}
