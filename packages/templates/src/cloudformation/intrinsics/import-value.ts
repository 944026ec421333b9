import { isRecord } from "@agent-roles/iam";
import { placeholder } from "../placeholder.ts";
import { once, type Scope, unknown } from "../scope.ts";
import type { Stack } from "../stack.ts";
import { asText } from "./text.ts";

/** `Fn::ImportValue`: what another of the given stacks exports; exports are seen within one account and region only. */
export function importValue(argument: unknown, at: string, scope: Scope): unknown {
  const name = asText(scope.resolve(argument, at));
  const exported = name === undefined ? undefined : findExport(name, scope);
  if (name === undefined || exported === undefined) {
    const why = "nothing (no given stack of this account and Region exports it)";
    return unknown(scope, at, { "Fn::ImportValue": argument }, why, placeholder(`ImportValue ${name ?? ""}`));
  }
  const { stack, outputId, value } = exported;
  const asked = { name: `export ${outputId}`, at, otherwise: placeholder(`ImportValue ${name}`) };
  return once(scope.variant.memo.values, scope.in(stack), asked, (own) => own.resolve(value, at));
}

interface Export {
  readonly stack: Stack;
  readonly outputId: string;
  readonly value: unknown;
}

function findExport(name: string, scope: Scope): Export | undefined {
  for (const stack of scope.variant.stacks) {
    if (!mayShareExports(stack, scope.stack)) continue;
    for (const [outputId, output] of stack.outputs) {
      const { Export: exported, Value: value } = output;
      if (isRecord(exported) && exportName(exported["Name"], outputId, stack, scope) === name)
        return { stack, outputId, value };
    }
  }
  return undefined;
}

function exportName(value: unknown, outputId: string, stack: Stack, scope: Scope): unknown {
  if (typeof value === "string") return value;
  const own = scope.noting(new Map()).in(stack);
  const asked = { name: `name of export ${outputId}`, at: "", otherwise: undefined };
  return once(scope.variant.memo.values, own, asked, (inner) => inner.resolve(value, ""));
}

function mayShareExports(one: Stack, other: Stack): boolean {
  return mayBeSame(one.source.account, other.source.account) && mayBeSame(one.source.region, other.source.region);
}

function mayBeSame(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}
