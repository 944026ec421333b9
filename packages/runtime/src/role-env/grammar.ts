/** Profile names that every SDK reads back: botocore splits section headers with shlex, the JavaScript SDK wants these characters. */
export function isProfileName(text: string): boolean {
  return /^[A-Za-z0-9_@+.%/-]+$/.test(text);
}

/**
 * Names that a reader's parser reserves, in any case: Python's configparser (botocore) merges `DEFAULT` into every other profile, and
 * `default` replaces the credentials of every AWS call without a profile; the JavaScript SDK keeps profiles in an object, where
 * `__proto__` is refused, `constructor` is not found, and `services.x` or `sso-session.x` replaces the section `[services x]`.
 */
export function isReservedProfileName(text: string): boolean {
  const name = text.toLowerCase();
  if (name === "default" || /^(services|sso-session)\./.test(name)) return true;
  return Object.getOwnPropertyNames(Object.prototype).some((each) => each.toLowerCase() === name);
}

export const EXTERNAL_ID_SHAPE = "use 2 to 1224 of: letters, digits, _ + = , . @ : / -";

/** @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (`ExternalId`) */
export function isExternalId(text: string): boolean {
  return /^[\w+=,.@:/-]{2,1224}$/.test(text);
}

export const SESSION_NAME_SHAPE = "use 2 to 64 of: letters, digits, _ + = , . @ -";

/** `RoleSessionName` and `SourceIdentity` share one grammar. */
export function isSessionName(text: string): boolean {
  return /^[\w+=,.@-]{2,64}$/.test(text);
}

/** Whether a task can last so many seconds: a minute to twelve hours. */
export function isTaskLength(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= 60 && seconds <= 43_200;
}

/** A Region's code, such as `eu-central-1`, `us-gov-west-1` or `us-isob-east-1`. */
export function isRegion(text: string): boolean {
  return /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(text);
}

/** A managed policy, AWS's own or the account's. */
export function isPolicyArn(text: string): boolean {
  return /^arn:aws(-[a-z]+)*:iam::(\d{12}|aws):policy\/[\x21-\x7e]{1,640}$/.test(text);
}

/** A tag's key and value. @see https://docs.aws.amazon.com/STS/latest/APIReference/API_Tag.html */
export function isTag(key: string, value: string): boolean {
  return (
    /^[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/u.test(key) &&
    /^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u.test(value) &&
    !/^aws:/i.test(key)
  );
}
