import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining */
export const transitiveTagShadowsResourceTag: Rule = {
  id: "transitive-tag-shadows-resource-tag",
  severity: "medium",
  why: "along a chain a transitive session tag replaces the role's own tag in aws:ResourceTag",
  fix: "use another key for the session tag, do not make it transitive, or compare aws:PrincipalTag",
  *checkRole({ trust, identity }, { context }) {
    for (const tag of context.transitiveTagKeys ?? []) {
      const key = `aws:resourcetag/${tag}`.toLowerCase();
      for (const { conditions, label, kind } of [...trust, ...identity]) {
        for (const entry of conditions) {
          if (entry.key !== key) continue;
          const message = `the ${kind}: ${entry.written} ${entry.name} is compared with the transitive session tag "${tag}"`;
          yield kind === "trust policy" ? { message, statement: label } : { message };
        }
      }
    }
  },
};
